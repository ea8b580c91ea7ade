"""What a person asked for. Each command is applied once, or refused with a reason; both are decisions."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from router.lifecycle.acknowledging import acknowledge, renew
from router.lifecycle.handing import hand_over_by_person
from router.lifecycle.judging import confirm, correct
from router.lifecycle.learning import forget
from router.lifecycle.life import resolve
from router.lifecycle.proposing import confirm_action
from router.lifecycle.silencing import begin_maintenance, end_maintenance, expire_silence, silence
from router.lifecycle.snoozing import snooze
from router.lifecycle.telling import say
from router.lifecycle.tracks import seen
from router.model.decision import Reason
from router.model.incident import Incident, IncidentState
from router.model.input import Command, Verb
from router.model.notice import NoticeKind
from router.model.record import AppliedCommand
from router.model.turn import Turn

REMEMBERED_SECONDS = 86_400
"""How long a command's id is remembered: clicks are re-sent within minutes, a producer retries for hours at most."""


def on_command(turn: Turn, command: Command) -> None:
    """Apply a command once."""
    record = AppliedCommand(id=command.id, due=turn.now + timedelta(seconds=REMEMBERED_SECONDS))
    if record.key in turn.state.records:
        _answer(turn, command, Reason.COMMAND_REPEATED, command.verb.value)
        return
    turn.state.put(record)
    match command.verb:
        case Verb.SILENCE:
            silence(turn, command)
        case Verb.EXPIRE_SILENCE:
            expire_silence(turn, command)
        case Verb.MAINTENANCE:
            begin_maintenance(turn, command)
        case Verb.END_MAINTENANCE:
            end_maintenance(turn, command)
        case Verb.FORGET:
            _forget(turn, command)
        case _:
            incident = turn.state.incident(command.incident)
            if incident is None:
                _answer(turn, command, Reason.COMMAND_REFUSED_UNKNOWN_INCIDENT, command.incident)
            else:
                _move(turn, command, incident)


def _move(turn: Turn, command: Command, incident: Incident) -> None:
    """Acknowledge, renew, resolve or hand over one incident, or what else a person does to it."""
    if command.verb in _ANSWERING:
        _ANSWERING[command.verb](turn, command, incident)
        return
    done: Incident | None
    match command.verb:
        case Verb.ACKNOWLEDGE:
            done = acknowledge(turn, incident, command.actor)
            if done is not None:
                _answer(turn, command, Reason.COMMAND_APPLIED, f"{command.actor} acknowledged {incident.id}")
                say(turn, done, NoticeKind.UPDATED, Reason.TOLD_UPDATED)
        case Verb.RENEW:
            done = renew(turn, incident, command.actor)
            if done is not None:
                _answer(turn, command, Reason.COMMAND_APPLIED, f"{command.actor} is still on {incident.id}")
        case Verb.RESOLVE:
            done = (
                resolve(turn, incident, Reason.INCIDENT_RESOLVED_BY_PERSON, by=command.actor)
                if incident.live
                else None
            )
            if done is not None:
                _answer(turn, command, Reason.COMMAND_APPLIED, f"{command.actor} resolved {incident.id}")
        case _:
            team = turn.rules.teams.get(command.team)
            if team is None:
                _answer(turn, command, Reason.COMMAND_REFUSED_UNKNOWN_TEAM, command.team)
                return
            done = hand_over_by_person(turn, command, incident)
    if done is None:
        faster = f", by {incident.acknowledged_by}" if incident.acknowledged_by else ""
        _answer(
            turn, command, Reason.COMMAND_REFUSED_ILLEGAL, f"{incident.id} is {incident.state.value}{faster}"
        )


def _see(turn: Turn, command: Command, incident: Incident) -> None:
    """Somebody of a team that must know saw it."""
    if command.team not in turn.rules.teams:
        _answer(turn, command, Reason.COMMAND_REFUSED_UNKNOWN_TEAM, command.team)
    elif not incident.live and incident.state is not IncidentState.RESOLVED:
        _answer(turn, command, Reason.COMMAND_REFUSED_ILLEGAL, f"{incident.id} is {incident.state.value}")
    elif seen(turn, incident, command.team, command.actor) is None:
        _answer(turn, command, Reason.COMMAND_REFUSED_NOTHING_NEW, f"{command.team} has nothing to see")
    else:
        _answer(turn, command, Reason.COMMAND_APPLIED, f"{command.actor} of {command.team} saw {incident.id}")


def _forget(turn: Turn, command: Command) -> None:
    if not command.component and not command.taught_by:
        _answer(turn, command, Reason.COMMAND_REFUSED_INVALID, "say of which component, or taught by whom")
        return
    found = forget(turn, command.component, command.taught_by)
    what = " ".join(
        (
            f"of {command.component}" if command.component else "",
            f"by {command.taught_by}" if command.taught_by else "",
        )
    ).strip()
    if found:
        _answer(turn, command, Reason.EXPERIENCE_FORGOTTEN, f"{what}: {found}")
    else:
        _answer(
            turn, command, Reason.COMMAND_REFUSED_NOTHING_NEW, f"nothing was learned {what} in this scope"
        )


_ANSWERING: Mapping[Verb, Callable[[Turn, Command, Incident], None]] = {
    Verb.CONFIRM: confirm,
    Verb.CORRECT: correct,
    Verb.SNOOZE: snooze,
    Verb.SEEN: _see,
    Verb.CONFIRM_ACTION: confirm_action,
}
"""What is done to an incident without moving it: these record their answer themselves."""


def _answer(turn: Turn, command: Command, reason: Reason, detail: str) -> None:
    turn.decide(reason, detail, incident=command.incident, actor=command.actor, command=command.id)
