"""A core that only counts, for tests of what carries inputs to it: it forgives no loss and hides no repetition.

A Command becomes one decision, one notice, one incident and one record with a timer of `seconds`; a Tick forgets
what is due, with a decision for each. Unlike the real core it does not drop what it has seen before.
"""

from datetime import datetime, timedelta

from router.kafka.codec import AnyInput, encode
from router.kafka.shard_state import InputRecord
from router.model.decision import Outcome, Reason
from router.model.event import Position
from router.model.fault import OwnerKind, Severity
from router.model.incident import Cause, Incident, IncidentState, Ownership
from router.model.input import Command, Verb
from router.model.notice import Notice, NoticeKind, NoticeRole
from router.model.record import AppliedCommand, IncidentRecord
from router.model.rules import Rules
from router.model.state import State
from router.model.turn import Effects, Turn
from tests.builders import START

PERIOD = 60


def count(state: State, value: AnyInput, rules: Rules, now: datetime) -> Effects:
    """The step function."""
    turn = Turn(state, rules, now)
    while (record := state.pop_due(now)) is not None:
        state.delete(record.key)
        if isinstance(record, AppliedCommand):
            turn.decide(Reason.INCIDENT_CLOSED, command=record.id)
    if isinstance(value, Command):
        if value.reason == "bug":
            raise KeyError("a bug of ours")
        due = now + timedelta(seconds=value.seconds or PERIOD)
        state.put(AppliedCommand(id=value.id, due=due))
        position = Position(topic="ops", partition=0, offsets=(1,))
        turn.decide(Reason.COMMAND_APPLIED, command=value.id, outcome=Outcome.OPENED, positions=(position,))
        _show(turn, value)
    return turn.close()


def _show(turn: Turn, value: Command) -> None:
    scope = value.scope
    known = turn.state.incident(f"I-{scope}")
    incident = Incident(
        id=f"I-{scope}",
        scope=scope,
        state=IncidentState.OPEN,
        severity=Severity.MAJOR,
        revision=known.revision + 1 if known else 1,
        opened_at=turn.now,
        started_at=turn.now,
        updated_at=turn.now,
        cause=Cause(component="erp.orders", fault="erp.batch_failed", confidence=1),
        owner=Ownership(team="it-team", kind=OwnerKind.IT, why="it owns it"),
    )
    turn.state.put(IncidentRecord(incident=incident))
    turn.effects.incidents[incident.id] = incident
    notice = Notice(
        destination=f"#{scope}",
        role=NoticeRole.OWNER,
        kind=NoticeKind.OPENED,
        at=turn.now,
        team="it-team",
        rules=turn.rules.hash,
        incident=incident,
    )
    turn.effects.notices[notice.key] = notice


def a_count(name: str, scope: str, seconds: int = PERIOD, reason: str = "") -> Command:
    """An input that the counting core counts once, with a timer of so many seconds."""
    return Command(
        id=name, scope=scope, verb=Verb.ACKNOWLEDGE, actor="ada", at=START, seconds=seconds, reason=reason
    )


def an_input(offset: int, value: AnyInput | bytes | None, seconds: float = 0.0) -> InputRecord:
    """A record of inputs whose timestamp is so many seconds after START."""
    body = value if isinstance(value, bytes | None) else encode(value)
    return InputRecord(offset, round((START.timestamp() + seconds) * 1_000), b"key", body)
