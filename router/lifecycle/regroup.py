"""Deciding again which symptoms are one failure, when one is heard of that began before others did.

Alerts join incidents as they arrive, so what arrives late finds decisions that were taken without it. Then the
symptoms of the incidents nearby are put together anew in the order in which they began, and the incidents follow:
alerts move, an incident splits off, or two become one. Whoever was told reads it as one line in the thread, and
whatever a person has taken in hand stays as it is: then it is a suggestion.
"""

from collections.abc import Collection, Iterable, Sequence

from router.lifecycle.life import merge, open_incident
from router.lifecycle.telling import say
from router.likelihood.partition import partition
from router.likelihood.weighing import MAX_SYMPTOMS, Weighing, likelihood_of, order
from router.model.decision import Reason
from router.model.event import Alert
from router.model.headline import Headline
from router.model.incident import Incident, IncidentState
from router.model.notice import NoticeKind
from router.model.turn import Turn
from router.stages.correlate import Placement, incident_number, near, why
from router.stages.gather import unite

MAX_ALERTS = 400
"""An incident of more alerts than this is not taken apart: each alert that moves is a record to write."""

Symptoms = frozenset[tuple[str, str]]
"""Symptoms, each as its component and fault."""


def place_anew(
    turn: Turn, alert: Alert, background: float, placement: Placement, touched: dict[str, Incident]
) -> Placement:
    """Where a new symptom belongs, with the incidents near it put together anew if it is not the last that began.

    `placement` is where it belongs as they stand, which is the answer otherwise. `background`: how often a day it
    alerts anyway. `touched` collects incidents as they stood before.
    """
    new = Headline.of(alert, background)
    incidents = _apart(turn, placement.near, new)
    if not incidents or not {incident.id for incident in incidents}.issuperset(placement.incidents):
        return placement
    weighings = _partition(turn, incidents, (new,))
    groups = [_symptoms(weighing.headlines) for weighing in weighings]
    if not _agreed(turn, incidents, groups, {(new.component, new.fault)}):
        return placement
    keepers = _reconcile(turn, incidents, groups, touched)
    its = next(n for n, group in enumerate(groups) if (new.component, new.fault) in group)
    if its not in keepers:
        return Placement((), Reason.OPENED_NEW_FAILURE)
    return Placement((keepers[its],), *why(weighings[its], new))


def begun_earlier(turn: Turn, incident: Incident, alert: Alert, touched: dict[str, Incident]) -> None:
    """A symptom that this incident has began with this alert, earlier than was known: the same, for those near it."""
    mine = next(
        (h for h in incident.headlines if (h.component, h.fault) == (alert.component, alert.fault)), None
    )
    if mine is None or mine.started_at != alert.started_at or alert.component not in turn.rules.components:
        return
    incidents = _apart(turn, near(turn.state, alert, turn.rules), mine)
    if incident.id not in {other.id for other in incidents}:
        return
    groups = [_symptoms(weighing.headlines) for weighing in _partition(turn, incidents, ())]
    if _agreed(turn, incidents, groups, set()):
        _reconcile(turn, incidents, groups, touched)


def _partition(turn: Turn, incidents: Sequence[Incident], more: Sequence[Headline]) -> list[Weighing]:
    """The symptoms of these incidents and some more, as they belong together; none if they cannot be told apart."""
    headlines = [*(h for incident in incidents for h in incident.headlines), *more]
    if len(_symptoms(headlines)) < len(headlines):
        return []  # two incidents show the same, one after the other
    return partition(likelihood_of(turn.rules), headlines, turn.state.change_times())


def _agreed(
    turn: Turn, incidents: Sequence[Incident], groups: Sequence[Symptoms], new: Collection[tuple[str, str]]
) -> bool:
    """Whether the groups are to be: not if one fires no more, or if what a person has in hand would be taken apart."""
    if not groups:
        return False
    firing = {(h.component, h.fault) for i in incidents for h in i.headlines if h.firing}.union(new)
    if not all(group & firing for group in groups):
        return False
    torn = [
        incident
        for incident in incidents
        if _in_hand(incident) and not any(symptoms_of(incident) <= group for group in groups)
    ]
    for incident in torn:
        _suggest(turn, incident, groups)
    return not torn


def symptoms_of(incident: Incident) -> Symptoms:
    """What the incident shows."""
    return _symptoms(incident.headlines)


def _symptoms(headlines: Iterable[Headline]) -> Symptoms:
    return frozenset((headline.component, headline.fault) for headline in headlines)


def _apart(turn: Turn, near_by: Collection[str], mine: Headline) -> list[Incident]:
    """Those of these incidents that can be taken apart; none, if nothing is to be decided again: this symptom is last.

    Not those that hold alerts for other reasons than the likelihood: a shared trace, a bound, an unknown component.
    """
    found = [incident for incident in map(turn.incident, near_by) if incident.live]
    if sum(len(incident.headlines) for incident in found) > MAX_SYMPTOMS:
        return []
    last = max(
        (order(incident.headlines[-1]) for incident in found if incident.headlines), default=order(mine)
    )
    if last <= order(mine):
        return []
    known, overflow = turn.rules.components, turn.state.header.overflow
    return [
        incident
        for incident in found
        if incident.id != overflow
        and incident.alerts <= MAX_ALERTS
        and all(headline.component in known for headline in incident.headlines)
        and not _traced(turn, incident)
    ]


