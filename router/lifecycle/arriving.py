"""Arriving: what new rules brought from another scope goes on here, once, and nobody is told twice for it.

An incident that came as a whole goes on with its messages, its acknowledgement and its clocks; a part of one goes on
quietly, for its owner was told of those alerts in the incident that they were in. Either may turn out to be one
failure with what is open here already.
"""

from collections.abc import Callable, Iterable, Sequence

from router.lifecycle.background import rate_of
from router.lifecycle.life import merge, resolve
from router.lifecycle.moving import mend
from router.lifecycle.muting import held_back
from router.lifecycle.owning import assess
from router.lifecycle.telling import schedule_refresh
from router.model.decision import Reason
from router.model.event import Alert, Position
from router.model.incident import Incident, IncidentState
from router.model.notice import NoticeKind
from router.model.record import Moved, OpenAlert, RecentChange, Silence
from router.model.turn import Turn
from router.stages.correlate import correlate, incident_number

Hear = Callable[[Alert, Position, int], None]
"""Takes in one alert as if its source had just said so: the alert, where it was first heard, how often."""


def is_news(turn: Turn, moved: Moved) -> bool:
    """Whether this hand-off was not applied before; from now on it was."""
    header = turn.state.header
    if moved.number <= header.moved.get(moved.from_scope, 0):
        turn.decide(Reason.MOVED_REPEATED, f"{moved.number} of scope {moved.from_scope}")
        return False
    marks = {**header.moved, moved.from_scope: moved.number}
    turn.state.put(header.model_copy(update={"moved": marks}))
    return True


def arrive(turn: Turn, moved: Moved, hear: Hear) -> None:
    """Take in a hand-off, all but its late alerts."""
    _learn(turn, moved)
    incident = _incident_of(turn, moved)
    taken: list[OpenAlert] = []
    met: dict[str, None] = {}
    for known in moved.alerts:
        here = turn.state.alert(known.alert.key)
        if here is None and (incident is not None or not known.firing):
            taken.append(known)
            continue
        # Its source was heard here already, under the new rules.
        hear(known.alert, known.first, known.heard)
        here = turn.state.alert(known.alert.key)
        if here is not None and here.incident:
            met[here.incident] = None
        elif here is not None and incident is not None:
            taken.append(here)
    if incident is None:
        for known in taken:
            turn.state.put(known.model_copy(update={"incident": ""}))
        return
    _take_up(turn, moved, incident, taken, met)


def _take_up(
    turn: Turn, moved: Moved, incident: Incident, taken: Sequence[OpenAlert], met: Iterable[str]
) -> None:
    """The incident goes on here with these alerts; `met` are incidents that know some of its alerts already."""
    if incident.live:
        met = [*met, *_likely_one(turn, incident, taken)]
    incident = turn.save(incident, **_counted(incident, taken))
    for known in taken:
        turn.state.put(known.model_copy(update={"incident": incident.id}))
    detail = f"{len(moved.alerts)} alerts of scope {moved.from_scope}"
    turn.decide(Reason.MOVED_IN, detail, incident=incident.id, component=incident.cause.component)
    if not incident.live:
        mend(turn, incident)
        return
    others = [turn.incident(other) for other in dict.fromkeys(met) if other != incident.id]
    goes_on = _united(turn, incident, [other for other in others if other.live])
    if moved.more:
        return
    if not goes_on.firing:
        mend(turn, resolve(turn, goes_on, Reason.INCIDENT_RESOLVED, by=""))
        return
    goes_on = assess(turn, mend(turn, goes_on))
    if goes_on.told and goes_on.message:
        if not held_back(turn, goes_on):
            turn.to_tell.setdefault(goes_on.id, NoticeKind.UPDATED)
    elif others:
        schedule_refresh(turn, goes_on)


