"""Have we heard this? A repeat keeps an alert fresh and is otherwise no news.

A change of status is news even under a known key, unless the event is older than what the source said since:
event time decides, never the order of arrival.
"""

from enum import StrEnum
from typing import NamedTuple

from router.model.event import Alert, AlertStatus
from router.model.fault import Severity
from router.model.record import OpenAlert


class Verdict(StrEnum):
    """What an alert is, given what we know of its key."""

    NEW = "new"
    REPEATED = "repeated"
    LATE = "late"
    RESOLVED = "resolved"
    RESOLVED_BEFORE_FIRING = "resolved_before_firing"


class Heard(NamedTuple):
    """The verdict, and the alert as it should be remembered."""

    verdict: Verdict
    alert: Alert


def dedupe(known: OpenAlert | None, alert: Alert) -> Heard:
    """What this alert is, given the alert remembered under its key (None: never heard of)."""
    firing = alert.status is AlertStatus.FIRING
    if known is None:
        return Heard(Verdict.NEW if firing else Verdict.RESOLVED_BEFORE_FIRING, alert)
    if firing and not known.firing:
        # A resolve is remembered with the time it speaks of: a firing from before it was overtaken by it.
        late = alert.at <= known.alert.at
        return Heard(Verdict.LATE if late else Verdict.NEW, known.alert if late else alert)
    if not firing and known.firing:
        late = alert.at < known.alert.at
        return (
            Heard(Verdict.LATE, known.alert) if late else Heard(Verdict.RESOLVED, _closed(known.alert, alert))
        )
    return Heard(Verdict.REPEATED, merge(known.alert, alert))


def merge(one: Alert, other: Alert) -> Alert:
    """Two observations of one alert as one. Commutative, associative and idempotent (law 10).

    The newest event speaks; severity is the worst and the start the earliest of both; trace ids add up.
    """
    newest = max(one, other, key=_newness)
    severity = max(one.severity, other.severity, key=_rank)
    started_at = min(one.started_at, other.started_at)
    traces = newest.trace_ids
    if one.trace_ids != other.trace_ids:
        traces = tuple(sorted({*one.trace_ids, *other.trace_ids}))
    if (severity, started_at, traces) == (newest.severity, newest.started_at, newest.trace_ids):
        return newest
    return newest.model_copy(update={"severity": severity, "started_at": started_at, "trace_ids": traces})


def _closed(firing: Alert, resolve: Alert) -> Alert:
    """The resolve, with what only the firing knows: when it began and how bad it was."""
    update = {"started_at": firing.started_at, "severity": firing.severity, "trace_ids": firing.trace_ids}
    return resolve.model_copy(update=update)


def _rank(severity: Severity) -> int:
    return severity.rank


def _newness(alert: Alert) -> tuple[object, ...]:
    """A total order: event time, then a resolve over a firing, then the content, so that ties never matter."""
    return (alert.at, alert.status is AlertStatus.RESOLVED, alert.arrived_at, alert.model_dump_json())
