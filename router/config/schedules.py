"""schedules.yaml: who is on call when, in layers of rotations and fixed shifts, with overrides."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from router.config.calendar_shapes import PERSON, Every, LocalTime, Repeat, TimeOfDay, Zone
from router.config.codes import Lint
from router.config.collections_of import Declarations, Declared, Field, Items, ListOf, Record
from router.config.draft import Draft
from router.config.hours import HOURS, hours_of
from router.config.node import Node, Place
from router.config.shapes import ANY_TEXT, INVALID, NAME, Duration, Number
from router.model.schedule import (
    DAY_SECONDS,
    WEEK_SECONDS,
    FixedShift,
    Layer,
    Rotation,
    Schedule,
    ShiftOverride,
)

HANDOVER_MINUTES = 9 * 60
"""When a turn changes hands unless the layer says otherwise: people are awake, and at their desks."""

_PEOPLE = ListOf(PERSON, or_one=True)

_FIXED = Record(
    "a shift",
    {
        "starts": Field(LocalTime(), 'When it begins on the wall clock: "2026-01-05 20:00".', True),
        "lasts": Field(Duration(60, 53 * WEEK_SECONDS), "How long, on the wall clock: 12h.", True),
        "who": Field(_PEOPLE, "Who is on call: Slack ids or e-mail addresses.", True),
        "repeat": Field(Repeat(), "An RFC 5545 rule, such as FREQ=WEEKLY;BYDAY=SA."),
        "also_at": Field(ListOf(LocalTime()), "Further beginnings."),
        "except_at": Field(ListOf(LocalTime()), "Beginnings of the rule that are left out."),
        "time_zone": Field(Zone(), "Its own zone, where it is not the schedule's."),
    },
)

_LAYER = Record(
    "a layer",
    {
        "name": Field(NAME, "Shifts name it.", True),
        "members": Field(
            ListOf(_PEOPLE), "Who takes turns, in order; people in brackets are on call together."
        ),
        "every": Field(Every(), "How long a turn lasts: daily, weekly (default), or such as 12h, 3d, 2w."),
        "starts": Field(LocalTime(), "The day (or moment) on which the first member's turn begins."),
        "ends": Field(LocalTime(), "When the rotation is over."),
        "handover": Field(TimeOfDay(), "The time of day at which turns change; 09:00 if left out."),
        "shifts": Field(ListOf(_FIXED), "Fixed shifts, instead of a rotation."),
        "hours": Field(HOURS, "Only within these hours."),
        "priority": Field(Number(0, 1000), "Higher counts; the place in the list, from 0, if left out."),
        "time_zone": Field(Zone(), "Its own zone, where it is not the schedule's."),
    },
)

_OVERRIDE = Record(
    "an override",
    {
        "starts": Field(LocalTime(), "When it begins on the wall clock.", True),
        "ends": Field(LocalTime(), "When it is over.", True),
        "who": Field(_PEOPLE, "Who is on call instead of everybody else.", True),
        "why": Field(ANY_TEXT, "The reason, for people."),
    },
)

SCHEDULE = Record(
    "a schedule",
    {
        "name": Field(ANY_TEXT, "What people read; the id if left out."),
        "time_zone": Field(Zone(), "The zone of all its times, such as Europe/Berlin; UTC if left out."),
        "team": Field(NAME, "The team whose schedule it is."),
        "fallback": Field(
            NAME, "The team that is told where nobody is on call; else `team` and its channel."
        ),
        "layers": Field(
            Items(_LAYER), "Rotations and fixed shifts; a later layer counts before earlier ones.", True
        ),
        "overrides": Field(ListOf(_OVERRIDE), "Exceptions, over all layers; a later one counts first."),
    },
)

SHAPE = Record(
    "schedules.yaml", {"schedules": Field(Declarations(SCHEDULE, "schedule"), "The schedules by id.", True)}
)


def read_schedules(root: Node, draft: Draft) -> None:
    """Fill the draft's schedules; one with mistakes keeps its name known."""
    values = SHAPE.read(root, "schedules.yaml", draft.report)
    if not isinstance(values, Mapping) or "schedules" not in values:
        draft.lost.add("schedules.yaml")
        return
    for declared in values["schedules"]:
        before = draft.report.errors
        draft.schedules[declared.name] = _schedule(declared, draft)
        damaged = declared.home.damaged or draft.report.errors > before
        draft.homes["schedule", declared.name] = declared.home._replace(damaged=damaged)


