"""Waking: time is an input, and what is due of an incident, an alert or a record happens here.

Each clock of an incident is a field that ends in `_due`; the ones that rang are cleared before anything else happens,
so that none runs twice.
"""

from router.lifecycle.alerts import refresh
from router.lifecycle.commands import end_silence
from router.lifecycle.life import close, fade_alert
from router.lifecycle.owning import look
from router.lifecycle.telling import escalate_to, say
from router.model.decision import Reason
from router.model.event import AlertStatus
from router.model.incident import Incident, IncidentState
from router.model.notice import NoticeKind
from router.model.record import IncidentRecord, OpenAlert, Silence
from router.model.turn import Turn
from router.stages.escalate import escalate


def on_tick(turn: Turn) -> None:
    """Everything that is due by now, in the order in which it fell due."""
    while (record := turn.state.pop_due(turn.now)) is not None:
        match record:
            case IncidentRecord(incident=incident):
                _wake(turn, incident)
            case OpenAlert():
                _wake_alert(turn, record)
            case Silence():
                turn.state.delete(record.key)
                end_silence(turn, record.id)
            case _:
                turn.state.delete(record.key)


def _wake(turn: Turn, incident: Incident) -> None:
    """What is due of an incident. Each clock that rang is cleared before anything else happens."""
    rang = {name: None for name, at in incident.clocks.items() if at is not None and at <= turn.now}
    incident = turn.save(incident, **rang)
    if "close_due" in rang:
        close(turn, incident)
        return
    if "settle_due" in rang:
        incident = look(turn, incident)
    if "escalate_due" in rang and incident.state is IncidentState.OPEN:
        team = escalate(incident, turn.rules)
        if team:
            incident = escalate_to(turn, incident, team)
        else:
            turn.decide(Reason.ESCALATED_NOBODY_LEFT, incident=incident.id, team=incident.owner.team)
    if "refresh_due" in rang and incident.live:
        say(turn, incident, NoticeKind.UPDATED, Reason.TOLD_REFRESHED)


def _wake_alert(turn: Turn, known: OpenAlert) -> None:
    """An alert that was not heard of for long: a firing one counts as over, a resolved one is forgotten."""
    if known.firing:
        over = known.alert.model_copy(update={"status": AlertStatus.RESOLVED})
        refresh(turn, known, over, 0)
        turn.decide(
            Reason.RESOLVED_TIMED_OUT,
            incident=known.incident,
            alert=over.key,
            component=over.component,
            fault=over.fault,
        )
        if known.incident:
            fade_alert(turn, turn.incident(known.incident), over)
    elif known.incident and turn.state.incident(known.incident) is not None:
        refresh(turn, known, known.alert, 0)
    else:
        turn.state.delete(known.key)
