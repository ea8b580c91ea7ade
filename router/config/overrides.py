"""overrides.yaml: incidents that go to another team than the catalog says, for a while or for good."""

from collections.abc import Mapping
from datetime import datetime

from router.config.calendar_shapes import LocalTime, Zone
from router.config.codes import Lint
from router.config.collections_of import Declared, Field, Items, ListOf, Record
from router.config.contracts import WORKING_HOURS, working_hours
from router.config.draft import Draft, OverrideDraft, PlacedMatcher
from router.config.node import Node
from router.config.routes import MatcherText
from router.config.shapes import ANY_TEXT, NAME
from router.model.ownership import Override
from router.model.value import Moment
from router.model.wall_clock import moment

OVERRIDE = Record(
    "an override",
    {
        "name": Field(NAME, "Decisions name it.", True),
        "team": Field(NAME, "Who gets what matches.", True),
        "why": Field(ANY_TEXT, "For people, such as the reason of the re-organisation."),
        "match": Field(
            ListOf(MatcherText(), or_one=True),
            "All must hold, as in routes; owner is whom the catalog names. None: every incident.",
        ),
        "faults": Field(ListOf(ANY_TEXT, or_one=True), "Faults or prefixes (api.); all if left out."),
        "from": Field(LocalTime(), "When it begins, such as 2026-11-21 12:00; it always held if left out."),
        "until": Field(LocalTime(), "When it is over; never if left out."),
        "time_zone": Field(Zone(), "Whose clocks from and until are; UTC if left out."),
        "hours": Field(WORKING_HOURS, "Only within these hours, as in follow the sun."),
    },
)

SHAPE = Record(
    "overrides.yaml", {"overrides": Field(Items(OVERRIDE), "Tried in order; the first match decides.", True)}
)


def read_overrides(root: Node, draft: Draft) -> None:
    """Fill the draft's overrides, in order; one without a name or team is reported and left out."""
    values = SHAPE.read(root, "overrides.yaml", draft.report)
    if not isinstance(values, Mapping) or "overrides" not in values:
        draft.lost.add("overrides.yaml")
        return
    for declared in values["overrides"]:
        if declared.name and "team" in declared.values:
            _add(declared, draft)


def _add(declared: Declared, draft: Draft) -> None:
    name, given, home = declared
    if ("override", name) in draft.homes:
        first = draft.home("override", name).place.line
        message = f'override name "{name}" is used twice, first in line {first}'
        draft.report.add(Lint.OVERRIDE_TWICE, home.node.at("name"), message)
    draft.homes.setdefault(("override", name), home)
    placed: tuple[PlacedMatcher, ...] = given.get("match", ())
    zone = given.get("time_zone", "UTC")
    override = Override(
        name=name,
        team=given["team"],
        match=tuple(each.matcher for each in placed),
        faults=tuple(given.get("faults", ())),
        starts=_moment(given.get("from"), zone),
        ends=_moment(given.get("until"), zone),
        hours=working_hours(given.get("hours"), name),
        why=given.get("why", ""),
    )
    draft.overrides.append(OverrideDraft(override, home, placed))


def _moment(shown: datetime | None, zone: str) -> Moment | None:
    return None if shown is None else moment(shown, zone)
