"""What is to be drawn: components, dependencies, and what an incident has to do with each. No coordinates yet."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import pairwise

from router.model.catalog import Component
from router.model.fault import FAULTS, ComponentKind, OwnerKind
from router.model.incident import Incident
from router.model.rules import Rules


class Mark(StrEnum):
    """What an incident has to do with a component."""

    CAUSE = "cause"
    ALERTING = "alerting"
    AFFECTED = "affected"
    """It does not alert (yet): it lies on the way of the failure, or is expected to be hit."""


@dataclass(frozen=True, slots=True)
class Node:
    """A component; `owner` is the team that most of its faults are for, possibly nobody."""

    id: str
    title: str
    kind: ComponentKind
    workflow: str
    owner: str
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Edge:
    """`downstream` depends on `upstream`; seconds that a failure takes; whether the incident's path runs along it."""

    upstream: str
    downstream: str
    soonest_seconds: float
    latest_seconds: float
    feedback: bool = False
    on_path: bool = False


@dataclass(frozen=True, slots=True)
class Path:
    """How the failure got from the cause to a component that alerts."""

    components: tuple[str, ...]
    soonest_seconds: float
    latest_seconds: float


@dataclass(frozen=True, slots=True)
class Picture:
    """All that is drawn, in alphabetical order; `about` says what of the topology this is."""

    about: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    paths: tuple[Path, ...] = ()
    incident: Incident | None = None

    @property
    def workflows(self) -> Mapping[str, tuple[Node, ...]]:
        """The nodes by workflow."""
        found: dict[str, list[Node]] = {}
        for node in self.nodes:
            found.setdefault(node.workflow, []).append(node)
        return {name: tuple(found[name]) for name in sorted(found)}


def picture(rules: Rules, component: str = "", incident: Incident | None = None) -> Picture:
    """The topology; of it what reaches `component` or is reached by it; or the scope of the incident.

    Raises LookupError for a component that the rules do not have.
    """
    shown, about = _shown(rules, component, incident)
    paths = _paths(rules, incident) if incident else ()
    steps = {step for path in paths for step in pairwise(path.components)}
    marks = _marks(incident, paths) if incident else {}
    nodes = [_node(rules.components[name], marks.get(name)) for name in sorted(shown)]
    edges = [
        Edge(
            edge.upstream,
            name,
            edge.soonest_seconds,
            edge.latest_seconds,
            edge.feedback,
            (edge.upstream, name) in steps,
        )
        for name in sorted(shown)
        for edge in sorted(rules.components[name].depends_on, key=lambda edge: edge.upstream)
        if edge.upstream in shown
    ]
    return Picture(about, tuple(nodes), tuple(edges), paths, incident)


@cache
def main_concern(kind: ComponentKind) -> OwnerKind:
    """The kind of owner that most faults of such a component are for; risk & compliance stands beside, not for, it."""
    faults = [fault for fault in FAULTS.values() if fault.kind is kind]
    concerns = Counter(fault.concern for fault in faults if fault.concern is not OwnerKind.RISK)
    return min(concerns, key=lambda concern: (-concerns[concern], concern.value))


def _shown(rules: Rules, component: str, incident: Incident | None) -> tuple[set[str], str]:
    everything = set(rules.components)
    if component:
        if component not in everything:
            raise LookupError(f'no component "{component}"')
        near = {*rules.topology.upstream_of(component), *rules.topology.downstream_of(component)}
        return near & everything, f"what {component} depends on, and what depends on it"
    if incident:
        scope = {name for name, body in rules.components.items() if body.scope == incident.scope}
        return scope, f"scope {incident.scope}"
    return everything, f"all of {rules.settings.company}" if rules.settings.company else "all components"


def _node(component: Component, mark: Mark | None) -> Node:
    kinds = (main_concern(component.kind), *OwnerKind)
    owner = next((component.owners[kind] for kind in kinds if kind in component.owners), "")
    return Node(component.id, component.title, component.kind, component.workflow, owner, mark)


def _paths(rules: Rules, incident: Incident) -> tuple[Path, ...]:
    """From the cause to each alerting component, along the way that the attribution reasons on."""
    cause = incident.cause.component
    alerting = sorted({headline.component for headline in incident.headlines} & rules.components.keys())
    return tuple(path for name in alerting if name != cause and (path := _path(rules, cause, name)))


def _path(rules: Rules, cause: str, name: str) -> Path | None:
    reach = rules.topology.upstream_of(name)
    if cause not in reach:
        return None
    found = [cause]
    while found[-1] != name and len(found) <= len(reach):
        found.append(reach[found[-1]].via)
    return Path(tuple(found), reach[cause].soonest_seconds, reach[cause].latest_seconds)


def _marks(incident: Incident, paths: tuple[Path, ...]) -> dict[str, Mark]:
    marks = {impact.component: Mark.AFFECTED for impact in incident.impacts}
    marks |= {name: Mark.AFFECTED for path in paths for name in path.components}
    marks |= {headline.component: Mark.ALERTING for headline in incident.headlines}
    return marks | {incident.cause.component: Mark.CAUSE}
