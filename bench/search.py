"""Seeded search for parameters, and leaving one set out to see what a choice is worth elsewhere.

Knows nothing of the router: a point is a NamedTuple of numbers, and an objective says how good it is on a set (more is
better). Every evaluation is remembered, so the folds of leave-one-set-out share what they have in common.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from math import exp, log
from random import Random
from statistics import fmean
from typing import Generic, NamedTuple, TypeVar

STEP = 0.7
"""First step of a coordinate: in log units (factor 2), log-odds, or plainly."""

WORTH = 1e-4
"""A smaller gain is chance, and the point that is nearer to the start is kept."""


class Scale(StrEnum):
    """How a number may move: positive ones by factors, chances by log-odds, log-odds themselves plainly."""

    POSITIVE = "positive"
    CHANCE = "chance"
    PLAIN = "plain"


P = TypeVar("P", bound=NamedTuple)
Objective = Callable[[str, P], float]
"""(set, point) -> how good."""


class Fold(NamedTuple, Generic[P]):
    """What one set left out shows: the point found on the others, and its worth there (inside) and here (outside).

    `start_*` is what the start is worth on the same; a gain inside without one outside is a lesson learned by heart.
    """

    left_out: str
    point: P
    inside: float
    outside: float
    start_inside: float
    start_outside: float


class Search(Generic[P]):
    """Random points around the start, then the best of them improved coordinate by coordinate."""

    def __init__(
        self,
        start: P,
        scales: Mapping[str, Scale],
        objective: Objective[P],
        seed: int,
        points: int,
        rounds: int,
    ) -> None:
        """Look at `points` random ones besides the start, and go `rounds` times through the coordinates."""
        self.start, self.scales, self.seed, self.rounds = start, dict(scales), seed, rounds
        self.evaluations = 0
        self._objective = objective
        self._known: dict[tuple[str, P], float] = {}
        chance = Random(f"points/{seed}")
        self.points = [start, *(self._near(start, chance) for _ in range(points))]

    def worth(self, point: P, sets: Sequence[str]) -> float:
        """The mean of the objective over these sets."""
        return fmean(self._one(name, point) for name in sets)

    def best(self, sets: Sequence[str]) -> P:
        """The best point found for these sets; the start where nothing is better."""
        found = self.start
        for point in self.points[1:]:
            if self.worth(point, sets) > self.worth(found, sets) + WORTH:
                found = point
        chance = Random(f"coordinates/{self.seed}/{'/'.join(sorted(sets))}")
        for number in range(self.rounds):
            found = self._round(found, sets, STEP / 2**number, chance)
        return found

    def leave_one_out(self, sets: Sequence[str]) -> list[Fold[P]]:
        """For every set: search on the others, then look at it. At least two sets."""
        if len(sets) < 2:
            raise ValueError("leaving one set out takes two sets or more; name another")
        folds = []
        for left_out in sets:
            others = [name for name in sets if name != left_out]
            point = self.best(others)
            folds.append(
                Fold(
                    left_out,
                    point,
                    self.worth(point, others),
                    self.worth(point, [left_out]),
                    self.worth(self.start, others),
                    self.worth(self.start, [left_out]),
                )
            )
        return folds

    def _one(self, name: str, point: P) -> float:
        if (name, point) not in self._known:
            self.evaluations += 1
            self._known[name, point] = self._objective(name, point)
        return self._known[name, point]

    def _round(self, point: P, sets: Sequence[str], step: float, chance: Random) -> P:
        for field in chance.sample(sorted(self.scales), len(self.scales)):
            for way in (step, -step):
                tried = self._moved(point, {field: way})
                if self.worth(tried, sets) > self.worth(point, sets) + WORTH:
                    point = tried
                    break
        return point

    def _near(self, point: P, chance: Random) -> P:
        """A point with about a third of its numbers moved."""
        moves = {field: chance.gauss(0, STEP) for field in sorted(self.scales) if chance.random() < 1 / 3}
        return self._moved(point, moves)

    def _moved(self, point: P, moves: Mapping[str, float]) -> P:
        values = point._asdict()
        return point._replace(**{f: move(values[f], by, self.scales[f]) for f, by in moves.items()})


def move(value: float, by: float, scale: Scale) -> float:
    """The number moved on its scale, rounded to four digits: more would claim what was not measured."""
    if scale is Scale.POSITIVE:
        moved = value * exp(by)
    elif scale is Scale.CHANCE:
        bounded = min(max(value, 0.001), 0.999)
        moved = 1 / (1 + exp(-(log(bounded / (1 - bounded)) + by)))
        moved = min(max(moved, 0.001), 0.999)
    else:
        moved = value + by
    return float(f"{moved:.4g}")