def _incident_of(turn: Turn, moved: Moved) -> Incident | None:
    """The incident that goes on with these alerts: the one that came with them, or with an earlier hand-off."""
    if moved.incident is not None:
        return _adopted(turn, moved, moved.incident)
    if not moved.part_of:
        return None
    arrival = f"{moved.from_scope}/{moved.part_of}"
    found = next((i for i in turn.state.incidents() if i.arrival == arrival), None)
    while found is not None and found.merged_into:
        found = turn.state.incident(found.merged_into)
    return found if found is None or found.live else None


def _adopted(turn: Turn, moved: Moved, came: Incident) -> Incident:
    """The incident under an id of this scope, without alerts yet, and not stored yet."""
    header = turn.state.header
    number = header.incidents + 1
    turn.state.put(header.model_copy(update={"incidents": number}))
    name = f"{header.scope}-{number}"
    if moved.whole:
        text = f"The rules changed: {came.id} goes on in {header.scope}, as {name}"
    else:
        text = f"The rules changed: this was part of {came.id}, and goes on in {header.scope}"
    update = {
        "id": name,
        "scope": header.scope,
        "alerts": 0,
        "firing": 0,
        "headlines": tuple(headline.model_copy(update={"firing": 0}) for headline in came.headlines),
        "message": (came.message or came.id) if moved.whole and came.told else "",
        "arrival": f"{moved.from_scope}/{moved.number}",
        "notes": turn.note(came, "moved", text) if came.told else came.notes,
    }
    return came.model_copy(update=update)


def _counted(incident: Incident, taken: Sequence[OpenAlert]) -> dict[str, object]:
    """What these alerts add to the incident's counts."""
    firing: dict[tuple[str, str], int] = {}
    for known in taken:
        if known.firing:
            symptom = (known.alert.component, known.alert.fault)
            firing[symptom] = firing.get(symptom, 0) + 1
    return {
        "alerts": incident.alerts + len(taken),
        "firing": incident.firing + sum(firing.values()),
        "headlines": tuple(
            headline.model_copy(
                update={"firing": headline.firing + firing.get((headline.component, headline.fault), 0)}
            )
            for headline in incident.headlines
        ),
    }


def _likely_one(turn: Turn, incident: Incident, taken: Sequence[OpenAlert]) -> tuple[str, ...]:
    """Incidents of this scope that are one failure with it, judged by its first alert that fires."""
    firing = [known.alert for known in taken if known.firing]
    if not firing:
        return ()
    first = min(firing, key=lambda alert: (alert.started_at, alert.key))
    placed = correlate(turn.state, first, turn.rules, rate_of(turn, first.component, first.fault))
    return tuple(other for other in placed.incidents if other != incident.id)


def _united(turn: Turn, incident: Incident, others: Sequence[Incident]) -> Incident:
    """These incidents as one. What a person acknowledged goes on, then what people know of, then the oldest."""
    found = [incident, *others]
    target = min(
        found,
        key=lambda one: (
            one.state is not IncidentState.ACKNOWLEDGED,
            not one.told,
            not one.message,
            incident_number(one.id),
        ),
    )
    for other in found:
        if other.id != target.id:
            quiet = other.id == incident.id and not incident.message
            # A part has no message here that could say so.
            target = merge(turn, target, turn.save(other, told=()) if quiet else other)
    return target


def _learn(turn: Turn, moved: Moved) -> None:
    """What the other scope knew of the components, and the silence that its incident is under."""
    state, header = turn.state, turn.state.header
    if moved.background and moved.since:
        since = min(moved.since, header.since or turn.now)
        state.put(header.model_copy(update={"since": since}))
    for rate in moved.background:
        known = state.background(rate.component, rate.fault)
        count = rate.count + (known.count if known else 0.0)
        state.put(rate.model_copy(update={"count": count}))
    remembered: list[RecentChange | Silence] = [*moved.changes]
    if moved.silence is not None:
        remembered.append(moved.silence)
    for record in remembered:
        if record.due > turn.now and record.key not in state.records:
            state.put(record)
