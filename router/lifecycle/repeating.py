"""Repeating: what was told and still burns is told again after the route's `repeat_interval`, until it is over."""

from datetime import datetime, timedelta

from router.model.incident import Incident
from router.model.turn import Turn
from router.stages.route import route


def repeat_at(turn: Turn, incident: Incident) -> datetime:
    """When an incident that is told now is told again, if it still burns."""
    return turn.now + timedelta(seconds=route(incident, turn.rules).repeat_interval_seconds)


def repeated(turn: Turn, incident: Incident) -> Incident:
    """The incident with a line that it still burns, and its clock wound again."""
    text = f"Still burning since {incident.started_at:%Y-%m-%d %H:%M} UTC"
    return turn.save(
        incident, notes=turn.note(incident, "repeated", text), repeat_due=repeat_at(turn, incident)
    )
