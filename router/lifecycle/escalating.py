"""Escalating: with which policy an incident's escalation begins, and when it begins anew or is over.

It begins with the first telling, for every new owner, when it is back, when muting ends, when an acknowledgement runs
out and when it becomes worse. The steps themselves are in `router.lifecycle.stepping`.
"""

from router.model.decision import Reason
from router.model.escalation import Running
from router.model.incident import Incident, IncidentState
from router.model.turn import Turn
from router.model.value import Moment
from router.stages.escalate import begin, policy_of
from router.stages.route import Routing, route

NOT_ACKNOWLEDGED: dict[str, object] = {
    "acknowledged_at": None,
    "acknowledged_by": "",
    "ack_renewed_at": None,
    "ack_reminded": False,
    "ack_due": None,
}
"""What an incident that nobody has in hand looks like."""

NO_ESCALATION: dict[str, object] = {"escalation": None, "escalate_due": None}
"""What an incident looks like of which nobody more is told."""


def start(turn: Turn, incident: Incident, routing: Routing | None = None) -> tuple[Running, Moment]:
    """An escalation of this incident that begins now, under the rules as they are now, and when it goes on."""
    routing = routing or route(incident, turn.rules)
    policy = policy_of(incident, routing.policy, routing.escalate_after_seconds, turn.rules)
    lent = routing.policy in turn.rules.policies
    delay = 0 if lent or not policy.id else routing.node.given.escalate_after_seconds or 0
    return begin(policy, incident, turn.rules, turn.now, delay)


def begun(turn: Turn, incident: Incident, routing: Routing | None = None) -> dict[str, object]:
    """The fields of an incident whose escalation begins now."""
    running, due = start(turn, incident, routing)
    return {"escalation": running, "escalate_due": due}


def announce(turn: Turn, incident: Incident) -> None:
    """Record with which policy the escalation began; one step up without a policy says so when it comes."""
    running = incident.escalation
    if running and running.policy:
        policy = turn.rules.policies.get(running.policy)
        named = policy.title if policy else running.policy
        turn.decide(Reason.ESCALATED_BEGUN, named, incident=incident.id, team=incident.owner.team)


def restart(turn: Turn, incident: Incident) -> Incident:
    """It became worse than when its escalation began, and nobody has it: it begins anew.

    A first wait that runs already goes on: what is worse is not told later for it.
    """
    running = incident.escalation
    if running is None or incident.state is not IncidentState.OPEN or incident.muted_by:
        return incident
    if incident.severity.rank <= running.severity.rank:
        return incident
    new, due = start(turn, incident)
    if incident.escalate_due and running.position <= 1 and not running.round and new.steps == running.steps:
        return turn.save(incident, escalation=running.model_copy(update={"severity": incident.severity}))
    incident_now = turn.save(incident, escalation=new, escalate_due=due)
    detail = f"{running.severity.value}, now {incident.severity.value}"
    turn.decide(Reason.ESCALATED_ANEW, detail, incident=incident.id, team=incident.owner.team)
    announce(turn, incident_now)
    return incident_now
