"""What a site learned from its other failures: what alerts there anyway, and what used to be the cause.

Three histories of a case, each from the other unique cases of its file (leave one out), never its own label:

- `none`: the day of installation; only what is generally known of a kind of signal.
- `alerts`: what alerted in the other cases, nobody said why.
- `confirmed`: the same, and which component was the cause of each.
"""

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from functools import cached_property

from bench.rca_case import Case, Sign
from router.likelihood.links import spread_of
from router.model.fault import Spread

SMOOTHING = 2.0
"""Cases' worth of the fault's rate over all components that a component's own rate is mixed with."""
LEAST, MOST = 0.03, 0.98
"""Bounds of a background rate: a few dozen cases prove nothing rarer, and nothing alerts always."""
UNKNOWN = {Spread.SELF: 0.1, Spread.SYMPTOM: 0.3, Spread.STARVE: 0.3}
"""Rates before anything was learned, by class."""
PRIOR_CASES = 1.0
"""Confirmed causes that every component is said to have had."""


class HistoryKind(StrEnum):
    """Which history a case is attributed with."""

    NONE = "none"
    ALERTS = "alerts"
    CONFIRMED = "confirmed"


class History:
    """The history of every case of a file, by leave one out among the cases of its site."""

    def __init__(self, cases: Sequence[Case], kind: HistoryKind) -> None:
        self._cases = cases
        self._kind = kind
        self._sites: dict[str, list[int]] = {}
        for number, case in enumerate(cases):
            self._sites.setdefault(case.site, []).append(number)

    def _others(self, number: int) -> list[int]:
        return [n for n in self._sites[self._cases[number].site] if n != number]

    @cached_property
    def _alerted(self) -> Counter[tuple[str, str, str]]:
        """(site, component, fault) -> the number of cases in which it alerts."""
        return Counter((case.site, s.component, s.fault) for case in self._cases for s in case.signs)

    @cached_property
    def _by_fault(self) -> Counter[tuple[str, str]]:
        """(site, fault) -> the number of alerts of it, over all components and cases."""
        return Counter((case.site, s.fault) for case in self._cases for s in case.signs)

    @cached_property
    def _components(self) -> Counter[tuple[str, str]]:
        """(site, fault) -> how many components ever show it."""
        return Counter((site, fault) for site, _, fault in self._alerted)

    @property
    def _confirmed(self) -> bool:
        return self._kind is HistoryKind.CONFIRMED

    def anyway(self, number: int) -> dict[tuple[str, str], float]:
        """(component, fault) -> the chance that it alerts without this failure, for what alerts in this case."""
        return {(sign.component, sign.fault): self._rate(number, sign) for sign in self._cases[number].signs}

    def _rate(self, number: int, sign: Sign) -> float:
        case = self._cases[number]
        others = len(self._others(number))
        if sign.anyway is not None:
            return sign.anyway
        if self._kind is HistoryKind.NONE or not others:
            return UNKNOWN[spread_of(case.rules, sign.fault)]
        alerted = self._alerted[case.site, sign.component, sign.fault] - 1
        mine = sum(other.fault == sign.fault for other in case.signs)
        everywhere = self._by_fault[case.site, sign.fault] - mine
        pooled = everywhere / (others * self._components[case.site, sign.fault])
        return min(MOST, max(LEAST, (alerted + SMOOTHING * pooled) / (others + SMOOTHING)))

    def prior(self, number: int) -> dict[str, float]:
        """How much likelier a cause each component is, for having been confirmed in other cases of this site.

        Empty where all of them have one and the same cause: that teaches what was tried, not what fails.
        """
        counts: dict[str, float] = {}
        for other in self._others(number) if self._confirmed else ():
            answers = self._cases[other].answers
            for answer in answers:
                counts[answer] = counts.get(answer, 0.0) + 1 / len(answers)
        if len(counts) < 2:
            return {}
        return {name: (count + PRIOR_CASES) / PRIOR_CASES for name, count in sorted(counts.items())}

    def others(self, number: int) -> list[int]:
        """The cases that this case's site knows the confirmed causes of."""
        return self._others(number) if self._confirmed else []
