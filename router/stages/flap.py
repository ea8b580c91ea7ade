"""Does an incident keep ending and coming back, so that telling each time would only be noise?"""

from datetime import datetime, timedelta

from router.model.incident import Incident
from router.model.muting import Flapping
from router.model.rules import Settings


def turns(incident: Incident, settings: Settings, now: datetime) -> tuple[datetime, ...]:
    """When it came back within the window, this time included; as many as are needed to tell that it flaps."""
    if not settings.flapping_count:
        return ()
    began = now - timedelta(seconds=settings.flapping_window_seconds)
    kept = (*(at for at in incident.flaps if at > began), now)
    return kept[-settings.flapping_count :]


def flapping(incident: Incident, settings: Settings, now: datetime) -> Flapping | None:
    """Whether it flaps, as it has come back just now; None: not, or not that anybody would be spared something."""
    if incident.flapping or not incident.told or not comes_back_too_often(incident, settings):
        return None
    return Flapping(since=now, severity=incident.severity, last=now)


def comes_back_too_often(incident: Incident, settings: Settings) -> bool:
    """Whether it came back `flapping_count` times within the window."""
    return bool(settings.flapping_count) and len(incident.flaps) >= settings.flapping_count


def stable_at(found: Flapping, settings: Settings) -> datetime:
    """When it counts as stable, if it neither ends nor comes back until then."""
    return found.last + timedelta(seconds=settings.flapping_stable_seconds)
