"""The dependency graph, and how far and how fast a failure travels in it.

Edges run from upstream (what is depended on) to downstream. `upstream_of(v)` answers, for every component
whose failure can show at v, how strongly and after how long: the best path by strength, with the delays of
its edges added up. Answers are computed on first use and kept, so an alert costs one look-up.
"""

import heapq
from collections.abc import Mapping
from typing import NamedTuple

from router.model.catalog import Component

MAX_HOPS = 8
"""A failure is not followed further than this: .7^8 is below .06, no evidence for anything."""


class Reach(NamedTuple):
    """How a failure gets from one component to another along the best path."""

    strength: float
    soonest_seconds: float
    latest_seconds: float
    hops: int
    via: str
    """The first component after the cause on the path, for people."""


class Edge(NamedTuple):
    """To a neighbour: the chance that a failure travels along, and how long it takes."""

    other: str
    transmission: float
    soonest_seconds: float
    latest_seconds: float


Edges = tuple[Edge, ...]


class Topology:
    """Read-only graph over the catalog; answers are cached per component."""

    def __init__(self, components: Mapping[str, Component]) -> None:
        self._upstream: dict[str, Edges] = {
            component.id: tuple(
                Edge(edge.upstream, edge.transmission, edge.soonest_seconds, edge.latest_seconds)
                for edge in component.depends_on
                if edge.upstream in components
            )
            for component in components.values()
        }
        downstream: dict[str, list[Edge]] = {component: [] for component in components}
        for component, edges in self._upstream.items():
            for edge in edges:
                downstream[edge.other].append(edge._replace(other=component))
        self._downstream = {component: tuple(edges) for component, edges in downstream.items()}
        self._reach_up: dict[str, dict[str, Reach]] = {}
        self._reach_down: dict[str, dict[str, Reach]] = {}
        self._kin: dict[str, dict[str, tuple[Kinship, ...]]] = {}

    def upstream_of(self, component: str) -> dict[str, Reach]:
        """Every component whose failure can show at this one, itself included (strength 1, delay 0)."""
        if component not in self._reach_up:
            self._reach_up[component] = _best_paths(component, self._upstream)
        return self._reach_up[component]

    def downstream_of(self, component: str) -> dict[str, Reach]:
        """Every component that a failure of this one can reach, itself included."""
        if component not in self._reach_down:
            self._reach_down[component] = _best_paths(component, self._downstream)
        return self._reach_down[component]

    def kin_of(self, component: str) -> "dict[str, tuple[Kinship, ...]]":
        """Components whose failure can be one with a failure of this one, and in which ways."""
        if component not in self._kin:
            self._kin[component] = _kinship(self, component)
        return self._kin[component]

    def consumers(self, component: str) -> tuple[str, ...]:
        """The components that depend directly on this one."""
        return tuple(edge.other for edge in self._downstream.get(component, ()))


def _best_paths(start: str, edges: Mapping[str, Edges]) -> dict[str, Reach]:
    """Strongest path from `start` to everything reachable; ties go to the shorter one, in hops, delay, name."""
    found: dict[str, Reach] = {}
    queue: list[tuple[float, int, float, str, float, str]] = [(-1.0, 0, 0.0, start, 0.0, "")]
    while queue:
        strength, hops, latest, component, soonest, via = heapq.heappop(queue)
        if component in found:
            continue
        found[component] = Reach(-strength, soonest, latest, hops, via)
        if hops == MAX_HOPS:
            continue
        for edge in edges.get(component, ()):
            if edge.other not in found:
                delays = latest + edge.latest_seconds, edge.other, soonest + edge.soonest_seconds
                heapq.heappush(queue, (strength * edge.transmission, hops + 1, *delays, component))
    return found


class Kinship(NamedTuple):
    """One way in which failures at two components can be one failure: a common cause and the time between.

    `cause` may be one of the two. If the other one shows at s and this one at t, then t - s lies within
    [least_seconds, most_seconds], before any slack for slow monitors.
    """

    cause: str
    strength: float
    least_seconds: float
    most_seconds: float
    hops: int


KIN_HOPS = 4
"""Two components are kin when the paths from a common cause to both have together at most so many edges."""

KIN_WAYS = 4
"""Ways kept per pair, strongest first: more never changed a placement on the acme stories."""


def _kinship(topology: Topology, component: str) -> dict[str, tuple[Kinship, ...]]:
    """For every component that can fail together with this one: the ways, strongest first."""
    ways: dict[str, list[Kinship]] = {}
    for cause, up in topology.upstream_of(component).items():
        if up.hops > KIN_HOPS:
            continue
        for other, down in topology.downstream_of(cause).items():
            hops = up.hops + down.hops
            if other == component or hops > KIN_HOPS:
                continue
            least = up.soonest_seconds - down.latest_seconds
            most = up.latest_seconds - down.soonest_seconds
            ways.setdefault(other, []).append(Kinship(cause, up.strength * down.strength, least, most, hops))
    return {
        other: tuple(sorted(found, key=lambda way: (way.hops, way.cause))[:KIN_WAYS])
        for other, found in ways.items()
    }
