"""Proposing: what a step proposed is confirmed by a person, who did it. The router itself never does it."""

from router.lifecycle.telling import say
from router.model.decision import Reason
from router.model.incident import Incident
from router.model.input import Command
from router.model.notice import NoticeKind
from router.model.turn import Turn


def confirm_action(turn: Turn, command: Command, incident: Incident) -> None:
    """A person says that the proposed action is done: a decision with its actor, told to everybody who was told."""
    proposal = next((p for p in incident.proposals if p.number == command.proposal), None)
    if proposal is None:
        reason, detail = Reason.COMMAND_REFUSED_INVALID, f"{incident.id} has no proposal {command.proposal}"
    elif proposal.confirmed_at is not None:
        reason, detail = Reason.COMMAND_REFUSED_NOTHING_NEW, f"confirmed by {proposal.confirmed_by}"
    elif not incident.live:
        reason, detail = Reason.COMMAND_REFUSED_ILLEGAL, f"{incident.id} is {incident.state.value}"
    else:
        _confirm(turn, command, incident)
        return
    turn.decide(reason, detail, incident=command.incident, actor=command.actor, command=command.id)


def _confirm(turn: Turn, command: Command, incident: Incident) -> None:
    proposals = tuple(
        p.model_copy(update={"confirmed_at": turn.now, "confirmed_by": command.actor})
        if p.number == command.proposal
        else p
        for p in incident.proposals
    )
    text = next(p.text for p in incident.proposals if p.number == command.proposal)
    notes = turn.note(incident, "action_confirmed", f"{command.actor} confirms: {text}")
    incident = turn.save(incident, proposals=proposals, notes=notes)
    turn.decide(
        Reason.ACTION_CONFIRMED,
        f"{text}, by {command.actor}",
        incident=incident.id,
        team=incident.owner.team,
        actor=command.actor,
        command=command.id,
    )
    say(turn, incident, NoticeKind.UPDATED, Reason.TOLD_UPDATED)
