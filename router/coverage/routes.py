"""Which routes are of use: what could ever reach each, and what did."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from router.coverage.cases import Case, possible
from router.coverage.gaps import sure
from router.model.catalog import UNMAPPED
from router.model.fault import OwnerKind, Severity
from router.model.incident import Cause, Incident, IncidentState, Ownership
from router.model.ownership import Override
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
    """An incident for every fault of every component and each severity, sure and unsure, and one that nobody knows.

    At each moment from `at` on at which ownership could come out differently.
    """
    for moment in _moments(rules, at):
        for case, _, _ in possible(rules, moment):
            workflows = _workflows(case, rules)
            scope = rules.components[case.component].scope
            for cause in (sure(case), sure(case).model_copy(update={"abstained": True})):
                owner = own(cause, rules, moment)
                for severity in Severity:
                    yield _incident(cause, owner, severity, scope, workflows, moment)
    nobody = sure(Case("nobody-knows-this", "source.silent"))
    triage = Ownership(team=rules.settings.triage_team, kind=OwnerKind.IT, why="")
    yield _incident(nobody, triage, Severity.CRITICAL, UNMAPPED, (), at)


def _moments(rules: Rules, at: datetime) -> list[datetime]:
    """`at`, and one moment for every way in which hours of contracts and overrides come together in a week."""
    contracts = [team.contract.hours for team in rules.teams.values() if team.contract]
    hours = [each for each in (*contracts, *(o.hours for o in rules.overrides)) if each]
    edges = [edge for o in rules.overrides for edge in (o.starts, o.ends) if edge and edge > at]
    found: dict[tuple[bool, ...], datetime] = {}
    for start in (at, *edges):
        held = tuple(_holds(override, start) for override in rules.overrides)
        for half_hour in range(2 * 24 * 7 if hours else 1):
            moment = start + timedelta(minutes=30 * half_hour)
            signature = (*held, *(each.contains(moment) for each in hours))
            found.setdefault(signature, moment)
    return list(found.values())


def _holds(override: Override, at: datetime) -> bool:
    began = override.starts is None or override.starts <= at
    return began and (override.ends is None or at < override.ends)


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
