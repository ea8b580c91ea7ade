"""Which incident does this alert belong to? Decided on the graph and in event time, before asking whose it is.

An alert joins the incident with which it is likelier to be one failure than two (`likelihood`), and incidents that
one cause explains better than two do are made one. A symptom that the incident already has, and a trace that it
shares, need no such weighing.
"""

import math
from collections.abc import Iterable
from itertools import chain
from typing import NamedTuple

from router.likelihood.weighing import (
    Changes,
    Likelihood,
    Tallies,
    Weighing,
    evidence,
    likelihood_of,
    order,
)
from router.model.decision import Reason
from router.model.event import Alert
from router.model.fault import ComponentKind
from router.model.incident import Headline, Incident
from router.model.rules import Rules
from router.model.state import State, minute_of

MAX_NEAR = 12
"""Incidents that an alert is weighed with: those whose alerts are nearest in time. Bounds the cost of an alert."""


class Placement(NamedTuple):
    """The incidents this alert belongs to, that which takes it first (none: it opens one), and why."""

    incidents: tuple[str, ...]
    reason: Reason
    detail: str = ""


def correlate(state: State, alert: Alert, rules: Rules, background: float = 0.0) -> Placement:
    """Where a firing alert that we have not heard of belongs. `background`: how often a day it alerts anyway."""
    traced = sorted(
        {i for trace in alert.trace_ids for i in state.incidents_of_trace(trace)}, key=incident_number
    )
    same = _showing(state, alert, rules)
    if same and not traced:
        return Placement(
            (same,), Reason.JOINED_SAME_COMPONENT, f"{alert.component} shows {alert.fault} already"
        )
    if traced:
        others = [same] if same and same not in traced else []
        return Placement((*traced, *others), Reason.JOINED_SHARED_TRACE, f"trace {alert.trace_ids[0][:32]}")
    if alert.component not in rules.components:
        found = sorted(state.alerting.get(alert.component, ()), key=incident_number)[:1]
        detail = f"{alert.component} alerts in {found[0]} already" if found else ""
        return Placement(
            tuple(found), Reason.JOINED_SAME_COMPONENT if found else Reason.OPENED_NEW_FAILURE, detail
        )
    return _weigh(state, alert, rules, background)


def incident_number(incident: str) -> int:
    """The running number at the end of an incident's id; smaller is older."""
    return int(incident.rpartition("-")[2])


def weighing_of(state: State, incident_id: str, rules: Rules) -> Weighing:
    """The weighing of an incident's symptoms, kept from the last time unless they changed."""
    incident = state.incident(incident_id)
    headlines = incident.headlines if incident else ()
    key = (rules.hash, state.changes_version, tuple((h.component, h.fault, h.started_at) for h in headlines))
    kept = state.memo.get(incident_id)
    if isinstance(kept, tuple) and kept[0] == key:
        weighing: Weighing = kept[1]
        return weighing
    weighing = likelihood_of(rules).weigh(_known(headlines, rules), state.change_times())
    state.keep(incident_id, (key, weighing))
    return weighing


def _known(headlines: Iterable[Headline], rules: Rules) -> list[Headline]:
    return [headline for headline in headlines if headline.component in rules.components]


def _long_over(incident: Incident, alert: Alert, rules: Rules) -> bool:
    """Whether the alert is too late to reopen the incident; what the failure shows elsewhere may still be late."""
    if incident.resolved_at is None:
        return False
    return (alert.at - incident.resolved_at).total_seconds() > rules.settings.reopen_seconds


def _too_late(incident: Incident | None, alert: Alert, rules: Rules) -> bool:
    """Whether the incident is over for good, for this alert: a business outcome may still be hit by its aftermath."""
    if incident is None or not _long_over(incident, alert, rules):
        return incident is None
    outcome = rules.components[alert.component].kind is ComponentKind.KPI
    return not outcome or any(h.component == alert.component for h in incident.headlines)


