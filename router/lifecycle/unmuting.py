"""Unmuting: what was not told while something muted it is told when that is over, if it is still true.

`settle_mutes` runs at the end of every turn over the incidents that are muted and changed, of which something was held
back, or whose inhibiting alert is gone: so a mute ends with whatever ends it, be it time, an alert or a person.
"""

from collections.abc import Iterable

from router.lifecycle.escalating import announce, begun
from router.lifecycle.muting import hold, inhibitors, mute_of
from router.lifecycle.pacing import still_paced
from router.lifecycle.repeating import repeat_at
from router.lifecycle.telling import say, say_also, tell_first
from router.model.decision import Reason
from router.model.incident import Incident, IncidentState
from router.model.muting import MuteKind, kind_of
from router.model.notice import NoticeKind
from router.model.turn import Turn
from router.stages.correlate import incident_number


def settle_mutes(turn: Turn) -> bool:
    """Bring every incident's mute up to date; whether one was told for it, so that more may be due now."""
    told = False
    for incident_id in _concerned(turn):
        told |= review(turn, incident_id)
    turn.held_back.clear()
    turn.look_again.clear()
    return told


def review(turn: Turn, incident_id: str) -> bool:
    """Mute the incident, or tell it, as it stands now; whether it was told."""
    try:
        incident = turn.incident(incident_id)
    except KeyError:
        return False
    mute = mute_of(turn, incident)
    if mute is None and still_paced(turn, incident):
        return False
    if mute is not None:
        if incident.told or incident.muted_by:
            hold(turn, incident, mute)
        return False
    if incident.muted_by:
        unmute(turn, incident)
        return True
    if incident_id in turn.held_back and incident_id not in turn.to_tell:
        _tell_again(turn, incident)
        return True
    return False


def unmute(turn: Turn, incident: Incident) -> Incident:
    """What muted it is over: whatever is still true and was not told is told now."""
    muted_by = incident.muted_by
    update: dict[str, object] = {"muted_by": "", "mute_due": None, "snooze": None}
    if incident.flapping:
        update |= {"flapping": None, "flaps": ()}
    if incident.state is IncidentState.SETTLING:
        if kind_of(muted_by) is not MuteKind.RATE:
            incident = turn.save(incident, **update)
        turn.decide(Reason.UNMUTED, muted_by, incident=incident.id)
        return tell_first(turn, incident)
    told_already = incident.id in turn.to_tell
    if incident.live and incident.told:
        update["repeat_due"] = repeat_at(turn, incident)
    if incident.live and incident.told and not told_already:
        update["notes"] = turn.note(incident, "unmuted", _words(muted_by))
    incident = turn.save(incident, **update)
    if not incident.told:
        return incident
    turn.decide(Reason.UNMUTED, muted_by, incident=incident.id)
    return incident if told_already else _tell_again(turn, incident)


def _tell_again(turn: Turn, incident: Incident) -> Incident:
    """Where it stands now, to everybody who was told; who must acknowledge it has the whole time again."""
    if incident.state is IncidentState.OPEN:
        incident = turn.save(incident, **begun(turn, incident))
        announce(turn, incident)
    kind, reason = NoticeKind.UPDATED, Reason.TOLD_UPDATED
    if incident.state is IncidentState.MERGED:
        kind, reason = NoticeKind.MERGED, Reason.TOLD_MERGED
    elif not incident.live:
        kind, reason = NoticeKind.RESOLVED, Reason.TOLD_RESOLVED
    say(turn, incident, kind, reason)
    return say_also(turn, incident)


def _words(muted_by: str) -> str:
    words = {
        MuteKind.SILENCE: "The silence is over, and it still burns",
        MuteKind.MAINTENANCE: "The maintenance is over, and it still burns",
        MuteKind.INHIBITION: "What inhibited it is over, and it still burns",
        MuteKind.INTERVAL: "The quiet hours are over, and it still burns",
        MuteKind.SNOOZE: "The snooze is over, and it still burns",
        MuteKind.FLAPPING: "It is stable again, and it still burns",
    }
    kind = kind_of(muted_by)
    return words.get(kind, "It still burns") if kind else "It still burns"


def _ended(turn: Turn, incident: Incident) -> bool:
    """Whether nothing mutes it under these rules, or nothing would ever look at it again."""
    return incident.mute_due is None or mute_of(turn, incident) is None


def _concerned(turn: Turn) -> Iterable[str]:
    """Incidents whose mute may have to change, in the order of their numbers."""
    found = {**turn.held_back, **turn.look_again}
    found.update((one.id, None) for one in turn.effects.incidents.values() if one.muted_by)
    mutes = turn.state.mutes
    index = inhibitors(turn)
    if index is not None and index.ended:
        for rule in list(index.ended):
            found.update(dict.fromkeys(mutes.muted_by(f"{MuteKind.INHIBITION}:{rule}")))
        index.ended.clear()
    if mutes.reviewed_under != turn.rules.hash:
        mutes.reviewed_under = turn.rules.hash
        found.update((one, None) for one in mutes.muted() if _ended(turn, turn.incident(one)))
    return sorted(found, key=incident_number)
