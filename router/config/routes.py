"""routes.yaml: where incidents that match go, as a tree; with receivers and time intervals that routes name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from router.config.codes import Lint
from router.config.collections_of import Declared, Field, Items, ListOf, Record
from router.config.draft import Draft, PlacedMatcher, RouteDraft
from router.config.node import BROKEN, Node
from router.config.receivers import RECEIVERS, receivers_of
from router.config.report import Report
from router.config.shapes import ANY_TEXT, INVALID, NAME, Duration, Flag, Json, Shape, wrong_type
from router.config.suggest import did_you_mean
from router.config.teams import Channel
from router.config.time_intervals import TIME_INTERVALS, intervals_of
from router.model.matcher import BadRegex, Matcher, parse_matcher, parse_matchers
from router.model.route import EVERY_LABEL, Route

LABELS = (
    "owner",
    "owner.kind",
    "cause.component",
    "cause.kind",
    "cause.fault",
    "severity",
    "scope",
    "workflow",
)
"""What a route can match on beside the labels of alerts."""


@dataclass(frozen=True, slots=True)
class MatcherText(Shape):
    """One matcher; read as a `PlacedMatcher`.

    Labels that are not among `labels` are taken for the alerts' own, unless they are ours in another spelling; one in
    quotes is meant as it is written.
    """

    labels: tuple[str, ...] = LABELS

    def _read(self, node: Node, what: str, report: Report) -> object:
        found = self.several(node, what, report, lambda text: (parse_matcher(text),))
        return found[0] if found else INVALID

    def several(
        self, node: Node, what: str, report: Report, parse: Callable[[str], tuple[Matcher, ...]]
    ) -> tuple[PlacedMatcher, ...] | None:
        """The matchers that stand here; None after reporting what is wrong."""
        if not isinstance(node.value, str):
            wrong_type(node, what, "text", report, "such as 'severity=\"critical\"'")
            return None
        try:
            found = parse(node.value)
        except BadRegex as error:
            report.add(Lint.BAD_REGEX, node.place, f"{node.value} has no regular expression: {error}")
            return None
        except ValueError as error:
            report.add(Lint.BAD_MATCHER, node.place, f"{node.value} is no matcher", str(error))
            return None
        quoted = node.value.lstrip("{ ").startswith('"')
        if not quoted and not all(self._may_be(matcher.label, node, report) for matcher in found):
            return None
        return tuple(PlacedMatcher(matcher, node.place, node.value) for matcher in found)

    def _may_be(self, label: str, node: Node, report: Report) -> bool:
        """Whether a label is one of ours, or may be one of an alert; reported where it reads like one of ours."""
        if label in self.labels:
            return True
        spelled = next((ours for ours in self.labels if _letters(ours) == _letters(label)), "")
        if spelled:
            report.add(
                Lint.UNKNOWN_LABEL, node.place, f'unknown label "{label}"', f'did you mean "{spelled}"?'
            )
            return False
        near = did_you_mean(label, self.labels)
        if near:
            message = f'"{label}" is no label of ours, so one of your alerts must have it'
            report.add(Lint.LABEL_LIKE_OURS, node.place, message, near)
        return True

    def _schema(self) -> Json:
        return {"type": "string", "pattern": "(=~|!=|!~|=)"}


@dataclass(frozen=True, slots=True)
class MatcherTexts(Shape):
    """A list of matchers, or one; each item may be several in braces. Read as one tuple of `PlacedMatcher`."""

    one: MatcherText = MatcherText()

    def _read(self, node: Node, what: str, report: Report) -> object:
        if node.value is None or isinstance(node.value, Mapping):
            return wrong_type(node, what, "a list", report)
        read: list[PlacedMatcher] = []
        for item in node.value if isinstance(node.value, tuple) else (node,):
            if item.value is BROKEN:
                report.add_again()
                continue
            read += self.one.several(item, f"{what} item", report, _parsed) or ()
        return tuple(read)

    def _schema(self) -> Json:
        return ListOf(self.one, or_one=True).schema()


def _parsed(text: str) -> tuple[Matcher, ...]:
    if text.strip().startswith("{"):
        return parse_matchers(text.strip())
    return (parse_matcher(text),)


def _letters(label: str) -> str:
    return "".join(letter for letter in label.lower() if letter.isalnum())


class _Below(Shape):
    """The routes below a route: the same again."""

    def _read(self, node: Node, what: str, report: Report) -> object:
        return ROUTES.read(node, what, report)

    def _schema(self) -> Json:
        return {"$ref": "#/properties/routes"}


_OPTIONS = {
    "receiver": Field(ANY_TEXT, "A receiver's name, or owner: the owner's own channel."),
    "channel": Field(Channel(), "Where to tell; the owner's own channel if nothing is said here or above."),
    "policy": Field(NAME, "The escalation policy."),
    "group_by": Field(
        ListOf(ANY_TEXT),
        'A message for each set of values of these labels, ["..."] for all labels; one message if left out.',
    ),
    "settle": Field(Duration(0, 86_400), "Wait before the first telling."),
    "update_interval": Field(
        Duration(1, 30 * 86_400), "At most one plain refresh of a message in this time."
    ),
    "repeat_interval": Field(Duration(1, 3_650 * 86_400), "What still burns is told again after so long."),
    "escalate_after": Field(Duration(0, 7 * 86_400), "How long to wait for an acknowledgement."),
}

ROUTE = Record(
    "a route",
    {
        "name": Field(NAME, "Decisions name it.", True),
        "match": Field(
            MatcherTexts(),
            "All must hold, such as 'owner.kind=\"risk\"'; none: every incident.",
        ),
        "continue": Field(Flag(), "Also ask the routes after it; what they lead to is told too."),
        **_OPTIONS,
        "mute_time_intervals": Field(ListOf(ANY_TEXT, or_one=True), "Not told during these."),
        "active_time_intervals": Field(ListOf(ANY_TEXT, or_one=True), "Only told during these."),
        "routes": Field(_Below(), "Asked where this one matches; what they do not say they take from it."),
    },
)

ROUTES = Items(ROUTE)

SHAPE = Record(
    "routes.yaml",
    {
        "routes": Field(ROUTES, "Tried in order; the first match decides.", True),
        "default": Field(Record("the default route", _OPTIONS), "What holds where no route says otherwise."),
        "receivers": Field(RECEIVERS, "Where routes lead, by name."),
        "time_intervals": Field(TIME_INTERVALS, "Times that routes name."),
        "alert_labels": Field(
            ListOf(ANY_TEXT), "Labels that are the alerts' own although the router has one of that name."
        ),
    },
)


MORE = Record("routes/*.yaml", {"routes": Field(ROUTES, "Tried after those of routes.yaml.", True)})


def read_more_routes(root: Node, draft: Draft) -> None:
    """Add the routes of a further file, after those that there are."""
    values = MORE.read(root, "routes", draft.report)
    if not isinstance(values, Mapping) or "routes" not in values:
        draft.lost.add("routes.yaml")
        return
    draft.routes += _drafted(values["routes"], draft)


def read_routes(root: Node, draft: Draft) -> None:
    """Fill the draft's routes, in order; one without a name is reported and left out."""
    values = SHAPE.read(root, "routes.yaml", draft.report)
    if not isinstance(values, Mapping) or "routes" not in values:
        draft.lost.add("routes.yaml")
        return
    draft.routing = root
    draft.receivers = receivers_of(values.get("receivers", {}))
    draft.time_intervals = intervals_of(values.get("time_intervals", {}))
    draft.alert_labels = values.get("alert_labels", ())
    draft.default_route = Route(**_said(values.get("default", {}), root.below("default"), draft))
    draft.routes += _drafted(values["routes"], draft)


