"""Carries out what was planned for one destination: log the intent, call, log the outcome.

A call that may have worked although it failed leaves its intent in the log, and the plan looks for its message
before it repeats it. A call that surely did not work leaves the memory as it was. A call that can never work is
logged as failed and tried again, more and more slowly: channels come back, apps are invited again.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from router.kafka.notifier_events import MessageGone
from router.kafka.notifier_log import DeliveryLog
from router.kafka.notifier_plan import (
    DOUBTED,
    ROOT,
    Memory,
    Patience,
    Post,
    Reconcile,
    ThreadReply,
    Update,
    again,
    reply_again,
)
from router.kafka.notifier_sender import Place, Sender
from router.kafka.notifier_sweeps import Sweeps
from router.model.canary import CANARY
from router.model.errors import DeliveryError
from router.model.notice import Delivery, DeliveryState, Notice
from router.telemetry.edge_events import CanaryReturned, DeliveryFailed, DeliveryFound, DeliveryMade
from router.telemetry.events import emit

GONE = "gone"
"""The code of a `DeliveryError` that says that the message cannot be changed any more."""

FRESH_SECONDS = 5.0
"""An intent that took longer to log is not acted on at once: the partition may have been lost meanwhile."""

WITHIN_SECONDS = 600.0
"""A message is made within so long after its intent, or never: bounds the look for it in a busy channel."""

ERROR_LENGTH = 300


@dataclass
class Hold:
    """A pause of growing length: doubled with every failure in a row, over with the first success."""

    least: float = 1.0
    most: float = 15.0
    failures: int = 0
    until: float = field(default=float("-inf"))

    def fail(self, now: float, asked: float | None = None) -> None:
        """Pause from now on (monotonic seconds), for as long as was asked for, if it was."""
        self.failures += 1
        doubled = self.least * 2.0 ** min(self.failures - 1, 20)
        self.until = max(self.until, now + (min(doubled, self.most) if asked is None else asked))

    def succeed(self) -> None:
        """The next pause is a short one again."""
        self.failures = 0


class Telling:
    """One destination's memory and calls. One call at a time; raises KafkaException when the log fails.

    `hold` pauses the whole destination; `not_before` (monotonic seconds) an incident.
    """

    def __init__(
        self,
        memories: Mapping[str, Memory],
        sender: Sender,
        log: DeliveryLog,
        patience: Patience,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.memories = dict(memories)
        self.hold = Hold()
        self.not_before: dict[str, float] = {}
        self.sweeps = Sweeps(sender, patience, clock)
        self._sender = sender
        self._log = log
        self._patience = patience
        self._clock = clock
        self._doubts: dict[str, datetime] = {}
        for memory in memories.values():
            for record in memory.doubted:
                thread_ts = memory.root.ts if memory.root and record.part != ROOT else ""
                self.sweeps.resume(record, thread_ts, datetime.now(UTC))

    def memory(self, incident: str) -> Memory:
        """What the destination was told of the incident."""
        return self.memories.get(incident, Memory())

    async def act(self, notice: Notice, action: Post | Update | ThreadReply | Reconcile) -> None:
        """Take one step; afterwards there is a new memory, or a pause, to plan by."""
        self.not_before.pop(notice.subject, None)
        match action:
            case Post(attempt, covered):
                await self._make(notice, attempt, () if covered is None else (covered,), None)
            case ThreadReply(attempt):
                await self._make(notice, attempt, (), action)
            case Update(attempt):
                await self._update(notice, attempt)
            case Reconcile(attempt, thread_ts):
                await self._reconcile(notice, attempt, thread_ts)

    async def sweep(self, notices: Mapping[str, Notice]) -> Notice | None:
        """Do the sweep that is due. The notice to show again, when the copy that stays is not the one we edited."""
        try:
            moved = await self.sweeps.run()
        except DeliveryError as error:
            self.hold.fail(self._clock(), error.retry_after_seconds)
            return None
        root = self.memory(moved.incident).root if moved else None
        if moved is None or root is None or root.generation != moved.generation or root.ts == moved.ts:
            return None
        await self._write(moved)
        return notices.get(moved.incident)

    # ---- the four steps -------------------------------------------------------------------------------

    async def _make(
        self, notice: Notice, attempt: Delivery, covered: tuple[Delivery, ...], reply: ThreadReply | None
    ) -> None:
        """A new message, or a reply."""
        before = self.memory(attempt.incident)
        if not await self._intend(*covered, attempt):
            return
        try:
            if reply is None:
                place = await self._sender.post(notice, attempt)
            else:
                root = Place(reply.channel_id, reply.thread_ts)
                place = await self._sender.reply(root, notice, reply.notes, attempt)
        except DeliveryError as error:
            await self._failed(attempt, before, error)
        else:
            await self._done(notice, attempt, place, reply.thread_ts if reply else "")

    async def _update(self, notice: Notice, attempt: Delivery) -> None:
        before = self.memory(attempt.incident)
        if not await self._intend(attempt):
            return
        try:
            await self._sender.update(notice, attempt)
        except DeliveryError as error:
            await self._failed(attempt, before, error)
        else:
            await self._done(notice, attempt, Place(attempt.channel_id, attempt.ts), "")

    async def _reconcile(self, notice: Notice, attempt: Delivery, thread_ts: str) -> None:
        """Look for what an attempt may have made; repeat it when it is not there."""
        since = self._doubts.setdefault(attempt.effect_id, attempt.at)
        where = self.memory(attempt.incident).root if thread_ts else None
        channel = where.channel_id if where else attempt.destination
        until = attempt.at.timestamp() + WITHIN_SECONDS
        try:
            found = await self._sender.find(channel, attempt.effect_id, since.timestamp(), until, thread_ts)
        except DeliveryError as error:
            self._report(attempt, error)
            if error.retryable and error.code != "search_incomplete":
                self.hold.fail(self._clock(), error.retry_after_seconds)
                return
            found = []  # Looking can never work: telling twice is better than never.
        if found:
            emit(DeliveryFound(attempt.destination, attempt.incident, attempt.part))
            await self._done(notice, attempt, found[0], thread_ts)
            return
        now = datetime.now(UTC)
        if attempt.part == ROOT:
            await self.act(notice, again(notice, attempt, now))
        elif isinstance(
            reply := reply_again(notice, self.memory(attempt.incident), attempt, now), ThreadReply
        ):
            await self.act(notice, reply)

    # ---- outcomes -------------------------------------------------------------------------------------

    async def _intend(self, *records: Delivery) -> bool:
        """Log the intent. False when that took so long that it must be planned anew."""
        began = self._clock()
        await self._write(*records)
        return self._clock() - began < FRESH_SECONDS

    async def _done(self, notice: Notice, attempt: Delivery, place: Place, thread_ts: str) -> None:
        now = datetime.now(UTC)
        made = not attempt.ts
        doubted = self._doubts.pop(attempt.effect_id, None)
        attempts = DOUBTED if doubted is not None or attempt.attempts >= DOUBTED else 1
        update = {"state": DeliveryState.DONE, "channel_id": place.channel_id, "ts": place.ts, "at": now}
        record = attempt.model_copy(update={**update, "error": "", "attempts": attempts})
        await self._write(record)
        self.hold.succeed()
        emit(
            DeliveryMade(record.destination, record.incident, record.part, (now - notice.at).total_seconds())
        )
        if made and doubted is not None:
            self.sweeps.add(record, doubted, thread_ts)
        if record.destination.startswith(CANARY) and notice.incident.live:
            emit(CanaryReturned(record.incident, (now - notice.at).total_seconds()))

    async def _failed(self, attempt: Delivery, before: Memory, error: DeliveryError) -> None:
        """Remember what the failure means; the next plan follows from that."""
        now = self._clock()
        if error.code == GONE and before.root is not None:
            self.memories[attempt.incident] = replace(before, gone=before.root.generation)
            emit(MessageGone(attempt.destination, attempt.incident, before.root.generation))
            return
        self._report(attempt, error)
        if error.ambiguous and not attempt.ts:
            self._doubts.setdefault(attempt.effect_id, attempt.at)
            self.not_before[attempt.incident] = now + self._patience.look_after
            self.hold.fail(now, error.retry_after_seconds)
        elif error.retryable:
            self.memories[attempt.incident] = before
            self.hold.fail(now, error.retry_after_seconds)
        else:
            words = str(error)[:ERROR_LENGTH]
            update = {"state": DeliveryState.FAILED, "error": words, "at": datetime.now(UTC)}
            await self._write(attempt.model_copy(update=update))
            self.hold.fail(now)

    async def _write(self, *records: Delivery) -> None:
        await self._log.write(*records)
        for record in records:
            self.memories[record.incident] = self.memory(record.incident).with_record(record)

    def _report(self, attempt: Delivery, error: DeliveryError) -> None:
        emit(
            DeliveryFailed(
                attempt.destination,
                attempt.incident,
                attempt.part,
                error.code,
                error.retryable,
                attempt.attempts,
            )
        )
