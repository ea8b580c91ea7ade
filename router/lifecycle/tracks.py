"""Tracks: teams that must know of an incident beside its owner are told with it, and the clocks of their duties run.

Tracks are worked out anew with the evidence; what was said, seen and started about one is kept. None is told before
the owner is. A destination has one message an incident: who owns it there comes first.
"""

from collections.abc import Iterable
from datetime import datetime

from router.model.decision import Reason
from router.model.incident import Cause, Incident, Note, Told
from router.model.notice import NoticeKind
from router.model.ownership import Clock, ClockEnd, ClockStart, Track, TrackRole
from router.model.rules import ALSO_FROM, Rules
from router.model.turn import Turn
from router.stages.own import own
from router.stages.route import grouping, seen_by
from router.stages.tracks import tracks


def owned_at(turn: Turn, incident: Incident) -> datetime:
    """The moment whose hours and overrides decide the owner: now, and once it was told, when it was told first."""
    return incident.told_at or turn.now


def with_tracks(turn: Turn, incident: Incident) -> Incident:
    """The incident with its tracks as they follow from it now, not saved."""
    rules, at = turn.rules, owned_at(turn, incident)
    seen = seen_by(incident, rules)
    known = _owners(rules)

    def accountable(component: str, fault: str) -> str:
        team = known.get((component, fault))
        if team is None:
            cause = Cause(component=component, fault=fault, confidence=1.0)
            team = known[component, fault] = own(cause, rules, at, seen).team
        return team

    old = {track.key: track for track in incident.also}
    new = [_kept(track, old.pop(track.key, None)) for track in tracks(incident, rules, at, accountable, seen)]
    left = [
        _ended(track, turn.now) for track in old.values() if track.told_at or track.role is TrackRole.ROUTE
    ]
    return wound(incident.model_copy(update={"also": (*new, *left)}), turn.now)


def _owners(rules: Rules) -> dict[tuple[str, str], str]:
    """Teams by component and fault that these rules gave before; none, where hours or labels may change them."""
    kept = rules.topology.memo.get("owners")
    if isinstance(kept, tuple) and kept[0] is rules:
        found: dict[tuple[str, str], str] = {} if kept[1] is None else kept[1]
        return found
    hours = any(team.contract and team.contract.hours for team in rules.teams.values())
    rules.topology.memo["owners"] = (rules, None if hours or rules.overrides else {})
    return {}


def _kept(new: Track, old: Track | None) -> Track:
    """The track as worked out now, with what was told, seen and started of it before."""
    if old is None:
        return new
    known = {clock.name: clock for clock in old.clocks}
    update: dict[str, object] = {
        "told_at": old.told_at,
        "destination": old.destination if old.told_at else new.destination,
        "acknowledged_at": old.acknowledged_at,
        "acknowledged_by": old.acknowledged_by,
        "clocks": tuple(_resumed(clock, known.get(clock.name)) for clock in new.clocks),
    }
    if old.declined:
        update |= {"declined": True, "ended_at": old.ended_at, "clocks": ()}
    return new.model_copy(update=update)


def _resumed(new: Clock, old: Clock | None) -> Clock:
    """A clock that runs already: it never starts again, but a worse severity may leave it less time."""
    if old is None:
        return new
    update: dict[str, object] = {"started_at": old.started_at, "met_at": old.met_at}
    if old.seconds == new.seconds:
        update |= {"reminded": old.reminded, "passed": old.passed}
    return new.model_copy(update=update)


def _ended(track: Track, now: datetime) -> Track:
    if track.role is TrackRole.ROUTE:
        return track
    return track.model_copy(update={"ended_at": track.ended_at or now, "clocks": ()})


def wound(incident: Incident, now: datetime) -> Incident:
    """The incident with its tracks' clocks started and stopped as it stands, and `track_due` set; not saved."""
    also = tuple(
        track.model_copy(
            update={"clocks": tuple(_wound(clock, track, incident, now) for clock in track.clocks)}
        )
        if track.clocks
        else track
        for track in incident.also
    )
    dues = [
        clock.next_due
        for track in also
        if incident.live and _is_told(track, incident)
        for clock in track.clocks
        if clock.next_due is not None
    ]
    return incident.model_copy(update={"also": also, "track_due": min(dues, default=None)})


def _wound(clock: Clock, track: Track, incident: Incident, now: datetime) -> Clock:
    moments = {
        ClockStart.BEGAN: incident.started_at,
        ClockStart.TOLD: incident.told_at,
        ClockStart.ACKNOWLEDGED: incident.acknowledged_at,
    }
    started = clock.started_at or moments[clock.starts]
    if started is None:
        return clock
    met = clock.met_at
    if clock.until is ClockEnd.ACKNOWLEDGED and met is None:
        has_it = track.role is TrackRole.PARTNER and track.team == incident.owner.team
        met = track.acknowledged_at or (incident.acknowledged_at if has_it else None)
    elif clock.until is ClockEnd.RESOLVED:
        met = incident.resolved_at
    return clock.started(started, met)


def _is_told(track: Track, incident: Incident) -> bool:
    """Whether the team knows: by a message for the track, or because it owns the incident that was told."""
    owner = track.team == incident.owner.team and incident.told_at is not None
    return track.ended_at is None and (track.told_at is not None or owner)


