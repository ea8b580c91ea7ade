"""The dependency graph, and how far and how fast a failure travels in it.

Edges run from upstream (what is depended on) to downstream. `upstream_of(v)` answers, for every component
whose failure can show at v, how strongly and after how long: the best path by strength, with the delays of
its edges added up. Answers are computed on first use and kept, so an alert costs one look-up.
"""

import heapq
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from router.model.catalog import Component

MAX_HOPS = 8
"""A failure is not followed further than this: .7^8 is below .06, no evidence for anything."""


SELF_FIRST, SELF_NEXT = 0.15, 0.5
"""A fault that speaks of its own component shows at a consumer so much more rarely than one that travels, and at
the consumer's consumer that much more rarely still. Edges that say `part_of` are no such step.
"""


ASKING = 0.4
"""Against an edge, a shortage travels so much more rarely than along it: a failing consumer may still ask."""


class Reach(NamedTuple):
    """How a failure gets from one component to another: the strongest path, and the quickest one's delay.

    `self_strength` is the strength for faults that speak of their own component.
    """

    strength: float
    self_strength: float
    soonest_seconds: float
    latest_seconds: float
    hops: int
    via: str
    """The next component after the cause on the path; asked downstream, the last one before the end."""


class Edge(NamedTuple):
    """To a neighbour: the chance that a failure travels along, and how long it takes."""

    other: str
    transmission: float
    soonest_seconds: float
    latest_seconds: float
    part_of: bool


Edges = tuple[Edge, ...]


