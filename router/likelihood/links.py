"""How can a failure of one component show as a fault of another: with what chance, and after how long?"""

import math
from typing import NamedTuple

from router.likelihood.parameters import Parameters
from router.model.fault import FAULTS, Spread
from router.model.rules import Rules
from router.model.topology import ASKING

ASKS_TOO_MUCH = frozenset({"agent.loop"})
"""Faults in which a component asks more of what it depends on than that can give."""


class Link(NamedTuple):
    """How a cause shows as one (component, fault): log of the chance, and the window of delays in seconds."""

    log_chance: float
    soonest: float
    latest: float
    hops: int


class Links:
    """The links over one topology; each is found once."""

    def __init__(self, rules: Rules, parameters: Parameters) -> None:
        self._rules = rules
        self._parameters = parameters
        self._found: dict[tuple[str, str], dict[str, Link]] = {}
        self._causes: dict[str, frozenset[str]] = {}

    def to(self, component: str, fault: str) -> dict[str, Link]:
        """Every component whose failure can show as this fault there, and how."""
        known = self._found.get((component, fault))
        if known is None:
            known = self._found[component, fault] = self._find(component, fault)
        return known

    def causes_of(self, fault: str) -> frozenset[str]:
        """Faults that bring this one about wherever they show, although it else speaks of its own component only."""
        known = self._causes.get(fault)
        if known is None:
            row = self._rules.fault(fault)
            usual = row.upstream if row is not None and row.spread is Spread.SELF else ()
            known = self._causes[fault] = frozenset(usual)
        return known

    def named(self, component: str, fault: str, other: str, its: str) -> Link | None:
        """How the fault `its` of the other component, one of `causes_of`, brings this one about here; None: it cannot.

        What asks too much exhausts what it depends on: that way leads against the edges.
        """
        parameters, topology = self._parameters, self._rules.topology
        reach, asking = topology.upstream_of(component).get(other), 1.0
        if reach is None and its in ASKS_TOO_MUCH:
            reach, asking = topology.downstream_of(component).get(other), ASKING
        if reach is None:
            return None
        chance = min(1.0, reach.strength * asking * parameters.kind_fits) * parameters.named
        log_chance = math.log(parameters.emission_symptom * chance * parameters.fault_share)
        return Link(log_chance, reach.soonest_seconds, reach.latest_seconds, reach.hops)

    def _find(self, component: str, fault: str) -> dict[str, Link]:
        parameters, topology = self._parameters, self._rules.topology
        spread = spread_of(self._rules, fault)
        emission = {
            Spread.SELF: parameters.emission_self,
            Spread.SYMPTOM: parameters.emission_symptom,
            Spread.STARVE: parameters.emission_starve,
        }[spread]
        usual = self._usual_causes(component, fault)
        found: dict[str, Link] = {}
        starved = spread is Spread.STARVE
        reaches = topology.starving(component) if starved else topology.upstream_of(component)
        for cause, reach in reaches.items():
            chance = reach.self_strength if spread is Spread.SELF else reach.strength
            if reach.hops and usual is not None:
                chance *= parameters.kind_fits if cause in usual else parameters.kind_unfit
            log_chance = math.log(emission * min(1.0, chance) * parameters.fault_share)
            found[cause] = Link(log_chance, reach.soonest_seconds, reach.latest_seconds, reach.hops)
        return found

    def _usual_causes(self, component: str, fault: str) -> set[str] | None:
        """Components from which the way here leads over a kind that usually causes this fault, or that are of it."""
        known = self._rules.fault(fault)
        kinds = {FAULTS[name].kind for name in known.upstream if name in FAULTS} if known else set()
        if known is None or not known.upstream:
            return None  # nothing is known of what causes it
        components, topology = self._rules.components, self._rules.topology
        usual: set[str] = set()
        for other in topology.upstream_of(component):
            if other != component and other not in usual and components[other].kind in kinds:
                usual |= topology.upstream_of(other).keys()
        return usual


def spread_of(rules: Rules, fault: str) -> Spread:
    """How this fault travels; one that nobody knows travels as a symptom."""
    known = rules.fault(fault)
    return known.spread if known else Spread.SYMPTOM