def tell_tracks(turn: Turn, incident: Incident) -> Incident:
    """Tell the tracks that are bad enough and were not told; only after the owner was, and nothing mutes it."""
    if not incident.told or not incident.live:
        return incident
    told, also, taken = list(incident.told), list(incident.also), set(incident.destinations)
    for place, track in enumerate(also):
        if track.told_at or track.ended_at or not _bad_enough(turn, track, incident):
            continue
        also[place] = track.model_copy(update={"told_at": turn.now})
        if track.destination not in taken:
            taken.add(track.destination)
            split = grouping(incident, track.destination, turn.rules) if track.role is TrackRole.ROUTE else ()
            told.append(Told(destination=track.destination, team=track.team, also=True, group_by=split))
            _decide(
                turn, incident, Reason.TOLD_ALSO, track, f"{track.role.value} of {incident.cause.component}"
            )
    drawn = wound(incident.model_copy(update={"also": tuple(also), "told": tuple(told)}), turn.now)
    if (drawn.also, drawn.track_due) == (incident.also, incident.track_due):
        return incident
    saved = turn.save(incident, also=drawn.also, told=drawn.told, track_due=drawn.track_due)
    if len(told) > len(incident.told):
        turn.to_tell.setdefault(saved.id, NoticeKind.UPDATED)
    return saved


def rewind(turn: Turn, incident: Incident) -> Incident:
    """Start and stop the clocks of the tracks after something happened that they count from or wait for."""
    drawn = wound(incident, turn.now)
    if (drawn.also, drawn.track_due) == (incident.also, incident.track_due):
        return incident
    return turn.save(incident, also=drawn.also, track_due=drawn.track_due)


def _bad_enough(turn: Turn, track: Track, incident: Incident) -> bool:
    """Whether a team that does not own the incident is told of one this bad, in this role."""
    if track.team == incident.owner.team and track.role is not TrackRole.ROUTE:
        return False
    least = turn.rules.settings.also.get(track.role, ALSO_FROM[track.role])
    return least is not None and incident.severity.rank >= least.rank


def remind(turn: Turn, incident: Incident) -> Incident:
    """A clock of a track rang: say that its time is nearly over, or that it is over; once each."""
    also, notes = list(incident.also), incident.notes
    rang: list[Track] = []
    for place, track in enumerate(incident.also):
        clocks = list(track.clocks)
        for number, clock in enumerate(track.clocks):
            if not _is_told(track, incident) or clock.next_due is None or clock.next_due > turn.now:
                continue
            over = clock.due is not None and clock.due <= turn.now
            clocks[number] = clock.model_copy(update={"reminded": True, "passed": over})
            text = f"{track.team}: {clock.words(over)}"
            reason = Reason.ALSO_DUE if over else Reason.ALSO_REMINDED
            _decide(turn, incident, reason, track, text)
            notes = _noted(turn, incident, notes, "due" if over else "reminded", text)
            rang.append(track)
        also[place] = track.model_copy(update={"clocks": tuple(clocks)})
    drawn = wound(incident.model_copy(update={"also": tuple(also)}), turn.now)
    if not rang:
        return turn.save(incident, also=drawn.also, track_due=drawn.track_due)
    saved = turn.save(incident, also=drawn.also, track_due=drawn.track_due, notes=notes)
    for track in rang:
        if not saved.muted_by:
            _decide(turn, saved, Reason.TOLD_ALSO, track, "the clock of its duty")
            turn.to_tell.setdefault(saved.id, NoticeKind.UPDATED)
    return saved


def _noted(turn: Turn, incident: Incident, notes: tuple[Note, ...], kind: str, text: str) -> tuple[Note, ...]:
    return turn.note(incident.model_copy(update={"notes": notes}), kind, text)


def seen(turn: Turn, incident: Incident, team: str, actor: str) -> Incident | None:
    """Somebody of a team that must know saw it: recorded on its tracks. None: nothing is to be seen, or it was."""
    also = tuple(
        track.model_copy(update={"acknowledged_at": turn.now, "acknowledged_by": actor})
        if track.team == team and track.asks and track.ended_at is None
        else track
        for track in incident.also
    )
    if also == incident.also:
        return None
    drawn = wound(incident.model_copy(update={"also": also}), turn.now)
    saved = turn.save(incident, also=drawn.also, track_due=drawn.track_due)
    for before, track in zip(incident.also, saved.also, strict=True):
        if before.acknowledged_at != track.acknowledged_at:
            _decide(turn, saved, Reason.ALSO_SEEN, track, f"{actor} of {team}, {track.role.value}", actor)
    if saved.told and not saved.muted_by:
        turn.to_tell.setdefault(saved.id, NoticeKind.UPDATED)
    return saved


def united(one: Iterable[Track], other: Iterable[Track]) -> tuple[Track, ...]:
    """The tracks of two incidents that become the first: what started or was seen earlier counts.

    The other's messages are not this incident's, so tracks that only it had are told anew.
    """
    found = {track.key: track for track in one}
    for track in other:
        mine = found.get(track.key)
        if mine is None:
            found[track.key] = track.model_copy(update={"told_at": None, "ended_at": None})
            continue
        known = {clock.name: clock for clock in track.clocks}
        clocks = tuple(_earlier(clock, known.get(clock.name)) for clock in mine.clocks)
        update: dict[str, object] = {"clocks": clocks}
        if mine.acknowledged_at is None:
            update |= {"acknowledged_at": track.acknowledged_at, "acknowledged_by": track.acknowledged_by}
        found[track.key] = mine.model_copy(update=update)
    return tuple(found.values())


def _earlier(mine: Clock, other: Clock | None) -> Clock:
    if other is None or other.started_at is None or (mine.started_at and mine.started_at <= other.started_at):
        return mine
    return mine.model_copy(update={"started_at": other.started_at})


def _decide(
    turn: Turn, incident: Incident, reason: Reason, track: Track, detail: str, actor: str = ""
) -> None:
    turn.decide(
        reason, detail, incident=incident.id, team=track.team, destination=track.destination, actor=actor
    )
