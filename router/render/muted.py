"""What mutes an incident, in words."""

from router.model.incident import Incident
from router.model.muting import MuteKind, kind_of
from router.model.value import Moment
from router.render.line import Line, Person, Time

_WORDS = {
    MuteKind.SILENCE: "silenced by ",
    MuteKind.MAINTENANCE: "muted by maintenance ",
    MuteKind.INHIBITION: "inhibited by ",
    MuteKind.INTERVAL: "quiet: ",
    MuteKind.SNOOZE: "snoozed by ",
    MuteKind.FLAPPING: "flapping",
    MuteKind.RATE: "held back from ",
}


def muted_line(incident: Incident, now: Moment) -> Line:
    """What keeps the incident from being told, and until when where that is known; empty: nothing does."""
    kind = kind_of(incident.muted_by)
    if kind is None:
        return ()
    name = _name(incident)
    if kind is MuteKind.SNOOZE:
        until = incident.snooze.until if incident.snooze else None
        end: Line = (" until ", Time(until, dated=until.date() != now.date())) if until else ()
        return (_WORDS[kind], Person(name), *end)
    return (_WORDS[kind] + name,)


def muted_words(incident: Incident) -> str:
    """The same for a table: `silence s1`, `snoozed by ada`; "" where nothing mutes it."""
    kind = kind_of(incident.muted_by)
    return _WORDS[kind] + _name(incident) if kind else ""


def _name(incident: Incident) -> str:
    kind, colon, name = incident.muted_by.partition(":")
    return name if colon or kind == MuteKind.FLAPPING.value else kind
