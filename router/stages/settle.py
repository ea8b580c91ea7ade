"""How long to wait before the first telling? As long as waiting can change what would be told, and no longer.

Two doubts are worth waiting for: whether anything is wrong at all (what alerts anyway is brief, so time tells), and
whose it is (a cause further up may still speak, within what monitors need). Severity and `hold` bound both.
"""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta

from router.likelihood.anyway import lasting
from router.likelihood.weighing import likelihood_of
from router.model.fault import Severity
from router.model.incident import Incident
from router.model.rules import Rules

OWNER_SHARE = 0.6
"""Surer than this of the owner, there is nothing to wait for."""

LOOK_SECONDS = 60.0
"""An incident is not looked at again sooner than this."""


def settle(
    incident: Incident, least_seconds: float, owners: Mapping[str, float], rules: Rules, now: datetime
) -> datetime:
    """When to tell, or to look again: not after `now` means now. The incident is assessed as of `now`.

    `least_seconds`: the wait in any case. `owners`: how sure we are of each team that might be accountable.
    """
    settings = rules.settings
    least = least_wait(incident, least_seconds, now)
    critical = incident.severity is Severity.CRITICAL
    hold = settings.critical_hold_seconds if critical else settings.hold_seconds
    if not hold or not least_seconds or not incident.cause.candidates:
        # Told to wait for nothing; or of a component that we do not know, about which time tells nothing either.
        return least
    last = min(_firing(incident), default=_began(incident, now)) + timedelta(seconds=hold)
    if last <= now:
        return least
    seconds = max(
        _until_real(incident, rules, now),
        0.0 if critical else _until_whose(incident, owners, rules, now),
    )
    if seconds <= 0:
        return least
    later = now + timedelta(seconds=max(seconds, LOOK_SECONDS)) if seconds < math.inf else last
    return max(least, min(later, last))


def least_wait(incident: Incident, least_seconds: float, now: datetime) -> datetime:
    """The end of the wait in any case: from when it opened, or from when it began again."""
    return _began(incident, now) + timedelta(seconds=least_seconds)


def _began(incident: Incident, now: datetime) -> datetime:
    return min(_firing(incident), default=now) if incident.reopened else incident.opened_at


def _firing(incident: Incident) -> list[datetime]:
    """Since when each symptom fires that does."""
    return [h.since for h in incident.headlines if h.firing and h.since is not None]


def _until_real(incident: Incident, rules: Rules, now: datetime) -> float:
    """Seconds until time alone could make it a failure rather than what alerts anyway; 0: it is one.

    All that fires may speak for it the longer it fires, each up to a bound. Where that is not enough, it is looked at
    once more when time has said all; then infinity.
    """
    parameters = likelihood_of(rules).parameters
    missing = parameters.tell - incident.cause.odds
    if missing <= 0:
        return 0.0
    at, pace = now.timestamp(), 1 / parameters.brief_seconds - 1 / parameters.lasting_seconds
    firing = (h for h in incident.headlines if h.firing and h.since is not None)
    full = sorted((parameters.lasting_weight - lasting(h, at, parameters)) / pace for h in firing)
    elapsed = 0.0
    for place, seconds in enumerate(full):
        speaking = pace * (len(full) - place)
        if missing <= (seconds - elapsed) * speaking:
            return elapsed + missing / speaking
        missing -= (seconds - elapsed) * speaking
        elapsed = seconds
    return elapsed if elapsed >= LOOK_SECONDS else math.inf


def _until_whose(incident: Incident, owners: Mapping[str, float], rules: Rules, now: datetime) -> float:
    """Seconds until a cause further up would have spoken; 0: it could not change the owner."""
    if max(owners.values(), default=1.0) >= OWNER_SHARE:
        return 0.0
    heard = incident.started_at + timedelta(seconds=rules.settings.lateness_seconds)
    return max(0.0, (heard - now).total_seconds())