def _showing(state: State, alert: Alert, rules: Rules) -> str:
    """The oldest incident that shows this fault of this component already, or ""."""
    for incident_id in sorted(state.alerting.get(alert.component, ()), key=incident_number):
        incident = state.incident(incident_id)
        if incident is None or _long_over(incident, alert, rules):
            continue
        if any(h.component == alert.component and h.fault == alert.fault for h in incident.headlines):
            return incident_id
    return ""


def _weigh(state: State, alert: Alert, rules: Rules, background: float) -> Placement:
    likelihood, changes = likelihood_of(rules), state.change_times()
    new = Headline.of(alert, background)
    alone = likelihood.weigh((new,), changes)
    best: tuple[float, str, Weighing] | None = None
    near = _near(state, alert, rules)
    for incident_id in near:
        if _too_late(state.incident(incident_id), alert, rules):
            continue
        weighing = weighing_of(state, incident_id, rules)
        joined = _with(likelihood, weighing, new, changes)
        gain = joined.evidence - weighing.evidence - alone.evidence
        if gain <= likelihood.parameters.join:
            gain = likelihood.again(weighing.headlines, new)
        if gain > likelihood.parameters.join and (best is None or gain > best[0]):
            best = (gain, incident_id, joined)
    if best is None:
        return Placement((), Reason.OPENED_NEW_FAILURE)
    _, first, joined = best
    found = [first]
    for other in near:
        if other != first and not _too_late(state.incident(other), alert, rules):
            united = _united(likelihood, joined, weighing_of(state, other, rules), changes)
            if united is not None:
                found.append(other)
                joined = united
    cause = max(joined.tallies.items(), key=lambda item: (item[1].value, item[0]))[0]
    return Placement(tuple(found), *_why(cause, alert.component, joined))


def _near(state: State, alert: Alert, rules: Rules) -> list[str]:
    """Incidents with an alert at a component, and a time, that one failure with this alert could show at."""
    kin = rules.topology.kin_of(alert.component)
    alerting = state.alerting
    # Whichever is smaller is walked, so the cost never follows what is open elsewhere in the scope.
    others = (
        (c for c in kin if c in alerting) if len(kin) < len(alerting) else (c for c in alerting if c in kin)
    )
    slack = (rules.settings.lateness_seconds + likelihood_of(rules).parameters.tail_seconds) / 60
    minute = minute_of(alert.started_at)
    apart: dict[str, float] = {}
    for other in others:
        least, most = (seconds / 60 for seconds in kin[other])
        for incident, starts in alerting[other].items():
            for start in starts:
                if least - slack <= minute - start <= most + slack:
                    apart[incident] = min(apart.get(incident, math.inf), abs(minute - start))
    nearest = sorted(apart, key=lambda incident: (apart[incident], incident_number(incident)))[:MAX_NEAR]
    return sorted(nearest, key=incident_number)


def _with(likelihood: Likelihood, weighing: Weighing, new: Headline, changes: Changes) -> Weighing:
    """The weighing of an incident with one more symptom."""
    headlines = weighing.headlines
    if headlines and order(new) < order(headlines[-1]):
        return likelihood.weigh((*headlines, new), changes)
    tallies = {**weighing.tallies, **likelihood.extend(headlines, weighing.tallies, new, changes)}
    return Weighing((*headlines, new), tallies, evidence(tallies))


def _united(likelihood: Likelihood, one: Weighing, other: Weighing, changes: Changes) -> Weighing | None:
    """Both as one incident, if one cause explains them clearly better than two do."""
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


def _why(cause: str, component: str, joined: Weighing) -> tuple[Reason, str]:
    alerting = {headline.component for headline in joined.headlines}
    if cause == component:
        effects = sorted(alerting - {component})
        return (
            Reason.JOINED_ON_PATH,
            f"a failure of {component} shows at {', '.join(effects[:3]) or component}",
        )
    if cause in alerting:
        return Reason.JOINED_ON_PATH, f"a failure of {cause} shows at {component}"
    others = ", ".join(sorted(alerting - {component})[:3])
    return Reason.JOINED_COMMON_CAUSE, f"{cause} can explain both {others or component} and {component}"
