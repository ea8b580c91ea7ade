"""What alerts although nothing is wrong: how often, and for how long."""

import math

from router.likelihood.parameters import DAY, DEFAULTS, Parameters
from router.model.incident import Headline


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
    pace = 1 / parameters.brief_seconds - 1 / parameters.lasting_seconds
    value = headline.lasted_seconds * pace
    value += headline.spells * math.log(parameters.brief_seconds / parameters.lasting_seconds)
    if headline.firing and headline.since is not None:
        value += max(0.0, now - headline.since.timestamp()) * pace
    return max(-parameters.lasting_weight, min(parameters.lasting_weight, value))
