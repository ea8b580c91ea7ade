"""Further destinations: what routes after `continue` lead to is told beside the owner, as tracks of their own."""

from router.model.incident import Incident
from router.model.ownership import Track, TrackRole
from router.model.turn import Turn
from router.stages.route import Further, Routing, quiet


def with_routes(turn: Turn, incident: Incident, routing: Routing) -> Incident:
    """The incident with a track for each further destination; a route that is quiet now adds none. Not saved.

    A destination that was told and is on no route any more stays told, but is said to be over.
    """
    old = {track.about: track for track in incident.also if track.role is TrackRole.ROUTE}
    new = [
        _track(turn, place, old.pop(place.destination, None))
        for place in routing.further
        if place.destination in old or quiet(place.node, turn.rules, turn.now) is None
    ]
    left = [
        track.model_copy(update={"ended_at": track.ended_at or turn.now})
        for track in old.values()
        if track.told_at is not None
    ]
    others = [track for track in incident.also if track.role is not TrackRole.ROUTE]
    also = (*others, *new, *left)
    return incident if also == incident.also else incident.model_copy(update={"also": also})


def _track(turn: Turn, place: Further, old: Track | None) -> Track:
    """The track of a further destination, with what was told of it before."""
    return Track(
        team=place.team,
        kind=turn.rules.teams[place.team].kind,
        role=TrackRole.ROUTE,
        why=f"route {place.route} leads there too",
        about=place.destination,
        destination=place.destination,
        told_at=old.told_at if old else None,
    )
