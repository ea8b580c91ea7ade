"""Owning: which cause, which team; ownership moves with the evidence, as long as nobody has it in hand."""

from router.lifecycle.handing import hand_over_by_evidence
from router.lifecycle.learning import bias_of, consult
from router.lifecycle.placing import accountable, place
from router.lifecycle.telling import tell_first
from router.model.decision import Reason
from router.model.event import Change
from router.model.incident import Cause, Incident
from router.model.turn import Turn
from router.stages.assess_impact import assess_impact
from router.stages.attribute import attribute
from router.stages.calibrate import calibrated
from router.stages.correlate import weighing_of
from router.stages.own import OUTSIDE, OVERRIDE
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
    owner = accountable(turn, incident.model_copy(update={"cause": cause, "workflows": assessment.workflows}))
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
        return hand_over_by_evidence(turn, draft, owner)
    if owner.team != incident.owner.team or first:
        reason = Reason.OWNER_RESOLVED
        if opinion.proposes:
            reason = Reason.OWNER_PROPOSED
        elif any(step.step == OVERRIDE for step in owner.path):
            reason = Reason.OWNER_OVERRIDDEN
        elif cause.abstained and not incident.assigned:
            reason = Reason.OWNER_TRIAGE
        elif any(step.step == OUTSIDE for step in owner.path):
            reason = Reason.OWNER_OUTSIDE_CONTRACT
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
