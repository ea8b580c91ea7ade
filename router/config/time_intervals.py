"""Time intervals of routes.yaml, written as in Alertmanager; read as `TimeInterval`s."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from router.config.calendar_shapes import Zone
from router.config.codes import Lint
from router.config.collections_of import Field, ListOf, MapOf, Record
from router.config.node import Node
from router.config.report import Report
from router.config.shapes import ANY_TEXT, INVALID, Json, Shape, wrong_type
from router.model.time_interval import (
    Range,
    Span,
    TimeInterval,
    parse_days_of_month,
    parse_months,
    parse_time,
    parse_times,
    parse_weekdays,
    parse_years,
)


@dataclass(frozen=True, slots=True)
class RangeText(Shape):
    """A range of the calendar, such as monday:friday, 1:5 or -3:-1; read as first and last."""

    parse: Callable[[str], Range]
    example: str

    def _read(self, node: Node, what: str, report: Report) -> object:
        value = node.value
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            return wrong_type(node, what, f"text such as {self.example}", report)
        try:
            return self.parse(value)
        except ValueError as error:
            report.add(Lint.BAD_INTERVAL, node.place, f"{what}: {error}")
            return INVALID

    def _schema(self) -> Json:
        return {"type": ["string", "integer"]}


@dataclass(frozen=True, slots=True)
class _TimeOfDay(Shape):
    """`09:00`, kept as text."""

    def _read(self, node: Node, what: str, report: Report) -> object:
        try:
            parse_time(node.value if isinstance(node.value, str) else "")
        except ValueError:
            message = f"{what} is no time of day: {node.describe()}"
            report.add(Lint.BAD_INTERVAL, node.place, message, 'write it like "09:00", up to "24:00"')
            return INVALID
        return node.value

    def _schema(self) -> Json:
        return {"type": "string", "pattern": r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$"}


_TIMES = Record(
    "times",
    {
        "start_time": Field(_TimeOfDay(), "From this minute on.", True),
        "end_time": Field(_TimeOfDay(), "Until before this minute.", True),
    },
)


class _Times(Shape):
    """`start_time` and `end_time` of a day, read as a range of minutes."""

    def _read(self, node: Node, what: str, report: Report) -> object:
        given = _TIMES.read(node, what, report)
        if given is INVALID or len(given) != len(_TIMES.fields):
            return INVALID
        try:
            return parse_times(given["start_time"], given["end_time"])
        except ValueError as error:
            report.add(Lint.BAD_INTERVAL, node.place, str(error))
            return INVALID

    def _schema(self) -> Json:
        return _TIMES.schema()


_SPAN = Record(
    "a time interval",
    {
        "times": Field(
            ListOf(_Times()),
            "Times of day; a night is two, until 24:00 and from 00:00.",
        ),
        "weekdays": Field(ListOf(RangeText(parse_weekdays, "monday:friday")), "monday, or monday:friday."),
        "days_of_month": Field(
            ListOf(RangeText(parse_days_of_month, '"1:5"')), "1 to 31; -1 is the last day of the month."
        ),
        "months": Field(ListOf(RangeText(parse_months, "january:march")), "may, 5, or january:march."),
        "years": Field(ListOf(RangeText(parse_years, '"2026:2028"')), "2026, or 2026:2028."),
        "location": Field(Zone(), "Whose clocks and calendar count, such as Europe/Berlin; UTC if left out."),
    },
)

TIME_INTERVALS = MapOf(ANY_TEXT, ListOf(_SPAN), "time interval")
"""Name -> spans; a moment is within the interval that is within one of them."""


def intervals_of(given: Mapping[str, tuple[Mapping[str, Any], ...]]) -> dict[str, TimeInterval]:
    """The time intervals by name."""
    return {
        name: TimeInterval(name=name, spans=tuple(Span(**span) for span in spans))
        for name, spans in given.items()
    }
