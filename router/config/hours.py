"""Hours of a week, in the short form that schedules use: days, from and to; a night may end on the next day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from router.config.calendar_shapes import TimeOfDay
from router.config.codes import Lint
from router.config.collections_of import Field, ListOf, Record
from router.config.node import Node
from router.config.report import Report
from router.config.shapes import INVALID, Json, Shape, wrong_type
from router.model.time_interval import Range, Span, TimeInterval, parse_weekdays

_DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Weekdays(Shape):
    """`monday`, or a range such as monday:friday or friday:monday; read as days, 0 is Sunday."""

    def _read(self, node: Node, what: str, report: Report) -> object:
        if not isinstance(node.value, str):
            return wrong_type(node, what, "weekdays such as monday:friday", report)
        try:
            first, _, last = node.value.partition(":")
            begin, end = parse_weekdays(first.strip())[0], parse_weekdays((last or first).strip())[0]
        except ValueError as error:
            report.add(Lint.BAD_LOCAL_TIME, node.place, str(error))
            return INVALID
        return tuple((begin + day) % 7 for day in range((end - begin) % 7 + 1))

    def _schema(self) -> Json:
        return {"type": "string", "pattern": "^[a-z]+day(:[a-z]+day)?$"}


HOURS = ListOf(
    Record(
        "hours",
        {
            "weekdays": Field(
                ListOf(Weekdays(), or_one=True), "monday:friday, or several; every day if left out."
            ),
            "from": Field(TimeOfDay(), 'When they begin: "09:00"; midnight if left out.'),
            "to": Field(TimeOfDay(), 'When they end: "17:00"; not after `from`: on the next day.'),
        },
    )
)
"""A list of hours; a moment counts that is within one of them."""


def hours_of(given: Sequence[Mapping[str, Any]] | None, name: str, zone: str) -> TimeInterval | None:
    """The hours as a time interval in this zone; None where none are given."""
    if not given:
        return None
    spans = [span for each in given for span in _spans(each, zone)]
    return TimeInterval(name=name, spans=tuple(spans))


def _spans(each: Mapping[str, Any], zone: str) -> list[Span]:
    days = tuple(dict.fromkeys(day for run in each.get("weekdays", ()) for day in run))
    first, last = each.get("from", 0), each.get("to", _DAY_MINUTES)
    if first < last:
        return [Span(weekdays=_ranges(days), times=((first, last),), location=zone)]
    night = Span(weekdays=_ranges(days), times=((first, _DAY_MINUTES),), location=zone)
    if last == 0:
        return [night]
    after = tuple((day + 1) % 7 for day in days)
    return [night, Span(weekdays=_ranges(after), times=((0, last),), location=zone)]


def _ranges(days: tuple[int, ...]) -> tuple[Range, ...]:
    return tuple((day, day) for day in sorted(days))