def _drafted(routes: tuple[Declared, ...], draft: Draft) -> list[RouteDraft]:
    return [_one(declared, draft) for declared in routes if declared.name]


def _one(declared: Declared, draft: Draft) -> RouteDraft:
    name, given, home = declared
    if ("route", name) in draft.homes:
        first = draft.home("route", name).place
        where = "" if first.file == home.place.file else f" of {first.file}"
        message = f'route name "{name}" is used twice, first in line {first.line}{where}'
        draft.report.add(Lint.ROUTE_TWICE, home.node.at("name"), message)
    draft.homes.setdefault(("route", name), home)
    placed: tuple[PlacedMatcher, ...] = given.get("match", ())
    below = _drafted(given.get("routes", ()), draft)
    route = Route(
        name=name,
        match=tuple(each.matcher for each in placed),
        continues=given.get("continue", False),
        **_said(given, home.node, draft),
        mute=given.get("mute_time_intervals", ()),
        active=given.get("active_time_intervals", ()),
        routes=tuple(each.route for each in below),
    )
    return RouteDraft(route, home, placed, tuple(below))


def _said(given: Mapping[str, Any], node: Node | None, draft: Draft) -> dict[str, Any]:
    """What a route says of destination, policy, grouping and clocks, as fields of `Route`."""
    if node is not None:
        _check_options(given, node, draft)
    clocks = ("settle", "update_interval", "repeat_interval", "escalate_after")
    return {
        "receiver": given.get("receiver", ""),
        "channel": given.get("channel", ""),
        "policy": given.get("policy", ""),
        "group_by": given.get("group_by"),
        **{f"{clock}_seconds": given.get(clock) for clock in clocks},
    }


def _check_options(given: Mapping[str, Any], node: Node, draft: Draft) -> None:
    if "receiver" in given and "channel" in given:
        hint = "a receiver may have channels of its own"
        draft.report.add(
            Lint.RECEIVER_AND_CHANNEL, node.key_at("channel"), "give a receiver or a channel, not both", hint
        )
    group_by = given.get("group_by") or ()
    twice = next((label for label in group_by if group_by.count(label) > 1), "")
    if twice or (EVERY_LABEL in group_by and len(group_by) > 1):
        message = (
            f'"{twice}" stands twice in group_by' if twice else '"..." in group_by means all labels already'
        )
        draft.report.add(Lint.BAD_GROUP_BY, node.at("group_by"), message, "name each label once, or only ...")
