"""Stepping: the escalation's clock rang, and its steps up to the next wait are taken.

What was taken stands on the incident (`Incident.escalation`) in the same step that tells, so a crash repeats all of it
or nothing.
"""

from router.lifecycle.escalating import start
from router.lifecycle.telling import say, told_with
from router.model.decision import Reason
from router.model.escalation import Notify, Proposal, Propose, Running
from router.model.incident import Incident, IncidentState, Told, Trigger
from router.model.notice import NoticeKind
from router.model.turn import Turn
from router.stages.correlate import incident_number
from router.stages.escalate import Facts, Taken, advance
from router.stages.on_call import Reach, Target, reach
from router.stages.route import channel_of


def go_on(turn: Turn, incident: Incident) -> Incident:
    """Take the steps that are due; nothing when somebody has it in hand and the policy ends with that."""
    # An incident of a release that knew no policies waited for one step up already.
    running = incident.escalation or start(turn, incident)[0]
    acknowledged = incident.state is IncidentState.ACKNOWLEDGED
    if incident.state is not IncidentState.OPEN and not (acknowledged and running.until_resolved):
        return incident
    facts = Facts(turn.now, incident.severity, incident.cause.confidence, acknowledged)
    went = advance(running, facts)
    incident = turn.save(incident, escalation=went.running, escalate_due=went.due)
    for taken in went.taken:
        incident = _take(turn, incident, taken)
    if went.running.finished and not acknowledged:
        _end(turn, incident, went.running)
    return incident


def _take(turn: Turn, incident: Incident, taken: Taken) -> Incident:
    match taken.step:
        case _ if taken.skipped:
            _skip(turn, incident, taken, taken.skipped)
            return incident
        case Propose() as step:
            return _propose(turn, incident, taken, step)
        case Notify() as step:
            return _notify(turn, incident, taken, step)


def _notify(turn: Turn, incident: Incident, taken: Taken, step: Notify) -> Incident:
    """Tell whom the step reaches; destinations that were told before hear it again in their thread."""
    number = incident_number(incident.id) + taken.round
    reached = reach(step, incident, turn.rules, turn.now, number)
    for why in reached.instead:
        turn.decide(Reason.ESCALATED_INSTEAD, why, incident=incident.id, team=reached.targets[0].team)
    places = [(_destination(turn, incident, target), target) for target in reached.targets]
    told = incident.told
    for destination, target in places:
        told = _told(incident.model_copy(update={"told": told}), destination, target)
    people = tuple(dict.fromkeys(p for t in reached.targets for p in (t.person, *t.mentioned) if p))
    mention = any(target.mentioned for target in reached.targets)
    update: dict[str, object] = {
        "told": told,
        "notes": turn.note(incident, "escalated", _words(turn, incident, reached), people, mention),
    }
    other = next((t.team for t in reached.targets if t.team != incident.owner.team), "")
    if other:
        update["escalated_to"] = other
    moved = turn.move(incident, Trigger.ESCALATE, **update)
    if moved is None:
        return incident
    for destination, target in places:
        _decide(turn, moved, taken, destination, target)
        said = {"team": target.team, "destination": destination}
        say(turn, moved, NoticeKind.ESCALATED, Reason.TOLD_ESCALATED, **said)
    return moved


def _destination(turn: Turn, incident: Incident, target: Target) -> str:
    """A person, a channel that the policy names, the owner's telling, or the channel of another team."""
    if target.person:
        return f"@{target.person}"
    if target.channel:
        return target.channel
    own = target.team == incident.owner.team
    return incident.destination if own else channel_of(target.team, turn.rules)


def _told(incident: Incident, destination: str, target: Target) -> tuple[Told, ...]:
    """Everywhere that was told, with this destination; the owner's own stays the owner's."""
    if destination == incident.destination:
        return incident.told
    told = told_with(incident, destination, target.team, escalation=True)
    why = target.why if target.person else ""
    return (*told[:-1], told[-1].model_copy(update={"why": why}))


def _words(turn: Turn, incident: Incident, reached: Reach) -> str:
    """What the thread says: whom the step reached, and as what."""
    running = incident.escalation
    at_once = running is not None and running.begun_at == turn.now
    head = "Told" if at_once else "Nobody acknowledged: escalated to"
    if incident.state is IncidentState.ACKNOWLEDGED:
        head = "Still not over: escalated to"
    if not (running and running.policy):
        return f"{head} {', '.join(target.team for target in reached.targets)}"
    listed = dict.fromkeys(_named(target) for target in reached.targets)
    return f"{head} {'; '.join(listed)}"


def _named(target: Target) -> str:
    who = ", ".join((target.person, *target.mentioned)).strip(", ") or target.channel or target.team
    return f"{who} ({target.why})"


def _decide(turn: Turn, incident: Incident, taken: Taken, destination: str, target: Target) -> None:
    running = incident.escalation
    if running is None or not running.policy:
        turn.decide(Reason.ESCALATED_NOT_ACKNOWLEDGED, incident=incident.id, team=target.team)
        return
    turn.decide(
        Reason.ESCALATED_STEP,
        f"{_step(running, taken)}: {_named(target)}",
        incident=incident.id,
        team=target.team,
        destination=destination,
    )


def _step(running: Running, taken: Taken) -> str:
    again = f", round {taken.round + 1}" if taken.round else ""
    return f"step {taken.number} of {running.policy}{again}"


def _skip(turn: Turn, incident: Incident, taken: Taken, why: str) -> None:
    running = incident.escalation
    assert running is not None
    detail = f"{_step(running, taken)}: {why}"
    turn.decide(Reason.ESCALATED_SKIPPED, detail, incident=incident.id, team=incident.owner.team)


def _propose(turn: Turn, incident: Incident, taken: Taken, step: Propose) -> Incident:
    """Put the action before people, once; nothing is done by the router."""
    known = next((p for p in incident.proposals if (p.action, p.text) == (step.action, step.words)), None)
    if known is not None:
        done = f"confirmed by {known.confirmed_by}" if known.confirmed_at else "proposed"
        _skip(turn, incident, taken, f"it is {done} already")
        return incident
    proposal = Proposal(
        number=len(incident.proposals) + 1,
        action=step.action,
        text=step.words,
        runbook=step.runbook,
        proposed_at=turn.now,
    )
    text = f"Proposed: {step.words}. Whoever does it confirms it with the button"
    incident = turn.save(
        incident,
        proposals=(*incident.proposals, proposal),
        notes=turn.note(incident, "proposed", text),
    )
    turn.decide(Reason.ACTION_PROPOSED, step.words, incident=incident.id, team=incident.owner.team)
    say(turn, incident, NoticeKind.UPDATED, Reason.TOLD_PROPOSED)
    return incident


def _end(turn: Turn, incident: Incident, running: Running) -> None:
    """No step is left, and nobody acknowledged."""
    if not running.reached:
        turn.decide(Reason.ESCALATED_NOBODY_LEFT, incident=incident.id, team=incident.owner.team)
    elif running.policy:
        turn.decide(Reason.ESCALATED_ENDED, running.policy, incident=incident.id, team=incident.owner.team)
