"""Pacing: a destination is told of so many new incidents in a while one by one, and of the others in one digest.

What is held back is promised the moment at which it is told; it is told then unless it is over. A critical incident
never waits. The digest is one message a destination and episode, edited while what it lists changes.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import blake2b

from router.model.decision import Reason
from router.model.fault import Severity
from router.model.incident import Cause, Incident, IncidentState, Ownership, Told
from router.model.muting import Mute, MuteKind, kind_of
from router.model.notice import Listed, Notice, NoticeKind, NoticeRole
from router.model.record import Pace
from router.model.turn import Turn
from router.stages.correlate import incident_number
from router.stages.pace import slot, taken
from router.stages.route import route

MAX_LISTED = 30
"""Incidents that a digest names; of more it says how many."""


def paced(turn: Turn, incident: Incident) -> Mute | None:
    """What holds a first telling back since its destination had enough of them; None: it is told, and counted."""
    settings = turn.rules.settings
    if not settings.destination_rate or incident.told or incident.severity is Severity.CRITICAL:
        return None
    destination = route(incident, turn.rules).destination
    mute = Mute(MuteKind.RATE, destination, incident.mute_due, "")
    if incident.muted_by == mute.by:
        # Its moment was promised when it was held back: it never waits twice.
        return mute if still_paced(turn, incident) else None
    pace = _pace(turn, destination)
    most, window = settings.destination_rate, settings.destination_rate_window_seconds
    at = slot(pace.slots, most, window, turn.now)
    update: dict[str, object] = {"slots": taken(pace.slots, at, most), "due": at + timedelta(seconds=window)}
    if at <= turn.now:
        turn.state.put(pace.model_copy(update={**update, "due": _next_look(turn, pace, update)}))
        return None
    edit = turn.now
    if pace.edited_at is not None:
        edit = max(edit, pace.edited_at + timedelta(seconds=settings.update_interval_seconds))
    update |= {"episode": pace.episode or turn.now, "due": edit}
    turn.state.put(pace.model_copy(update=update))
    told = f"{destination} was told of {most} in {window} s; told {at:%H:%M:%S} UTC"
    return mute._replace(until=at, detail=told)


def still_paced(turn: Turn, incident: Incident) -> bool:
    """Whether it waits for the moment that was promised; not when it became critical or goes elsewhere by now."""
    due, held = incident.mute_due, incident.live and kind_of(incident.muted_by) is MuteKind.RATE
    if not held or due is None or due <= turn.now or incident.severity is Severity.CRITICAL:
        return False
    by = Mute(MuteKind.RATE, route(incident, turn.rules).destination, None, "").by
    return bool(turn.rules.settings.destination_rate) and incident.muted_by == by


def wake(turn: Turn, pace: Pace) -> None:
    """The pace of a destination is due: edit the digest if what it lists has changed, forget what is over."""
    settings = turn.rules.settings
    held = _held(turn, pace.destination)
    idle = (pace.slots[-1] if pace.slots else turn.now) + timedelta(
        seconds=settings.destination_rate_window_seconds
    )
    if pace.episode is None:
        if idle <= turn.now:
            turn.state.delete(pace.key)
        else:
            turn.state.put(pace.model_copy(update={"due": idle}))
        return
    listed = blake2b("|".join(map(_mark, held)).encode(), digest_size=8).hexdigest() if held else ""
    update: dict[str, object] = {"listed": listed, "edited_at": turn.now}
    if listed != pace.listed:
        update["revision"] = pace.revision + 1
        _publish(turn, pace.model_copy(update=update), held)
    if held:
        update["due"] = turn.now + timedelta(seconds=settings.update_interval_seconds)
    else:
        update |= {"episode": None, "edited_at": None, "due": max(idle, turn.now)}
    turn.state.put(pace.model_copy(update=update))


def _pace(turn: Turn, destination: str) -> Pace:
    known = turn.state.records.get(f"pace|{destination}")
    return known if isinstance(known, Pace) else Pace(destination=destination, due=turn.now)


def _next_look(turn: Turn, pace: Pace, update: dict[str, object]) -> object:
    """While a digest stands its own clock goes on; else the record is forgotten when no slot counts any more."""
    return update["due"] if pace.episode is None else max(pace.due, turn.now)


def _held(turn: Turn, destination: str) -> list[Incident]:
    """What is held back from the destination, the worst first, then the oldest."""
    by = Mute(MuteKind.RATE, destination, None, "").by
    found = [turn.incident(incident) for incident in turn.state.mutes.muted_by(by)]
    live = [incident for incident in found if incident.live]
    return sorted(live, key=lambda one: (-one.severity.rank, one.opened_at, incident_number(one.id)))


def _mark(incident: Incident) -> str:
    return f"{incident.id} {incident.severity} {incident.owner.team} {incident.cause.component}"


def _publish(turn: Turn, pace: Pace, held: Sequence[Incident]) -> None:
    """One notice that lists what is held back, or says that nothing is any more."""
    episode = pace.episode or turn.now
    notice = Notice(
        destination=pace.destination,
        role=NoticeRole.DIGEST,
        kind=NoticeKind.DIGEST,
        at=turn.now,
        team=held[0].owner.team if held else turn.rules.settings.triage_team,
        rules=turn.rules.hash,
        incident=_standing_for(turn, pace, held, episode),
        listed=tuple(map(_listed, held[:MAX_LISTED])),
        more=max(0, len(held) - MAX_LISTED),
    )
    turn.effects.notices[notice.key] = notice
    words = f"{len(held)} held back" if held else "none is held back any more"
    turn.decide(Reason.TOLD_DIGEST, words, team=notice.team, destination=pace.destination)


def _standing_for(turn: Turn, pace: Pace, held: Sequence[Incident], episode: datetime) -> Incident:
    triage = turn.rules.settings.triage_team
    owner = Ownership(team=triage, kind=turn.rules.teams[triage].kind, why="a digest")
    scope = turn.state.header.scope
    return Incident(
        id=f"{scope}-digest-{int(episode.timestamp())}",
        scope=scope,
        state=IncidentState.OPEN if held else IncidentState.RESOLVED,
        severity=held[0].severity if held else Severity.INFO,
        revision=pace.revision,
        opened_at=episode,
        started_at=episode,
        updated_at=turn.now,
        told_at=episode,
        resolved_at=None if held else turn.now,
        cause=held[0].cause if held else Cause(component=scope, fault="", confidence=0),
        owner=held[0].owner if held else owner,
        destination=pace.destination,
        told=(Told(destination=pace.destination, team=held[0].owner.team if held else triage),),
        alerts=sum(incident.alerts for incident in held),
        firing=sum(incident.firing for incident in held),
    )


def _listed(incident: Incident) -> Listed:
    return Listed(
        incident=incident.id,
        severity=incident.severity,
        team=incident.owner.team,
        component=incident.cause.component,
        fault=incident.cause.fault,
        opened_at=incident.opened_at,
    )
