"""Telling: what destinations should show of an incident, and when the first telling and refresh are due."""

from datetime import timedelta

from router.lifecycle.advising import with_runbook
from router.lifecycle.escalating import announce, begun
from router.lifecycle.muting import awaited, held_back, hold, mute_of
from router.lifecycle.pacing import paced
from router.lifecycle.repeating import repeat_at
from router.lifecycle.tracks import tell_tracks
from router.model.decision import Reason
from router.model.incident import Incident, Told, Trigger
from router.model.notice import NoticeKind
from router.model.turn import Turn
from router.stages.group import Members, members_of, split, with_groups
from router.stages.redact import redact
from router.stages.route import route
from router.stages.tell import tell


def say(
    turn: Turn, incident: Incident, kind: NoticeKind, reason: Reason, team: str = "", destination: str = ""
) -> None:
    """Tell every destination that was told before, unless something mutes the incident."""
    if not incident.told or held_back(turn, incident):
        return
    turn.to_tell[incident.id] = kind
    turn.decide(
        reason,
        incident=incident.id,
        team=team or incident.owner.team,
        destination=destination or incident.destination,
    )


def say_also(turn: Turn, incident: Incident) -> Incident:
    """Tell the teams that must know beside the owner, once it was told, unless something mutes the incident."""
    if not incident.told or not incident.live or held_back(turn, incident):
        return incident
    return tell_tracks(turn, incident)


def publish(turn: Turn) -> None:
    """Turn what was said about each incident into notices of where it stands now; partners see what they may."""
    for incident_id, kind in turn.to_tell.items():
        incident, members = _grouped(turn, turn.effects.incidents[incident_id])
        notices = tell(incident, kind, turn.rules.hash, turn.now)
        for told, notice in zip(incident.told, notices, strict=True):
            for part in split(notice, told, members):
                turn.effects.notices[part.key] = part
    for key, notice in turn.effects.notices.items():
        turn.effects.notices[key] = redact(notice, turn.rules)


def _grouped(turn: Turn, incident: Incident) -> tuple[Incident, Members]:
    """The incident with a message for every group of alerts, at destinations where a route splits the telling."""
    if not any(told.group_by for told in incident.told):
        return incident, ()
    members = members_of(incident, (known.alert for known in turn.state.alerts_of(incident.id).values()))
    told = tuple(with_groups(each, members) for each in incident.told)
    return (incident if told == incident.told else turn.save(incident, told=told)), members


def tell_first(turn: Turn, incident: Incident) -> Incident:
    """The wait is over: tell the owner, unless something mutes the incident or a source that would is awaited."""
    mute = mute_of(turn, incident)
    if mute is None:
        until = awaited(turn, incident)
        if until is not None:
            return turn.save(incident, settle_due=until)
        mute = paced(turn, incident)
    if mute is not None:
        return hold(turn, incident, mute)
    routing = route(incident, turn.rules)
    told = told_with(incident, routing.destination, incident.owner.team, group_by=routing.group_by)
    moved = turn.move(
        incident,
        Trigger.TELL,
        told=told,
        told_at=incident.told_at or turn.now,
        notes=with_runbook(turn, incident),
        first_team=incident.first_team or incident.owner.team,
        settle_due=None,
        repeat_due=repeat_at(turn, incident),
        **begun(turn, incident, routing),
        muted_by="",
        mute_due=None,
    )
    if moved is None:
        return turn.incident(incident.id)
    back = incident.reopened and incident.told_at is not None
    kind, reason = (
        (NoticeKind.REOPENED, Reason.TOLD_REOPENED) if back else (NoticeKind.OPENED, Reason.TOLD_OPENED)
    )
    say(turn, moved, kind, reason)
    announce(turn, moved)
    return say_also(turn, moved)


def schedule_refresh(turn: Turn, incident: Incident) -> Incident:
    """What is no news by itself is told at most once in an update interval, counted from the first telling.

    So, as in Alertmanager, what comes together is told together, and nothing waits longer than one interval.
    """
    if not incident.told or incident.refresh_due or not incident.live or incident.muted_by:
        return incident
    interval = timedelta(seconds=route(incident, turn.rules).update_interval_seconds)
    first = incident.told_at or turn.now
    return turn.save(incident, refresh_due=first + interval * ((turn.now - first) // interval + 1))


def told_with(
    incident: Incident, destination: str, team: str, escalation: bool = False, group_by: tuple[str, ...] = ()
) -> tuple[Told, ...]:
    """Everywhere that was told, with this destination among them for this team; a split telling stays split."""
    others = tuple(told for told in incident.told if told.destination != destination)
    before = next((told for told in incident.told if told.destination == destination), None)
    now = Told(destination=destination, team=team, escalation=escalation, group_by=group_by)
    if before is not None:
        now = now.model_copy(update={"group_by": before.group_by, "groups": before.groups})
    return (*others, now)
