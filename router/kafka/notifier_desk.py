"""Tells one destination: the most important thing first, one call at a time, never anything stale.

What waits here is not a queue of messages but the set of incidents whose newest notice is not shown yet, so
however long Slack was away, each of them takes one call to the newest state. One desk a destination and one owner
a partition means one rate bucket a channel.
"""

import asyncio
import heapq
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from router.kafka.notifier_plan import (
    Nothing,
    Patience,
    Post,
    Reconcile,
    ThreadReply,
    Update,
    plan,
)
from router.kafka.notifier_telling import Telling
from router.model.notice import Notice

AT_ONCE = 16
"""Steps taken before asking again what is most important, as long as nothing new comes."""

NO_OFFSET = -1
"""Of a notice that is shown again although it is not new."""


class Pending(NamedTuple):
    """A notice that is not shown yet, its offset, and since when (monotonic seconds) its incident waits."""

    notice: Notice
    offset: int
    since: float


class Step(NamedTuple):
    """What to do now."""

    notice: Notice
    action: Post | Update | ThreadReply | Reconcile


class Desk:
    """Works while something waits or is to be looked at again; `failed` gets what ends the process."""

    def __init__(
        self,
        telling: Telling,
        patience: Patience,
        failed: Callable[[BaseException], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._telling = telling
        self._patience = patience
        self._failed = failed
        self._clock = clock
        self._pending: dict[str, Pending] = {}
        self._swept: dict[str, Notice] = {}
        self._wake = asyncio.Event()
        self._closing = False
        self._task: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        """How many incidents are not shown as they are."""
        return len(self._pending)

    @property
    def first_offset(self) -> int | None:
        """The lowest offset among the notices that wait."""
        offsets = (pending.offset for pending in self._pending.values() if pending.offset != NO_OFFSET)
        return min(offsets, default=None)

    def show(self, notice: Notice, offset: int) -> None:
        """Make the destination show this newest notice of an incident: what waited for that one is stale now."""
        incident = notice.subject
        known = self._pending.get(incident)
        self._pending[incident] = Pending(notice, offset, known.since if known else self._clock())
        if incident in self._telling.sweeps.incidents:
            self._swept[incident] = notice
        self._wake.set()
        if not self._closing and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._work())
            self._task.add_done_callback(self._ended)

    def drop(self, incident: str) -> None:
        """There is no notice of this incident any more."""
        self._pending.pop(incident, None)

    async def close(self, grace_seconds: float) -> None:
        """Finish the call under way, and begin no other; after the grace it is cut off."""
        self._closing = True
        self._wake.set()
        if self._task is None:
            return
        _, unfinished = await asyncio.wait([self._task], timeout=grace_seconds)
        if unfinished:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _work(self) -> None:
        while not self._closing:
            sweep_in = self._sweep_in()
            if sweep_in is not None and sweep_in <= 0:
                await self._sweep()
                continue
            self._wake.clear()
            steps, wait = self._choose()
            for step in steps:
                await self._telling.act(step.notice, step.action)
                self._keep_for_sweep(step.notice)
                if self._closing or self._wake.is_set() or self._held() > 0:
                    break  # what is most important may have changed
            if steps:
                continue
            if not self._pending and sweep_in is None:
                return
            await self._sleep(
                min((seconds for seconds in (wait, sweep_in) if seconds is not None), default=None)
            )

    def _choose(self) -> tuple[list[Step], float | None]:
        """The most important steps, or for how many seconds there is none (None: until something comes)."""
        if (held := self._held()) > 0:
            return [], held
        now, moment = self._clock(), datetime.now(UTC)
        possible: list[tuple[tuple[int, int, float], Step]] = []
        waits: list[float] = []
        for incident, pending in list(self._pending.items()):
            wait = self._telling.not_before.get(incident, now) - now
            action = plan(pending.notice, self._telling.memory(incident), moment, self._patience)
            if isinstance(action, Nothing):
                if action.seconds is None:
                    del self._pending[incident]
                else:
                    waits.append(max(wait, action.seconds))
            elif wait > 0:
                waits.append(wait)
            else:
                rank = (*importance(pending.notice, action), pending.since)
                possible.append((rank, Step(pending.notice, action)))
        best = heapq.nsmallest(AT_ONCE, possible, key=lambda ranked: ranked[0])
        return [step for _, step in best], min(waits, default=None)

    def _held(self) -> float:
        """Seconds for which the destination is to be left alone."""
        return self._telling.hold.until - self._clock()

    async def _sweep(self) -> None:
        if notice := await self._telling.sweep(self._swept):
            waiting = self._pending.get(notice.subject)
            self.show(notice, waiting.offset if waiting else NO_OFFSET)

    def _sweep_in(self) -> float | None:
        due = self._telling.sweeps.due
        return None if due is None else max(due, self._telling.hold.until) - self._clock()

    def _keep_for_sweep(self, notice: Notice) -> None:
        """Keep the newest notice of whatever may have to be shown again, and only of that."""
        swept = self._telling.sweeps.incidents
        incident = notice.subject
        if incident in swept:
            newer = self._pending.get(incident)
            self._swept[incident] = newer.notice if newer else notice
        if self._swept:
            self._swept = {name: kept for name, kept in self._swept.items() if name in swept}

    async def _sleep(self, seconds: float | None) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), seconds)
        except TimeoutError:
            return

    def _ended(self, task: asyncio.Task[None]) -> None:
        if task.cancelled():
            return
        if (error := task.exception()) is not None:
            self._failed(error)


def importance(notice: Notice, action: Post | Update | ThreadReply | Reconcile) -> tuple[int, int]:
    """Lower is sooner: what nobody knows yet, what is shown wrongly, threads, what is over and was never told."""
    severity = -notice.incident.severity.rank
    match action:
        case Update():
            return (1, severity)
        case ThreadReply():
            return (2, severity)
        case Reconcile(attempt) if attempt.part != "root":
            return (2, severity)
        case _:
            return (0 if notice.incident.live else 3, severity)
