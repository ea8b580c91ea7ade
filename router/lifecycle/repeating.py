"""Repeating: what was told and still burns is told again after the route's `repeat_interval`, until it is over."""

from datetime import datetime, timedelta
from math import ceil

from router.model.incident import Incident
from router.model.turn import Turn
from router.stages.route import route


def repeat_at(turn: Turn, incident: Incident, told_at: datetime | None = None) -> datetime:
    """When an incident that is told now (or at `told_at`) is told again, if it still burns.

    As in Alertmanager, a repeat interval that is no multiple of the update interval is rounded up to the next one.
    """
    routing = route(incident, turn.rules)
    update, repeat = routing.update_interval_seconds, routing.repeat_interval_seconds
    return (told_at or turn.now) + timedelta(seconds=update * ceil(repeat / update))


def put_off(turn: Turn, incident: Incident) -> Incident:
    """A new symptom is told with the next refresh: that counts as told, so the repeat is due its interval after it."""
    if not incident.told or not incident.live or incident.repeat_due is None:
        return incident
    due = repeat_at(turn, incident, incident.refresh_due)
    return turn.save(incident, repeat_due=max(due, incident.repeat_due))


def repeated(turn: Turn, incident: Incident) -> Incident:
    """The incident with a line that it still burns, and its clock wound again; a refresh is not due any more."""
    text = f"Still burning since {incident.started_at:%Y-%m-%d %H:%M} UTC"
    return turn.save(
        incident,
        notes=turn.note(incident, "repeated", text),
        repeat_due=repeat_at(turn, incident),
        refresh_due=None,
    )
