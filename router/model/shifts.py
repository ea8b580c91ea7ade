"""Who is on call at a moment, which shifts a schedule has, and where it has nobody.

Everything is decided on moments (UTC); the wall clock of the schedule's zone only says at which moments turns change.
"""

from bisect import insort
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from dateutil.rrule import rruleset, rrulestr

from router.model.schedule import DAY_SECONDS, FixedShift, Gap, Layer, Rotation, Schedule, Shift
from router.model.time_interval import TimeInterval
from router.model.wall_clock import moment, reading

_OVERRIDE = "override"
_INSTANT = timedelta(microseconds=1)


class _Claim(NamedTuple):
    """Somebody's claim to a stretch of time; the highest rank counts, equal ranks count together."""

    starts: datetime
    ends: datetime
    who: tuple[str, ...]
    rank: tuple[int, int]
    source: str


def on_call(schedule: Schedule, at: datetime) -> tuple[str, ...]:
    """The persons on call at this moment, of the highest layer that has any; empty: nobody."""
    return next((shift.who for shift in shifts(schedule, at, at + _INSTANT)), ())


def shifts(schedule: Schedule, starts: datetime, ends: datetime) -> tuple[Shift, ...]:
    """Who is on call from `starts` until before `ends`, in order; the first and last shift are cut to that.

    Turns of the same people in the same layer that follow each other are one shift.
    """
    claims = [
        claim
        for claim in _claims(schedule, starts, ends)
        if claim.who and max(claim.starts, starts) < min(claim.ends, ends)
    ]
    waiting = sorted(range(len(claims)), key=lambda n: claims[n].starts, reverse=True)
    holding: list[int] = []
    found: list[Shift] = []
    for begin, end in pairwise(sorted(_borders(claims, starts, ends))):
        holding = [n for n in holding if claims[n].ends > begin]
        while waiting and claims[waiting[-1]].starts <= begin:
            insort(holding, waiting.pop())
        highest = max((claims[n].rank for n in holding), default=None)
        winners = [claims[n] for n in holding if claims[n].rank == highest]
        if not winners:
            continue
        who = tuple(dict.fromkeys(person for claim in winners for person in claim.who))
        source = ", ".join(dict.fromkeys(claim.source for claim in winners))
        if found and (found[-1].ends, found[-1].who, found[-1].source) == (begin, who, source):
            begin = found.pop().starts
        found.append(Shift(starts=begin, ends=end, who=who, source=source))
    return tuple(found)


def gaps(schedule: Schedule, starts: datetime, ends: datetime) -> tuple[Gap, ...]:
    """Where from `starts` until before `ends` nobody is on call."""
    found: list[Gap] = []
    covered = starts
    for shift in shifts(schedule, starts, ends):
        if shift.starts > covered:
            found.append(Gap(starts=covered, ends=shift.starts))
        covered = shift.ends
    return (*found, Gap(starts=covered, ends=ends)) if covered < ends else tuple(found)


def _borders(claims: list[_Claim], starts: datetime, ends: datetime) -> set[datetime]:
    found = {starts, ends}
    for claim in claims:
        found.update(at for at in (claim.starts, claim.ends) if starts < at < ends)
    return found


def _claims(schedule: Schedule, starts: datetime, ends: datetime) -> Iterator[_Claim]:
    """Every claim that touches the time from `starts` until before `ends`."""
    for layer in schedule.layers:
        for begin, end, who in _stretches(layer, schedule.zone, starts, ends):
            for from_, until in _within(layer.hours, begin, end, starts, ends):
                yield _Claim(from_, until, who, (0, layer.priority), layer.name)
    for number, override in enumerate(schedule.overrides):
        begin, end = moment(override.starts, schedule.zone), moment(override.ends, schedule.zone)
        if begin < ends and starts < end:
            yield _Claim(begin, end, override.who, (1, number), _OVERRIDE)


Stretch = tuple[datetime, datetime, tuple[str, ...]]


def _stretches(layer: Layer, zone: str, starts: datetime, ends: datetime) -> Iterator[Stretch]:
    """The turns of a layer that touch this time, its hours aside."""
    if layer.rotation:
        yield from _turns(layer.rotation, layer.zone or zone, starts, ends)
    for fixed in layer.fixed:
        yield from _occurrences(fixed, fixed.zone or layer.zone or zone, starts, ends)


def _turns(rotation: Rotation, zone: str, starts: datetime, ends: datetime) -> Iterator[Stretch]:
    if not rotation.turns:
        return
    length = timedelta(seconds=rotation.every_seconds)

    def begin(number: int) -> datetime:
        return moment(rotation.starts + number * length, zone)

    over = moment(rotation.ends, zone) if rotation.ends else None
    number = max(0, (reading(starts, zone) - rotation.starts) // length)
    while number > 0 and begin(number) > starts:
        number -= 1  # an hour that the clock shows twice belongs to whoever had it first
    while begin(number) < ends and not (over and over <= begin(number)):
        first, last = begin(number), begin(number + 1)
        if starts < last:
            yield first, min(last, over) if over else last, rotation.turns[number % len(rotation.turns)]
        number += 1


def _occurrences(fixed: FixedShift, zone: str, starts: datetime, ends: datetime) -> Iterator[Stretch]:
    length, day = timedelta(seconds=fixed.seconds), timedelta(seconds=DAY_SECONDS)
    low, high = reading(starts, zone) - length - day, reading(ends, zone) + day
    for shown in _rule(fixed).between(low, high, inc=True):
        begin, end = moment(shown, zone), moment(shown + length, zone)
        if begin < ends and starts < end:
            yield begin, end, fixed.who


@lru_cache(maxsize=256)
def _rule(fixed: FixedShift) -> rruleset:
    """The readings at which the shift begins. Raises ValueError for a rule that is none."""
    rule = rruleset(cache=True)
    if fixed.repeat:
        rule.rrule(rrulestr(fixed.repeat, dtstart=fixed.starts, cache=True))  # type: ignore[arg-type]
    rule.rdate(fixed.starts)
    for also in fixed.also_at:
        rule.rdate(also)
    for left_out in fixed.except_at:
        rule.exdate(left_out)
    return rule


def _within(
    hours: TimeInterval | None, begin: datetime, end: datetime, starts: datetime, ends: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """The parts of a stretch that lie within the hours, as far as they touch the time asked for."""
    if hours is None:
        yield begin, end
        return
    at: datetime | None = max(begin, starts)
    last = min(end, ends)
    while at is not None and at < last:
        if not hours.contains(at):
            at = hours.begins_after(at)
            continue
        until = hours.ends(at)
        yield at, min(until, end) if until else end
        at = until
