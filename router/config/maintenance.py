"""maintenance.yaml: when somebody works on what, so that nobody is told what that explains."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from router.config.calendar_shapes import LocalTime, Zone
from router.config.codes import Lint
from router.config.collections_of import Declarations, Declared, Field, ListOf, Record
from router.config.draft import Draft
from router.config.node import Node
from router.config.report import Report
from router.config.shapes import ANY_TEXT, INVALID, NAME, Duration, Json, Shape, wrong_type
from router.model.muting import MAX_MUTED_SECONDS, Maintenance, Recurrence
from router.model.recur import readings
from router.model.wall_clock import moment

_TRIED = datetime(2026, 1, 1)  # noqa: DTZ001 what a clock on a wall shows


@dataclass(frozen=True, slots=True)
class Repeats(Shape):
    """The value of an RRULE of RFC 5545, FREQ=DAILY or longer; read as it is."""

    def _read(self, node: Node, what: str, report: Report) -> object:
        if not isinstance(node.value, str):
            return wrong_type(node, what, "a rule such as FREQ=WEEKLY;BYDAY=SU", report)
        try:
            next(readings(Recurrence(rule=node.value), _TRIED), None)
        except ValueError as error:
            report.add(Lint.BAD_RECURRENCE, node.place, f"{what} is no rule of repetition: {error}")
            return INVALID
        return node.value

    def _schema(self) -> Json:
        return {"type": "string", "pattern": "FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)"}


@dataclass(frozen=True, slots=True)
class Skipped(Shape):
    """A start that does not take place: a day of the wall clock, or a time on it; read as text."""

    def _read(self, node: Node, what: str, report: Report) -> object:
        shown = LocalTime().read(node, what, report)
        if not isinstance(shown, datetime):
            return INVALID
        whole_day = isinstance(node.value, str) and len(node.value) == len("2026-12-24")
        return shown.date().isoformat() if whole_day else shown.isoformat()

    def _schema(self) -> Json:
        return LocalTime().schema()


WINDOW = Record(
    "a maintenance window",
    {
        "components": Field(ListOf(NAME, or_one=True), "What is worked on."),
        "subtrees": Field(ListOf(NAME, or_one=True), "What is worked on, with everything downstream of it."),
        "workflows": Field(ListOf(NAME, or_one=True), "Workflows of which all components are worked on."),
        "from": Field(LocalTime(), "When it begins; the first time, if it repeats.", True),
        "lasts": Field(Duration(60, MAX_MUTED_SECONDS), "How long it lasts each time."),
        "until": Field(LocalTime(), "When it ends, instead of `lasts`."),
        "time_zone": Field(Zone(), "Whose clocks these times are; UTC if left out."),
        "repeat": Field(Repeats(), "How it repeats, by RFC 5545: FREQ=MONTHLY;BYDAY=1SU; once if left out."),
        "except": Field(ListOf(Skipped(), or_one=True), "Days or starts on which it does not take place."),
        "why": Field(ANY_TEXT, "For people."),
    },
)

SHAPE = Record(
    "maintenance.yaml",
    {"maintenance": Field(Declarations(WINDOW, "window"), "The windows, by name.", True)},
)


def read_maintenance(root: Node, draft: Draft) -> None:
    """Fill the draft's maintenance windows; one that says neither when nor what is reported and left out."""
    values = SHAPE.read(root, "maintenance.yaml", draft.report)
    if not isinstance(values, Mapping) or "maintenance" not in values:
        draft.lost.add("maintenance.yaml")
        return
    for declared in values["maintenance"]:
        _add(declared, draft)


def _add(declared: Declared, draft: Draft) -> None:
    name, given, home = declared
    draft.homes["maintenance", name] = home
    if not any(home.node.entry(key) for key in ("components", "subtrees", "workflows")):
        message = f'maintenance "{name}" says nothing of what is worked on'
        draft.report.add(Lint.EMPTY_WINDOW, home.place, message, "give components, subtrees or workflows")
    seconds = _seconds(declared, draft)
    if "from" not in given or seconds is None:
        return
    zone = given.get("time_zone", "UTC")
    recurrence = None
    if "repeat" in given:
        recurrence = Recurrence(rule=given["repeat"], zone=zone, skipped=given.get("except", ()))
        if next(islice(readings(recurrence, given["from"]), 1), None) is None:
            message = f'maintenance "{name}" never takes place'
            draft.report.add(Lint.NO_OCCURRENCE, home.node.at("repeat"), message)
    elif "except" in given:
        message = f'maintenance "{name}" takes place once, so there is nothing to leave out'
        draft.report.add(Lint.IDLE_EXCEPTION, home.node.key_at("except"), message)
    draft.maintenance[name] = Maintenance(
        id=name,
        components=given.get("components", ()),
        subtrees=given.get("subtrees", ()),
        workflows=given.get("workflows", ()),
        starts_at=moment(given["from"], zone),
        seconds=seconds,
        recurrence=recurrence,
        reason=given.get("why", ""),
    )


def _seconds(declared: Declared, draft: Draft) -> int | None:
    """How long it lasts; None after reporting that it does not say so."""
    name, given, home = declared
    if (home.node.entry("lasts") is None) is (home.node.entry("until") is None):
        message = f'maintenance "{name}" needs either `lasts` or `until`'
        draft.report.add(Lint.BAD_WINDOW_END, home.place, message)
        return None
    if "lasts" in given:
        return int(given["lasts"])
    if "from" not in given or "until" not in given:
        return None
    zone = given.get("time_zone", "UTC")
    lasts = moment(given["until"], zone) - moment(given["from"], zone)
    if not timedelta(seconds=60) <= lasts <= timedelta(seconds=MAX_MUTED_SECONDS):
        message = f'maintenance "{name}" ends before it begins, or lasts more than 90 days'
        draft.report.add(Lint.BAD_WINDOW_END, home.node.at("until"), message)
        return None
    return int(lasts.total_seconds())
