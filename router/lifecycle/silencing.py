"""Silences and maintenance that people begin, change and end by command. Nobody extends one but a person.

An edit follows Alertmanager's: with the same matchers a silence that is not over keeps its id and gets the new end (and
a pending one the new start); otherwise the old one ends now and a new one begins under the new id.
"""

from datetime import timedelta

from router.model.decision import Reason
from router.model.input import Command
from router.model.matcher import Matcher, parse_matcher
from router.model.muting import MuteKind
from router.model.record import DeclaredMaintenance, Silence
from router.model.turn import Turn

KEPT_SECONDS = 5 * 86_400
"""How long what is over can still be looked up, as long as Alertmanager keeps silences."""


class Refused(ValueError):
    """The command is not valid; the message says why."""


def silence(turn: Turn, command: Command) -> None:
    """Begin a silence, or edit one."""
    try:
        made = _made(turn, command)
    except Refused as refused:
        _answer(turn, command, Reason.COMMAND_REFUSED_INVALID, str(refused))
        return
    old = turn.state.mutes.silences.get(command.replaces) if command.replaces else None
    if command.replaces and old is None:
        detail = f"no silence {command.replaces} in this scope, or it is over"
        _answer(turn, command, Reason.COMMAND_REFUSED_INVALID, detail)
        return
    what, done = ", ".join(map(str, made.match)), "silenced"
    if old is not None and _updates(old, made, turn):
        began = old.started_at if old.started_at <= turn.now else made.started_at
        made, done = made.model_copy(update={"id": old.id, "started_at": began}), f"edited {old.id}:"
    elif old is not None:
        _end(turn, old)
        done = f"ended {old.id} and silenced"
    turn.state.put(made)
    begins = f" from {made.started_at:%Y-%m-%d %H:%M} UTC" if made.started_at > turn.now else ""
    until = f"until {made.due:%Y-%m-%d %H:%M} UTC, as {made.id}"
    _answer(turn, command, Reason.COMMAND_APPLIED, f"{command.actor} {done} {what}{begins} {until}")
    if old is not None:
        _look_again(turn, MuteKind.SILENCE)


def expire_silence(turn: Turn, command: Command) -> None:
    """End a silence before its time."""
    found = turn.state.mutes.silences.get(command.silence)
    if found is None:
        detail = f"no silence {command.silence} in this scope, or it is over"
        _answer(turn, command, Reason.COMMAND_REFUSED_INVALID, detail)
        return
    _answer(turn, command, Reason.COMMAND_APPLIED, f"{command.actor} ended silence {found.id}")
    _end(turn, found)
    _look_again(turn, MuteKind.SILENCE)


def silence_due(turn: Turn, found: Silence) -> None:
    """A silence ends by itself; one that is over is forgotten."""
    if found.ended_at is not None:
        turn.state.delete(found.key)
        return
    _end(turn, found)
    _look_again(turn, MuteKind.SILENCE)


def begin_maintenance(turn: Turn, command: Command) -> None:
    """Somebody begins to work on components."""
    window = command.window
    if window is None or not (window.components or window.subtrees or window.workflows):
        _answer(turn, command, Reason.COMMAND_REFUSED_INVALID, "say what is worked on")
        return
    if window.recurrence is not None:
        _answer(
            turn, command, Reason.COMMAND_REFUSED_INVALID, "a recurring window stands in maintenance.yaml"
        )
        return
    unknown = [name for name in (*window.components, *window.subtrees) if name not in turn.rules.components]
    if unknown:
        _answer(turn, command, Reason.COMMAND_REFUSED_UNKNOWN_COMPONENT, ", ".join(unknown))
        return
    window = window.model_copy(update={"starts_at": max(window.starts_at, turn.now)})
    ends = window.starts_at + timedelta(seconds=window.seconds)
    due = ends + timedelta(seconds=KEPT_SECONDS)
    turn.state.put(DeclaredMaintenance(window=window, actor=command.actor, due=due))
    what = ", ".join((*window.components, *window.subtrees, *window.workflows))
    detail = f"{command.actor} began maintenance of {what} until {ends:%Y-%m-%d %H:%M} UTC, as {window.id}"
    _answer(turn, command, Reason.COMMAND_APPLIED, detail)


def end_maintenance(turn: Turn, command: Command) -> None:
    """The work is done before its time."""
    found = turn.state.mutes.maintenance.get(command.silence)
    if found is None or found.ends_at <= turn.now:
        detail = f"no maintenance {command.silence} in this scope, or it is over"
        _answer(turn, command, Reason.COMMAND_REFUSED_INVALID, detail)
        return
    ended = max(turn.now, found.window.starts_at)
    due = turn.now + timedelta(seconds=KEPT_SECONDS)
    turn.state.put(found.model_copy(update={"ended_at": ended, "due": due}))
    _answer(turn, command, Reason.COMMAND_APPLIED, f"{command.actor} ended maintenance {found.window.id}")
    _look_again(turn, MuteKind.MAINTENANCE)


def _made(turn: Turn, command: Command) -> Silence:
    try:
        matchers: tuple[Matcher, ...] = tuple(parse_matcher(text) for text in command.match)
    except ValueError as error:
        raise Refused(f"a matcher does not parse: {error}") from None
    if not matchers or not command.seconds:
        raise Refused("a silence needs seconds and at least one matcher")
    if all(matcher.matches({}) for matcher in matchers):
        # As in Alertmanager: nobody silences everything by accident.
        raise Refused("at least one matcher must not match an empty value")
    begins = max(command.starts_at or turn.now, turn.now)
    return Silence(
        id=command.silence or command.id,
        match=matchers,
        actor=command.actor,
        reason=command.reason,
        started_at=begins,
        due=begins + timedelta(seconds=command.seconds),
    )


def _updates(old: Silence, new: Silence, turn: Turn) -> bool:
    """Whether the edit keeps the id: what it covers stays, and a silence that began is not moved into the future."""
    began = old.started_at <= turn.now
    return old.match == new.match and (not began or new.started_at <= turn.now)


def _end(turn: Turn, found: Silence) -> None:
    """It is over now; one that never began ends at its start, so that it never lasted."""
    due = turn.now + timedelta(seconds=KEPT_SECONDS)
    turn.state.put(found.model_copy(update={"ended_at": max(turn.now, found.started_at), "due": due}))


def _look_again(turn: Turn, kind: MuteKind) -> None:
    """What this kind mutes is looked at again at the end of the turn: several may cover one incident together."""
    for incident in turn.state.mutes.muted_by_kind(kind):
        turn.look_again[incident] = None


def _answer(turn: Turn, command: Command, reason: Reason, detail: str) -> None:
    turn.decide(reason, detail, incident=command.incident, actor=command.actor, command=command.id)
