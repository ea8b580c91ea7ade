"""Snooze: a person does not want to hear of one incident for a while, and hears of it again if it still burns then."""

from datetime import timedelta

from router.lifecycle.muting import hold, mute_of
from router.lifecycle.telling import say
from router.model.decision import Reason
from router.model.incident import Incident
from router.model.input import Command
from router.model.muting import MAX_MUTED_SECONDS, Snooze
from router.model.notice import NoticeKind
from router.model.turn import Turn


def snooze(turn: Turn, command: Command, incident: Incident) -> None:
    """Snooze a live incident for so many seconds; 0 ends a snooze. Who has acknowledged it keeps it."""
    if not incident.live:
        _answer(turn, command, Reason.COMMAND_REFUSED_ILLEGAL, f"{incident.id} is {incident.state.value}")
        return
    if not command.seconds:
        _wake_up(turn, command, incident)
        return
    until = turn.now + timedelta(seconds=min(command.seconds, MAX_MUTED_SECONDS))
    text = f"Snoozed by {command.actor} until {until:%Y-%m-%d %H:%M} UTC"
    _answer(turn, command, Reason.COMMAND_APPLIED, text)
    say(turn, incident, NoticeKind.UPDATED, Reason.TOLD_UPDATED)
    incident = turn.save(
        incident,
        snooze=Snooze(until=until, by=command.actor, team=incident.owner.team, severity=incident.severity),
        notes=turn.note(incident, "snoozed", text) if incident.told else incident.notes,
    )
    mute = mute_of(turn, incident)
    if mute is not None:
        hold(turn, incident, mute)


def _wake_up(turn: Turn, command: Command, incident: Incident) -> None:
    if incident.snooze is None:
        _answer(turn, command, Reason.COMMAND_REFUSED_NOTHING_NEW, f"{incident.id} is not snoozed")
        return
    _answer(turn, command, Reason.COMMAND_APPLIED, f"{command.actor} ended the snooze of {incident.id}")
    turn.save(incident, snooze=None)


def _answer(turn: Turn, command: Command, reason: Reason, detail: str) -> None:
    turn.decide(reason, detail, incident=command.incident, actor=command.actor, command=command.id)
