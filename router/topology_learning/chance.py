"""How likely is it that nothing is behind it?

For alerts of B that follow alerts of A within a window, the chance of it in one episode is taken as the largest of
three estimates: what B's rate gives (Poisson); how often B follows when A's clock is moved by whole days, which
keeps the hours of nightly jobs; how often it follows when moved by many other spans, which keeps bursts. The
p-value of k successes in n separate episodes is the binomial tail at that chance.
"""

from bisect import bisect_right
from collections.abc import Sequence
from math import exp, lgamma, log, log1p

DAY_SECONDS = 86_400
MOST_DAYS = 7
SPREAD = 24
"""So many shifts of other lengths, evenly over the recording."""


def follows(onsets: Sequence[float], after: float, within: float) -> float | None:
    """Seconds from `after` to the first onset later than it, up to `within`; None if there is none."""
    place = bisect_right(onsets, after)
    if place == len(onsets) or onsets[place] - after > within:
        return None
    return onsets[place] - after


def by_rate(onsets: Sequence[float], within: float, span: float) -> float:
    """The chance of an onset within so many seconds, if they come at random."""
    return 1 - exp(-len(onsets) * within / span)


def chance(
    episodes: Sequence[float], onsets: Sequence[float], within: float, first: float, span: float
) -> float:
    """The chance that an onset follows an episode within so many seconds though nothing connects them."""
    days = [sign * day * DAY_SECONDS for day in range(1, MOST_DAYS + 1) for sign in (1, -1)]
    days = [shift for shift in days if abs(shift) >= within and abs(shift) <= span / 2]
    others = [span * step / (SPREAD + 1) for step in range(1, SPREAD + 1)]
    others = [shift for shift in others if shift >= within and span - shift >= within]
    by_shifts = (_shifted(episodes, onsets, within, first, span, shifts) for shifts in (days, others))
    return min(1.0, max(by_rate(onsets, within, span), *by_shifts))


def _shifted(
    episodes: Sequence[float],
    onsets: Sequence[float],
    within: float,
    first: float,
    span: float,
    shifts: Sequence[float],
) -> float:
    """Share of successes over all shifts, one success and one failure added: never quite impossible."""
    if not shifts:
        return 0.0
    moved = [first + (episode + shift - first) % span for shift in shifts for episode in episodes]
    hits = sum(follows(onsets, at, within) is not None for at in moved)
    return (hits + 1) / (len(moved) + 2)


def tail(successes: int, trials: int, probability: float) -> float:
    """P(X >= successes) of a binomial variable."""
    if successes <= 0 or probability >= 1:
        return 1.0
    if probability <= 0:
        return 0.0
    hit, miss = log(probability), log1p(-probability)
    terms = [
        lgamma(trials + 1) - lgamma(k + 1) - lgamma(trials - k + 1) + k * hit + (trials - k) * miss
        for k in range(successes, trials + 1)
    ]
    return min(1.0, sum(map(exp, terms)))


def weight(successes: int, trials: int, probability: float) -> float:
    """How much better "it happens as often as seen" explains the episodes than chance does (log likelihood ratio)."""
    share = successes / trials
    found = successes * log(share / probability) if successes else 0.0
    return found + (
        (trials - successes) * log((1 - share) / (1 - probability)) if successes < trials else 0.0
    )
