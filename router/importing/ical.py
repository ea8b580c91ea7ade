"""An iCalendar file (RFC 5545) of shifts as a schedule: one event is one shift, its title or attendee the person.

This is how on-call calendars are published: Grafana OnCall reads a person from an event's title, `[L1]` before it is
the level that counts before lower ones; PagerDuty publishes one attendee an event. What cannot be a shift is listed,
never left out silently. Local times stay local: a weekly event keeps its hour when daylight saving begins.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from icalendar import Calendar, Event

from router.config.calendar_shapes import parse_repeat
from router.importing.description import CannotImport
from router.importing.ical_people import level_of, people_of
from router.model.schedule import DAY_SECONDS, FixedShift, Layer, Schedule
from router.model.time_interval import parse_location
from router.model.wall_clock import reading

MAX_BYTES = 16 * 1024 * 1024
MAX_EVENTS = 20_000


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An event that is no shift of the schedule: its title, when it begins as written, and why."""

    title: str
    starts: str
    why: str


@dataclass(frozen=True, slots=True)
class Imported:
    """The schedule, and what of the calendar is not in it."""

    schedule: Schedule
    left_out: tuple[LeftOut, ...]


class _NoShift(Exception):
    """Why an event cannot be a shift."""


def read_calendar(
    content: bytes, file: str, name: str, people: Mapping[str, str], zone: str = ""
) -> Imported:
    """The schedule `name` of a calendar; `people` maps names as the calendar writes them to Slack ids or e-mails.

    `zone` is that of floating and all-day times; without it the calendar's own, else the one most events use.

    Raises:
        CannotImport: it is no calendar, too large, or holds no shift at all.
    """
    events = _events(content, file)
    zone = zone or _zone(events[0], [event for event, _ in events[1]])
    layers: dict[int, list[FixedShift]] = {}
    left: list[LeftOut] = []
    for event, moved in events[1]:
        try:
            level, shift = _shift(event, moved, zone, people)
        except _NoShift as why:
            left.append(LeftOut(str(event.get("SUMMARY", "")), _written(event), str(why)))
            continue
        layers.setdefault(level, []).append(shift)
    if not layers:
        what = "holds no event that can be a shift" + (f", for example: {left[0].why}" if left else "")
        raise CannotImport(file, what, "titles or attendees of events must be persons; see --person")
    made = tuple(
        Layer(name=f"level-{level}", priority=level, fixed=tuple(sorted(fixed, key=_order)))
        for level, fixed in sorted(layers.items())
    )
    title = str(events[0].get("X-WR-CALNAME", ""))
    return Imported(Schedule(id=name, name=title, zone=zone, layers=made), tuple(left))


def _order(shift: FixedShift) -> tuple[datetime, tuple[str, ...]]:
    return shift.starts, shift.who


def _events(content: bytes, file: str) -> tuple[Calendar, list[tuple[Event, tuple[Event, ...]]]]:
    """The calendar, and its events, each with the occurrences of it that were moved or changed."""
    if len(content) > MAX_BYTES:
        raise CannotImport(file, f"is larger than {MAX_BYTES // 2**20} MB", "export fewer days")
    try:
        calendar = Calendar.from_ical(content)
    except (ValueError, IndexError, KeyError) as error:
        raise CannotImport(file, f"is no iCalendar file: {error}", "export the schedule as .ics") from None
    if not isinstance(calendar, Calendar):
        raise CannotImport(file, "holds no calendar", "export the schedule as .ics")
    found = [each for each in calendar.walk("VEVENT") if isinstance(each, Event)]
    if len(found) > MAX_EVENTS:
        raise CannotImport(file, f"holds more than {MAX_EVENTS:,} events", "export fewer days")
    changed: dict[str, list[Event]] = {}
    for event in found:
        if "RECURRENCE-ID" in event:
            changed.setdefault(str(event.get("UID", "")), []).append(event)
    return calendar, [
        (event, () if "RECURRENCE-ID" in event else tuple(changed.get(str(event.get("UID", "")), ())))
        for event in found
    ]


def _zone(calendar: Calendar, events: Iterable[Event]) -> str:
    """The calendar's own zone, else the one that most of its events use (of several the first), else UTC."""
    own = str(calendar.get("X-WR-TIMEZONE", ""))
    used = Counter(zone for event in events if (zone := _zone_of(_at(event, "DTSTART"))))
    for candidate in (own, *(zone for zone, _ in used.most_common())):
        if _known(candidate):
            return candidate
    return "UTC"


def _known(zone: str) -> bool:
    try:
        return bool(zone) and bool(parse_location(zone))
    except ValueError:
        return False


