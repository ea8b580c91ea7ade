"""obligations.yaml: the duties that faults bring with them; those that ship are switched on or changed here."""

from collections.abc import Mapping
from typing import Any

from router.config.codes import Lint
from router.config.collections_of import Declarations, Declared, Field, ListOf, Record
from router.config.draft import Draft, PlacedMatcher
from router.config.node import Node
from router.config.routes import MatcherText
from router.config.shapes import ANY_TEXT, NAME, Choice, Duration
from router.config.shipped_obligations import SHIPPED
from router.config.suggest import did_you_mean
from router.config.words import SEVERITY
from router.model.ownership import ClockStart, Obligation

_LONGEST = 365 * 86_400

OBLIGATION = Record(
    "an obligation",
    {
        "like": Field(ANY_TEXT, "A duty that ships, from which everything is taken that is left out here."),
        "title": Field(ANY_TEXT, "What is to be done, in a few words."),
        "source": Field(ANY_TEXT, "Where it is written down: law and article, or the company's rule."),
        "faults": Field(ListOf(ANY_TEXT, or_one=True), "Faults or prefixes (risk.) that bring it with them."),
        "components": Field(ListOf(ANY_TEXT, or_one=True), "Ids or patterns; all if left out."),
        "match": Field(ListOf(MatcherText(), or_one=True), "Only for incidents with these labels."),
        "severity": Field(SEVERITY, "Only from this severity on."),
        "team": Field(NAME, "Who answers for it; the component's risk owner if left out."),
        "within": Field(Duration(0, _LONGEST), "The time for it; 0 has no clock."),
        "starts": Field(
            Choice.of(ClockStart, "moment"),
            "From when it counts: began, told (the company is aware), acknowledged.",
        ),
        "remind": Field(
            Duration(0, _LONGEST), "How long before its end to remind; a quarter of it if left out."
        ),
    },
)

SHAPE = Record(
    "obligations.yaml",
    {
        "use": Field(ListOf(ANY_TEXT, or_one=True), f"Duties that ship: {', '.join(SHIPPED)}."),
        "obligations": Field(Declarations(OBLIGATION, "obligation"), "Duties of your own, by id."),
    },
)


def read_obligations(root: Node, draft: Draft) -> None:
    """Fill the draft's obligations."""
    values = SHAPE.read(root, "obligations.yaml", draft.report)
    if not isinstance(values, Mapping):
        draft.lost.add("obligations.yaml")
        return
    for name, place in root.texts("use"):
        if duty := _shipped(name, place, draft):
            draft.obligations[name] = duty
    for declared in values.get("obligations", ()):
        _add(declared, draft)


def _shipped(name: str, place: Any, draft: Draft) -> Obligation | None:
    if name not in SHIPPED:
        hint = did_you_mean(name, SHIPPED) or f"there are {', '.join(SHIPPED)}"
        draft.report.add(Lint.UNKNOWN_OBLIGATION, place, f'no obligation "{name}" ships', hint)
    return SHIPPED.get(name)


def _add(declared: Declared, draft: Draft) -> None:
    """One of the company's own; what is left out is taken from the one it is like."""
    name, given, home = declared
    draft.homes["obligation", name] = home
    like = _shipped(given["like"], home.node.at("like"), draft) if "like" in given else None
    if "like" not in given:
        for key in ("title", "source", "faults"):
            if key not in given and not home.damaged:
                message = f'obligation "{name}" needs the key "{key}", or to be like one that ships'
                draft.report.add(Lint.MISSING_KEY, home.place, message)
    if like is None:
        like = Obligation(id=name, title=name, source="", faults=())
    placed: tuple[PlacedMatcher, ...] = given.get("match", ())
    fields = {
        "title": given.get("title"),
        "source": given.get("source"),
        "faults": given.get("faults"),
        "components": given.get("components"),
        "match": tuple(each.matcher for each in placed) or None,
        "severity": given.get("severity"),
        "team": given.get("team"),
        "within_seconds": given.get("within"),
        "starts": given.get("starts"),
        "remind_seconds": given.get("remind"),
    }
    said = {key: value for key, value in fields.items() if value is not None}
    draft.obligations[name] = Obligation.model_validate({**like.model_dump(), "id": name, **said})
