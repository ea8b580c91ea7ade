"""Which routes are of use: what could ever reach each, and what did."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from router.coverage.cases import Case, possible
from router.coverage.gaps import sure
from router.model.catalog import UNMAPPED
from router.model.fault import OwnerKind, Severity
from router.model.incident import Cause, Incident, IncidentState, Ownership
from router.model.rules import Rules
from router.stages.own import own
from router.stages.route import seen_by

OURS = frozenset({"owner", "owner.kind", "scope", "workflow", "severity", "incident"}) | {
    f"cause.{part}" for part in ("component", "kind", "fault")
}
"""Labels that the router itself gives to an incident."""


class RouteUse(NamedTuple):
    """A route; `path` is its matchers from the root on. `reachable` is None where labels of alerts decide.

    `incidents` is None without a recording.
    """

    route: str
    path: str
    reachable: bool | None
    incidents: int | None


def routes_used(rules: Rules, incidents: Sequence[Incident] | None, at: datetime) -> tuple[RouteUse, ...]:
    """Every route, depth first: whether any incident of this company could take it, and how many of these did.

    `incidents` has one for each set of labels, so the numbers are kinds of incident rather than incidents. What is
    above a route that was taken was of use, too.
    """
    tree = _Tree(rules)
    hits = Counter(place for incident in incidents or () for place in tree.taken(incident))
    left = set(range(1, len(tree.nodes))) - hits.keys()
    for imagined in _imagined(rules, at) if left else ():
        left.difference_update(tree.taken(imagined))
        if not left:
            break
    return tuple(
        RouteUse(
            node.route.name or node.path,
            node.path,
            True if place not in left else None if tree.asks_alerts(place) else False,
            None if incidents is None else hits[place],
        )
        for place, node in enumerate(tree.nodes)
        if place
    )


class _Tree:
    """The routes by their place, depth first; the root is 0."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self.nodes = list(rules.route_tree.walk())
        self._place = {id(node): place for place, node in enumerate(self.nodes)}
        self._above = {
            self._place[id(child)]: place for place, node in enumerate(self.nodes) for child in node.children
        }

    def taken(self, incident: Incident) -> set[int]:
        """The routes that decide about an incident, and those above them."""
        found: set[int] = set()
        for node in self._rules.route_tree.matching(seen_by(incident, self._rules)):
            found.update(self._up(self._place[id(node)]))
        return found

    def asks_alerts(self, place: int) -> bool:
        """Whether a label that only alerts have decides whether the route is taken."""
        ours = set(OURS) - set(self._rules.alert_labels)
        return any(
            matcher.label not in ours for each in self._up(place) for matcher in self.nodes[each].route.match
        )

    def _up(self, place: int) -> Iterator[int]:
        while place:
            yield place
            place = self._above[place]


def _imagined(rules: Rules, at: datetime) -> Iterator[Incident]:
    """An incident for every fault of every component and each severity, sure and unsure, and one that nobody knows."""
    for case, _, _ in possible(rules, at):
        workflows = _workflows(case, rules)
        scope = rules.components[case.component].scope
        for cause in (sure(case), sure(case).model_copy(update={"abstained": True})):
            owner = own(cause, rules, at)
            for severity in Severity:
                yield _incident(cause, owner, severity, scope, workflows, at)
    nobody = sure(Case("nobody-knows-this", "source.silent"))
    triage = Ownership(team=rules.settings.triage_team, kind=OwnerKind.IT, why="")
    yield _incident(nobody, triage, Severity.CRITICAL, UNMAPPED, (), at)


def _workflows(case: Case, rules: Rules) -> tuple[str, ...]:
    """The workflows that a failure of this component may hit, its own first."""
    reached = [case.component, *rules.topology.downstream_of(case.component)]
    return tuple(dict.fromkeys(rules.components[component].workflow for component in reached))


def _incident(
    cause: Cause,
    owner: Ownership,
    severity: Severity,
    scope: str,
    workflows: tuple[str, ...],
    at: datetime,
) -> Incident:
    return Incident(
        id="imagined",
        scope=scope,
        state=IncidentState.OPEN,
        severity=severity,
        opened_at=at,
        started_at=at,
        updated_at=at,
        cause=cause,
        owner=owner,
        workflows=workflows,
    )
