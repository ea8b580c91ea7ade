"""Acknowledging: somebody has it in hand, for a while. Before the end they are asked, and "still on it" renews it.

Who does not renew it may be gone: then nobody has it, and its escalation begins anew.
"""

from datetime import datetime, timedelta

from router.lifecycle.escalating import NOT_ACKNOWLEDGED, announce, begun
from router.lifecycle.telling import say
from router.lifecycle.tracks import rewind
from router.model.decision import Reason
from router.model.incident import Incident, IncidentState, Trigger
from router.model.notice import NoticeKind
from router.model.turn import Turn

ASKED_FOR = timedelta(days=30)
"""How long after its opening an incident whose acknowledgement holds for good is asked about."""


def acknowledge(turn: Turn, incident: Incident, actor: str) -> Incident | None:
    """Somebody takes it: its escalation stops, unless its policy goes on until the end. None: not allowed."""
    running = incident.escalation
    update: dict[str, object] = {} if running and running.until_resolved else {"escalate_due": None}
    update |= {"settle_due": None, "acknowledged_at": turn.now, "acknowledged_by": actor}
    update |= {"ack_renewed_at": None, "ack_reminded": False, "ack_due": _look_at(turn, incident, turn.now)}
    done = turn.move(incident, Trigger.ACKNOWLEDGE, **update)
    return rewind(turn, done) if done is not None else None


def renew(turn: Turn, incident: Incident, actor: str) -> Incident | None:
    """Somebody is still on it: the acknowledgement counts from now, and is theirs. None: nobody has it."""
    due = _look_at(turn, incident, turn.now)
    text = f"{actor} is still on it"
    done = turn.move(
        incident,
        Trigger.RENEW,
        acknowledged_by=actor,
        ack_renewed_at=turn.now,
        ack_reminded=False,
        ack_due=due,
        notes=turn.note(incident, "renewed", text),
    )
    if done is not None:
        turn.decide(Reason.ACK_RENEWED, actor, incident=incident.id, team=incident.owner.team, actor=actor)
        say(turn, done, NoticeKind.UPDATED, Reason.TOLD_UPDATED)
    return done


def look_at_acknowledgement(turn: Turn, incident: Incident) -> Incident:
    """Its clock rang: ask whoever has it, or end it."""
    if incident.state is not IncidentState.ACKNOWLEDGED:
        return incident
    expires = _expires(turn, incident)
    if expires is not None and expires <= turn.now:
        return _expire(turn, incident)
    until = f"until {expires:%Y-%m-%d %H:%M} UTC" if expires else "nobody else has it"
    ask = f"Still on it, {incident.acknowledged_by}? The acknowledgement holds {until}"
    if expires is None:
        ask = f"Still on it, {incident.acknowledged_by}?"
    people = (incident.acknowledged_by,)
    due = expires or _look_at(turn, incident, turn.now)
    notes = turn.note(incident, "ack_reminder", ask, people, mention=True)
    incident = turn.save(incident, ack_reminded=True, ack_due=due, notes=notes)
    turn.decide(Reason.ACK_REMINDED, until, incident=incident.id, team=incident.owner.team)
    say(turn, incident, NoticeKind.UPDATED, Reason.TOLD_ACK_REMINDER)
    return incident


def _expire(turn: Turn, incident: Incident) -> Incident:
    """Nobody has it any more: as open as when it was told first."""
    former = incident.acknowledged_by
    text = f"{former} did not say that they are still on it: nobody has it now"
    notes = turn.note(incident, "ack_expired", text, (former,), mention=True)
    update = {**NOT_ACKNOWLEDGED, **begun(turn, incident), "notes": notes}
    moved = turn.move(incident, Trigger.EXPIRE, **update)
    if moved is None:
        return incident
    turn.decide(Reason.ACK_EXPIRED, former, incident=incident.id, team=incident.owner.team)
    announce(turn, moved)
    moved = rewind(turn, moved)
    say(turn, moved, NoticeKind.UPDATED, Reason.TOLD_ACK_EXPIRED)
    return moved


def _expires(turn: Turn, incident: Incident) -> datetime | None:
    """When the acknowledgement ends unless it is renewed; None: it holds for good."""
    since = incident.ack_renewed_at or incident.acknowledged_at or turn.now
    timeout, _ = _spans(turn, incident)
    return since + timedelta(seconds=timeout) if timeout else None


def _look_at(turn: Turn, incident: Incident, since: datetime) -> datetime | None:
    """When the acknowledgement is to be looked at next: to ask, or to end it."""
    timeout, reminder = _spans(turn, incident)
    if not timeout:
        asked = since + timedelta(seconds=reminder)
        return asked if reminder and asked <= incident.opened_at + ASKED_FOR else None
    return since + timedelta(seconds=timeout - reminder if reminder < timeout else timeout)


def _spans(turn: Turn, incident: Incident) -> tuple[int, int]:
    """How long an acknowledgement holds, and how long before that the question comes, by the policy it began with."""
    running, settings = incident.escalation, turn.rules.settings
    if running is not None:
        return running.ack_timeout_seconds, running.ack_reminder_seconds
    return settings.ack_timeout_seconds, settings.ack_reminder_seconds
