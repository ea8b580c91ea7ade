"""What alerts although nothing is wrong: how often, and for how long."""

import math

from router.likelihood.parameters import DAY, DEFAULTS, Parameters
from router.model.headline import Headline


def background_of(headline: Headline, parameters: Parameters = DEFAULTS) -> float:
    """How often a second this symptom alerts although nothing is wrong."""
    return headline.background / DAY if headline.background else parameters.background


HALF_LIFE_DAYS = 30.0
"""A spell in which nothing was wrong counts half after this."""


def decayed(count: float, days: float) -> float:
    """What is left of a count after so many days."""
    return count * math.exp2(-days / HALF_LIFE_DAYS)


def rate_a_day(count: float, watched_days: float, parameters: Parameters = DEFAULTS) -> float:
    """How often a day it alerts although nothing is wrong.

    `count` are its decayed spells in `watched_days`; before them stands one spell in 1 / parameters.background.
    """
    prior_days = 1 / (parameters.background * DAY)
    scale = HALF_LIFE_DAYS / math.log(2)
    counted_days = scale * -math.expm1(-watched_days / scale)
    return (1 + count) / (prior_days + counted_days)


def lasting(headline: Headline, now: float, parameters: Parameters = DEFAULTS) -> float:
    """What the time that it fired says for a failure (log-odds): what fires although nothing is wrong is brief.

    `now` in Unix seconds. Both durations are exponential; the weight is bounded.
    """
    fires = 0.0
    if headline.firing and headline.since is not None:
        fires = max(0.0, now - headline.since.timestamp())
    return _bounded(headline.lasted_seconds + fires, headline.spells, parameters)


def lasting_by(headline: Headline, at: float, parameters: Parameters = DEFAULTS) -> float:
    """The same as of a moment that may be over: a symptom that ended once, later, was still firing then."""
    ended = headline.started_at.timestamp() + headline.lasted_seconds
    if headline.spells != 1 or headline.firing or ended <= at:
        return lasting(headline, at, parameters)
    return _bounded(max(0.0, at - headline.started_at.timestamp()), 0, parameters)


def _bounded(seconds: float, spells: int, parameters: Parameters) -> float:
    value = seconds * (1 / parameters.brief_seconds - 1 / parameters.lasting_seconds)
    value += spells * math.log(parameters.brief_seconds / parameters.lasting_seconds)
    return max(-parameters.lasting_weight, min(parameters.lasting_weight, value))
