"""Nobody acknowledged: who is next? The side door, taken on ticks."""

from router.model.incident import Incident
from router.model.rules import Rules


def escalate(incident: Incident, rules: Rules) -> str:
    """The team one step up from the owner, or "" when there is none that has not been told already."""
    team = rules.teams[incident.owner.team].escalates_to
    return "" if team == incident.escalated_to or team == incident.owner.team else team
