"""A partner's contract, and working hours, as teams.yaml writes them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from router.config.calendar_shapes import Zone
from router.config.collections_of import Field, ListOf, MapOf, Record
from router.config.hours import HOURS, hours_of
from router.config.shapes import ANY_TEXT, NAME, Choice, Day, Duration
from router.config.words import SEVERITY
from router.model.fault import Severity
from router.model.ownership import Contract, Hours, Shown
from router.model.time_interval import Span, TimeInterval

WORKING_HOURS = Record(
    "working hours",
    {
        "time_zone": Field(Zone(), "Whose clocks count, such as Europe/Berlin; UTC if left out."),
        "hours": Field(HOURS, "When people work; around the clock if left out."),
        "holidays": Field(ListOf(Day(), or_one=True), "Days on which nobody works, such as 2026-12-25."),
    },
)

_TIMES = MapOf(SEVERITY, Duration(60, 365 * 86_400), "severity")

CONTRACT = Record(
    "a contract",
    {
        "components": Field(
            ListOf(ANY_TEXT, or_one=True),
            "Ids or patterns (feed.*) that it covers; every component that names the partner if left out.",
        ),
        "faults": Field(
            ListOf(ANY_TEXT, or_one=True),
            "Faults or prefixes (api.) that it covers; those that concern IT or the partner if left out.",
        ),
        "hours": Field(WORKING_HOURS, "When it holds; always if left out."),
        "response": Field(_TIMES, "Per severity, how soon somebody must acknowledge after being told."),
        "resolution": Field(_TIMES, "Per severity, how soon it must be over after being told."),
        "shows": Field(
            ListOf(Choice.of(Shown, "thing to show"), or_one=True),
            "What the partner may see beside state, times and its own components; nothing if left out.",
        ),
        "fallback": Field(NAME, "The team that gets what is outside, if the component names nobody else."),
    },
)


def working_hours(given: Mapping[str, Any] | None, name: str) -> Hours | None:
    """The hours as read under WORKING_HOURS; None where none are given."""
    if given is None:
        return None
    zone = given.get("time_zone", "UTC")
    always = TimeInterval(name=name, spans=(Span(location=zone),))
    return Hours(
        interval=hours_of(given.get("hours"), name, zone) or always,
        time_zone=zone,
        holidays=tuple(sorted(date.fromisoformat(day) for day in given.get("holidays", ()))),
    )


def contract_of(given: Mapping[str, Any] | None, team: str) -> Contract | None:
    """The contract of a partner as read under CONTRACT; None where there is none."""
    if given is None:
        return None
    return Contract(
        components=tuple(given.get("components", ())),
        faults=tuple(given.get("faults", ())),
        hours=working_hours(given.get("hours"), team),
        response_seconds=_by_severity(given.get("response", {})),
        resolution_seconds=_by_severity(given.get("resolution", {})),
        shows=tuple(shown for shown in Shown if shown in given.get("shows", ())),
        fallback=given.get("fallback", ""),
    )


def _by_severity(given: Mapping[str, int]) -> dict[Severity, int]:
    return {severity: given[severity] for severity in Severity if severity in given}
