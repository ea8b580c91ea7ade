"""How symptoms that are there make the next one likely, whatever is behind them.

A failure that has come to a component goes on from there, and a component that shows one fault shows others.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from router.likelihood.anyway import background_of
from router.likelihood.links import Link, Links
from router.likelihood.parameters import Parameters
from router.model.headline import Headline
from router.model.rules import Rules


class Via(NamedTuple):
    """One more way to explain a symptom: by one that is explained already, `bit`, whatever its cause.

    `again`: it is another fault of the same component, which is no news of where the failure came from. `back`: it
    asks too much of the component that shows the symptom, so that its causes need not be upstream of that one.
    """

    again: bool
    gain: float
    weight: float
    bit: int
    back: bool


class Onward:
    """The ways from symptom to symptom over one topology."""

    def __init__(self, rules: Rules, parameters: Parameters, links: Links) -> None:
        self._parameters = parameters
        self._links = links
        self._skew = rules.settings.skew_seconds
        self._detector = float(rules.settings.lateness_seconds)
        self._log_again = math.log(parameters.again * parameters.fault_share / parameters.again_seconds)

    def again(self, before: Sequence[Headline], headline: Headline) -> float:
        """Log-odds that this is one more fault of a component that shows one, and no chance; -inf: it shows none."""
        apart = [
            abs((headline.started_at - other.started_at).total_seconds())
            for other in before
            if other.component == headline.component
        ]
        if not apart:
            return -math.inf
        rate = math.log(background_of(headline, self._parameters))
        return self._log_again - rate - min(apart) / self._parameters.again_seconds

    def ways(
        self, before: Sequence[Headline], headline: Headline, links: Mapping[str, Link], rate: float
    ) -> list[Via]:
        """How symptoms before this one make it likely, the likeliest way first; `rate`: log of its background."""
        found: list[Via] = []
        names = self._links.causes_of(headline.fault)
        for place, other in enumerate(before):
            same = other.component == headline.component
            link = None if same else links.get(other.component)
            if other.fault in names and not same:
                link = (
                    self._links.named(headline.component, headline.fault, other.component, other.fault)
                    or link
                )
            if not same and link is None:
                continue
            elapsed = (headline.started_at - other.started_at).total_seconds()
            if link is None:
                gain = self._log_again - rate - elapsed / self._parameters.again_seconds
                weight, back = self._parameters.again_weight, False
            else:
                gain, weight, back = self._later(link, elapsed, rate), 1.0, other.component not in links
            if gain > 0:
                found.append(Via(same, gain, weight, 1 << place, back))
        return sorted(found, reverse=True)

    def _later(self, link: Link, elapsed: float, rate: float) -> float:
        """Log-odds that it shows there after so many seconds, against chance; -inf: it cannot."""
        parameters = self._parameters
        width, share = link.latest - link.soonest + self._detector, 1 - parameters.tail
        if elapsed < link.soonest - self._detector - self._skew:
            return -math.inf
        if elapsed > link.latest + self._detector:
            more = parameters.tail_stretch * (link.latest - link.soonest) + parameters.tail_seconds
            if elapsed > link.latest + self._detector + more:
                return -math.inf
            width, share = width + more, parameters.tail
        return link.log_chance - rate + math.log(share / width)
