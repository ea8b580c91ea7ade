"""Which incident does this alert belong to? Decided on the graph and in event time, before asking whose it is.

An alert joins the incident with which it is likelier to be one failure than two (`likelihood`), and incidents that
one cause explains better than two do are made one. A symptom that the incident already has, and a trace that it
shares, need no such weighing.
"""

from itertools import islice
from typing import NamedTuple

from router.likelihood.partition import insert, slack_minutes
from router.likelihood.weighing import MAX_SYMPTOMS, Weighing, likelihood_of, order
from router.model.decision import Reason
from router.model.event import Alert
from router.model.fault import ComponentKind
from router.model.headline import Headline
from router.model.incident import Incident
from router.model.rules import Rules
from router.model.state import State, minute_of

MAX_NEAR = 12
"""Incidents that an alert is weighed with: those whose alerts are nearest in time. Bounds the cost of an alert."""


Headlines = tuple[Headline, ...]


class Placement(NamedTuple):
    """The incidents this alert belongs to, that which takes it first (none: it opens one), and why.

    `near` are the incidents that it was weighed with; none if it was not weighed.
    """

    incidents: tuple[str, ...]
    reason: Reason
    detail: str = ""
    near: tuple[str, ...] = ()


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
    first = weighed(incident.headlines, rules) if incident else ()
    kept = state.memo.get(incident_id)
    if isinstance(kept, _Kept) and kept.fits(state, rules, first):
        # The same symptoms, of which more may be known by now: for how long they fired.
        return kept.weighing._replace(headlines=first)
    weighing = likelihood_of(rules).weigh(first, state.change_times())
    state.keep(incident_id, _Kept(rules.hash, state.changes_version, first, weighing))
    return weighing


def weighed(headlines: Headlines, rules: Rules) -> Headlines:
    """Those of an incident's symptoms, earliest first, by which its cause and its alerts are weighed."""
    components, first = rules.components, headlines[:MAX_SYMPTOMS]
    for headline in first:
        if headline.component not in components:
            known = (headline for headline in headlines if headline.component in components)
            return tuple(islice(known, MAX_SYMPTOMS))
    return first


class _Kept(NamedTuple):
    """A weighing, and all that it depends on."""

    rules: str
    changes: int
    headlines: Headlines
    weighing: Weighing

    def fits(self, state: State, rules: Rules, headlines: Headlines) -> bool:
        """Whether weighing these symptoms would give the same."""
        return (
            self.rules == rules.hash
            and self.changes == state.changes_version
            and len(self.headlines) == len(headlines)
            and all(map(_weighs_as, self.headlines, headlines))
        )


def _weighs_as(one: Headline, other: Headline) -> bool:
    """Whether both say the same to a weighing."""
    return one is other or (one.component, one.fault, one.started_at, one.background) == (
        other.component,
        other.fault,
        other.started_at,
        other.background,
    )


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
    changes, new = state.change_times(), Headline.of(alert, background)
    candidates = [
        incident_id
        for incident_id in near(state, alert, rules)
        if not _too_late(state.incident(incident_id), alert, rules)
    ]
    weighings = [weighing_of(state, incident_id, rules) for incident_id in candidates]
    found = insert(likelihood_of(rules), weighings, new, changes)
    if found is None:
        return Placement((), Reason.OPENED_NEW_FAILURE, near=tuple(candidates))
    first, joined = candidates[found.first], found.joined
    if not found.others and len(joined.headlines) <= MAX_SYMPTOMS:
        # What it will be asked for next, once the alert is in.
        state.keep(first, _Kept(rules.hash, state.changes_version, joined.headlines, joined))
    reason, detail = why(joined, new)
    others = (candidates[place] for place in found.others)
    return Placement((first, *others), reason, detail, tuple(candidates))


def near(state: State, alert: Alert, rules: Rules) -> list[str]:
    """Incidents with an alert at a component, and a time, that one failure with this alert could show at."""
    alerting = state.alerting
    slack, minute = slack_minutes(likelihood_of(rules)), minute_of(alert.started_at)
    found: set[str] = set()
    for other, (least, most) in rules.topology.kin_among(alert.component, alerting):
        earliest, latest = minute - most / 60 - slack, minute - least / 60 + slack
        for incident, starts in alerting[other].items():
            if incident not in found and any(earliest <= start <= latest for start in starts):
                found.add(incident)
        if len(found) == state.holding:
            break
    if len(found) <= MAX_NEAR:
        return sorted(found, key=incident_number)
    apart: dict[str, int] = {}
    for other, _ in rules.topology.kin_among(alert.component, alerting):
        for incident in found & alerting[other].keys():
            starts = alerting[other][incident]
            since = minute - max(starts)
            if since < 0:
                since = min(abs(minute - start) for start in starts)
            apart[incident] = min(since, apart.get(incident, minute))
    nearest = sorted(found, key=lambda incident: (apart[incident], incident_number(incident)))[:MAX_NEAR]
    return sorted(nearest, key=incident_number)


def why(joined: Weighing, new: Headline) -> tuple[Reason, str]:
    """Why this symptom belongs with the others of a group that holds it: the likeliest cause behind it and them."""
    # Beyond MAX_SYMPTOMS a symptom is not weighed with its group; then the group's cause speaks.
    places = range(len(joined.headlines) - 1, -1, -1)
    key = order(new)
    bit = next((1 << place for place in places if order(joined.headlines[place]) == key), -1)
    behind = [(tally.value, name) for name, tally in joined.tallies.items() if tally.explained & bit]
    if not behind:
        return Reason.JOINED_SAME_COMPONENT, f"{new.component} alerts in it already"
    cause = max(behind)[1]
    explained = {term.headline.component for term in joined.tallies[cause].terms()} | {new.component}
    others = ", ".join(sorted(explained - {new.component})[:3])
    if cause == new.component:
        return Reason.JOINED_ON_PATH, f"a failure of {cause} shows at {others or cause}"
    if cause in explained:
        return Reason.JOINED_ON_PATH, f"a failure of {cause} shows at {new.component}"
    return (
        Reason.JOINED_COMMON_CAUSE,
        f"{cause} can explain both {others or new.component} and {new.component}",
    )
