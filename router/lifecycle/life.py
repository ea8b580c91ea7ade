"""Life: an incident is opened, takes alerts in, is merged, resolves, comes back, is closed.

What may follow what is not decided here but in `router.model.incident.TRANSITIONS`.
"""

from datetime import datetime, timedelta

from router.lifecycle.background import learn_spell, rate_of
from router.lifecycle.escalating import NOT_ACKNOWLEDGED
from router.lifecycle.flapping import begin_flapping, still_flapping
from router.lifecycle.learning import learn_from_end
from router.lifecycle.owning import UNASSESSED
from router.lifecycle.placing import place
from router.lifecycle.telling import say, schedule_refresh, tell_first
from router.lifecycle.tracks import rewind, united
from router.model.decision import Reason
from router.model.event import Alert
from router.model.fault import ComponentKind
from router.model.incident import Cause, Incident, IncidentState, Ownership, Trigger
from router.model.notice import NoticeKind
from router.model.turn import Turn
from router.stages.flap import comes_back_too_often, turns
from router.stages.gather import fade, gather, unite

_NO_CLOCKS: dict[str, object] = {
    "settle_due": None,
    "escalate_due": None,
    "escalation": None,
    "ack_due": None,
    "ack_reminded": False,
    "refresh_due": None,
    "repeat_due": None,
    "track_due": None,
}


def open_incident(turn: Turn, alert: Alert) -> Incident:
    """A new incident of this one alert, not yet assessed."""
    header = turn.state.header
    number = header.incidents + 1
    turn.state.put(header.model_copy(update={"incidents": number}))
    triage = turn.rules.settings.triage_team
    incident = Incident(
        id=f"{header.scope}-{number}",
        scope=header.scope,
        state=IncidentState.SETTLING,
        severity=alert.severity,
        opened_at=turn.now,
        started_at=alert.started_at,
        updated_at=turn.now,
        cause=Cause(component=alert.component, fault=alert.fault, confidence=0.0),
        owner=Ownership(team=triage, kind=turn.rules.teams[triage].kind, why=UNASSESSED),
    )
    return turn.save(incident)


def add_alert(turn: Turn, incident: Incident, alert: Alert) -> Incident:
    """Count a firing alert in."""
    worse = alert.severity.rank > incident.severity.rank
    return turn.save(
        incident,
        headlines=gather(incident.headlines, alert, rate_of(turn, alert.component, alert.fault)),
        alerts=incident.alerts + 1,
        firing=incident.firing + 1,
        severity=alert.severity if worse else incident.severity,
        started_at=min(incident.started_at, alert.started_at),
    )


def fade_alert(turn: Turn, incident: Incident, alert: Alert) -> Incident:
    """One alert of the incident is over; the incident resolves with its last one."""
    headlines = fade(incident.headlines, alert)
    over = next((h for h in headlines if (h.component, h.fault) == (alert.component, alert.fault)), None)
    if over is not None and not over.firing:
        learn_spell(turn, incident, over)
    incident = turn.save(incident, headlines=headlines, firing=incident.firing - 1)
    if incident.firing or not incident.live:
        return schedule_refresh(turn, incident)
    return resolve(turn, incident, Reason.INCIDENT_RESOLVED, by="")


def merge(turn: Turn, target: Incident, other: Incident) -> Incident:
    """Make two incidents one: alerts and symptoms move to `target`; whoever was told of `other` is told so."""
    for member in list(turn.state.alerts_of(other.id).values()):
        turn.state.put(member.model_copy(update={"incident": target.id}))
    note = turn.note(target, "merged", f"{other.id} is the same failure and is now part of this incident")
    said = other if other.cause_by and not target.cause_by else target
    target = turn.save(
        target,
        cause=said.cause,
        cause_by=said.cause_by,
        judged=target.judged or other.judged,
        headlines=unite(target.headlines, other.headlines),
        alerts=target.alerts + other.alerts,
        firing=target.firing + other.firing,
        severity=max(target.severity, other.severity, key=lambda severity: severity.rank),
        started_at=min(target.started_at, other.started_at),
        notes=note if target.told else target.notes,
        also=united(target.also, other.also),
    )
    text = turn.note(
        other, "merged", f"This is the same failure as {target.id}, which goes on with all alerts"
    )
    close_due = turn.now + timedelta(seconds=turn.rules.settings.reopen_seconds)
    gone = turn.move(
        other, Trigger.MERGE, merged_into=target.id, notes=text, firing=0, close_due=close_due, **_NO_CLOCKS
    )
    turn.decide(Reason.INCIDENT_MERGED, f"{other.id} into {target.id}", incident=target.id)
    if gone is not None:
        say(turn, gone, NoticeKind.MERGED, Reason.TOLD_MERGED)
    return target


