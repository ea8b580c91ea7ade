"""Which symptoms are one failure? One symptom at a time, into groups that each have a weighing.

A symptom joins the group with which it is likelier to be one failure than two, and groups that one cause explains
clearly better than two do are made one. `partition` does so for symptoms that are all at hand, in the order in which
they started: what comes of it depends on no order of arrival.
"""

import math
from collections.abc import Iterable, Sequence
from itertools import chain
from operator import attrgetter
from typing import NamedTuple

from router.likelihood.anyway import lasting_by
from router.likelihood.weighing import (
    Changes,
    Likelihood,
    Tallies,
    Weighing,
    evidence,
    order,
)
from router.model.headline import Headline
from router.model.state import minute_of

TIE = 1e-9
"""Gains this close are equal, so that rounding decides nothing."""

SURE = 8.0
"""Of what is a failure that surely (log-odds), it does not matter for how long it has fired."""


class Insertion(NamedTuple):
    """The group that takes a symptom, the groups that become one with it, and all of them as one."""

    first: int
    others: tuple[int, ...]
    joined: Weighing


def insert(
    likelihood: Likelihood, groups: Sequence[Weighing], new: Headline, changes: Changes
) -> Insertion | None:
    """Where this symptom belongs among the groups; None: to none of them. Of equals, to that which began first."""
    alone = likelihood.weigh((new,), changes)
    best: tuple[float, int, Weighing] | None = None
    by_start = sorted(
        range(len(groups)), key=lambda place: [order(first) for first in groups[place].headlines[:1]]
    )
    for place in by_start:
        weighing = groups[place]
        joined = with_symptom(likelihood, weighing, new, changes)
        gain = gain_of(likelihood, weighing, joined, new.started_at.timestamp()) - alone.evidence
        if gain <= likelihood.parameters.join:
            gain = likelihood.onward.again(weighing.headlines, new)
        if gain > likelihood.parameters.join and (best is None or gain > best[0] + TIE):
            best = (gain, place, joined)
    if best is None:
        return None
    _, first, joined = best
    others: list[int] = []
    for place in by_start:
        if place != first and (united := _united(likelihood, joined, groups[place], changes)) is not None:
            others.append(place)
            joined = united
    return Insertion(first, tuple(others), joined)


def gain_of(likelihood: Likelihood, weighing: Weighing, joined: Weighing, at: float) -> float:
    """By how much a group's evidence grows with a symptom that began `at` (Unix seconds).

    What has fired for long by then is likelier a failure than what comes and goes, and so takes in what comes late.
    """
    if weighing.evidence > SURE:
        return joined.evidence - weighing.evidence
    return _in_time(likelihood, joined, at) - _in_time(likelihood, weighing, at)


def partition(likelihood: Likelihood, headlines: Iterable[Headline], changes: Changes) -> list[Weighing]:
    """These symptoms in groups, the group with the earliest symptom first."""
    groups: list[Weighing] = []
    for new in sorted(headlines, key=order):
        near = [place for place, group in enumerate(groups) if _near(likelihood, group.headlines, new)]
        found = insert(likelihood, [groups[place] for place in near], new, changes)
        if found is None:
            groups.append(likelihood.weigh((new,), changes))
            continue
        groups[near[found.first]] = found.joined
        gone = {near[place] for place in found.others}
        groups = [group for place, group in enumerate(groups) if place not in gone]
    return sorted(groups, key=lambda group: order(group.headlines[0]))


def slack_minutes(likelihood: Likelihood) -> float:
    """How much earlier or later than the edges say two symptoms of one failure may start, in minutes."""
    return (likelihood.rules.settings.lateness_seconds + likelihood.parameters.tail_seconds) / 60


def with_symptom(likelihood: Likelihood, weighing: Weighing, new: Headline, changes: Changes) -> Weighing:
    """The weighing of a group with one more symptom."""
    headlines = weighing.headlines
    if headlines and order(new) < order(headlines[-1]):
        return likelihood.weigh((*headlines, new), changes)
    tallies = {**weighing.tallies, **likelihood.extend(headlines, weighing.tallies, new, changes)}
    return Weighing((*headlines, new), tallies, evidence(tallies))


def _near(likelihood: Likelihood, headlines: Sequence[Headline], new: Headline) -> bool:
    """Whether one of these is at a component, and a time, that one failure with the new one could show at."""
    starts: dict[str, list[int]] = {headline.component: [] for headline in headlines}
    for headline in headlines:
        starts[headline.component].append(minute_of(headline.started_at))
    slack, minute = slack_minutes(likelihood), minute_of(new.started_at)
    return any(
        minute - most / 60 - slack <= start <= minute - least / 60 + slack
        for other, (least, most) in likelihood.rules.topology.kin_among(new.component, starts)
        for start in starts[other]
    )


def _in_time(likelihood: Likelihood, weighing: Weighing, at: float) -> float:
    """The evidence, with what speaks for the likeliest cause in the time for which its symptoms had fired by then."""
    if not weighing.tallies:
        return weighing.evidence
    parameters = likelihood.parameters
    best = max(weighing.tallies.values(), key=attrgetter("value"))
    held, terms = 0.0, best.terms()
    # A weighing is kept while symptoms stay the same: how long they fired is known of its headlines, not of its terms.
    behind = (headline for place, headline in enumerate(weighing.headlines) if best.explained >> place & 1)
    for term, headline in zip(terms, behind, strict=True):
        gain = term.gain + lasting_by(headline, at, parameters)
        held += ((gain if term is terms[0] else max(0.0, gain)) - term.gain) * term.weight
    held = max(0.0, min(parameters.lasting_weight, held))
    # log(exp(evidence) + exp(value) * (exp(held) - 1)): only this cause is likelier by it.
    return weighing.evidence + math.log1p(math.expm1(held) * math.exp(best.value - weighing.evidence))


def _united(likelihood: Likelihood, one: Weighing, other: Weighing, changes: Changes) -> Weighing | None:
    """Both as one group, if one cause explains them clearly better than two do."""
    least = one.evidence + other.evidence + likelihood.parameters.merge
    if _at_most(likelihood, one.tallies, other.tallies) < least:
        return None
    united = likelihood.weigh(tuple(chain(one.headlines, other.headlines)), changes)
    return united if united.evidence > least else None


def _at_most(likelihood: Likelihood, one: Tallies, other: Tallies) -> float:
    """A bound on the evidence of both together that costs nothing: nobody explains both better than each alone."""
    if len(one) > len(other):
        one, other = other, one
    prior = math.log(likelihood.parameters.failure)
    best = max(
        (tally.value + other[c].value - prior for c, tally in one.items() if c in other), default=-math.inf
    )
    apart = max(chain((t.value for t in one.values()), (t.value for t in other.values())), default=0.0)
    return max(best, apart, 0.0) + math.log(1 + len(one) + len(other))
