"""Which incident does this alert belong to? Decided on the graph and in event time, before asking whose it is.

Two alerts are one failure when they are of one component, share a trace, or when one component can explain both
within the time that the edges allow: one of the two itself (a failure on its way) or a common cause.
The relation is symmetric and knows no order of arrival; an alert related to several incidents makes them one.
"""

from collections.abc import Mapping
from typing import NamedTuple

from router.model.decision import Reason
from router.model.event import Alert
from router.model.rules import Rules
from router.model.state import State, minute_of
from router.model.topology import Kinship


class Placement(NamedTuple):
    """The incidents this alert belongs to, oldest first (none: it opens one), and why."""

    incidents: tuple[str, ...]
    reason: Reason
    detail: str = ""


def correlate(state: State, alert: Alert, rules: Rules) -> Placement:
    """Where a firing alert that we have not heard of belongs."""
    found: dict[str, tuple[Reason, str]] = {}
    for incident in state.alerting.get(alert.component, ()):
        found[incident] = (Reason.JOINED_SAME_COMPONENT, f"{alert.component} alerts in {incident} already")
    for trace in alert.trace_ids:
        for incident in state.incidents_of_trace(trace):
            found.setdefault(incident, (Reason.JOINED_SHARED_TRACE, f"trace {trace[:32]}"))
    minute = minute_of(alert.started_at)
    if alert.component in rules.components and not any(
        minute in starts for starts in state.alerting.get(alert.component, {}).values()
    ):
        # Kin were searched when the first alert of this component and minute came, and since the relation is
        # symmetric, whatever came later and is kin has found that one.
        _search_kin(state, alert, rules, found)
    if not found:
        return Placement((), Reason.OPENED_NEW_FAILURE)
    ordered = sorted(found, key=incident_number)
    reason, detail = found[ordered[0]]
    return Placement(tuple(ordered), reason, detail)


def incident_number(incident: str) -> int:
    """The running number at the end of an incident's id; smaller is older."""
    return int(incident.rpartition("-")[2])


def _search_kin(state: State, alert: Alert, rules: Rules, found: dict[str, tuple[Reason, str]]) -> None:
    """Add the incidents with an alert at a kin component at a time that fits."""
    kin = rules.topology.kin_of(alert.component)
    alerting = state.alerting
    # Whichever is smaller is walked, so the cost never follows what is open elsewhere in the scope.
    others = (
        [other for other in kin if other in alerting]
        if len(kin) < len(alerting)
        else [c for c in alerting if c in kin]
    )
    slack = rules.settings.lateness_seconds
    minute = minute_of(alert.started_at)
    for other in sorted(others):
        for incident, starts in alerting[other].items():
            if incident in found:
                continue
            way = _fitting(starts, minute, kin[other], slack)
            if way is not None:
                found[incident] = _why(alert.component, other, way)


def _fitting(
    starts: Mapping[int, int], minute: int, ways: tuple[Kinship, ...], slack: float
) -> Kinship | None:
    """The first way in which an alert that started at one of these minutes is one failure with one of `minute`."""
    for way in ways:
        least, most = (way.least_seconds - slack) / 60, (way.most_seconds + slack) / 60
        if any(least <= minute - start <= most for start in starts):
            return way
    return None


def _why(component: str, other: str, way: Kinship) -> tuple[Reason, str]:
    if way.cause in (component, other):
        effect = other if way.cause == component else component
        return Reason.JOINED_ON_PATH, f"a failure of {way.cause} shows at {effect}"
    return Reason.JOINED_COMMON_CAUSE, f"{way.cause} can explain both {other} and {component}"
