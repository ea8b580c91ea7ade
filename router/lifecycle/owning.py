"""Owning: which cause, which team, where it is told; and ownership that moves."""

from datetime import datetime

from router.lifecycle.learning import bias_of, consult
from router.lifecycle.telling import escalation_due, say, tell_first, told_with
from router.model.decision import Reason
from router.model.event import Change
from router.model.incident import Cause, Incident, IncidentState, Ownership, Trigger
from router.model.notice import NoticeKind
from router.model.turn import Turn
from router.stages.advise import advise
from router.stages.assess_impact import assess_impact
from router.stages.attribute import attribute
from router.stages.calibrate import calibrated
from router.stages.correlate import weighing_of
from router.stages.own import also_concerned, own
from router.stages.route import Routing, route
from router.stages.settle import least_wait, settle
from router.stages.testify import testify

HYSTERESIS = 0.15
"""After the first telling another cause must be better by this much, so that owners do not flap."""

UNASSESSED = "not assessed yet"
"""Why the owner of an incident that was just opened is the triage desk, until it is assessed in the same turn."""


def assess(turn: Turn, incident: Incident) -> Incident:
    """Attribute, own and route anew after the evidence changed; hand over if that moves the accountable team."""
    changes = _changes(turn, incident)
    attributed = attribute(
        incident.headlines,
        changes,
        turn.rules,
        turn.now,
        watched=turn.state.watched,
        weighing=weighing_of(turn.state, incident.id, turn.rules),
    )
    new = calibrated(attributed.cause, bias_of(turn), turn.rules.settings.confidence_threshold)
    if attributed.suspects:
        new = new.model_copy(
            update={"evidence": testify(attributed.suspects, incident.headlines, changes, turn.rules)}
        )
    cause = incident.cause if incident.cause_by else _settled_cause(incident, new)
    first = incident.owner.why == UNASSESSED
    moved = (cause.component, cause.fault) != (incident.cause.component, incident.cause.fault)
    if first or moved:
        reason = Reason.CAUSE_ATTRIBUTED if first else Reason.CAUSE_MOVED
        detail = f"{cause.component} {cause.fault} with {cause.confidence:.0%}"
        turn.decide(reason, detail, incident=incident.id, component=cause.component, fault=cause.fault)
    assessment = assess_impact(cause, incident.headlines, turn.rules)
    owner = incident.owner if incident.assigned else own(cause, turn.rules)
    opinion = consult(turn, incident, cause, owner)
    owner = opinion.owner
    draft = incident.model_copy(
        update={
            "cause": cause.model_copy(update={"evidence": opinion.among(cause.evidence)}),
            "features": opinion.features,
            "answers": opinion.answers,
            "experience": opinion.says,
            "headlines": incident.headlines if incident.cause_by else attributed.headlines,
            "workflows": assessment.workflows,
            "impacts": assessment.impacts,
            "suggested_team": "",
        }
    )
    if incident.told_at is not None and owner.team != incident.owner.team and not first:
        return _hand_over_by_evidence(turn, draft, owner)
    if owner.team != incident.owner.team or first:
        reason = Reason.OWNER_RESOLVED
        if opinion.proposes:
            reason = Reason.OWNER_PROPOSED
        elif cause.abstained and not incident.assigned:
            reason = Reason.OWNER_TRIAGE
        turn.decide(reason, owner.why, incident=incident.id, team=owner.team)
    return place(turn, draft.model_copy(update={"owner": owner}))


def look(turn: Turn, incident: Incident) -> Incident:
    """The wait may be over: tell, unless time has to show yet whether this is a failure, and whose."""
    incident = assess(turn, incident)
    if incident.settle_due is None or incident.settle_due <= turn.now:
        return tell_first(turn, incident)
    again = (
        f"looked at again {incident.settle_due:%H:%M} UTC, log-odds of a failure {incident.cause.odds:.1f}"
    )
    turn.decide(Reason.NOT_TOLD_YET, again, incident=incident.id)
    return incident


def place(turn: Turn, incident: Incident) -> Incident:
    """Route to the owner: destination, runbooks, who else must know, and the settle clock."""
    routing = route(incident, turn.rules)
    update: dict[str, object] = {
        "destination": routing.destination,
        "runbooks": advise(incident.cause, turn.rules),
        "also": also_concerned(incident.owner, incident.cause, incident.workflows, turn.rules),
    }
    if incident.state is IncidentState.SETTLING and not incident.muted_by:
        update["settle_due"] = max(turn.now, _settle(turn, incident, routing))
    return turn.save(incident, **update)