def _schedule(declared: Declared, draft: Draft) -> Schedule:
    name, given, home = declared
    zone = given.get("time_zone", "UTC")
    layers = [_layer(number, each, zone, draft) for number, each in enumerate(given.get("layers", ()))]
    overrides = [_override(each, n, home.node, draft) for n, each in enumerate(given.get("overrides", ()))]
    return Schedule(
        id=name,
        name=given.get("name", ""),
        zone=zone,
        team=given.get("team", ""),
        fallback=given.get("fallback", ""),
        layers=tuple(layer for layer in layers if layer),
        overrides=tuple(override for override in overrides if override),
    )


def _layer(number: int, declared: Declared, zone: str, draft: Draft) -> Layer | None:
    name, given, home = declared
    if not name:
        return None
    own_zone = given.get("time_zone", "")
    return Layer(
        name=name,
        priority=given.get("priority", number),
        rotation=_rotation(given, home.node, draft),
        fixed=tuple(
            _fixed(each) for each in given.get("shifts", ()) if {"starts", "lasts", "who"} <= each.keys()
        ),
        hours=hours_of(given.get("hours"), name, own_zone or zone),
        zone=own_zone,
    )


def _rotation(given: Mapping[str, Any], node: Node, draft: Draft) -> Rotation | None:
    """The layer's rotation; None where it has none, or reported where it cannot turn."""
    if "members" not in given:
        return None
    if "shifts" in given:
        message = "a layer has members that take turns or fixed shifts, not both"
        draft.report.add(Lint.LAYER_UNCLEAR, node.at("shifts"), message, "make two layers of it")
        return None
    if "starts" not in given:
        if not node.entry("starts"):
            message = "a rotation needs the day on which its first turn begins"
            draft.report.add(Lint.MISSING_KEY, node.place, message, 'add starts: "2026-01-05"')
        return None
    starts = _handover(given["starts"], given.get("handover"), node)
    ends = given.get("ends")
    if ends and ends <= starts:
        _report_order(node.at("ends"), "the rotation", draft)
    return Rotation(
        starts=starts, ends=ends, every_seconds=given.get("every", WEEK_SECONDS), turns=given["members"]
    )


def _handover(starts: datetime, minutes: int | None, node: Node) -> datetime:
    """The day on which a rotation begins, at its time of handing over."""
    written = node.find("starts")
    timed = written is not None and isinstance(written.value, str) and len(written.value) > len("2026-01-05")
    if timed and minutes is None:
        return starts
    midnight = datetime.combine(starts.date(), datetime.min.time())
    return midnight + timedelta(
        minutes=(HANDOVER_MINUTES if minutes is None else minutes) % (DAY_SECONDS // 60)
    )


def _fixed(given: Mapping[str, Any]) -> FixedShift:
    return FixedShift(
        starts=given["starts"],
        seconds=given["lasts"],
        who=given["who"],
        repeat=given.get("repeat", ""),
        also_at=given.get("also_at", ()),
        except_at=given.get("except_at", ()),
        zone=given.get("time_zone", ""),
    )


def _override(given: Any, number: int, node: Node, draft: Draft) -> ShiftOverride | None:
    if given is INVALID or not {"starts", "ends", "who"} <= given.keys():
        return None
    if given["ends"] <= given["starts"]:
        _report_order(node.at("overrides", number, "ends"), "the override", draft)
        return None
    return ShiftOverride(
        starts=given["starts"], ends=given["ends"], who=given["who"], why=given.get("why", "")
    )


def _report_order(place: Place, what: str, draft: Draft) -> None:
    draft.report.add(Lint.ENDS_BEFORE_START, place, f"{what} ends before it begins")
