"""Where is the owner told, after what wait, and when does it escalate?

Routes are tried in order, the first match decides; without one the owner's own channel is the destination.
A team without a channel is told through the triage desk's.
"""

from typing import NamedTuple

from router.model.fault import Severity
from router.model.incident import Incident
from router.model.rules import Route, Rules


class Routing(NamedTuple):
    """Destination and clocks; `route` names the rule that decided, or why none did.

    `settle_fixed`: a route gives the settle, so nothing but it decides when to tell.
    """

    destination: str
    settle_seconds: int
    settle_fixed: bool
    escalate_after_seconds: int
    route: str


def route(incident: Incident, rules: Rules) -> Routing:
    """The routing of an incident to its owner."""
    settings, team = rules.settings, rules.teams[incident.owner.team]
    chosen = next((r for r in rules.routes if _matches(r, incident)), None)
    settle = settings.settle_seconds
    if incident.severity is Severity.CRITICAL:
        settle = min(settle, settings.critical_settle_seconds)
    after = (
        settings.escalate_after_seconds
        if team.escalate_after_seconds is None
        else team.escalate_after_seconds
    )
    destination = channel_of(incident.owner.team, rules)
    if chosen is None:
        return Routing(destination, settle, False, after, "the owner's own channel")
    return Routing(
        chosen.channel or destination,
        settle if chosen.settle_seconds is None else chosen.settle_seconds,
        chosen.settle_seconds is not None,
        after if chosen.escalate_after_seconds is None else chosen.escalate_after_seconds,
        f"route {chosen.name}",
    )


def channel_of(team: str, rules: Rules) -> str:
    """The channel where a team is told."""
    return rules.teams[team].channel or rules.teams[rules.settings.triage_team].channel or f"team:{team}"


def labels(incident: Incident, workflow: str = "") -> dict[str, str]:
    """The labels that matchers of routes and silences see."""
    return {
        "owner": incident.owner.team,
        "owner.kind": incident.owner.kind.value,
        "cause.component": incident.cause.component,
        "cause.fault": incident.cause.fault,
        "severity": incident.severity.value,
        "scope": incident.scope,
        "incident": incident.id,
        "workflow": workflow,
    }


def _matches(candidate: Route, incident: Incident) -> bool:
    for workflow in incident.workflows or ("",):
        seen = labels(incident, workflow)
        if all(matcher.matches(seen) for matcher in candidate.match):
            return True
    return False
