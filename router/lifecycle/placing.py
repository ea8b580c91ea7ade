"""Placing: where an incident is told and after which wait, who else must know of it, which runbooks go with it."""

from datetime import datetime

from router.lifecycle.advising import runbooks_of, with_runbook
from router.lifecycle.further import with_routes
from router.lifecycle.telling import say_also
from router.lifecycle.tracks import owned_at, with_tracks
from router.model.incident import Cause, Incident, IncidentState, Ownership
from router.model.turn import Turn
from router.stages.own import own
from router.stages.route import Routing, route, seen_by
from router.stages.settle import least_wait, settle


def accountable(turn: Turn, incident: Incident) -> Ownership:
    """The team accountable for the incident's cause as it stands; a hand-over by a person stays."""
    if incident.assigned:
        return incident.owner
    seen = seen_by(incident, turn.rules) if turn.rules.overrides else ({},)
    return own(incident.cause, turn.rules, owned_at(turn, incident), seen)


def place(turn: Turn, incident: Incident) -> Incident:
    """Route to the owner: destination, runbooks, who else must know, and the settle clock."""
    routing = route(incident, turn.rules)
    update: dict[str, object] = {
        "destination": _destination(incident, routing),
        "runbooks": runbooks_of(turn, incident),
    }
    if incident.told and incident.live:
        update["notes"] = with_runbook(turn, incident)
    if incident.state is IncidentState.SETTLING and not incident.muted_by:
        update["settle_due"] = max(turn.now, _settle(turn, incident, routing))
    drawn = with_routes(turn, with_tracks(turn, incident.model_copy(update=update)), routing)
    saved = turn.save(incident, **update, also=drawn.also, track_due=drawn.track_due)
    return say_also(turn, saved)


def _destination(incident: Incident, routing: Routing) -> str:
    """Where the owner is told. Once told they stay where they were, also if a route or a channel is another one now.

    A message elsewhere would be a second telling, and the first would say that it is no longer theirs.
    """
    if routing.destination in incident.destinations:
        return routing.destination
    stays = any(
        told.destination == incident.destination and told.team == incident.owner.team
        for told in incident.told
    )
    return incident.destination if stays else routing.destination


def _settle(turn: Turn, incident: Incident, routing: Routing) -> datetime:
    """When the first telling is due, or to be looked at again; a settle that a route gives is kept as it is."""
    if routing.settle_fixed:
        return least_wait(incident, routing.settle_seconds, turn.now)
    owners: dict[str, float] = {}
    for candidate in incident.cause.candidates:
        cause = Cause.model_validate(candidate.model_dump())
        team = own(cause, turn.rules, owned_at(turn, incident)).team
        owners[team] = owners.get(team, 0.0) + candidate.confidence
    return settle(incident, routing.settle_seconds, owners, turn.rules, turn.now)
