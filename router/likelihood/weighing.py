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
from router.likelihood.natures import STOPPED, WRONG
from router.likelihood.onward import Onward, Via
from router.likelihood.parameters import DEFAULTS, Parameters
from router.model.fault import ComponentKind, Spread
from router.model.headline import Headline
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
    it explains, the lowest for the first one weighed. `stopped`, `wrong`: what the natures of these symptoms say (log
    of a chance) if something does not come, and if what comes is wrong; the value counts the likelier of the two.
    `back`: it asks too much of what it depends on, so that it explains what is not downstream of it.
    """

    value: float
    low: float
    high: float
    silent: bool
    explained: int
    last: Term
    stopped: float
    wrong: float
    back: bool

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


class _New(NamedTuple):
    """The symptom that is weighed next: when it began, the log of its background rate, its bit, and ways to it.

    `own` is the log of the chance that it shows where the failure is, `speaks` whether it speaks of its own component;
    `stopped` and `wrong` are what its nature says (log of a chance) under each.
    """

    headline: Headline
    began: float
    rate: float
    bit: int
    vias: Sequence[Via]
    own: float
    speaks: bool
    stopped: float
    wrong: float


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
        self.onward = Onward(rules, parameters, self._links)
        self._detector = float(rules.settings.lateness_seconds)
        self._skew = float(rules.settings.skew_seconds)
        self._log_failure = math.log(parameters.failure)
        self._log_measure = self._log_failure + math.log(parameters.measure)
        self._measures = {c.id for c in rules.components.values() if c.kind is ComponentKind.KPI}
        self._log_silent = math.log1p(-parameters.own_alert)
        self._log_unfit = math.log(parameters.nature_unfit)

    def links(self, component: str, fault: str) -> dict[str, Link]:
        """Every component whose failure can show as this fault there, and how."""
        return self._links.to(component, fault)

    def width(self, link: Link) -> float:
        """How long after the cause this symptom may start, in seconds: the window of its delays and of the detector."""
        return link.latest - link.soonest + self._detector

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
        links = self.links(headline.component, headline.fault)
        rate = math.log(background_of(headline, self.parameters))
        vias = self.onward.ways(before, headline, links, rate) if before else []
        own = links[headline.component].log_chance
        speaks = spread_of(self.rules, headline.fault) is Spread.SELF
        stopped = self._log_unfit if headline.fault in WRONG else 0.0
        wrong = self._log_unfit if headline.fault in STOPPED else 0.0
        new = _New(
            headline,
            headline.started_at.timestamp(),
            rate,
            1 << len(before),
            vias,
            own,
            speaks,
            stopped,
            wrong,
        )
        changed: Tallies = {}
        for cause, link in links.items():
            tally = tallies.get(cause)
            if tally is None:
                changed[cause] = self._first(cause, link, new, changes.get(cause, ()))
            elif (grown := self._next(tally, link, new)) is not None:
                changed[cause] = grown
        asked = any(via.back for via in vias)
        for cause in tallies.keys() - links.keys() if vias else ():
            tally = tallies[cause]
            if (asked or tally.back) and (grown := _asked(tally, new)) is not None:
                changed[cause] = grown
        return changed

    def _first(self, cause: str, link: Link, new: "_New", changes: Sequence[float]) -> Tally:
        """The tally of a cause whose first symptom this is."""
        gain = link.log_chance - new.rate
        # What only measures others hardly ever fails by itself: then the cause is not known.
        failure = self._log_measure if cause in self._measures else self._log_failure
        value = failure + gain + (self._changed(changes, new.began) if changes else 0.0)
        silent = link.hops > 0
        return Tally(
            value + self._log_silent if silent else value,
            new.began - link.latest - self._detector,
            new.began - link.soonest,
            silent,
            new.bit,
            Term(new.headline, gain, 1.0, None),
            new.stopped,
            new.wrong,
            False,
        )

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

    def _next(self, tally: Tally, link: Link, new: "_New") -> Tally | None:
        """The tally with this symptom, or None if the cause cannot be behind it, or hardly more than chance can."""
        value, low, high, silent, explained, last, stopped, wrong, back = tally
        found = self._direct(low, high, link, new)
        gain, weight = (found[0], 1.0) if found else (-1.0, 1.0)
        for via in new.vias:
            if not via.bit & explained:
                continue
            likely = via.gain
            if via.again and new.speaks:
                # A fault that speaks of its own component is no less news of where the failure is for being the second.
                likely = max(0.0, likely + link.log_chance - new.own)
            if via.again or likely > gain:
                gain, weight, found = likely, via.weight, None
            break
        if new.stopped or new.wrong:
            more_stopped, more_wrong = stopped + new.stopped * weight, wrong + new.wrong * weight
            nature = max(more_stopped, more_wrong) - max(stopped, wrong)
            gain, stopped, wrong = gain + nature / weight, more_stopped, more_wrong
        if gain < 0:
            return None
        value += gain * weight
        if found:
            _, low, high = found
        if silent and not link.hops:
            value, silent = value - self._log_silent, False
        term = Term(new.headline, gain, weight, last)
        return Tally(value, low, high, silent, explained | new.bit, term, stopped, wrong, back)

    def _direct(self, low: float, high: float, link: Link, new: "_New") -> tuple[float, float, float] | None:
        """The gain if the cause failed between low and high and this symptom is its own work, and when it failed then.

        None where that cannot be, or chance explains the symptom better.
        """
        _, soonest, latest, hops = link
        until = new.began - soonest + self._skew
        since = new.began - latest - self._detector - self._skew
        width, share = latest - soonest + self._detector, 1 - self.parameters.tail
        if max(low, since) > min(high, until) and hops:
            # Later than the edges say: monitors have bad days.
            more = self.parameters.tail_stretch * (latest - soonest) + self.parameters.tail_seconds
            width, share, since = width + more, self.parameters.tail, since - more
        left_low, left_high = max(low, since), min(high, until)
        if left_low > left_high:
            return None
        left = max(left_high - left_low, SHORTEST) / max(high - low, SHORTEST)
        gain = link.log_chance - new.rate + math.log(share * left / width)
        return (gain, left_low, left_high) if gain >= 0 else None


def likelihood_of(rules: Rules) -> Likelihood:
    """The model over these rules, with its look-ups; made once for each set of rules."""
    known = rules.topology.memo.get("likelihood")
    if not isinstance(known, Likelihood):
        known = rules.topology.memo["likelihood"] = Likelihood(rules)
    return known


def _asked(tally: Tally, new: _New) -> Tally | None:
    """The tally of a cause that is not upstream of this symptom, if asking too much is behind it."""
    via = next((via for via in new.vias if via.bit & tally.explained and (via.back or tally.back)), None)
    if via is None:
        return None
    stopped, wrong = tally.stopped + new.stopped * via.weight, tally.wrong + new.wrong * via.weight
    value = tally.value + via.gain * via.weight + max(stopped, wrong) - max(tally.stopped, tally.wrong)
    return tally._replace(
        value=value,
        explained=tally.explained | new.bit,
        last=Term(new.headline, via.gain, via.weight, tally.last),
        stopped=stopped,
        wrong=wrong,
        back=True,
    )


def evidence(tallies: Tallies) -> float:
    """log(1 + sum of exp(score)): how much likelier the symptoms are with a failure than without one."""
    values = [0.0, *[tally.value for tally in tallies.values()]]
    top = max(values)
    return top + math.log(math.fsum([math.exp(value - top) for value in values]))


def order(headline: Headline) -> tuple[object, ...]:
    """Earliest first, the same whatever the order of arrival."""
    return (headline.started_at, headline.component, headline.fault)