def _zone_of(at: object) -> str:
    """The IANA name of a time's zone, "" for a date, a floating time, or a zone that only the file knows."""
    key = getattr(getattr(at, "tzinfo", None), "key", "")
    return key if isinstance(key, str) and _known(key) else ""


def _shift(
    event: Event, changed: tuple[Event, ...], zone: str, people: Mapping[str, str]
) -> tuple[int, FixedShift]:
    """The level of an event and its shift. Raises _NoShift."""
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        raise _NoShift("it is cancelled")
    start = _at(event, "DTSTART")
    if start is None:
        raise _NoShift("it has no DTSTART that can be read")
    recurs = "RRULE" in event or "RDATE" in event
    own = _zone_of(start) or zone
    if recurs and isinstance(start, datetime) and start.tzinfo and not _zone_of(start):
        raise _NoShift("it repeats in a time zone that the IANA database does not know")
    if not recurs and own == "UTC":
        own = zone  # one moment: it reads better in the schedule's own time
    who = people_of(event, people)
    if not who:
        raise _NoShift('neither its title nor an attendee is a person: give --person "NAME=address"')
    first = _local(start, own)
    seconds = _seconds(event, first, own)
    if seconds <= 0:
        raise _NoShift("it has no length")
    return level_of(event), FixedShift(
        starts=first,
        seconds=seconds,
        who=who,
        repeat=_repeat(event, own),
        also_at=tuple(sorted({_local(at, own) for at in _dates(event, "RDATE")})),
        except_at=tuple(sorted({_local(at, own) for at in [*_dates(event, "EXDATE"), *_replaced(changed)]})),
        zone="" if own == zone else own,
    )


def _at(event: Event, name: str) -> Any:
    """The time under this name; None where there is none, or none that can be read."""
    given: Any = event.get(name)
    return getattr(given, "dt", None)


def _local(at: Any, zone: str) -> datetime:
    """What the clock of `zone` shows; a date is its midnight, a floating time is what it says."""
    if isinstance(at, datetime):
        return reading(at, zone) if at.tzinfo else at
    if isinstance(at, date):
        return datetime.combine(at, time())
    raise _NoShift("one of its times is a period")


def _seconds(event: Event, first: datetime, zone: str) -> int:
    """Its length on the wall clock: by its end, its duration, or the day that it is on."""
    end, length = _at(event, "DTEND"), _at(event, "DURATION")
    if end is not None:
        return int((_local(end, zone) - first).total_seconds())
    if isinstance(length, timedelta):
        return int(length.total_seconds())
    return 0 if isinstance(_at(event, "DTSTART"), datetime) else DAY_SECONDS


def _repeat(event: Event, zone: str) -> str:
    """The rule with an UNTIL of the wall clock."""
    rules: Any = event.get("RRULE")
    if rules is None:
        return ""
    if isinstance(rules, list) or "FREQ" not in rules:
        raise _NoShift("it has several rules of repetition, or one that cannot be read")
    parts = []
    for part in bytes(rules.to_ical()).decode().split(";"):
        key, _, value = part.partition("=")
        if key == "UNTIL":
            until = rules["UNTIL"][0]
            whole_day = not isinstance(until, datetime)
            shown = _local(until, zone) + (timedelta(days=1, seconds=-1) if whole_day else timedelta())
            value = f"{shown:%Y%m%dT%H%M%S}"
        parts.append(f"{key}={value}")
    try:
        return parse_repeat(";".join(parts))
    except ValueError as error:
        raise _NoShift(f"its rule of repetition cannot be kept: {error}") from None


def _dates(event: Event, name: str) -> list[Any]:
    """Every date of an EXDATE or RDATE, which may stand several times."""
    given: Any = event.get(name, [])
    dates = [one for one in (given if isinstance(given, list) else [given]) if hasattr(one, "dts")]
    return [each.dt for one in dates for each in one.dts]


def _replaced(changed: tuple[Event, ...]) -> list[Any]:
    """The occurrences of a repeating event that stand as events of their own."""
    found: list[Any] = []
    for event in changed:
        replaced: Any = event.get("RECURRENCE-ID")
        if getattr(replaced, "params", {}).get("RANGE"):
            raise _NoShift("one of its changes is for this and all following occurrences")
        found += [at] if (at := _at(event, "RECURRENCE-ID")) is not None else []
    return found


def _written(event: Event) -> str:
    """When the event begins, as far as it can be told."""
    at = _at(event, "DTSTART")
    if isinstance(at, datetime) and at.tzinfo:
        return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return f"{at:%Y-%m-%d}" if isinstance(at, date) else ""
