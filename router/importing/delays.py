"""How long does a failure take to show downstream? Proposed from run history and schedules, else a guess that says so.

Two patterns. *Triggered*: the downstream job starts soon after the upstream one has ended, every time; a failure
shows in that run, so the delay is from half the wait to twice the wait and the longest run. *Clocked*: it runs by
its own schedule; a failure just after a run has begun shows at the end of the next one, so the latest is one period
and the longest run, and the soonest is at once, as the upstream may be late. Generous on purpose: too wide costs
precision, too narrow splits one failure into two incidents.
"""

from bisect import bisect_right
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from router.config.durations import round_duration, write_duration
from router.importing.description import Delay
from router.model.fault import ComponentKind

MAX_RUNS = 1_000
"""Newest runs looked at per job."""

TRIGGERED_SECONDS = 600
TRIGGERED_SHARE = 0.1
"""A wait up to ten minutes, or a tenth of the period, every time: it is triggered by what it waits for."""

LEAST_LATEST_SECONDS = 900
DAY_SECONDS = 86_400
ROOM = 2
"""Triggered runs: how many times longer, or shorter, than ever seen a failure may take."""

_CALLED = frozenset({ComponentKind.API, ComponentKind.APP, ComponentKind.STORE, ComponentKind.AGENT})


class History(NamedTuple):
    """When a job ran: (start, end) in seconds since 1970, ascending; and its period, if a schedule says so."""

    runs: tuple[tuple[float, float], ...] = ()
    schedule_seconds: float | None = None

    @property
    def period_seconds(self) -> float | None:
        """The schedule's, else the median time between starts of three runs and more; None when unknown."""
        if self.schedule_seconds:
            return self.schedule_seconds
        starts = [start for start, _ in self.runs]
        between = [later - earlier for earlier, later in pairwise(starts)]
        return median(between) if len(between) > 1 and median(between) >= 1 else None

    @property
    def longest_seconds(self) -> float:
        """The longest run."""
        return max((end - start for start, end in self.runs), default=0)


def propose(upstream: History, downstream: History, otherwise: Delay) -> Delay:
    """The delay of an edge between two jobs; `otherwise` where history says nothing of the downstream one."""
    period, longest = downstream.period_seconds, downstream.longest_seconds
    waits = _waits(upstream, downstream)
    takes = f"takes up to {_told(longest)}" if downstream.runs else "no run seen"
    bound = max(TRIGGERED_SECONDS, TRIGGERED_SHARE * (period or 0))
    if waits and max(waits) <= bound:
        runs = f"{len(waits)} run{'' if len(waits) == 1 else 's'}"
        why = f"{runs}: starts {_told(min(waits))} to {_told(max(waits))} after it, {takes}"
        return _delay(min(waits) / ROOM, ROOM * (max(waits) + longest), why)
    if period:
        source = "scheduled" if downstream.schedule_seconds else f"seen in {len(downstream.runs)} runs"
        return _delay(0, period + longest, f"runs every {_told(period)} ({source}), {takes}")
    if downstream.runs:
        seen = f"{len(downstream.runs)} run{'' if len(downstream.runs) == 1 else 's'}"
        return _delay(0, DAY_SECONDS + longest, f"{seen}: {takes}; how often is unknown, a day is assumed")
    return otherwise


def contained(outer: History, otherwise: Delay) -> Delay:
    """The delay from a job to the one that runs it, which fails by its own end at the latest."""
    if not outer.runs:
        return otherwise
    return _delay(
        0, ROOM * outer.longest_seconds, f"the job that runs it takes up to {_told(outer.longest_seconds)}"
    )


def longer(delay: Delay, latest_seconds: float, why: str) -> Delay:
    """The delay, at least as long as this."""
    if latest_seconds <= delay.latest_seconds:
        return delay
    return _delay(delay.soonest_seconds, latest_seconds, f"{why}; {delay.why}")


def guess(upstream: ComponentKind, downstream: ComponentKind, because: str) -> Delay:
    """What is usual between these kinds, marked as a guess."""
    if downstream is ComponentKind.KPI:
        soonest, latest, usual = 0, DAY_SECONDS, "business figures are looked at daily"
    elif upstream in _CALLED and downstream is not ComponentKind.FEED:
        soonest, latest, usual = 0, 900, "calls fail at once"
    elif upstream is ComponentKind.MODEL:
        soonest, latest, usual = 0, 4 * 3_600, "predictions are used within hours"
    else:
        soonest, latest, usual = 0, DAY_SECONDS, "data moves daily"
    return Delay(soonest, latest, f"guess: {usual}; {because}")


def _waits(upstream: History, downstream: History) -> list[float]:
    """For each downstream run, how long after the last upstream end before it it started."""
    ends = sorted(end for _, end in upstream.runs)
    found = []
    for start, _ in downstream.runs:
        place = bisect_right(ends, start)
        if place:
            found.append(start - ends[place - 1])
    return found


def _delay(soonest: float, latest: float, why: str) -> Delay:
    return Delay(
        round_duration(soonest, up=False), max(round_duration(latest, up=True), LEAST_LATEST_SECONDS), why
    )


def _told(seconds: float) -> str:
    if seconds < 1:
        return "0s" if seconds <= 0 else "1s"
    return write_duration(round(seconds)) if seconds < 3_600 else write_duration(round(seconds / 60) * 60)
