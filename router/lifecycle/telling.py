"""Telling: what destinations should show of an incident, and when the first telling, escalation and refresh are due."""

from datetime import datetime, timedelta

from router.model.decision import Reason
from router.model.incident import Incident, IncidentState, Told, Trigger
from router.model.notice import NoticeKind
from router.model.turn import Turn
from router.stages.mute import mute
from router.stages.route import Routing, channel_of, labels, route
from router.stages.tell import tell


def say(
    turn: Turn, incident: Incident, kind: NoticeKind, reason: Reason, team: str = "", destination: str = ""
) -> None:
    """Tell every destination that was told before, unless a silence covers the incident."""
    if not incident.told or _mutes(turn, incident):
        return
    turn.to_tell[incident.id] = kind
    turn.decide(
        reason,
        incident=incident.id,
        team=team or incident.owner.team,
        destination=destination or incident.destination,
    )


def publish(turn: Turn) -> None:
    """Turn what was said about each incident into notices of where it stands now."""
    for incident_id, kind in turn.to_tell.items():
        for notice in tell(turn.effects.incidents[incident_id], kind, turn.rules.hash, turn.now):
            turn.effects.notices[notice.key] = notice


def tell_first(turn: Turn, incident: Incident) -> Incident:
    """The wait is over: tell the owner, unless a silence covers the incident."""
    if not _mutes(turn, incident):
        routing = route(incident, turn.rules)
        told = told_with(incident, routing.destination, incident.owner.team)
        moved = turn.move(
            incident,
            Trigger.TELL,
            told=told,
            told_at=incident.told_at or turn.now,
            first_team=incident.first_team or incident.owner.team,
            settle_due=None,
            escalate_due=escalation_due(turn, routing),
        )
        if moved is not None:
            back = incident.reopened and incident.told_at is not None
            kind, reason = (
                (NoticeKind.REOPENED, Reason.TOLD_REOPENED)
                if back
                else (NoticeKind.OPENED, Reason.TOLD_OPENED)
            )
            say(turn, moved, kind, reason)
            return moved
    return turn.incident(incident.id)


def escalate_to(turn: Turn, incident: Incident, team: str) -> Incident:
    """Tell the next team, since nobody acknowledged."""
    destination = channel_of(team, turn.rules)
    note = turn.note(incident, "escalated", f"Nobody acknowledged: escalated to {team}")
    told = told_with(incident, destination, team, escalation=True)
    moved = turn.move(incident, Trigger.ESCALATE, escalated_to=team, told=told, notes=note, escalate_due=None)
    if moved is None:
        return incident
    turn.decide(Reason.ESCALATED_NOT_ACKNOWLEDGED, incident=incident.id, team=team)
    say(turn, moved, NoticeKind.ESCALATED, Reason.TOLD_ESCALATED, team=team, destination=destination)
    return moved


def schedule_refresh(turn: Turn, incident: Incident) -> Incident:
    """Count changes are told at most once in update_interval_seconds."""
    if not incident.told or incident.refresh_due or not incident.live:
        return incident
    due = turn.now + timedelta(seconds=turn.rules.settings.update_interval_seconds)
    return turn.save(incident, refresh_due=due)


def unmute(turn: Turn, incident: Incident) -> Incident:
    """A silence ended: whatever is still true and was not told is told now."""
    incident = turn.save(incident, muted_by="")
    if incident.state is IncidentState.SETTLING:
        turn.decide(Reason.UNMUTED, incident=incident.id)
        return tell_first(turn, incident)
    if incident.told:
        turn.decide(Reason.UNMUTED, incident=incident.id)
        if incident.state is IncidentState.OPEN:
            incident = turn.save(incident, escalate_due=escalation_due(turn, route(incident, turn.rules)))
        kind = NoticeKind.UPDATED if incident.live else NoticeKind.RESOLVED
        say(turn, incident, kind, Reason.TOLD_UPDATED if incident.live else Reason.TOLD_RESOLVED)
    return incident


def told_with(incident: Incident, destination: str, team: str, escalation: bool = False) -> tuple[Told, ...]:
    """Everywhere that was told, with this destination among them for this team."""
    others = tuple(told for told in incident.told if told.destination != destination)
    return (*others, Told(destination=destination, team=team, escalation=escalation))


def escalation_due(turn: Turn, routing: Routing) -> datetime:
    """When the next team is told, if nobody acknowledges."""
    return turn.now + timedelta(seconds=routing.escalate_after_seconds)


def _mutes(turn: Turn, incident: Incident) -> bool:
    """Whether a silence covers the incident now; remembered on it, so that the silence's end finds it."""
    if not turn.state.silences:
        return False
    seen = [labels(incident, workflow) for workflow in incident.workflows or ("",)]
    silence = mute(seen, turn.state.silences.values(), turn.now)
    if silence is None:
        return False
    if incident.muted_by != silence.id:
        turn.save(incident, muted_by=silence.id, settle_due=None, escalate_due=None)
        turn.decide(Reason.MUTED_SILENCE, f"{silence.id} by {silence.actor}", incident=incident.id)
    return True
