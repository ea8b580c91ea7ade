"""How well does one cause explain a set of symptoms, measured against nothing being wrong?

Every component fails by itself now and then; its failure shows downstream, each time with some chance and within the
delays of the edges; and everything alerts now and then anyway. So a cause's score is a log-likelihood ratio:

    log(failure) + sum over the symptoms it explains of log(chance * density / background)

Delays are uniform between soonest and latest, so the unknown moment at which the cause failed integrates to the
length of an interval: the one in which every symptom explained so far can have its origin.
Symptoms are taken in the order in which they started; what is computed depends on nothing else.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from router.likelihood.anyway import background_of
from router.likelihood.links import Link, Links, spread_of
from router.likelihood.parameters import DEFAULTS, Parameters
from router.model.fault import ComponentKind, Spread
from router.model.incident import Headline
from router.model.rules import Rules

MAX_SYMPTOMS = 40
"""Symptoms weighed, earliest first: the cause is among what explains the first ones."""

SHORTEST = 60.0
"""Moments of failure are not told apart more finely than this, in seconds: monitors are not."""


class Term(NamedTuple):
    """A symptom that a cause explains, the log-odds for that, how much they count, and the term taken before it."""

    headline: Headline
    gain: float
    weight: float
    before: "Term | None"


class Tally(NamedTuple):
    """One cause's score so far, when it must have failed (Unix seconds, from low to high), and its last term.

    `silent`: it raises no alert itself, which its value has paid for. `explained` has a bit for every symptom that
    it explains, the lowest for the first one weighed.
    """

    value: float
    low: float
    high: float
    silent: bool
    explained: int
    last: Term

    def terms(self) -> list[Term]:
        """What it explains, earliest first."""
        found: list[Term] = []
        term: Term | None = self.last
        while term is not None:
            found.append(term)
            term = term.before
        return found[::-1]


Tallies = dict[str, Tally]
Changes = Mapping[str, Sequence[float]]
"""Component -> when it was changed, in Unix seconds: what speaks for it before any symptom does."""

CHANGE_COUNTS_SECONDS = 60.0
"""A change that is told so much after the first symptom may still have caused it: clocks differ."""


class Via(NamedTuple):
    """One more way to explain a symptom: by one that is explained already, `bit`, whatever its cause.

    `again`: it is another fault of the same component, which is no news of where the failure came from.
    """

    again: bool
    gain: float
    weight: float
    bit: int


class Weighing(NamedTuple):
    """Every cause's tally over the same symptoms, and the evidence that they are one failure."""

    headlines: tuple[Headline, ...]
    tallies: Tallies
    evidence: float


