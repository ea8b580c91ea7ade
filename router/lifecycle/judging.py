"""A person says what the cause is: that it is right, or which other one it is. The owner follows it.

From then on no evidence moves it. The owner stays where a person handed the incident over by hand.
"""

from router.lifecycle.handing import example_of, hand_over
from router.lifecycle.learning import judge, learn
from router.lifecycle.placing import accountable, place
from router.lifecycle.telling import say
from router.likelihood.suspect import Suspect
from router.model.decision import Reason
from router.model.incident import Candidate, Cause, Incident, IncidentState
from router.model.input import Command, Verb
from router.model.notice import NoticeKind
from router.model.turn import Turn
from router.stages.assess_impact import assess_impact
from router.stages.attribute import fault_of

CERTAIN = 10.0
"""Log-odds that this is a failure, where a person says what caused it: no wait for more evidence."""


def confirm(turn: Turn, command: Command, incident: Incident) -> None:
    """The cause is right. Refused where a person said so already, and of a component outside the catalog.

    A command that names a component means the cause that the person saw: refused if it moved since.
    """
    component, fault = incident.cause.component, incident.cause.fault
    if not _open_to_verdicts(turn, command, incident):
        return
    if incident.cause_by:
        _answer(turn, command, Reason.COMMAND_REFUSED_NOTHING_NEW, f"{component}, says {incident.cause_by}")
        return
    if component not in turn.rules.components:
        _answer(turn, command, Reason.COMMAND_REFUSED_UNKNOWN_COMPONENT, component)
        return
    if command.verb is Verb.CONFIRM and command.component not in ("", component):
        moved = f"the cause is {component} by now, not {command.component}"
        _answer(turn, command, Reason.COMMAND_REFUSED_ILLEGAL, moved)
        return
    evidence = [line for line in incident.cause.evidence if line != incident.experience]
    told = f"{command.actor} says that the cause is right: {component} ({fault})"
    cause = _cause(component, fault, (told, *evidence))
    _set(turn, command, incident, cause, told, Reason.CAUSE_CONFIRMED)
    judge(turn, incident, right=True, actor=command.actor)


def correct(turn: Turn, command: Command, incident: Incident) -> None:
    """The cause is another one. Refused for what the catalog or the taxonomy does not know, and what is so already."""
    if not _open_to_verdicts(turn, command, incident):
        return
    if command.component not in turn.rules.components:
        _answer(turn, command, Reason.COMMAND_REFUSED_UNKNOWN_COMPONENT, command.component or "none is named")
        return
    if command.fault and turn.rules.fault(command.fault) is None:
        _answer(turn, command, Reason.COMMAND_REFUSED_INVALID, f"there is no fault {command.fault}")
        return
    old, component = incident.cause, command.component
    fault = command.fault or _fault_at(turn, incident, component)
    if incident.cause_by and (old.component, old.fault) == (component, fault):
        what = f"{component} ({fault}), says {incident.cause_by}"
        _answer(turn, command, Reason.COMMAND_REFUSED_NOTHING_NEW, what)
        return
    if not incident.cause_by and (old.component, old.fault) == (component, fault):
        confirm(turn, command, incident)
        return
    told = f"{command.actor} says that the cause is {component} ({fault}), not {old.component} ({old.fault})"
    before = f"the evidence spoke for {old.component} ({old.fault}) with {old.confidence:.0%}"
    kept = old.evidence[1:] if incident.cause_by else (before,)
    done = _set(
        turn, command, incident, _cause(component, fault, (told, *kept)), told, Reason.CAUSE_CORRECTED
    )
    judge(turn, incident, right=old.component == component, actor=command.actor)
    if old.component not in turn.rules.components and done.owner.team != incident.owner.team:
        first = incident.first_team or incident.owner.team
        learn(turn, incident, first, done.owner.team, command.actor)


def _set(
    turn: Turn, command: Command, incident: Incident, cause: Cause, told: str, reason: Reason
) -> Incident:
    """Give the incident this cause for good; the owner follows, and who was told hears of it."""
    turn.decide(
        reason,
        told,
        incident=incident.id,
        component=cause.component,
        fault=cause.fault,
        actor=command.actor,
        command=command.id,
    )
    assessment = assess_impact(cause, incident.headlines, turn.rules)
    draft = incident.model_copy(
        update={
            "cause": cause,
            "cause_by": command.actor,
            "judged": True,
            "experience": "",
            "workflows": assessment.workflows,
            "impacts": assessment.impacts,
            "notes": turn.note(incident, "judged", told) if incident.told else incident.notes,
        }
    )
    if not incident.live:
        return turn.save(draft)
    owner = accountable(turn, draft)
    if owner.team != incident.owner.team:
        example = example_of(incident, owner.team, command.verb.value)
        reason = Reason.OWNER_HANDED_OVER_BY_PERSON
        moved = hand_over(turn, draft, owner, reason, actor=command.actor, example=example)
        if moved is not None:
            return moved
    saved = place(turn, draft.model_copy(update={"owner": owner}))
    say(turn, saved, NoticeKind.UPDATED, Reason.TOLD_UPDATED)
    return turn.incident(saved.id)


def _open_to_verdicts(turn: Turn, command: Command, incident: Incident) -> bool:
    """Whether it is not merged or closed; an incident that was resolved just now still teaches."""
    if incident.live or incident.state is IncidentState.RESOLVED:
        return True
    what = f"{incident.id} is {incident.state.value}"
    if incident.merged_into:
        what += f" into {incident.merged_into}: say it there"
    _answer(turn, command, Reason.COMMAND_REFUSED_ILLEGAL, what)
    return False


def _cause(component: str, fault: str, evidence: tuple[str, ...]) -> Cause:
    return Cause(
        component=component,
        fault=fault,
        confidence=1.0,
        odds=CERTAIN,
        candidates=(Candidate(component=component, fault=fault, confidence=1.0),),
        evidence=evidence,
    )


def _fault_at(turn: Turn, incident: Incident, component: str) -> str:
    """The fault that was considered there, else the one that it shows, else the usual one of its kind."""
    considered = {one.component: one.fault for one in reversed(incident.cause.candidates)}
    if component in considered:
        return considered[component]
    nobody = Suspect(component, 0.0, 0.0, (), ())
    return fault_of(nobody, incident.headlines, (), turn.rules)


def _answer(turn: Turn, command: Command, reason: Reason, detail: str) -> None:
    turn.decide(reason, detail, incident=command.incident, actor=command.actor, command=command.id)
