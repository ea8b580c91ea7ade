"""Handing over: ownership moves, by evidence or by a person; both teams see it, and every move is a labelled example.

Clocks of duties and contracts keep running; who has it in hand is asked anew. What was handed over too often goes to
the incident commander.
"""

from router.lifecycle.escalating import NOT_ACKNOWLEDGED, announce, begun
from router.lifecycle.learning import blames, learn_from_hand_over, verdicts_of
from router.lifecycle.placing import place
from router.lifecycle.telling import say, told_with
from router.model.decision import Example, Reason
from router.model.incident import Incident, IncidentState, Ownership, Trigger
from router.model.input import Because, Command
from router.model.notice import NoticeKind
from router.model.ownership import TrackRole
from router.model.turn import Turn
from router.stages.route import route

BY_EVIDENCE = "evidence"
"""Why of a hand-over that no person asked for, in its example."""

MAX_SYMPTOMS = 20
"""Symptoms kept of an example, the earliest."""

_WORDS = {
    Because.WRONG_OWNER: "it never was theirs",
    Because.WRONG_CAUSE: "the cause is another one",
    Because.NEEDS_HELP: "they need help",
    Because.NOT_OURS_CONTRACT: "it is outside their contract",
    Because.OUT_OF_HOURS: "nobody of them works now",
}


def hand_over_by_person(turn: Turn, command: Command, incident: Incident) -> Incident | None:
    """A person hands it to `command.team`, which the rules know, and says why. None: its state does not allow it.

    Evidence does not take it away from there again. Handed over max_handovers times already, it goes to the incident
    commander instead, who may give it to anybody.
    """
    settings, asked = turn.rules.settings, turn.rules.teams[command.team]
    commander = turn.rules.teams[settings.incident_commander or settings.triage_team]
    often = incident.handovers >= settings.max_handovers
    team = commander if often and incident.owner.team != commander.id else asked
    said = "; ".join(part for part in (_WORDS.get(command.because, ""), command.reason) if part)
    why = f"handed over by {command.actor}" + (f": {said}" if said else "")
    reason = Reason.OWNER_HANDED_OVER_BY_PERSON
    if team.id != asked.id:
        reason = Reason.OWNER_INCIDENT_COMMANDER
        why += f"; {asked.id} was asked for"
    owner = Ownership(team=team.id, kind=team.kind, why=why, path=incident.owner.path)
    draft = incident.model_copy(
        update={"assigned": True, "judged": incident.judged or blames(incident, command)}
    )
    if command.because is Because.NOT_OURS_CONTRACT:
        draft = _declined(turn, draft)
    wanted = asked.id if team.id != asked.id else ""
    example = example_of(incident, team.id, command.because.value, wanted)
    done = hand_over(turn, draft, owner, reason, command.actor, command.id, example)
    if done is not None and team.id == asked.id:
        learn_from_hand_over(turn, incident, team.id, command)
    return done


def _declined(turn: Turn, incident: Incident) -> Incident:
    """The partner who has it says that it is outside its contract: the contract's clocks stop for good."""
    also = tuple(
        track.model_copy(update={"declined": True, "ended_at": turn.now, "clocks": ()})
        if track.team == incident.owner.team and track.role is TrackRole.PARTNER
        else track
        for track in incident.also
    )
    return incident.model_copy(update={"also": also})


def example_of(incident: Incident, chosen: str, because: str, asked: str = "") -> Example:
    """This hand-over as a labelled example: what it looked like before, and whose it is."""
    return Example(
        symptoms=tuple(
            (headline.component, headline.fault) for headline in incident.headlines[:MAX_SYMPTOMS]
        ),
        candidates=incident.cause.candidates,
        former=incident.owner.team,
        chosen=chosen,
        asked=asked,
        because=because,
        path=incident.owner.path,
    )


def hand_over(
    turn: Turn,
    incident: Incident,
    owner: Ownership,
    reason: Reason,
    actor: str = "",
    command: str = "",
    example: Example | None = None,
) -> Incident | None:
    """Move ownership: both teams see it, the escalation clock starts anew for the new owner. None: not allowed."""
    former = incident.owner.team
    draft = incident.model_copy(update={"owner": owner})
    routing = route(draft, turn.rules)
    text = f"Handed over from {former} to {owner.team}: {owner.why}"
    update: dict[str, object] = {
        **NOT_ACKNOWLEDGED,
        "owner": owner,
        "escalated_to": "",
        "suggested_team": "",
    }
    if incident.told:
        update |= {
            "told": told_with(draft, routing.destination, owner.team, group_by=routing.group_by),
            "notes": turn.note(incident, "handed_over", text),
            "handovers": incident.handovers + 1,
            **begun(turn, draft, routing),
        }
    moved = turn.move(draft, Trigger.HAND_OVER, **update)
    if moved is None:
        return None
    example = example or example_of(incident, owner.team, BY_EVIDENCE)
    turn.decide(
        reason, text, incident=incident.id, team=owner.team, actor=actor, command=command, example=example
    )
    moved = place(turn, moved)
    say(turn, moved, NoticeKind.HANDED_OVER, Reason.TOLD_HANDED_OVER)
    if moved.told:
        announce(turn, moved)
    return moved


def hand_over_by_evidence(turn: Turn, incident: Incident, owner: Ownership) -> Incident:
    """The cause moved to another team's component after the first telling.

    Never taken from somebody who acknowledged: then it is a suggestion. Capped, so that it does not ping-pong; and
    where people have judged few causes yet, nothing moves by evidence alone.
    """
    why_not = _only_suggested(turn, incident)
    if why_not is None:
        return hand_over(turn, incident, owner, Reason.OWNER_HANDED_OVER_BY_EVIDENCE) or incident
    text = (
        f"evidence now favours {incident.cause.component} ({incident.cause.fault}), which {owner.team} owns"
    )
    incident = incident.model_copy(update={"suggested_team": owner.team})
    if any(note.text.startswith(text) for note in incident.notes):
        return place(turn, incident)
    if why_not is Reason.OWNER_SUGGEST_MODE:
        text += f"; a suggestion: {verdicts_of(turn)} of {turn.rules.settings.suggest_until} verdicts"
    turn.decide(why_not, text, incident=incident.id, team=owner.team)
    incident = incident.model_copy(update={"notes": turn.note(incident, "suggested", text)})
    incident = place(turn, incident)
    say(turn, incident, NoticeKind.UPDATED, Reason.TOLD_UPDATED)
    return incident


def _only_suggested(turn: Turn, incident: Incident) -> Reason | None:
    """Why evidence must not take this incident from its owner; None: it may."""
    settings = turn.rules.settings
    if incident.state is IncidentState.ACKNOWLEDGED:
        return Reason.CAUSE_SUGGESTED
    if verdicts_of(turn) < settings.suggest_until:
        return Reason.OWNER_SUGGEST_MODE
    if incident.handovers >= settings.max_handovers:
        return Reason.OWNER_HANDOVERS_CAPPED
    return None