class Likelihood:
    """The model over one topology. What it remembers are look-ups, so asking twice costs little."""

    def __init__(self, rules: Rules, parameters: Parameters = DEFAULTS) -> None:
        self.rules = rules
        self.parameters = parameters
        self._links = Links(rules, parameters)
        self._log_failure = math.log(parameters.failure)
        self._log_measure = math.log(parameters.measure)
        self._log_again = math.log(parameters.again * parameters.fault_share / parameters.again_seconds)
        self._log_silent = math.log1p(-parameters.own_alert)

    def links(self, component: str, fault: str) -> dict[str, Link]:
        """Every component whose failure can show as this fault there, and how."""
        return self._links.to(component, fault)

    def weigh(self, headlines: Sequence[Headline], changes: Changes) -> Weighing:
        """Every cause of these symptoms, weighed. Only the earliest MAX_SYMPTOMS count."""
        ordered = tuple(sorted(headlines, key=order))[:MAX_SYMPTOMS]
        tallies: Tallies = {}
        for place, headline in enumerate(ordered):
            tallies.update(self.extend(ordered[:place], tallies, headline, changes))
        return Weighing(ordered, tallies, evidence(tallies))

    def extend(
        self, before: Sequence[Headline], tallies: Tallies, headline: Headline, changes: Changes
    ) -> Tallies:
        """The tallies that change when this symptom comes after those `before`."""
        parameters = self.parameters
        rate = math.log(background_of(headline, parameters))
        began = headline.started_at.timestamp()
        links = self.links(headline.component, headline.fault)
        vias = self._vias(before, headline, links, rate)
        own = links[headline.component]
        speaks = spread_of(self.rules, headline.fault) is Spread.SELF
        bit = 1 << len(before)
        changed: Tallies = {}
        for cause, link in links.items():
            tally = tallies.get(cause)
            if tally is None:
                gain = link.log_chance - rate
                value = self._log_failure_of(cause) + gain + self._changed(changes.get(cause, ()), began)
                low, high = began - link.latest - self._detector, began - link.soonest
                silent = link.hops > 0
                term = Term(headline, gain, 1.0, None)
                changed[cause] = Tally(value + self._log_silent * silent, low, high, silent, bit, term)
                continue
            grown = self._joined(tally, headline, link, began, rate)
            via = next((via for via in vias if via.bit & tally.explained), None)
            if via is not None and via.again and speaks:
                # A fault that speaks of its own component is no less news of where the failure is for being the second.
                via = via._replace(gain=max(0.0, via.gain + link.log_chance - own.log_chance))
            if via is not None and (via.again or grown is None or via.gain > grown.last.gain):
                value = tally.value + via.gain * via.weight
                grown = tally._replace(value=value, last=Term(headline, via.gain, via.weight, tally.last))
            if grown is not None:
                if grown.silent and not link.hops:
                    grown = grown._replace(value=grown.value - self._log_silent, silent=False)
                changed[cause] = grown._replace(explained=grown.explained | bit)
        return changed

    def again(self, before: Sequence[Headline], headline: Headline) -> float:
        """Log-odds that this is one more fault of a component that shows one, and no chance; -inf: it shows none."""
        parameters = self.parameters
        apart = [
            abs((headline.started_at - other.started_at).total_seconds())
            for other in before
            if other.component == headline.component
        ]
        if not apart:
            return -math.inf
        return (
            self._log_again
            - math.log(background_of(headline, parameters))
            - min(apart) / parameters.again_seconds
        )

    def _vias(
        self, before: Sequence[Headline], headline: Headline, links: Mapping[str, Link], rate: float
    ) -> list[Via]:
        """How symptoms before this one make it likely, whatever is behind them: the likeliest way first.

        A component that shows one fault shows others, and a failure that has come so far goes on from there.
        """
        parameters, skew = self.parameters, self.rules.settings.skew_seconds
        again = self._log_again - rate
        found: list[Via] = []
        for place, other in enumerate(before):
            same = other.component == headline.component
            link = None if same else links.get(other.component)
            if not same and link is None:
                continue
            elapsed = (headline.started_at - other.started_at).total_seconds()
            if link is None:
                gain, weight = again - elapsed / parameters.again_seconds, parameters.again_weight
            else:
                span = link.latest - link.soonest
                width, share = self.width(link), 1 - parameters.tail
                if elapsed > link.latest + self._detector:
                    more = parameters.tail_stretch * span + parameters.tail_seconds
                    width, share = width + more, parameters.tail
                    if elapsed > link.latest + self._detector + more:
                        continue
                if elapsed < link.soonest - self._detector - skew:
                    continue
                gain, weight = link.log_chance - rate + math.log(share / width), 1.0
            if gain > 0:
                found.append(Via(same, gain, weight, 1 << place))
        return sorted(found, reverse=True)

    def _log_failure_of(self, cause: str) -> float:
        """How often it fails by itself. What only measures others hardly ever does: then the cause is not known."""
        if self.rules.components[cause].kind is ComponentKind.KPI:
            return self._log_failure + self._log_measure
        return self._log_failure

    def width(self, link: Link) -> float:
        """How long after the cause this symptom may start, in seconds: the window of its delays and of the detector."""
        return link.latest - link.soonest + self._detector

    @property
    def _detector(self) -> float:
        return float(self.rules.settings.lateness_seconds)

    def _changed(self, changes: Sequence[float], began: float) -> float:
        """What changes shortly before the first symptom say for their component: log-odds."""
        parameters, best = self.parameters, 0.0
        for at in changes:
            if at <= began + CHANGE_COUNTS_SECONDS:
                hours = max(0.0, began - at) / 3_600
                rate = (
                    math.exp(-hours / parameters.change_hours) * parameters.change / parameters.change_hours
                )
                best = max(best, math.log1p(rate / parameters.changes_per_hour))
        return best

    def _joined(
        self, tally: Tally, headline: Headline, link: Link, began: float, rate: float
    ) -> Tally | None:
        """The tally with this symptom, or None if the cause cannot be behind it, or hardly more than chance can."""
        parameters, skew = self.parameters, self.rules.settings.skew_seconds
        high = min(tally.high, began - link.soonest + skew)
        width = self.width(link)
        low = max(tally.low, began - link.latest - self._detector - skew)
        share = 1 - parameters.tail
        if low > high and link.hops:
            # Later than the edges say: monitors have bad days.
            more = parameters.tail_stretch * (link.latest - link.soonest) + parameters.tail_seconds
            width, share = width + more, parameters.tail
            low = max(tally.low, began - link.latest - self._detector - more - skew)
        if low > high:
            return None
        left = max(high - low, SHORTEST) / max(tally.high - tally.low, SHORTEST)
        gain = link.log_chance - rate + math.log(share * left / width)
        if gain < 0:
            return None
        term = Term(headline, gain, 1.0, tally.last)
        return Tally(tally.value + gain, low, high, tally.silent, tally.explained, term)


def likelihood_of(rules: Rules) -> Likelihood:
    """The model over these rules, with its look-ups; made once for each set of rules."""
    known = rules.topology.memo.get("likelihood")
    if not isinstance(known, Likelihood):
        known = rules.topology.memo["likelihood"] = Likelihood(rules)
    return known


def evidence(tallies: Tallies) -> float:
    """log(1 + sum of exp(score)): how much likelier the symptoms are with a failure than without one."""
    top = max((tally.value for tally in tallies.values()), default=0.0)
    top = max(top, 0.0)
    total = math.fsum([math.exp(-top), *(math.exp(tally.value - top) for tally in tallies.values())])
    return top + math.log(total)


def order(headline: Headline) -> tuple[object, ...]:
    """Earliest first, the same whatever the order of arrival."""
    return (headline.started_at, headline.component, headline.fault)
