"""What one failure does to the plant: conditions spread as components process what they are given.

No alert is decided here. A component answers at its next run after an input changed; feeds and stores run on
schedules and age in between, models smooth, steps pile up work during business hours, measures follow slowly.
"""

import heapq
from bisect import bisect_right
from random import Random
from typing import NamedTuple

from bench.days.company import Company
from bench.days.faults import DOWN, HARM, LATE, LEVELS, MISSING, POOR, QUEUE, SLOW, WRONG, Breakage, Levels
from bench.days.part import HOUR, Part

WELL: Levels = [0.0] * len(LEVELS)
NOTICEABLE = 0.04
"""Consumers are run again when a level moved by so much."""

AFFECTED = 0.08
"""A component counts as affected when one of its levels reached this."""

AFTERMATH_SECONDS = 12 * HOUR


class Failure(NamedTuple):
    """A breakage of one component from `began` to `fixed` (seconds since the epoch), and how it presses.

    `shape` is step, ramp or bouts; `bout` is the length of a bout or of the ramp.
    """

    component: str
    breakage: Breakage
    began: float
    fixed: float
    press: dict[int, float]
    shape: str
    bout: float


Course = list[tuple[float, Levels]]
"""Condition over time: from each moment on, these levels. Before the first moment all is well."""


def a_failure(chance: Random, part: Part, breakage: Breakage, began: float) -> Failure:
    """A failure of this kind with its strength, shape and length; 2 to 12 hours."""
    shape = chance.choices(("step", "ramp", "bouts"), (0.7, 0.2, 0.1))[0]
    return Failure(
        component=part.id,
        breakage=breakage,
        began=began,
        fixed=began + chance.triangular(2, 12, 6) * HOUR,
        press={level: chance.uniform(*span) for level, span in breakage.press.items()},
        shape=shape,
        bout=chance.uniform(0.5, 2.0) * HOUR,
    )


def pressure(failure: Failure, at: float) -> float:
    """How far the fault itself has gone at this moment, 0 to 1."""
    if not failure.began <= at < failure.fixed:
        return 0.0
    if failure.shape == "ramp":
        return min(1.0, 0.15 + (at - failure.began) / failure.bout)
    if failure.shape == "bouts":
        return 1.0 if int((at - failure.began) / failure.bout) % 2 == 0 else 0.1
    return 1.0


def business_load(at: float) -> float:
    """Work that arrives, as a share of the busiest hour: working days from seven to seven, UTC."""
    day, second = divmod(at, 86_400)
    working = (int(day) + 3) % 7 < 5  # 1 January 1970 was a Thursday
    return 1.0 if working and 7 * HOUR <= second < 19 * HOUR else 0.4


def spread(company: Company, failure: Failure) -> dict[str, Course]:
    """The course of every component that this failure touches."""
    return _Spread(company, failure).run()


