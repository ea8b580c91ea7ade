"""Simple ways to name a cause, over the same cases: what attribution has to beat.

Each answers with a score a component; equal scores are ties.
"""

import math
from collections.abc import Callable, Mapping

from bench.rca_case import Case

Scores = dict[str, float]
Surprise = Mapping[tuple[str, str], float]
"""(component, fault) -> the chance that it alerts anyway."""

RESTART, STAY, BACKWARDS = 0.5, 0.1, 0.1
"""Random walk: chance to start again at a surprising component, weight of staying, weight of going to a consumer."""
# RESTART is the best of .05 to .5 for the walk itself: a yardstick should be as good as it can be.
ROUNDS, ENOUGH = 200, 1e-10
RARE = 0.2
DEPENDENCY = 0.5
"""Edges weaker than this (a part to its whole, a guest to its host) are no dependency that anybody would draw."""


def random_walk(case: Case, anyway: Surprise) -> Scores:
    """Random walk with restart from effects to causes, drawn to surprising components, as MonitorRank."""
    surprise: Scores = {}
    for sign in case.signs:
        bits = -math.log(anyway[sign.component, sign.fault])
        surprise[sign.component] = surprise.get(sign.component, 0.0) + bits
    total = sum(surprise.values())
    names = sorted(case.rules.components)
    steps = {name: _steps(case, name, surprise) for name in names}
    start = {name: surprise.get(name, 0.0) / total if total else 1 / len(names) for name in names}
    now = dict(start)
    for _ in range(ROUNDS):
        then = {name: RESTART * start[name] for name in names}
        for name, share in now.items():
            for other, chance in steps[name].items():
                then[other] += (1 - RESTART) * share * chance
        moved = sum(abs(then[name] - now[name]) for name in names)
        now = then
        if moved < ENOUGH:
            break
    return _allowed(case, now)


def _steps(case: Case, name: str, surprise: Mapping[str, float]) -> Scores:
    """Where the walk goes from here, with what chance."""
    weights: Scores = {name: STAY + surprise.get(name, 0.0)}
    for edge in case.rules.components[name].depends_on:
        weights[edge.upstream] = weights.get(edge.upstream, 0.0) + surprise.get(edge.upstream, 0.0)
    for other in case.rules.topology.consumers(name):
        weights[other] = weights.get(other, 0.0) + BACKWARDS * surprise.get(other, 0.0)
    total = sum(weights.values())
    return {other: weight / total for other, weight in weights.items()}


def first_alert(case: Case, _anyway: Surprise) -> Scores:
    """The component that alerted first; where no alert has a time all are first, else the timeless are last."""
    times: Scores = {}
    for sign in case.signs:
        at = math.inf if sign.first_ms is None else sign.first_ms
        times[sign.component] = min(at, times.get(sign.component, math.inf))
    order = {at: -float(place) for place, at in enumerate(sorted(set(times.values())))}
    return _allowed(case, {name: order[at] for name, at in times.items()})


def no_alerting_dependency(case: Case, anyway: Surprise) -> Scores:
    """Alerting components none of whose dependencies alerts, all alike; the other alerting ones come after.

    What alerts in every fifth window or more is no alert here, unless nothing else does.
    """
    rare = {sign.component for sign in case.signs if anyway[sign.component, sign.fault] <= RARE}
    alerting = rare or case.alerting
    scores: Scores = {}
    for name in sorted(alerting):
        component = case.rules.components[name]
        needs = {edge.upstream for edge in component.depends_on if edge.transmission >= DEPENDENCY}
        scores[name] = 0.0 if needs & alerting else 1.0
    return _allowed(case, scores)


def _allowed(case: Case, scores: Scores) -> Scores:
    return scores if case.among is None else {name: s for name, s in scores.items() if name in case.among}


YARDSTICKS: dict[str, Callable[[Case, Surprise], Scores]] = {
    "random walk": random_walk,
    "first alert": first_alert,
    "no alerting dependency": no_alerting_dependency,
}
