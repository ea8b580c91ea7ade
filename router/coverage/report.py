"""How much is covered, what is not, and which routes are of no use."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from router.coverage.cases import Traffic, Weighed, possible
from router.coverage.gaps import Aspect, Inspector
from router.coverage.routes import RouteUse, routes_used
from router.model.rules import Rules

AHEAD_DAYS = 90
"""How far ahead schedules are looked at where no recording says when."""


class Share(NamedTuple):
    """So much of the whole is covered; `what` is an aspect, or `everything`."""

    what: str
    covered: int
    of: int

    @property
    def percent(self) -> float:
        """0 to 100, cut and not rounded: 100 means all of it."""
        return int(1000 * self.covered / self.of) / 10 if self.of else 100.0


class Hole(NamedTuple):
    """One gap: what is missing of which component, for which faults, why, and how much that is."""

    aspect: Aspect
    component: str
    why: str
    faults: tuple[str, ...]
    weight: int


class Coverage(NamedTuple):
    """The answer. `weighed_by` is what the numbers count: alerts of a recording, or faults of components.

    `holes` are the heaviest first.
    """

    weighed_by: str
    shares: tuple[Share, ...]
    holes: tuple[Hole, ...]
    routes: tuple[RouteUse, ...]
    not_read: dict[str, int]

    @property
    def percent(self) -> float:
        """The share of what has everything."""
        return self.shares[-1].percent

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "weighed_by": self.weighed_by,
            "shares": [{**share._asdict(), "percent": share.percent} for share in self.shares],
            "holes": [{**hole._asdict(), "aspect": hole.aspect.value} for hole in self.holes],
            "routes": [use._asdict() for use in self.routes],
            "not_read": self.not_read,
        }


def coverage(
    rules: Rules, traffic: Traffic | None, today: datetime, only: Collection[Aspect] = ()
) -> Coverage:
    """What the rules cover, of a recording's alerts or of everything that can fail; `only` these aspects if given."""
    weighed = traffic.alerts if traffic else possible(rules, today)
    starts = min((one.at for one in weighed), default=today)
    ends = max((one.at for one in weighed), default=today) if traffic else today + timedelta(days=AHEAD_DAYS)
    inspector = Inspector(rules, starts, ends, exact=traffic is not None)
    aspects = tuple(aspect for aspect in inspector.aspects() if not only or aspect in only)
    tally = _Tally(aspects)
    for one in weighed:
        tally.add(one, inspector.look(one.case, one.at), known=one.case.component in rules.components)
    return Coverage(
        "alerts" if traffic else "faults",
        tally.shares(),
        tally.holes(),
        routes_used(rules, traffic.incidents if traffic else None, today),
        traffic.not_read if traffic else {},
    )


class _Tally:
    """Adds up gaps."""

    def __init__(self, aspects: Sequence[Aspect]) -> None:
        self._aspects = aspects
        self._all = self._known = self._whole = 0
        self._open: Counter[Aspect] = Counter()
        self._holes: Counter[tuple[Aspect, str, str]] = Counter()
        self._faults: dict[tuple[Aspect, str, str], set[str]] = {}

    def add(self, one: Weighed, found: Mapping[Aspect, str], *, known: bool) -> None:
        """One case with its gaps; `known` says whether the catalog has its component."""
        missing = [aspect for aspect in self._aspects if aspect in found]
        self._all += one.weight
        self._known += one.weight * known
        self._whole += one.weight * (not missing)
        for aspect in missing:
            key = (aspect, one.case.component, found[aspect])
            self._open[aspect] += one.weight
            self._holes[key] += one.weight
            self._faults.setdefault(key, set()).add(one.case.fault)

    def shares(self) -> tuple[Share, ...]:
        """By aspect, then everything. What nobody knows counts against identity only."""
        found = []
        for aspect in self._aspects:
            of = self._all if aspect is Aspect.IDENTITY else self._known
            found.append(Share(aspect.value, of - self._open[aspect], of))
        return (*found, Share("everything", self._whole, self._all))

    def holes(self) -> tuple[Hole, ...]:
        """The heaviest first."""
        ranked = sorted(self._holes.items(), key=lambda item: (-item[1], item[0]))
        return tuple(Hole(*key, tuple(sorted(self._faults[key])), weight) for key, weight in ranked)
