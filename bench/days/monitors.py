"""What monitors make of the plant's condition: samples, thresholds with hysteresis, repeats, and outages of theirs."""

from bisect import bisect_right
from collections.abc import Callable
from random import Random
from typing import NamedTuple

from bench.days.part import HOUR, Monitor, Part
from bench.days.plant import Course, Failure, pressure

CLEARS_AT = 0.6
"""Share of its threshold below which a monitor says that it is over."""

MOST_REPEATS = 10


class Outage(NamedTuple):
    """From `start` to `end` the monitors of components of this kind see nothing."""

    kind: str
    start: float
    end: float


class Episode(NamedTuple):
    """A monitor firing: every time it said so, when it said it began, and when it said it is over (0: never)."""

    component: str
    fault: str
    started: float
    firings: tuple[float, ...]
    resolved: float
    severity: str = ""


def episodes(
    chance: Random, part: Part, course: Course, failure: Failure, own: Monitor | None, outages: list[Outage]
) -> list[Episode]:
    """All episodes of this component's monitors during its course."""
    found: list[Episode] = []
    start, end = course[0][0], course[-1][0] + 2 * HOUR
    blind = [outage for outage in outages if outage.kind == part.kind]
    times = [at for at, _ in course]
    for monitor in part.monitors:
        if own is not None and monitor.fault == own.fault:
            continue

        def level(at: float, levels: tuple[int, ...] = monitor.levels) -> float:
            place = bisect_right(times, at)
            return max(course[place - 1][1][one] for one in levels) if place else 0.0

        peak = max(levels[one] for _, levels in course for one in monitor.levels)
        if peak > monitor.threshold * 0.8:
            found += _watch(chance, part, monitor, level, (start, end), blind)
    if own is not None:
        found += _watch(chance, part, own, lambda at: pressure(failure, at), (start, end), blind)
    return found


def _watch(
    chance: Random,
    part: Part,
    monitor: Monitor,
    level: Callable[[float], float],
    span: tuple[float, float],
    blind: list[Outage],
) -> list[Episode]:
    found: list[Episode] = []
    firings: list[float] = []
    bad = started = 0.0
    count = well = 0
    at = monitor.phase + (int((span[0] - monitor.phase) // monitor.interval) + 1) * monitor.interval
    while at < span[1]:
        if not any(outage.start <= at < outage.end for outage in blind):
            value = level(at)
            reading = value + chance.gauss(0, monitor.jitter) if value else 0.0
            if firings:
                well = well + 1 if reading < monitor.threshold * CLEARS_AT else 0
                if well >= monitor.patience + 1:
                    found.append(Episode(part.id, monitor.fault, started, tuple(firings), at))
                    firings, count, well = [], 0, 0
                elif at - firings[-1] >= monitor.repeat and len(firings) < MOST_REPEATS:
                    firings.append(at)
            elif reading >= monitor.threshold:
                bad = at if count == 0 else bad
                count += 1
                if count >= monitor.patience:
                    firings, started = [at], bad if monitor.backdates else at
            else:
                count = 0
        at += monitor.interval
    if firings:
        found.append(Episode(part.id, monitor.fault, started, tuple(firings), 0.0))
    return found
