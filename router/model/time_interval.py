"""Time intervals as Alertmanager has them: times of day, weekdays, days of a month, months and years, in a place.

Field by field as in https://prometheus.io/docs/alerting/latest/configuration/#time_interval: what is given of a span
must hold all at once, one range of a list is enough; an interval holds where one of its spans does. Times of day are
what a clock on the wall of `location` shows, so a shift keeps its hours when daylight saving begins or ends.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from router.model.value import Value

Range = tuple[int, int]
"""First and last, both inclusive (times of day: minutes since midnight, the last one exclusive)."""

SEARCHED_DAYS = 400
"""How far ahead `ends` and `begins_after` look."""

_DAY_MINUTES = 24 * 60
_WEEKDAY_NAMES = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_MONTH_NAMES = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_WEEKDAYS = {name: number for number, name in enumerate(_WEEKDAY_NAMES)}
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}


class Span(Value):
    """Ranges that must hold all at once; an empty tuple of ranges holds always.

    times: minutes since midnight, the end exclusive, 1440 the end of the day. weekdays: 0 is Sunday.
    days_of_month: 1 to 31, or -1 (the last day of the month) to -31. months: 1 to 12. location: an IANA zone.
    """

    times: tuple[Range, ...] = ()
    weekdays: tuple[Range, ...] = ()
    days_of_month: tuple[Range, ...] = ()
    months: tuple[Range, ...] = ()
    years: tuple[Range, ...] = ()
    location: str = "UTC"

    @property
    def zone(self) -> ZoneInfo:
        """The place whose clocks and calendar count."""
        return ZoneInfo(self.location)

    def contains(self, at: datetime) -> bool:
        """Whether this moment is within the span."""
        local = at.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        return self.on_day(local.date()) and (
            not self.times or any(start <= minute < end for start, end in self.times)
        )

    def on_day(self, day: date) -> bool:
        """Whether the calendar allows this day of the place, whatever the time."""
        return (
            _within(self.weekdays, day.isoweekday() % 7)
            and _within(self.months, day.month)
            and _within(self.years, day.year)
            and (not self.days_of_month or any(_holds_day(each, day) for each in self.days_of_month))
        )

    def borders(self, day: date) -> Iterator[datetime]:
        """Every moment of this local day at which the span may begin or end to hold, unsorted, in UTC."""
        minutes = {0}
        if self.on_day(day):
            minutes.update(minute for each in self.times for minute in each if minute < _DAY_MINUTES)
        for minute in minutes:
            wall = datetime.combine(day, time(*divmod(minute, 60)), self.zone)
            yield wall.astimezone(UTC)
            yield wall.replace(fold=1).astimezone(UTC)
        yield from _clock_changes(day, self.zone)


class TimeInterval(Value):
    """A named interval of time: it holds where one of its spans does."""

    name: str
    spans: tuple[Span, ...] = ()

    def contains(self, at: datetime) -> bool:
        """Whether this moment (aware) is within the interval."""
        return any(span.contains(at) for span in self.spans)

    def ends(self, at: datetime) -> datetime | None:
        """When the stretch that holds `at` is over (UTC, the first moment outside).

        None: `at` is outside, or the stretch lasts longer than SEARCHED_DAYS.
        """
        if not self.contains(at):
            return None
        return next((border for border in self._borders(at) if not self.contains(border)), None)

    def begins_after(self, at: datetime) -> datetime | None:
        """The first moment after `at` (UTC) at which the interval begins to hold; None: none in SEARCHED_DAYS.

        Within a stretch that holds already it is the beginning of the next one.
        """
        held = self.contains(at)
        for border in self._borders(at):
            holds = self.contains(border)
            if holds and not held:
                return border
            held = holds
        return None

    def _borders(self, at: datetime) -> Iterator[datetime]:
        """The moments after `at` at which it may begin or end to hold, ascending, for SEARCHED_DAYS days."""
        first = at.astimezone(UTC)
        steps = [0, 2, 9, 40, 130, SEARCHED_DAYS]
        for low, high in pairwise(first + timedelta(days=days) for days in steps):
            found: set[datetime] = set()
            for span in self.spans:
                day, last = low.astimezone(span.zone).date(), high.astimezone(span.zone).date()
                while day <= last:
                    found.update(border for border in span.borders(day) if low < border <= high)
                    day += timedelta(days=1)
            yield from sorted(found)


def parse_time(text: str) -> int:
    """Minutes since midnight of `HH:MM`, 00:00 to 24:00.

    Raises:
        ValueError: it is no such time; the message says how to write one.
    """
    if not re.fullmatch(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00", text):
        raise ValueError(f'"{text}" is no time of day: write it like 09:00, from 00:00 to 24:00')
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def parse_times(start: str, end: str) -> Range:
    """Minutes since midnight from `start` until before `end`.

    Raises:
        ValueError: one is no time, or the end is not after the start (a night is two ranges).
    """
    first, last = parse_time(start), parse_time(end)
    if first >= last:
        raise ValueError(
            f'"{end}" is not after "{start}": write a night as two ranges, until 24:00 and from 00:00'
        )
    return first, last


def parse_weekdays(text: str) -> Range:
    """`monday`, `monday:friday`: 0 (Sunday) to 6, in the order of a week that begins on Sunday.

    Raises:
        ValueError: no weekday, or the last is before the first.
    """
    return _range(text, _WEEKDAYS, "a weekday like monday, or a range like monday:friday")


def parse_months(text: str) -> Range:
    """`may`, `january:march`, `1:3`.

    Raises:
        ValueError: no month, or the last is before the first.
    """
    first, last = _range(text, _MONTHS, "a month like may or 5, or a range like january:march", numbers=True)
    if not (1 <= first <= 12 and 1 <= last <= 12):
        raise ValueError(f'"{text}": months count from 1 to 12')
    return first, last


def parse_years(text: str) -> Range:
    """`2026`, `2026:2028`.

    Raises:
        ValueError: no year, or the last is before the first.
    """
    first, last = _range(text, {}, "a year like 2026, or a range like 2026:2028", numbers=True)
    if not (1 <= first <= 9999 and last <= 9999):
        raise ValueError(f'"{text}": years count from 1 to 9999')
    return first, last


def parse_days_of_month(text: str) -> Range:
    """`15`, `1:5`, `-3:-1` (the last three days of the month).

    Raises:
        ValueError: no day of a month, or the last is always before the first.
    """
    first, last = _range(text, {}, "a day like 15, or a range like 1:5 or -3:-1", numbers=True, ordered=False)
    if not all(1 <= abs(day) <= 31 for day in (first, last)):
        raise ValueError(f'"{text}": days of a month count from 1 to 31, or from -1 (the last) to -31')
    if first < 0 < last:
        raise ValueError(f'"{text}": when the first day counts from the end of the month, the last must too')
    if _from_start(first, 28) > _from_start(last, 28):
        raise ValueError(f'"{text}": the last day is before the first')
    return first, last


def parse_location(text: str) -> str:
    """The IANA name of a zone, as it is.

    Raises:
        ValueError: no zone of this name is known.
    """
    try:
        ZoneInfo(text)
    except (OSError, KeyError, ValueError):
        raise ValueError(f'no time zone "{text}" is known: write it like Europe/Berlin or UTC') from None
    return text


def _range(
    text: str, names: dict[str, int], form: str, *, numbers: bool = False, ordered: bool = True
) -> Range:
    parts = [part.strip() for part in text.lower().split(":")]
    known = [
        names[part] if part in names else int(part)
        for part in parts
        if part in names or (numbers and re.fullmatch(r"-?[0-9]{1,4}", part))
    ]
    if len(known) != len(parts) or len(parts) > 2:
        raise ValueError(f'"{text}" is not {form}')
    first, last = known[0], known[-1]
    if ordered and first > last:
        raise ValueError(f'"{text}": {parts[-1]} is before {parts[0]}: write two ranges')
    return first, last


def _within(ranges: tuple[Range, ...], number: int) -> bool:
    return not ranges or any(first <= number <= last for first, last in ranges)


def _holds_day(days: Range, day: date) -> bool:
    length = monthrange(day.year, day.month)[1]
    return _from_start(days[0], length) <= day.day <= _from_start(days[1], length)


def _from_start(day: int, length: int) -> int:
    """A day counted from the end of a month of this length, counted from its start; others as they are."""
    return length + day + 1 if day < 0 else day


def _clock_changes(day: date, zone: ZoneInfo) -> Iterator[datetime]:
    """The moment on this local day at which the place's clocks are set, to the second, in UTC."""
    low = datetime.combine(day, time(), zone).astimezone(UTC)
    high = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    before, after = low.astimezone(zone).utcoffset(), high.astimezone(zone).utcoffset()
    if before == after:
        return
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    yield high.replace(microsecond=0)