def _settle(turn: Turn, incident: Incident, routing: Routing) -> datetime:
    """When the first telling is due, or to be looked at again; a settle that a route gives is kept as it is."""
    if routing.settle_fixed:
        return least_wait(incident, routing.settle_seconds, turn.now)
    owners: dict[str, float] = {}
    for candidate in incident.cause.candidates:
        cause = Cause.model_validate(candidate.model_dump())
        team = own(cause, turn.rules).team
        owners[team] = owners.get(team, 0.0) + candidate.confidence
    return settle(incident, routing.settle_seconds, owners, turn.rules, turn.now)


def hand_over(
    turn: Turn, incident: Incident, owner: Ownership, reason: Reason, actor: str = "", command: str = ""
) -> Incident | None:
    """Move ownership: both teams see it, the escalation clock starts anew for the new owner. None: not allowed."""
    former = incident.owner.team
    draft = incident.model_copy(update={"owner": owner})
    routing = route(draft, turn.rules)
    text = f"Handed over from {former} to {owner.team}: {owner.why}"
    update: dict[str, object] = {
        "owner": owner,
        "acknowledged_at": None,
        "acknowledged_by": "",
        "escalated_to": "",
        "suggested_team": "",
    }
    if incident.told:
        update |= {
            "told": told_with(draft, routing.destination, owner.team),
            "notes": turn.note(incident, "handed_over", text),
            "handovers": incident.handovers + 1,
            "escalate_due": escalation_due(turn, routing),
        }
    moved = turn.move(draft, Trigger.HAND_OVER, **update)
    if moved is None:
        return None
    turn.decide(reason, text, incident=incident.id, team=owner.team, actor=actor, command=command)
    moved = place(turn, moved)
    say(turn, moved, NoticeKind.HANDED_OVER, Reason.TOLD_HANDED_OVER)
    return moved


def _changes(turn: Turn, incident: Incident) -> list[Change]:
    """The remembered changes of every component that could have caused a symptom."""
    if not turn.state.change_times():
        return []
    topology = turn.rules.topology
    upstream = {c for headline in incident.headlines for c in topology.upstream_of(headline.component)}
    return [recent.change for c in sorted(upstream) for recent in turn.state.changes_at(c)]


def _settled_cause(incident: Incident, new: Cause) -> Cause:
    """The new cause; after the first telling the old one, as it stands now, unless the new one is clearly better.

    Somebody works on it: doubt alone takes it from nobody, and neither does another candidate that is doubtful itself.
    """
    old = incident.cause
    if incident.told_at is None or old.abstained:
        return new
    if new.component == old.component:
        return new.model_copy(update={"abstained": False})
    kept = next((c for c in new.candidates if c.component == old.component), None)
    better = new.confidence - (kept.confidence if kept else 0.0)
    if not new.abstained and better >= HYSTERESIS:
        return new
    confidence = kept.confidence if kept else 0.0
    return old.model_copy(update={"confidence": confidence, "candidates": new.candidates})


def _hand_over_by_evidence(turn: Turn, incident: Incident, owner: Ownership) -> Incident:
    """The cause moved to another team's component after the first telling.

    Never taken from somebody who acknowledged: then it is a suggestion. Capped, so that it does not ping-pong.
    """
    suggestion = (
        f"evidence now favours {incident.cause.component} ({incident.cause.fault}), which {owner.team} owns"
    )
    if (
        incident.state is IncidentState.ACKNOWLEDGED
        or incident.handovers >= turn.rules.settings.max_handovers
    ):
        incident = incident.model_copy(update={"suggested_team": owner.team})
        acknowledged = incident.state is IncidentState.ACKNOWLEDGED
        reason = Reason.CAUSE_SUGGESTED if acknowledged else Reason.OWNER_HANDOVERS_CAPPED
        if any(note.text == suggestion for note in incident.notes):
            return place(turn, incident)
        turn.decide(reason, suggestion, incident=incident.id, team=owner.team)
        incident = incident.model_copy(update={"notes": turn.note(incident, "suggested", suggestion)})
        incident = place(turn, incident)
        say(turn, incident, NoticeKind.UPDATED, Reason.TOLD_UPDATED)
        return incident
    return hand_over(turn, incident, owner, Reason.OWNER_HANDED_OVER_BY_EVIDENCE) or incident
