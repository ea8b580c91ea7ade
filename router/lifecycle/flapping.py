"""Flapping: an incident that keeps ending and coming back is told so once, and again when it has become stable."""

from router.lifecycle.muting import hold, mute_of
from router.model.decision import Reason
from router.model.incident import Incident
from router.model.turn import Turn
from router.stages.flap import flapping


def begin_flapping(turn: Turn, incident: Incident) -> Incident:
    """The incident came back and was told: if it does so too often, this is the last telling until it is stable."""
    settings = turn.rules.settings
    found = None if incident.muted_by else flapping(incident, settings, turn.now)
    if found is None:
        return incident
    minutes, stable = settings.flapping_window_seconds // 60, settings.flapping_stable_seconds // 60
    text = (
        f"It keeps ending and coming back ({len(incident.flaps)} times in {minutes} min): "
        f"its ends and returns are told again when it has been stable for {stable} min"
    )
    incident = turn.save(incident, flapping=found, notes=turn.note(incident, "flapping", text))
    turn.decide(Reason.INCIDENT_FLAPPING, incident=incident.id, destination=incident.destination)
    mute = mute_of(turn, incident)
    return incident if mute is None else hold(turn, incident, mute)


def still_flapping(turn: Turn, incident: Incident) -> dict[str, object]:
    """What to change of an incident that ends or comes back while it flaps: it is stable that much later."""
    if incident.flapping is None:
        return {}
    return {"flapping": incident.flapping.model_copy(update={"last": turn.now})}
