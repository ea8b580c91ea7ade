"""What a person asked for. Each command is applied once, or refused with a reason; both are decisions."""

from datetime import timedelta

from router.lifecycle.judging import confirm, correct
from router.lifecycle.learning import blames, forget, learn_from_hand_over
from router.lifecycle.life import resolve
from router.lifecycle.owning import hand_over
from router.lifecycle.telling import say, unmute
from router.model.decision import Reason
from router.model.incident import Incident, Ownership, Trigger
from router.model.input import Command, Verb
from router.model.matcher import parse_matcher
from router.model.notice import NoticeKind
from router.model.record import AppliedCommand, Silence
from router.model.turn import Turn
from router.stages.correlate import incident_number

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
            _silence(turn, command)
        case Verb.EXPIRE_SILENCE:
            _expire_silence(turn, command)
        case Verb.FORGET:
            _forget(turn, command)
        case _:
            incident = turn.state.incident(command.incident)
            if incident is None:
                _answer(turn, command, Reason.COMMAND_REFUSED_UNKNOWN_INCIDENT, command.incident)
            else:
                _move(turn, command, incident)


def _move(turn: Turn, command: Command, incident: Incident) -> None:
    """Acknowledge, resolve or hand over one incident, or say what its cause is."""
    done: Incident | None
    match command.verb:
        case Verb.CONFIRM:
            confirm(turn, command, incident)
            return
        case Verb.CORRECT:
            correct(turn, command, incident)
            return
        case Verb.ACKNOWLEDGE:
            update = {"acknowledged_at": turn.now, "acknowledged_by": command.actor}
            done = turn.move(incident, Trigger.ACKNOWLEDGE, settle_due=None, escalate_due=None, **update)
            if done is not None:
                _answer(turn, command, Reason.COMMAND_APPLIED, f"{command.actor} acknowledged {incident.id}")
                say(turn, done, NoticeKind.UPDATED, Reason.TOLD_UPDATED)
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
            why = f"by {command.actor}" + (f": {command.reason}" if command.reason else "")
            owner = Ownership(team=team.id, kind=team.kind, why=f"handed over {why}")
            wrong = blames(incident, command)
            draft = incident.model_copy(update={"assigned": True, "judged": incident.judged or wrong})
            reason = Reason.OWNER_HANDED_OVER_BY_PERSON
            done = hand_over(turn, draft, owner, reason, actor=command.actor, command=command.id)
            if done is not None:
                learn_from_hand_over(turn, incident, team.id, command)
    if done is None:
        faster = f", by {incident.acknowledged_by}" if incident.acknowledged_by else ""
        _answer(
            turn, command, Reason.COMMAND_REFUSED_ILLEGAL, f"{incident.id} is {incident.state.value}{faster}"
        )


def _silence(turn: Turn, command: Command) -> None:
    try:
        matchers = tuple(parse_matcher(text) for text in command.match)
    except ValueError as error:
        _answer(turn, command, Reason.COMMAND_REFUSED_INVALID, f"a matcher does not parse: {error}")
        return
    if not matchers or not command.seconds:
        _answer(
            turn, command, Reason.COMMAND_REFUSED_INVALID, "a silence needs seconds and at least one matcher"
        )
        return
    silence = Silence(
        id=command.silence or command.id,
        match=matchers,
        actor=command.actor,
        reason=command.reason,
        started_at=turn.now,
        due=turn.now + timedelta(seconds=command.seconds),
    )
    turn.state.put(silence)
    what = ", ".join(str(matcher) for matcher in matchers)
    _answer(
        turn,
        command,
        Reason.COMMAND_APPLIED,
        f"{command.actor} silenced {what} until {silence.due:%Y-%m-%d %H:%M} UTC",
    )


def _expire_silence(turn: Turn, command: Command) -> None:
    silence = turn.state.silences.get(command.silence)
    if silence is None:
        _answer(turn, command, Reason.COMMAND_REFUSED_INVALID, f"no silence {command.silence} in this scope")
        return
    turn.state.delete(silence.key)
    _answer(turn, command, Reason.COMMAND_APPLIED, f"{command.actor} ended silence {silence.id}")
    end_silence(turn, silence.id)


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


def end_silence(turn: Turn, silence: str) -> None:
    """Whatever the silence muted and is still true is told now."""
    for incident in sorted(turn.state.incidents(), key=lambda incident: incident_number(incident.id)):
        if incident.muted_by == silence:
            unmute(turn, incident)


def _answer(turn: Turn, command: Command, reason: Reason, detail: str) -> None:
    turn.decide(reason, detail, incident=command.incident, actor=command.actor, command=command.id)