def _traced(turn: Turn, incident: Incident) -> bool:
    """Whether two symptoms of it share a trace: then they are one failure whatever the likelihood says."""
    symptoms_of_trace: dict[str, tuple[str, str]] = {}
    for member in turn.state.alerts_of(incident.id).values():
        symptom = (member.alert.component, member.alert.fault)
        if any(symptoms_of_trace.setdefault(trace, symptom) != symptom for trace in member.alert.trace_ids):
            return True
    return False


def _in_hand(incident: Incident) -> bool:
    """Whether a person said something about it that must not be undone silently."""
    return incident.state is IncidentState.ACKNOWLEDGED or incident.assigned or bool(incident.cause_by)


def _suggest(turn: Turn, incident: Incident, groups: Sequence[Symptoms]) -> None:
    """Say that it may be more than one failure, once for each way to take it apart."""
    mine = symptoms_of(incident)
    parts = [_names(group & mine) for group in groups if group & mine]
    text = f"This may be more than one failure: {' | '.join(sorted(parts))}"
    if any(note.text == text for note in incident.notes):
        return
    turn.decide(Reason.INCIDENT_SPLIT_SUGGESTED, text, incident=incident.id)
    incident = turn.save(incident, notes=turn.note(incident, "suggested", text))
    say(turn, incident, NoticeKind.UPDATED, Reason.TOLD_UPDATED)


def _reconcile(
    turn: Turn, incidents: Sequence[Incident], groups: Sequence[Symptoms], touched: dict[str, Incident]
) -> dict[int, str]:
    """Make the incidents hold these groups, with as little moved as possible; answers which one holds which."""
    for incident in incidents:
        touched.setdefault(incident.id, incident)
    keepers = _keepers(incidents, groups)
    for number, group in enumerate(groups):
        if number not in keepers and any(symptoms_of(incident) & group for incident in incidents):
            keepers[number] = _split_off(turn, group, incidents, touched)
    for number, keeper in keepers.items():
        for incident_id in [incident.id for incident in incidents if incident.id != keeper]:
            source = turn.incident(incident_id)
            moving = symptoms_of(source) & groups[number]
            if not moving or not source.live:
                continue
            if moving == symptoms_of(source):
                merge(turn, turn.incident(keeper), source)
            else:
                _move(turn, source, turn.incident(keeper), moving)
    return keepers


def _keepers(incidents: Sequence[Incident], groups: Sequence[Symptoms]) -> dict[int, str]:
    """Which incident goes on with which group.

    What people know of comes first, then what holds most of the group, then what has its cause in it, then the oldest.
    """
    claims = sorted(
        (
            not _in_hand(incident),
            not incident.told,
            -len(shared),
            all(component != incident.cause.component for component, _ in group),
            incident_number(incident.id),
            number,
            incident.id,
        )
        for incident in incidents
        for number, group in enumerate(groups)
        if (shared := symptoms_of(incident) & group)
    )
    keepers: dict[int, str] = {}
    for *_, number, incident_id in claims:
        if number not in keepers and incident_id not in keepers.values():
            keepers[number] = incident_id
    return keepers


def _split_off(
    turn: Turn, group: Symptoms, incidents: Sequence[Incident], touched: dict[str, Incident]
) -> str:
    """A new incident for a group that none goes on with, still empty."""
    members = [
        member.alert
        for incident in incidents
        for member in turn.state.alerts_of(incident.id).values()
        if (member.alert.component, member.alert.fault) in group
    ]
    opened = open_incident(turn, min(members, key=lambda alert: (alert.started_at, alert.key)))
    touched[opened.id] = opened
    return opened.id


def _move(turn: Turn, source: Incident, target: Incident, moving: Symptoms) -> None:
    """Symptoms with their alerts from one incident to another; both threads say so."""
    members = turn.state.alerts_of(source.id)
    leaving = [m for m in members.values() if (m.alert.component, m.alert.fault) in moving]
    for member in sorted(leaving, key=lambda member: member.key):
        turn.state.put(member.model_copy(update={"incident": target.id}))
    firing = sum(member.firing for member in leaving)
    stay = tuple(h for h in source.headlines if (h.component, h.fault) not in moving)
    go = tuple(h for h in source.headlines if (h.component, h.fault) in moving)
    names = _names(moving)
    left = f"Not this failure, as it looks now: {names}, which went to {target.id}"
    came = f"Came from {source.id}, as it is more likely this failure: {names}"
    source = turn.save(
        source,
        headlines=stay,
        alerts=source.alerts - len(leaving),
        firing=source.firing - firing,
        severity=max((h.severity for h in stay), key=lambda severity: severity.rank),
        started_at=min(h.started_at for h in stay),
        notes=turn.note(source, "split", left),
    )
    target = turn.save(
        target,
        headlines=unite(target.headlines, go),
        alerts=target.alerts + len(leaving),
        firing=target.firing + firing,
        severity=max((target.severity, *(h.severity for h in go)), key=lambda severity: severity.rank),
        started_at=min(target.started_at, *(h.started_at for h in go)),
        notes=turn.note(target, "split", came),
    )
    for incident, text in ((source, left), (target, came)):
        turn.decide(Reason.INCIDENT_SPLIT, text, incident=incident.id)
        say(turn, incident, NoticeKind.UPDATED, Reason.TOLD_UPDATED)


def _names(symptoms: Symptoms) -> str:
    return ", ".join(f"{component} ({fault})" for component, fault in sorted(symptoms))
