"""Tells one destination: the most important thing first, one call at a time, never anything stale.

What waits here is not a queue of messages but the set of incidents whose newest notice is not shown yet, so
however long Slack was away, each of them takes one call to the newest state. One desk a destination and one owner
a partition means one rate bucket a channel.
"""

import asyncio
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
        return min((pending.offset for pending in self._pending.values()), default=None)

    def show(self, notice: Notice, offset: int) -> None:
        """This is the newest notice of its incident: whatever waited for that incident is stale now."""
        incident = notice.incident.id
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
            chosen = self._choose()
            if isinstance(chosen, Step):
                await self._telling.act(chosen.notice, chosen.action)
                self._keep_for_sweep(chosen.notice)
                continue
            sweep_in = self._sweep_in()
            if sweep_in is not None and sweep_in <= 0:
                if notice := await self._telling.sweep(self._swept):
                    self.show(notice, self.first_offset or 0)
                continue
            if not self._pending and sweep_in is None:
                return
            await self._sleep(min((wait for wait in (chosen, sweep_in) if wait is not None), default=None))

    def _choose(self) -> Step | float | None:
        """The most important step, or for how many seconds there is none (None: until something comes)."""
        now, moment = self._clock(), datetime.now(UTC)
        if (held := self._telling.hold.until - now) > 0:
            return held
        best: tuple[tuple[int, int, float], Step] | None = None
        soonest: float | None = None
        for incident, pending in list(self._pending.items()):
            wait = self._telling.not_before.get(incident, now) - now
            action = plan(pending.notice, self._telling.memory(incident), moment, self._patience)
            if isinstance(action, Nothing):
                if action.seconds is None:
                    del self._pending[incident]
                    continue
                wait = max(wait, action.seconds)
            if wait > 0:
                soonest = wait if soonest is None else min(soonest, wait)
            elif not isinstance(action, Nothing):
                rank = (*importance(pending.notice, action), pending.since)
                if best is None or rank < best[0]:
                    best = (rank, Step(pending.notice, action))
        return best[1] if best else soonest

    def _sweep_in(self) -> float | None:
        due = self._telling.sweeps.due
        return None if due is None else max(due, self._telling.hold.until) - self._clock()

    def _keep_for_sweep(self, notice: Notice) -> None:
        """Keep the newest notice of whatever may have to be shown again, and only of that."""
        swept = self._telling.sweeps.incidents
        if notice.incident.id in swept:
            self._swept.setdefault(notice.incident.id, notice)
        if self._swept:
            self._swept = {incident: kept for incident, kept in self._swept.items() if incident in swept}

    async def _sleep(self, seconds: float | None) -> None:
        self._wake.clear()
        try:
            await asyncio.wait_for(self._wake.wait(), seconds)
        except TimeoutError:
            return

    def _ended(self, task: asyncio.Task[None]) -> None:
        if task.cancelled():
            return
        if (error := task.exception()) is not None:
            self._failed(error)
        elif self._pending and not self._closing:  # something came while it was about to end
            self._task = asyncio.create_task(self._work())
            self._task.add_done_callback(self._ended)


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
