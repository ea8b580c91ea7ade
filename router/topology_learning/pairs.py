"""Pairs of components of which one alerts after the other more often than chance allows.

An episode is an onset of the first with hours of quiet before; so many alerts of one bad day are one episode. All
ordered pairs and windows that could be tested are counted, and p-values are multiplied by that number (Bonferroni):
on a recording in which nothing depends on anything, a proposal of any kind comes up once in a hundred recordings.
"""

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from router.topology_learning.chance import DAY_SECONDS, by_rate, chance, follows, tail, weight
from router.topology_learning.onsets import History

WINDOWS_SECONDS = (600, 3_600, 6 * 3_600)
SEPARATE_SECONDS = 4 * 3_600
MIN_EPISODES = 5
MIN_DAYS = 3
MIN_CONFIDENCE = 0.3
MIN_LIFT = 3.0
ALPHA = 0.01
"""The chance of proposing anything when there is nothing."""
MIN_FORWARD = 0.75
"""The share of common episodes in which the first one is first; below it the direction is not clear."""


class Pair(NamedTuple):
    """`downstream` alerts after `upstream`, in `episodes` of `trials`, on so many `days`; chance gives `expected`.

    `lags` in seconds, ascending; `p` is corrected for all pairs and windows; `forward` is the share of common
    episodes in this order; `weight` ranks pairs by how much they explain, tight lags counting more.
    """

    upstream: str
    downstream: str
    window_seconds: int
    trials: int
    lags: tuple[float, ...]
    days: int
    expected: float
    p: float
    forward: float
    weight: float

    @property
    def episodes(self) -> int:
        """In how many separate episodes it followed."""
        return len(self.lags)

    @property
    def confidence(self) -> float:
        """The share of the first one's episodes in which the second one followed."""
        return self.episodes / self.trials

    @property
    def lift(self) -> float:
        """How many times more often than by chance."""
        return self.confidence / self.expected

    @property
    def median_seconds(self) -> float:
        """The middle lag."""
        return median(self.lags)


class Found(NamedTuple):
    """Pairs that are beyond chance, by weight; how many tests that was among."""

    pairs: tuple[Pair, ...]
    tests: int


def pairs_of(history: History) -> Found:
    """All pairs beyond chance, whatever their direction's clarity."""
    eligible = [name for name, onsets in history.onsets.items() if len(onsets) >= MIN_EPISODES]
    tests = len(eligible) * (len(eligible) - 1) * len(WINDOWS_SECONDS)
    if history.span_seconds < MIN_DAYS * DAY_SECONDS:
        return Found((), tests)
    found = [
        pair
        for upstream in eligible
        for downstream in eligible
        if upstream != downstream and (pair := _best(upstream, downstream, history, tests))
    ]
    return Found(tuple(sorted(found, key=lambda pair: (-pair.weight, pair.upstream, pair.downstream))), tests)


def _best(upstream: str, downstream: str, history: History, tests: int) -> Pair | None:
    """The pair under the window that is least likely by chance, if it passes."""
    tried = [_pair(upstream, downstream, window, history, tests) for window in WINDOWS_SECONDS]
    passed = [pair for pair in tried if pair and pair.p <= ALPHA]
    return min(passed, key=lambda pair: (pair.p, pair.window_seconds), default=None)


def _pair(upstream: str, downstream: str, window: int, history: History, tests: int) -> Pair | None:
    causes, effects = history.onsets[upstream], history.onsets[downstream]
    episodes = separate(causes, max(window, SEPARATE_SECONDS), history.last - window)
    followed = {at: lag for at in episodes if (lag := follows(effects, at, window)) is not None}
    days = len({int(at // DAY_SECONDS) for at in followed})
    if len(followed) < MIN_EPISODES or days < MIN_DAYS or len(followed) / len(episodes) < MIN_CONFIDENCE:
        return None
    rate = by_rate(effects, window, history.span_seconds)
    if tail(len(followed), len(episodes), rate) * tests > ALPHA:
        return None  # the full estimate is never below this one, and takes long
    expected = chance(episodes, effects, window, history.first, history.span_seconds)
    lags = tuple(sorted(followed.values()))
    p = min(1.0, tail(len(lags), len(episodes), expected) * tests)
    # Only so wide a window would have been needed; a tight one is less likely by chance.
    needed = max(lags[-1] - lags[0], 60.0)
    narrow = max(len(effects) * needed / history.span_seconds, 1e-9)
    pair = Pair(
        upstream,
        downstream,
        window,
        len(episodes),
        lags,
        days,
        expected,
        p,
        _forward(causes, effects, lags[-1], len(lags)),
        weight(len(lags), len(episodes), min(narrow, expected)),
    )
    return pair if pair.lift >= MIN_LIFT else None


def separate(onsets: Sequence[float], apart: float, until: float) -> list[float]:
    """The onsets that begin an episode: so many seconds after the last episode began; those that end in time."""
    found: list[float] = []
    for at in onsets:
        if at <= until and (not found or at - found[-1] > apart):
            found.append(at)
    return found


def _forward(causes: Sequence[float], effects: Sequence[float], within: float, successes: int) -> float:
    """Of the common episodes, those in which the cause is first."""
    backward = sum(
        follows(causes, at, within) is not None
        for at in separate(effects, max(within, SEPARATE_SECONDS), float("inf"))
    )
    return successes / (successes + backward)
