"""Routes: where incidents that match go, as a tree with Alertmanager's semantics.

A child is asked only where its parent matches; children are asked in order and the first that matches decides, unless
it says `continue`; where no child matches the parent itself decides. A child inherits its parent's destination, policy,
grouping and clocks, but not its time intervals and not `continue`. The root matches everything.
Facts from https://prometheus.io/docs/alerting/latest/configuration/#route and the behaviour of Alertmanager's
`dispatch` package.
"""

from collections.abc import Iterator, Mapping, Sequence
from heapq import merge
from itertools import groupby
from typing import NamedTuple

from pydantic import Field

from router.model.matcher import Matcher, written_matchers
from router.model.matcher_index import MatcherIndex
from router.model.value import Value

OWNER = "owner"
"""The receiver that is the owner's own channel."""

EVERY_LABEL = "..."
"""Stands in `group_by` for all labels."""

Labels = Mapping[str, str]


class Receiver(Value):
    """Where a route leads, under a name: Slack channels, the first one first; without, the team's own channel."""

    name: str
    channels: tuple[str, ...] = ()
    team: str = ""


class Route(Value):
    """A node of the tree; whatever it does not say (None or empty) it takes from its parent.

    Labels to match on are those of `router.stages.route.labels`; of several workflows that are hit, one whose labels
    match is enough. `receiver` names a Receiver or is OWNER; `channel` is a channel directly; a route that has either
    has its parent's no more. `policy` is an escalation policy. `group_by` are the labels whose values each get a
    message of their own, EVERY_LABEL all; `()` is one message for all. `mute` and `active` name time intervals: it is
    not told during the one kind, and only during the other.
    """

    name: str = ""
    match: tuple[Matcher, ...] = ()
    continues: bool = False
    receiver: str = ""
    channel: str = ""
    policy: str = ""
    group_by: tuple[str, ...] | None = None
    settle_seconds: int | None = Field(None, ge=0)
    update_interval_seconds: int | None = Field(None, ge=1)
    repeat_interval_seconds: int | None = Field(None, ge=1)
    escalate_after_seconds: int | None = Field(None, ge=0)
    mute: tuple[str, ...] = ()
    active: tuple[str, ...] = ()
    routes: tuple["Route", ...] = ()


class Given(NamedTuple):
    """What a route says, with what its parents said; None and "": nobody said anything."""

    receiver: str = ""
    channel: str = ""
    policy: str = ""
    group_by: tuple[str, ...] = ()
    settle_seconds: int | None = None
    update_interval_seconds: int | None = None
    repeat_interval_seconds: int | None = None
    escalate_after_seconds: int | None = None

    def under(self, route: Route) -> "Given":
        """The same for a route below."""
        said = {
            name: value
            for name in Given._fields
            if name not in ("receiver", "channel") and (value := getattr(route, name)) not in (None, "")
        }
        if route.receiver or route.channel:
            said |= {"receiver": route.receiver, "channel": "" if route.receiver else route.channel}
        return self._replace(**said)


class RouteNode:
    """A route in its place in the tree.

    `path` is what Alertmanager calls the route's key: the matchers from the root on, each in braces.
    """

    __slots__ = ("_index", "children", "given", "path", "route")

    def __init__(self, route: Route, above: "RouteNode | None" = None) -> None:
        self.route = route
        written = written_matchers(route.match)
        self.path: str = f"{above.path}/{written}" if above else written
        self.given: Given = (above.given if above else Given()).under(route)
        self.children: tuple[RouteNode, ...] = tuple(RouteNode(child, self) for child in route.routes)
        self._index = MatcherIndex([child.route.match for child in self.children])

    @property
    def receiver(self) -> str:
        """The receiver's name; of a channel that is given directly its own, OWNER where nothing is given."""
        return self.given.receiver or self.given.channel or OWNER

    def matching(self, seen: Sequence[Labels]) -> "list[RouteNode]":
        """The nodes that decide below this one, which matches all these sets of labels; itself where none does."""
        found: list[RouteNode] = []
        for position, sets in self._children_of(seen):
            child = self.children[position]
            found += child.matching(sets)
            if not child.route.continues:
                break
        return found or [self]

    def _children_of(self, seen: Sequence[Labels]) -> Iterator[tuple[int, Sequence[Labels]]]:
        """The children that match, in order, each with the sets of labels that it matches."""
        if not self.children:
            return
        if len(seen) == 1:
            for position in self._index.matching(seen[0]):
                yield position, seen
            return
        hits = merge(*(((at, number) for at in self._index.matching(one)) for number, one in enumerate(seen)))
        for position, group in groupby(hits, key=lambda hit: hit[0]):
            yield position, [seen[number] for _, number in group]

    def walk(self) -> "Iterator[RouteNode]":
        """This node and all below it, depth first, in order."""
        yield self
        for child in self.children:
            yield from child.walk()

    def group_of(self, labels: Labels) -> dict[str, str]:
        """The labels by which these are told apart from others on this route; none: they are not."""
        if EVERY_LABEL in self.given.group_by:
            return dict(labels)
        return {label: labels[label] for label in self.given.group_by if label in labels}


def route_tree(routes: tuple[Route, ...], default: Route) -> RouteNode:
    """The root over these routes; `default` is what it gives."""
    return RouteNode(default.model_copy(update={"match": (), "continues": False, "routes": routes}))