def resolve(turn: Turn, incident: Incident, reason: Reason, by: str) -> Incident:
    """The failure is over; the record stays for reopen_seconds."""
    close_due = max(
        turn.now + timedelta(seconds=turn.rules.settings.reopen_seconds), _aftermath(turn, incident)
    )
    moved = turn.move(
        incident,
        Trigger.RESOLVE,
        resolved_at=turn.now,
        resolved_by=by,
        close_due=close_due,
        **_NO_CLOCKS,
        **still_flapping(turn, incident),
    )
    if moved is None:
        return incident
    moved = rewind(turn, moved)
    turn.decide(reason, incident=incident.id, actor=by)
    learn_from_end(turn, moved)
    if moved.told:
        say(turn, moved, NoticeKind.RESOLVED, Reason.TOLD_RESOLVED)
    else:
        turn.decide(Reason.NOT_TOLD_RESOLVED_WHILE_SETTLING, incident=incident.id)
    return turn.incident(incident.id)


def _aftermath(turn: Turn, incident: Incident) -> datetime:
    """Until when the failure may still show at a business outcome, although it is over; a day at most."""
    components, topology = turn.rules.components, turn.rules.topology
    if incident.cause.abstained or incident.cause.component not in components:
        return turn.now
    latest = max(
        (
            reach.latest_seconds
            for component, reach in topology.downstream_of(incident.cause.component).items()
            if components[component].kind is ComponentKind.KPI
        ),
        default=0.0,
    )
    return min(incident.started_at + timedelta(seconds=latest), turn.now + timedelta(days=1))


def reopen(turn: Turn, incident: Incident) -> Incident:
    """It is back within reopen_seconds: the same incident goes on.

    Who was told hears it at once; if nobody was, it settles anew, unless it came back so often that it flaps: what ends
    before every settle is over would never be told otherwise.
    """
    note = turn.note(incident, "reopened", "It is back")
    cleared: dict[str, object] = {
        "resolved_at": None,
        "resolved_by": "",
        "close_due": None,
        **NOT_ACKNOWLEDGED,
        "snooze": None,
        "flaps": turns(incident, turn.rules.settings, turn.now),
        **still_flapping(turn, incident),
    }
    if not incident.told:
        cleared |= {"muted_by": "", "mute_due": None}
    moved = turn.move(
        incident,
        Trigger.REOPEN,
        reopened=incident.reopened + 1,
        escalated_to="",
        notes=note,
        **cleared,
    )
    if moved is None:
        return incident
    turn.decide(Reason.INCIDENT_REOPENED, incident=incident.id)
    if not moved.told:
        moved = place(turn, moved)
        if not comes_back_too_often(moved, turn.rules.settings):
            return moved
    return begin_flapping(turn, tell_first(turn, moved))


def close(turn: Turn, incident: Incident) -> None:
    """Forget an incident and its alerts; its last revision says closed.

    Not while something keeps those who were told of it from hearing that it is over.
    """
    if incident.muted_by and incident.told:
        later = turn.now + timedelta(seconds=max(60, turn.rules.settings.reopen_seconds))
        turn.save(incident, close_due=max(incident.mute_due or later, later))
        return
    moved = turn.move(incident, Trigger.CLOSE, close_due=None)
    if moved is None:
        return
    turn.decide(Reason.INCIDENT_CLOSED, incident=incident.id)
    for key in list(turn.state.alerts_of(incident.id)):
        turn.state.delete(f"alert|{key}")
    turn.state.delete(f"incident|{incident.id}")
