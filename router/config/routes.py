"""routes.yaml: where incidents that match go, tried in order."""

from collections.abc import Mapping
from dataclasses import dataclass

from router.config.codes import Lint
from router.config.collections_of import Declared, Field, Items, ListOf, Record
from router.config.draft import Draft, PlacedMatcher, RouteDraft
from router.config.node import Node
from router.config.report import Report
from router.config.shapes import INVALID, NAME, Duration, Json, Shape, wrong_type
from router.config.suggest import did_you_mean
from router.config.teams import Channel
from router.model.matcher import BadRegex, parse_matcher
from router.model.rules import Route

LABELS = ("owner", "owner.kind", "cause.component", "cause.fault", "severity", "scope", "workflow")
"""What a route can match on."""


@dataclass(frozen=True, slots=True)
class MatcherText(Shape):
    """One matcher on one of these labels; read as a `PlacedMatcher`."""

    labels: tuple[str, ...] = LABELS

    def _read(self, node: Node, what: str, report: Report) -> object:
        if not isinstance(node.value, str):
            return wrong_type(node, what, "text", report, "such as 'severity=\"critical\"'")
        try:
            matcher = parse_matcher(node.value)
        except BadRegex as error:
            report.add(Lint.BAD_REGEX, node.place, f"{node.value} has no regular expression: {error}")
            return INVALID
        except ValueError as error:
            report.add(Lint.BAD_MATCHER, node.place, f"{node.value} is no matcher", str(error))
            return INVALID
        if matcher.label not in self.labels:
            hint = did_you_mean(matcher.label, self.labels) or f"known are {', '.join(self.labels)}"
            report.add(Lint.UNKNOWN_LABEL, node.place, f'unknown label "{matcher.label}"', hint)
            return INVALID
        return PlacedMatcher(matcher, node.place, node.value)

    def _schema(self) -> Json:
        return {"type": "string", "pattern": r"^\s*[A-Za-z_][A-Za-z0-9_.-]*\s*(=~|!=|!~|=)"}


ROUTE = Record(
    "a route",
    {
        "name": Field(NAME, "Decisions name it.", True),
        "match": Field(
            ListOf(MatcherText(), or_one=True),
            "All must hold, such as 'owner.kind=\"risk\"'; none: every incident.",
        ),
        "channel": Field(Channel(), "Where to tell; the owner's own channel if left out."),
        "settle": Field(Duration(0, 86_400), "Wait before the first telling."),
        "escalate_after": Field(Duration(0, 7 * 86_400), "How long to wait for an acknowledgement."),
    },
)

SHAPE = Record(
    "routes.yaml", {"routes": Field(Items(ROUTE), "Tried in order; the first match decides.", True)}
)


def read_routes(root: Node, draft: Draft) -> None:
    """Fill the draft's routes, in order; one without a name is reported and left out."""
    values = SHAPE.read(root, "routes.yaml", draft.report)
    if not isinstance(values, Mapping) or "routes" not in values:
        draft.lost.add("routes.yaml")
        return
    for declared in values["routes"]:
        if declared.name:
            _add(declared, draft)


def _add(declared: Declared, draft: Draft) -> None:
    name, given, home = declared
    if ("route", name) in draft.homes:
        first = draft.home("route", name).place.line
        message = f'route name "{name}" is used twice, first in line {first}'
        draft.report.add(Lint.ROUTE_TWICE, home.node.at("name"), message)
    draft.homes.setdefault(("route", name), home)
    placed: tuple[PlacedMatcher, ...] = given.get("match", ())
    route = Route(
        name=name,
        match=tuple(each.matcher for each in placed),
        channel=given.get("channel", ""),
        settle_seconds=given.get("settle"),
        escalate_after_seconds=given.get("escalate_after"),
    )
    draft.routes.append(RouteDraft(route, home, placed))
