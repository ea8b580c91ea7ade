"""Where things stand: layers from left to right by how far a failure has come, few crossings, whole pixels.

The classical four steps of Sugiyama, Tagawa and Toda (1981): layers by longest path, dummies where an edge passes a
layer, order within layers by barycentres of the neighbours, then places near those neighbours. Feedback edges take
no part. The same graph gives the same places.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from router.drawing.picture import Edge, Picture

BOX_WIDTH, BOX_HEIGHT = 196, 48
LAYER_GAP, BOX_GAP, DUMMY_GAP = 74, 18, 10
SWEEPS = 8
"""More changed nothing on graphs of some hundred components."""


class Point(NamedTuple):
    """Pixels from the left and the top."""

    x: int
    y: int


class Layout(NamedTuple):
    """The left upper corner of each box; where each edge passes, box to box; width and height of all."""

    boxes: Mapping[str, Point]
    routes: Mapping[tuple[str, str], tuple[Point, ...]]
    width: int
    height: int


def layout(picture: Picture) -> Layout:
    """Places for a picture."""
    forward = [edge for edge in picture.edges if not edge.feedback and edge.upstream != edge.downstream]
    layers_of = _layers([node.id for node in picture.nodes], forward)
    graph = _Graph(layers_of, forward)
    graph.order()
    places = graph.places()
    boxes = {node.id: places[node.id] for node in picture.nodes}
    routes = {key: _route([places[stop] for stop in stops], stops) for key, stops in graph.chains.items()}
    for edge in picture.edges:
        if edge.feedback:
            routes[edge.upstream, edge.downstream] = _back(boxes[edge.upstream], boxes[edge.downstream])
    corners = [Point(place.x + BOX_WIDTH, place.y + BOX_HEIGHT) for place in boxes.values()]
    corners += [point for route in routes.values() for point in route]
    width, height = (max((corner[axis] for corner in corners), default=0) for axis in (0, 1))
    return Layout(boxes, routes, width, height)


def _layers(names: Sequence[str], edges: Sequence[Edge]) -> dict[str, int]:
    """Layer = the longest way from anything that depends on nothing."""
    below: dict[str, list[str]] = defaultdict(list)
    waits = dict.fromkeys(names, 0)
    for edge in edges:
        below[edge.upstream].append(edge.downstream)
        waits[edge.downstream] += 1
    found = dict.fromkeys(names, 0)
    ready = [name for name in names if not waits[name]]
    for name in ready:
        for after in below[name]:
            found[after] = max(found[after], found[name] + 1)
            waits[after] -= 1
            if not waits[after]:
                ready.append(after)
    return found


class _Graph:
    """Layers of boxes and dummies; a dummy's name holds a line break, which no component's does."""

    def __init__(self, layers_of: Mapping[str, int], edges: Sequence[Edge]) -> None:
        self.layers: list[list[str]] = [[] for _ in range(max(layers_of.values(), default=0) + 1)]
        self.above: dict[str, list[str]] = defaultdict(list)
        self.below: dict[str, list[str]] = defaultdict(list)
        self.chains: dict[tuple[str, str], list[str]] = {}
        for name in layers_of:
            self.layers[layers_of[name]].append(name)
        for edge in edges:
            first, last = layers_of[edge.upstream], layers_of[edge.downstream]
            dummies = [f"{edge.upstream}\n{edge.downstream}\n{layer}" for layer in range(first + 1, last)]
            for layer, dummy in enumerate(dummies, first + 1):
                self.layers[layer].append(dummy)
            chain = [edge.upstream, *dummies, edge.downstream]
            self.chains[edge.upstream, edge.downstream] = chain
            for one, other in pairwise(chain):
                self.below[one].append(other)
                self.above[other].append(one)

    def order(self) -> None:
        """Sort each layer by the mean place of its neighbours, to the right and back, several times."""
        for sweep in range(SWEEPS):
            rightward = sweep % 2 == 0
            layers = self.layers[1:] if rightward else self.layers[-2::-1]
            neighbours = self.above if rightward else self.below
            places = {name: place for layer in self.layers for place, name in enumerate(layer)}
            for layer in layers:
                now = {name: _mean([places[n] for n in neighbours[name]], places[name]) for name in layer}
                layer.sort(key=lambda name: (now[name], places[name]))
                places |= {name: place for place, name in enumerate(layer)}

    def places(self) -> dict[str, Point]:
        """Upper left corners: near the neighbours, in the order found, never closer than the gap."""
        tops: dict[str, float] = {}
        for layer in self.layers:
            tops |= self._spread(layer, dict.fromkeys(layer, 0.0))
        for sweep in range(SWEEPS):
            rightward = sweep % 2 == 0
            neighbours = self.above if rightward else self.below
            for layer in self.layers if rightward else reversed(self.layers):
                wished = {name: _mean([tops[n] for n in neighbours[name]], tops[name]) for name in layer}
                tops |= self._spread(layer, wished)
        highest = min(tops.values(), default=0)
        return {
            name: Point(number * (BOX_WIDTH + LAYER_GAP), round(tops[name] - highest))
            for number, layer in enumerate(self.layers)
            for name in layer
        }

    def _spread(self, layer: Sequence[str], wished: Mapping[str, float]) -> dict[str, float]:
        """Tops in order and apart; then all moved together, so that on average nobody is moved."""
        tops: dict[str, float] = {}
        least = float("-inf")
        for name in layer:
            tops[name] = max(wished[name], least)
            least = tops[name] + (BOX_GAP + BOX_HEIGHT if "\n" not in name else DUMMY_GAP)
        shift = sum(tops[name] - wished[name] for name in layer) / len(layer) if layer else 0
        return {name: top - shift for name, top in tops.items()}


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _route(places: Sequence[Point], stops: Sequence[str]) -> tuple[Point, ...]:
    """From the right side of the first box, over both ends of each dummy, to the left side of the last box."""
    half = BOX_HEIGHT // 2
    points = [Point(places[0].x + BOX_WIDTH, places[0].y + half)]
    for place in places[1 : len(stops) - 1]:
        points += [Point(place.x, place.y), Point(place.x + BOX_WIDTH, place.y)]
    return (*points, Point(places[-1].x, places[-1].y + half))


def _back(upstream: Point, downstream: Point) -> tuple[Point, ...]:
    """A feedback edge: from below one box to below the other."""
    half = BOX_WIDTH // 2
    return (
        Point(upstream.x + half, upstream.y + BOX_HEIGHT),
        Point(downstream.x + half, downstream.y + BOX_HEIGHT),
    )