class _Spread:
    def __init__(self, company: Company, failure: Failure) -> None:
        self.company, self.failure = company, failure
        self.courses: dict[str, Course] = {}
        self.good_until: dict[str, float] = {}
        self.due: dict[str, float] = {}
        self.queue: list[tuple[float, str]] = []
        self.end = failure.fixed + AFTERMATH_SECONDS

    def run(self) -> dict[str, Course]:
        self._order(self.failure.component, self.failure.began)
        while self.queue:
            at, name = heapq.heappop(self.queue)
            if self.due.get(name) == at and at < self.end:
                del self.due[name]
                self._process(name, at)
        return self.courses

    def _order(self, name: str, at: float) -> None:
        if at < self.due.get(name, float("inf")):
            self.due[name] = at
            heapq.heappush(self.queue, (at, name))

    def _process(self, name: str, at: float) -> None:
        part = self.company.parts[name]
        course = self.courses.setdefault(name, [])
        before = course[-1][1] if course else WELL
        elapsed = min(at - course[-1][0], 4 * part.period) if course else part.period
        own = self._own(part, at)
        levels = self._respond(part, before, own, self._given(part, at), at, elapsed)
        for level, pressed in own.items():
            levels[level] = max(levels[level], pressed)
        moved = any(abs(new - old) > NOTICEABLE for new, old in zip(levels, before, strict=True))
        course.append((at, levels))
        if moved:
            for consumer in self.company.consumers[name]:
                self._order(
                    consumer, _next_run(self.company.parts[consumer], at + self._latency(consumer, name))
                )
        ongoing = name == self.failure.component and at < self.failure.fixed
        if ongoing or (part.kind not in ("erp", "crm", "api", "app", "agent") and max(levels) > 0.01):
            self._order(name, self._again(part, at, ongoing))

    def _again(self, part: Part, at: float, ongoing: bool) -> float:
        wait = max(part.period, 300.0)
        return min(at + wait, self.failure.fixed) if ongoing else at + wait

    def _latency(self, consumer: str, upstream: str) -> float:
        return next(one.latency for one in self.company.parts[consumer].inputs if one.upstream == upstream)

    def _own(self, part: Part, at: float) -> dict[int, float]:
        if part.id != self.failure.component:
            return {}
        gone = pressure(self.failure, at)
        return {level: strength * gone for level, strength in self.failure.press.items()} if gone else {}

    def _given(self, part: Part, at: float) -> Levels:
        """What its inputs do to it: weighted, summed, and what its tolerance leaves of that."""
        total = list(WELL)
        for one in part.inputs:
            course = self.courses.get(one.upstream)
            if not course:
                continue
            place = bisect_right(course, at - one.latency, key=lambda entry: entry[0])
            if place:
                total = [
                    have + one.weight * more for have, more in zip(total, course[place - 1][1], strict=True)
                ]
        kept = 1 - part.tolerance
        return [max(0.0, min(1.0, level) - part.tolerance) / kept for level in total]

    def _respond(
        self, part: Part, before: Levels, own: dict[int, float], given: Levels, at: float, elapsed: float
    ) -> Levels:
        if part.kind in ("feed", "store"):
            return self._refresh(part, own, given, at)
        if part.kind == "model":
            return _learned(part, before, given, elapsed)
        if part.kind == "step":
            return _worked(before, own, given, at, elapsed)
        if part.kind == "kpi":
            measured = max(given[QUEUE], 0.8 * given[POOR], 0.8 * given[DOWN], 0.7 * given[HARM])
            weight = business_load(at) * elapsed / part.memory
            return _one(WRONG, _smooth(before[WRONG], measured, weight))
        levels = list(WELL)
        levels[DOWN], levels[SLOW] = given[DOWN], max(given[SLOW], 0.3 * given[DOWN])
        levels[MISSING], levels[WRONG], levels[LATE] = given[MISSING], given[WRONG], given[LATE]
        levels[POOR], levels[HARM] = given[POOR], given[HARM]
        if part.kind == "agent":
            # Half an answer is as bad as none for a tool call, and a task without its tools ends badly.
            levels[DOWN] = max(given[DOWN], 0.6 * given[MISSING])
            levels[POOR] = max(given[POOR], 0.6 * levels[DOWN], 0.5 * given[WRONG])
        return levels

    def _refresh(self, part: Part, own: dict[int, float], given: Levels, at: float) -> Levels:
        levels = list(WELL)
        stuck = own.get(LATE, 0.0) > 0.1 or max(given[DOWN], own.get(DOWN, 0.0)) > 0.5
        if not stuck:
            self.good_until[part.id] = at
        since = self.good_until.setdefault(part.id, at)
        age = (at - since) / part.period / 4
        levels[LATE] = min(1.0, max(age, given[LATE] * 0.9))
        levels[MISSING] = max(given[MISSING], 0.7 * given[DOWN] if not stuck else 0.0)
        levels[WRONG] = given[WRONG]
        levels[DOWN] = given[DOWN] if part.kind == "feed" and given[DOWN] > 0.5 else 0.0
        levels[SLOW] = 0.5 * given[SLOW]
        return levels


def _learned(part: Part, before: Levels, given: Levels, elapsed: float) -> Levels:
    """A model: inputs drift away, quality follows; failures of what it reads at serving time show at once."""
    levels = list(WELL)
    exposure = min(1.0, given[MISSING] + given[WRONG] + 0.6 * given[LATE])
    levels[WRONG] = _smooth(before[WRONG], exposure, elapsed / part.memory * 2)
    levels[POOR] = max(0.8 * given[POOR], _smooth(before[POOR], 1.2 * levels[WRONG], elapsed / part.memory))
    levels[SLOW], levels[HARM] = 0.7 * given[SLOW], given[HARM]
    levels[DOWN] = 0.5 * given[DOWN]
    return levels


def _worked(before: Levels, own: dict[int, float], given: Levels, at: float, elapsed: float) -> Levels:
    """A step of the process: what cannot be done waits, and is worked off when it can."""
    levels = list(WELL)
    levels[DOWN], levels[POOR], levels[HARM] = given[DOWN], given[POOR], 0.8 * given[HARM]
    hindered = max(given[DOWN], own.get(DOWN, 0.0), 0.5 * given[SLOW], 0.6 * given[POOR])
    hours = elapsed / HOUR
    arriving = business_load(at)
    done = max(1.1 * arriving, 0.5) * (1 - hindered)
    levels[QUEUE] = max(0.0, min(1.0, before[QUEUE] + (arriving - done) * hours / 4))
    return levels


def _one(level: int, value: float) -> Levels:
    levels = list(WELL)
    levels[level] = value
    return levels


def _smooth(before: float, now: float, weight: float) -> float:
    return min(1.0, before + min(1.0, weight) * (now - before))


def _next_run(part: Part, after: float) -> float:
    """The first run of this component's schedule after this moment; interactive ones answer at once."""
    if part.kind in ("api", "app", "agent"):
        return after
    runs = int((after - part.phase) // part.period) + 1
    return part.phase + runs * part.period