class Topology:
    """Read-only graph over the catalog; answers are cached per component.

    `memo` is for what others compute from the graph and want to find again, by a name of theirs.
    """

    def __init__(self, components: Mapping[str, Component]) -> None:
        self._upstream: dict[str, Edges] = {
            component.id: tuple(
                Edge(
                    edge.upstream,
                    edge.transmission,
                    edge.soonest_seconds,
                    edge.latest_seconds,
                    edge.part_of,
                )
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
        self._both = {
            component: (
                *self._upstream[component],
                *(
                    edge._replace(transmission=edge.transmission * ASKING)
                    for edge in self._downstream[component]
                ),
            )
            for component in components
        }
        self._reach_starving: dict[str, dict[str, Reach]] = {}
        self._reach_up: dict[str, dict[str, Reach]] = {}
        self._reach_down: dict[str, dict[str, Reach]] = {}
        self._kin: dict[str, dict[str, Apart]] = {}
        self._apart: dict[str, dict[str, Apart | None]] = {}
        self._pairs = 0
        self._neighbours = _islands(self._upstream)
        self.memo: dict[str, object] = {}

    def upstream_of(self, component: str) -> dict[str, Reach]:
        """Every component whose failure can show at this one, itself included (strength 1, delay 0)."""
        if component not in self._reach_up:
            self._reach_up[component] = _best_paths(component, self._upstream)
        return self._reach_up[component]

    def starving(self, component: str) -> dict[str, Reach]:
        """Every component whose failure can show at this one as a shortage, itself included.

        What fails stops delivering and stops asking: a shortage travels along the edges and, more weakly, against them.
        """
        if component not in self._reach_starving:
            self._reach_starving[component] = _best_paths(component, self._both)
        return self._reach_starving[component]

    def downstream_of(self, component: str) -> dict[str, Reach]:
        """Every component that a failure of this one can reach, itself included."""
        if component not in self._reach_down:
            self._reach_down[component] = _best_paths(component, self._downstream)
        return self._reach_down[component]

    def parts_of(self, component: str) -> frozenset[str]:
        """The components in which what is wrong with this one is wrong as well."""
        return frozenset(edge.other for edge in self._downstream.get(component, ()) if edge.part_of)

    def kin_of(self, component: str) -> "dict[str, Apart]":
        """Components whose failure can be one with a failure of this one, and how far apart in time they show."""
        if component not in self._kin:
            self._kin[component] = _kinship(self, component)
        return self._kin[component]

    def kin_among(self, component: str, others: Mapping[str, object]) -> "Iterator[tuple[str, Apart]]":
        """Those of `others` that are kin of this component, and how far apart in time they show.

        In a large connected graph nearly everything is kin of everything, so there only the pairs that were asked
        for are worked out and kept, and only so many.
        """
        if self._neighbours[component] <= KIN_WHOLE:
            kin = self.kin_of(component)
            for other in kin.keys() & others.keys():
                yield other, kin[other]
            return
        if self._pairs > MAX_PAIRS:
            self._apart, self._pairs = {}, 0
        known = self._apart.setdefault(component, {})
        for other in others:
            if other not in known:
                self._pairs += 1
                known[other] = _apart(self, component, other)
            if (apart := known[other]) is not None:
                yield other, apart

    def consumers(self, component: str) -> tuple[str, ...]:
        """The components that depend directly on this one."""
        return tuple(edge.other for edge in self._downstream.get(component, ()))


def _best_paths(start: str, edges: Mapping[str, Edges]) -> dict[str, Reach]:
    """Strongest path from `start` to everything reachable; ties go to the shorter one, in hops, delay, name."""
    soonest = _soonest(start, edges)
    found: dict[str, Reach] = {}
    queue: list[tuple[float, int, float, str, int, str]] = [(-1.0, 0, 0.0, start, 0, "")]
    while queue:
        strength, hops, latest, component, steps, via = heapq.heappop(queue)
        if component in found:
            continue
        alone = SELF_FIRST * SELF_NEXT ** (steps - 1) if steps else 1.0
        own = alone if steps else -strength
        found[component] = Reach(-strength, own, soonest[component], latest, hops, via)
        if hops == MAX_HOPS:
            continue
        for edge in edges.get(component, ()):
            if edge.other not in found:
                delay = latest + edge.latest_seconds
                step = (strength * edge.transmission, hops + 1, delay, edge.other)
                heapq.heappush(queue, (*step, steps + (not edge.part_of), component))
    return found


def _soonest(start: str, edges: Mapping[str, Edges]) -> dict[str, float]:
    """The delay of the quickest path from `start` to everything reachable, in seconds."""
    found: dict[str, float] = {}
    queue = [(0.0, start)]
    while queue:
        soonest, component = heapq.heappop(queue)
        if component in found:
            continue
        found[component] = soonest
        for edge in edges.get(component, ()):
            if edge.other not in found:
                heapq.heappush(queue, (soonest + edge.soonest_seconds, edge.other))
    return found


class Apart(NamedTuple):
    """If one failure shows at this component at t and at the other at s, t - s lies within these bounds, in seconds."""

    least_seconds: float
    most_seconds: float


KIN_HOPS = 6
"""Two components are kin when the paths from a common cause to both have together at most so many edges."""


KIN_WHOLE = 256
"""Up to so many connected components, all kin of each is kept."""

MAX_PAIRS = 200_000
"""Pairs kept in larger graphs; some ten megabytes. Beyond that all are forgotten and worked out again."""


def _kinship(topology: Topology, component: str) -> dict[str, Apart]:
    """For every component that can fail together with this one: how far apart in time, over all common causes."""
    kin: dict[str, Apart] = {}
    for cause, up in topology.upstream_of(component).items():
        if up.hops > KIN_HOPS:
            continue
        for other, down in topology.downstream_of(cause).items():
            if up.hops + down.hops > KIN_HOPS:
                continue
            least = up.soonest_seconds - down.latest_seconds
            most = up.latest_seconds - down.soonest_seconds
            known = kin.get(other)
            if known is not None:
                least, most = min(least, known.least_seconds), max(most, known.most_seconds)
            kin[other] = Apart(least, most)
    return kin


def _apart(topology: Topology, component: str, other: str) -> Apart | None:
    """What `_kinship` of the component says of one other; None: they are not kin."""
    apart: Apart | None = None
    for cause, up in topology.upstream_of(component).items():
        down = topology.downstream_of(cause).get(other)
        if down is None or up.hops + down.hops > KIN_HOPS:
            continue
        least = up.soonest_seconds - down.latest_seconds
        most = up.latest_seconds - down.soonest_seconds
        if apart is not None:
            least, most = min(least, apart.least_seconds), max(most, apart.most_seconds)
        apart = Apart(least, most)
    return apart


def _islands(upstream: Mapping[str, Edges]) -> dict[str, int]:
    """How many components each one is connected with in any direction, itself included."""
    parent = {component: component for component in upstream}

    def root(component: str) -> str:
        while parent[component] != component:
            parent[component] = component = parent[parent[component]]
        return component

    for component, edges in upstream.items():
        for edge in edges:
            parent[root(component)] = root(edge.other)
    roots = {component: root(component) for component in upstream}
    sizes = Counter(roots.values())
    return {component: sizes[its] for component, its in roots.items()}
