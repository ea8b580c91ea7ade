"""Second looks: was a message whose first attempt was in doubt made twice after all?

A look right after the attempt can miss a copy that Slack shows late, or that a frozen notifier sends when it thaws.
So the channel is searched again a minute and ten minutes later; the oldest copy stays, the others are deleted.
"""

import heapq
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from router.kafka.notifier_events import CopiesRemoved
from router.kafka.notifier_plan import ROOT, Patience
from router.kafka.notifier_sender import Place, Sender
from router.model.errors import DeliveryError
from router.model.notice import Delivery
from router.telemetry.events import emit

AGAIN_SECONDS = 15.0
"""After a sweep that failed for a reason that passes."""

MOST_TRIES = 20
"""Of one sweep."""

SPAN_SECONDS = 900.0
"""A copy is made within so long before or after the message that we know, or never."""

LATEST_SECONDS = 3_600.0
"""A look that nobody was there to do is done up to so long after it was due."""


@dataclass(order=True)
class Sweep:
    """One look at `due` (monotonic seconds) for copies of what `record` confirmed, made since `since`."""

    due: float
    number: int
    record: Delivery = field(compare=False)
    since: datetime = field(compare=False)
    thread_ts: str = field(compare=False)
    tries: int = field(default=0, compare=False)


class Sweeps:
    """The looks that one destination still needs, soonest first."""

    def __init__(
        self, sender: Sender, patience: Patience, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._sender = sender
        self._patience = patience
        self._clock = clock
        self._waiting: list[Sweep] = []
        self._number = 0

    @property
    def due(self) -> float | None:
        """When the next look is due, in monotonic seconds; None: there is none."""
        return self._waiting[0].due if self._waiting else None

    @property
    def incidents(self) -> set[str]:
        """Whose messages will be looked at again."""
        return {sweep.record.incident for sweep in self._waiting}

    def add(self, record: Delivery, since: datetime, thread_ts: str = "") -> None:
        """Look for copies of this confirmed message, at each of the times that patience names."""
        for seconds in self._patience.sweeps:
            self._push(record, self._clock() + seconds, since, thread_ts)

    def resume(self, record: Delivery, thread_ts: str, now: datetime) -> None:
        """After a restart: look for copies of this message, that was in doubt, unless that was long ago."""
        posted_at = _posted_at(record)
        age = max(0.0, (now - posted_at).total_seconds())
        for seconds in self._patience.sweeps:
            if age < seconds + LATEST_SECONDS:
                due = self._clock() + max(0.0, seconds - age)
                self._push(record, due, posted_at - timedelta(seconds=SPAN_SECONDS), thread_ts)

    async def run(self) -> Delivery | None:
        """Do the look that is due. The record of the root that stays, when it is not the one that was confirmed.

        Raises DeliveryError when it failed, and will be repeated if that can help.
        """
        sweep = heapq.heappop(self._waiting)
        record = sweep.record
        try:
            found = await self._sender.find(
                record.channel_id,
                record.effect_id,
                sweep.since.timestamp(),
                _posted_at(record).timestamp() + SPAN_SECONDS,
                sweep.thread_ts,
            )
            for copy in found[1:]:
                await self._sender.delete(copy)
        except DeliveryError as error:
            if error.retryable and sweep.tries < MOST_TRIES:
                sweep.due = self._clock() + max(AGAIN_SECONDS, error.retry_after_seconds or 0.0)
                sweep.tries += 1
                heapq.heappush(self._waiting, sweep)
            raise
        if len(found) > 1:
            emit(CopiesRemoved(record.destination, record.incident, record.part, len(found) - 1))
        return _moved(record, found)

    def _push(self, record: Delivery, due: float, since: datetime, thread_ts: str) -> None:
        self._number += 1
        heapq.heappush(self._waiting, Sweep(due, self._number, record, since, thread_ts))


def _posted_at(record: Delivery) -> datetime:
    """When the message was made: Slack's ts is epoch seconds; elsewhere, when it was confirmed."""
    try:
        return datetime.fromtimestamp(float(record.ts), UTC)
    except (ValueError, OverflowError):
        return record.at


def _moved(record: Delivery, found: list[Place]) -> Delivery | None:
    """The root at its oldest copy, showing nobody knows what: it is edited to the newest state next."""
    if record.part != ROOT or not found or found[0].ts == record.ts:
        return None
    return record.model_copy(update={"ts": found[0].ts, "channel_id": found[0].channel_id, "revision": -1})
