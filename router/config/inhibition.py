"""inhibition.yaml: which alerts make others not worth telling while they fire."""

from collections.abc import Mapping

from router.config.codes import Lint
from router.config.collections_of import Declared, Field, Items, ListOf, Record
from router.config.draft import Draft, InhibitionDraft, PlacedMatcher
from router.config.node import Node
from router.config.routes import LABELS, MatcherText, MatcherTexts
from router.config.shapes import ANY_TEXT, NAME, Duration
from router.model.muting import Inhibition

INHIBITED_LABELS = (*LABELS, "incident", "component", "fault")
"""Ours that an inhibition rule may ask for: those of the incident, and the alert's own component and fault."""

_MATCHERS = MatcherTexts(MatcherText(INHIBITED_LABELS))

RULE = Record(
    "an inhibition rule",
    {
        "name": Field(NAME, "Decisions name it.", True),
        "source": Field(
            _MATCHERS, "An alert of another incident that fires and matches all of these mutes …", True
        ),
        "target": Field(
            _MATCHERS, "… an incident of which every alert that fires matches all of these …", True
        ),
        "equal": Field(
            ListOf(ANY_TEXT, or_one=True), "… if both agree in these labels; an absent label is an empty one."
        ),
        "wait": Field(
            Duration(0, 3_600),
            "How long a target waits at least for a source that may still arrive; 1m if left out.",
        ),
    },
)

SHAPE = Record("inhibition.yaml", {"inhibition": Field(Items(RULE), "The rules.", True)})


def read_inhibition(root: Node, draft: Draft) -> None:
    """Fill the draft's inhibition rules, in order."""
    values = SHAPE.read(root, "inhibition.yaml", draft.report)
    if not isinstance(values, Mapping) or "inhibition" not in values:
        draft.lost.add("inhibition.yaml")
        return
    for declared in values["inhibition"]:
        if declared.name:
            _add(declared, draft)


def _add(declared: Declared, draft: Draft) -> None:
    name, given, home = declared
    if ("inhibition", name) in draft.homes:
        first = draft.home("inhibition", name).place.line
        message = f'inhibition name "{name}" is used twice, first in line {first}'
        draft.report.add(Lint.INHIBITION_TWICE, home.node.at("name"), message)
    draft.homes.setdefault(("inhibition", name), home)
    source: tuple[PlacedMatcher, ...] = given.get("source", ())
    target: tuple[PlacedMatcher, ...] = given.get("target", ())
    waits = {"wait_seconds": given["wait"]} if "wait" in given else {}
    rule = Inhibition(
        name=name,
        source=tuple(placed.matcher for placed in source),
        target=tuple(placed.matcher for placed in target),
        equal=tuple(given.get("equal", ())),
        **waits,
    )
    draft.inhibition.append(InhibitionDraft(rule, home, (*source, *target)))
