"""One labelled failure of an observability data set, in the router's own words.

The readers (`rca_telemetry`, `rca_itbench`, `rca_petshop`) make these; history, router and yardsticks read no
other.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from bench.rca_faults import OWN_FAULTS
from router.model.catalog import Component, Dependency
from router.model.fault import ComponentKind
from router.model.rules import Rules, Settings

SCOPE = "site"


class Sign(NamedTuple):
    """One (component, fault) that alerts in a case.

    `strength` counts the distinct series that say so. `first_ms` is the first one's time, None where there is none.
    `anyway` is the chance of it without any failure where the data says how far it deviates, else None.
    """

    component: str
    fault: str
    strength: int = 1
    first_ms: float | None = None
    anyway: float | None = None


class Case(NamedTuple):
    """A failure: what alerted, on which graph, and what a right answer is.

    `answers` are the components of which any is right; `among` the components that may be named (None: all), used
    where the label is the alerting component nearest to the root. `site` tells whose history a case belongs to.
    """

    id: str
    site: str
    signs: tuple[Sign, ...]
    rules: Rules
    answers: frozenset[str]
    among: frozenset[str] | None = None

    @property
    def alerting(self) -> frozenset[str]:
        """The components that alert at all."""
        return frozenset(sign.component for sign in self.signs)


class Link(NamedTuple):
    """`effect` depends on `cause`: see `Dependency`."""

    cause: str
    effect: str
    transmission: float
    part_of: bool = False


def signs_of(observed: Iterable[tuple[str, str, str, float | None]]) -> tuple[Sign, ...]:
    """Signs from (component, fault, series, milliseconds or None), one a (component, fault), in a fixed order."""
    series: dict[tuple[str, str], set[str]] = {}
    first: dict[tuple[str, str], float] = {}
    for component, fault, name, at in observed:
        key = component, fault
        series.setdefault(key, set()).add(name)
        if at is not None:
            first[key] = min(at, first.get(key, at))
    return tuple(Sign(*key, len(names), first.get(key)) for key, names in sorted(series.items()))


def rules_of(kinds: Mapping[str, ComponentKind], links: Iterable[Link]) -> Rules:
    """The rules of a site: these components, and the strongest link between any two, all without delay."""
    best: dict[tuple[str, str], Link] = {}
    for link in links:
        known = best.get((link.cause, link.effect))
        if link.cause != link.effect and (known is None or link[2:] > known[2:]):
            best[link.cause, link.effect] = link
    upstream: dict[str, list[Dependency]] = {name: [] for name in kinds}
    for (cause, effect), link in sorted(best.items()):
        upstream[effect].append(
            Dependency(upstream=cause, latest_seconds=0, transmission=link.transmission, part_of=link.part_of)
        )
    components = {
        name: Component(id=name, kind=kind, workflow="", scope=SCOPE, depends_on=tuple(upstream[name]))
        for name, kind in sorted(kinds.items())
    }
    return Rules(
        hash="bench",
        settings=Settings(triage_team="triage-desk"),
        teams={},
        workflows={},
        components=components,
        own_faults=OWN_FAULTS,
    )
