"""Waking: time is an input, and what is due of an incident, an alert or a record happens here.

Each clock of an incident is a field that ends in `_due`; the ones that rang are cleared before anything else happens,
so that none runs twice.
"""

from router.lifecycle import pacing
from router.lifecycle.acknowledging import look_at_acknowledgement
from router.lifecycle.alerts import refresh
from router.lifecycle.life import close, fade_alert
from router.lifecycle.muting import held_back
from router.lifecycle.owning import look
from router.lifecycle.repeating import repeated
from router.lifecycle.silencing import silence_due
from router.lifecycle.stepping import go_on
from router.lifecycle.telling import say
from router.lifecycle.tracks import remind
from router.lifecycle.unmuting import review
from router.model.decision import Reason
from router.model.event import AlertStatus
from router.model.incident import Incident
from router.model.notice import NoticeKind
from router.model.record import IncidentRecord, OpenAlert, Pace, Silence
from router.model.turn import Turn


def on_tick(turn: Turn) -> None:
    """Everything that is due by now, in the order in which it fell due."""
    while (record := turn.state.pop_due(turn.now)) is not None:
        match record:
            case IncidentRecord(incident=incident):
                _wake(turn, incident)
            case OpenAlert():
                _wake_alert(turn, record)
            case Silence():
                silence_due(turn, record)
            case Pace():
                pacing.wake(turn, record)
            case _:
                turn.state.delete(record.key)


def _wake(turn: Turn, incident: Incident) -> None:
    """What is due of an incident. Each clock that rang is cleared before anything else happens."""
    rang = {name: None for name, at in incident.clocks.items() if at is not None and at <= turn.now}
    incident = turn.save(incident, **rang)
    if "mute_due" in rang:
        review(turn, incident.id)
        incident = turn.incident(incident.id)
    if "close_due" in rang:
        close(turn, incident)
        return
    if "settle_due" in rang:
        incident = look(turn, incident)
    anew = incident.escalate_due is not None  # it began again just now
    if "escalate_due" in rang and incident.live and not anew and not held_back(turn, incident):
        incident = go_on(turn, incident)
    if "ack_due" in rang:
        incident = look_at_acknowledgement(turn, incident)
    if "track_due" in rang and incident.live:
        incident = remind(turn, incident)
    if "repeat_due" in rang and incident.live and incident.told and not held_back(turn, incident):
        incident = repeated(turn, incident)
        say(turn, incident, NoticeKind.REPEATED, Reason.TOLD_REPEATED)
    elif "refresh_due" in rang and incident.live:
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
