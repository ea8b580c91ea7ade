"""Background: what alerts although nothing is wrong is counted, and counts for less the next time."""

import math
from datetime import timedelta

from router.likelihood.anyway import HALF_LIFE_DAYS, decayed, rate_a_day
from router.likelihood.weighing import likelihood_of
from router.model.headline import Headline
from router.model.incident import Incident
from router.model.record import BackgroundRate
from router.model.turn import Turn

FORGET_DAYS = 6 * HALF_LIFE_DAYS
"""A count this old is below a fiftieth of what it was."""


def rate_of(turn: Turn, component: str, fault: str) -> float:
    """How often a day this alerts although nothing is wrong, as far as this scope has seen."""
    known = turn.state.background(component, fault)
    count = decayed(known.count, (turn.now - known.at) / timedelta(days=1)) if known else 0.0
    since = turn.state.header.since or turn.now
    return rate_a_day(count, (turn.now - since) / timedelta(days=1), likelihood_of(turn.rules).parameters)


def learn_spell(turn: Turn, incident: Incident, headline: Headline) -> None:
    """A symptom is over: count it as nothing wrong, by the chance that it was nothing.

    What a person acknowledged or resolved was something; so was, most likely, what the cause explains.
    """
    if headline.component not in turn.rules.components:
        return
    touched = bool(incident.acknowledged_by or incident.resolved_by)
    real = 1.0 if touched else 1 / (1 + math.exp(-incident.cause.odds))
    nothing = 1 - real * headline.responsibility
    known = turn.state.background(headline.component, headline.fault)
    count = decayed(known.count, (turn.now - known.at) / timedelta(days=1)) if known else 0.0
    turn.state.put(
        BackgroundRate(
            component=headline.component,
            fault=headline.fault,
            count=round(count + nothing, 6),
            at=turn.now,
            due=turn.now + timedelta(days=FORGET_DAYS),
        )
    )
