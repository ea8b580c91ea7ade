"""What schedules are written with: zones, wall-clock times, lengths of turns, RFC 5545 rules, persons."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from dateutil.rrule import rrulestr

from router.config.codes import Lint
from router.config.node import Node
from router.config.report import Report
from router.config.shapes import INVALID, Json, Shape, Text, wrong_type
from router.model.schedule import DAY_SECONDS, WEEK_SECONDS
from router.model.time_interval import parse_location, parse_time

PERSON: Final = Text(
    r"[UW][A-Z0-9]{2,}|[^@\s]+@[^@\s]+\.[^@\s]+",
    "is neither a Slack id (U…) nor an e-mail",
    Lint.BAD_MEMBER,
)
"""A person, as in a team's members."""

_WORDS = {"hourly": 3_600, "daily": DAY_SECONDS, "weekly": WEEK_SECONDS}
_UNITS = {"h": 3_600, "d": DAY_SECONDS, "w": WEEK_SECONDS}
_EVERY = re.compile(r"([1-9][0-9]{0,3})([hdw])")
_MOST_SECONDS = 53 * WEEK_SECONDS
_LOCAL = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?)?", re.ASCII)


class Zone(Shape):
    """An IANA time zone such as Europe/Berlin."""

    def _read(self, node: Node, what: str, report: Report) -> object:
        if not isinstance(node.value, str):
            return wrong_type(node, what, "a time zone such as Europe/Berlin", report)
        try:
            return parse_location(node.value)
        except ValueError as error:
            report.add(Lint.UNKNOWN_ZONE, node.place, str(error))
            return INVALID

    def _schema(self) -> Json:
        return {"type": "string"}


class LocalTime(Shape):
    """What the wall clock shows, `2026-01-05 09:00`; a date alone is its midnight."""

    def _read(self, node: Node, what: str, report: Report) -> object:
        if isinstance(node.value, str) and _LOCAL.fullmatch(node.value):
            try:
                return datetime.fromisoformat(node.value)
            except ValueError as error:
                report.add(Lint.BAD_LOCAL_TIME, node.place, f"{what} is no date and time: {error}")
                return INVALID
        message = f"{what} is no time of the wall clock: {node.describe()}"
        hint = 'write it like "2026-01-05 09:00", without a zone: the schedule has one'
        report.add(Lint.BAD_LOCAL_TIME, node.place, message, hint)
        return INVALID

    def _schema(self) -> Json:
        return {"type": "string", "pattern": f"^{_LOCAL.pattern}$"}


class TimeOfDay(Shape):
    """`09:00`, read as minutes since midnight; 24:00 is the end of the day."""

    def _read(self, node: Node, what: str, report: Report) -> object:
        try:
            return parse_time(node.value if isinstance(node.value, str) else "")
        except ValueError:
            message = f"{what} is no time of day: {node.describe()}"
            report.add(Lint.BAD_LOCAL_TIME, node.place, message, 'write it like "09:00"')
            return INVALID

    def _schema(self) -> Json:
        return {"type": "string", "pattern": r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$"}


@dataclass(frozen=True, slots=True)
class Every(Shape):
    """How long a turn lasts: daily, weekly, or 12h, 3d, 2w; read as seconds of the wall clock."""

    def _read(self, node: Node, what: str, report: Report) -> object:
        written = node.value
        if isinstance(written, str):
            match = _EVERY.fullmatch(written)
            seconds = int(match[1]) * _UNITS[match[2]] if match else _WORDS.get(written, 0)
            if 0 < seconds <= _MOST_SECONDS:
                return seconds
        message = f"{what} is no length of a turn: {node.describe()}"
        report.add(
            Lint.BAD_DURATION, node.place, message, "daily, weekly, or such as 12h, 3d, 2w (up to 53w)"
        )
        return INVALID

    def _schema(self) -> Json:
        return {"type": "string", "pattern": f"^(?:{'|'.join(_WORDS)}|{_EVERY.pattern})$"}


class Repeat(Shape):
    """An RFC 5545 rule without its name, such as FREQ=WEEKLY;INTERVAL=2;BYDAY=MO."""

    def _read(self, node: Node, what: str, report: Report) -> object:
        if not isinstance(node.value, str):
            return wrong_type(node, what, "a rule such as FREQ=WEEKLY;BYDAY=MO", report)
        try:
            return parse_repeat(node.value)
        except ValueError as error:
            report.add(Lint.BAD_REPEAT, node.place, f"{what} is no rule of RFC 5545: {error}")
            return INVALID

    def _schema(self) -> Json:
        return {"type": "string", "pattern": "FREQ=(HOURLY|DAILY|WEEKLY|MONTHLY|YEARLY)"}


def parse_repeat(text: str) -> str:
    """The rule in capitals, its UNTIL without a zone.

    Raises:
        ValueError: it is no rule, repeats within the hour, or has an UNTIL with a zone.
    """
    rule = text.strip().upper().removeprefix("RRULE:")
    if not re.search(r"(?:^|;)FREQ=(?:HOURLY|DAILY|WEEKLY|MONTHLY|YEARLY)(?:;|$)", rule):
        raise ValueError("FREQ must be HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY")
    if re.search(r"(?:^|;)BY(?:MINUTE|SECOND|HOUR)=", rule):
        raise ValueError("write one shift an hour of the day, instead of BYHOUR, BYMINUTE or BYSECOND")
    if re.search(r"UNTIL=[0-9T]+Z", rule):
        raise ValueError("UNTIL is a time of the wall clock here: write it without the Z")
    try:
        first = rrulestr(rule, dtstart=datetime(2026, 1, 1))  # noqa: DTZ001 a reading of the wall clock
        first.after(datetime(2026, 1, 1) - timedelta(days=1))  # noqa: DTZ001
    except (ValueError, TypeError, AttributeError) as error:
        raise ValueError(str(error)) from None
    return rule
