"""A schedule as files: its shifts as iCalendar events, or one of fixed shifts as schedules.yaml."""

from collections.abc import Iterable
from datetime import datetime
from hashlib import blake2b

from icalendar import Calendar, Event, vCalAddress

from router.config.durations import write_duration
from router.importing.writer import scalar
from router.model.schedule import FixedShift, Schedule, Shift
from router.render.escape import clean


def calendar(schedule: Schedule, shifts: Iterable[Shift], made_at: datetime) -> bytes:
    """One event a shift and person, in UTC: title and attendee are the person, as calendars of shifts have it."""
    made = Calendar()
    made.add("prodid", "-//incident-ownership-router//schedule//EN")
    made.add("version", "2.0")
    made.add("x-wr-calname", schedule.title)
    made.add("x-wr-timezone", schedule.zone)
    for shift in shifts:
        for person in shift.who:
            event = Event()
            event.add("uid", _uid(schedule, shift, person))
            event.add("summary", person)
            event.add("dtstamp", made_at)
            event.add("dtstart", shift.starts)
            event.add("dtend", shift.ends)
            event.add("description", f"{schedule.title}, {shift.source}")
            if "@" in person:
                attendee = vCalAddress(f"mailto:{person}")
                event.add("attendee", attendee, encode=False)
            made.add_component(event)
    return bytes(made.to_ical())


def _uid(schedule: Schedule, shift: Shift, person: str) -> str:
    """The same shift has the same id whenever it is exported, so that a calendar does not show it twice."""
    named = f"{schedule.id}|{person}|{shift.starts.isoformat()}"
    return f"{blake2b(named.encode(), digest_size=12).hexdigest()}@incident-ownership-router"


def schedules_yaml(schedule: Schedule, comment: str) -> str:
    """A schedule of fixed shifts as a schedules.yaml of its own; `comment` is its first line."""
    lines = [f"# {clean(comment)}", "schedules:", f"  {schedule.id}:"]
    lines += [f"    name: {scalar(schedule.name)}"] if clean(schedule.name) else []
    lines += [f"    time_zone: {schedule.zone}", "    layers:"]
    for layer in schedule.layers:
        lines += [f"      - name: {layer.name}", f"        priority: {layer.priority}", "        shifts:"]
        lines += [f"          - {_fixed(shift)}" for shift in layer.fixed]
    return "\n".join(lines) + "\n"


def _fixed(shift: FixedShift) -> str:
    parts = [f"starts: {_at(shift.starts)}", f"lasts: {write_duration(shift.seconds)}"]
    parts.append(f"who: {_people(shift.who)}")
    parts += [f'repeat: "{shift.repeat}"'] if shift.repeat else []
    for key, times in (("also_at", shift.also_at), ("except_at", shift.except_at)):
        parts += [f"{key}: [{', '.join(_at(at) for at in times)}]"] if times else []
    parts += [f"time_zone: {shift.zone}"] if shift.zone else []
    return "{" + ", ".join(parts) + "}"


def _people(who: Iterable[str]) -> str:
    return "[" + ", ".join(scalar(person) for person in who) + "]"


def _at(at: datetime) -> str:
    return f'"{at:%Y-%m-%d %H:%M}"' if not at.second else f'"{at:%Y-%m-%d %H:%M:%S}"'
