"""May anybody be told of this incident now? Muting stops telling, never tracking: what is muted lives on.

`mute_of` answers, in a fixed order: silence, maintenance, inhibition, the route's hours, snooze, flapping. Whoever
tells asks `held_back` first; what was not said is remembered, and `router.lifecycle.unmuting` tells where the incident
stands when the muting is over.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from router.model.decision import Reason
from router.model.incident import Incident
from router.model.muting import Mute, MuteKind, Span
from router.model.record import IncidentRecord, OpenAlert
from router.model.rules import Rules
from router.model.state import State
from router.model.turn import Turn
from router.stages.flap import stable_at
from router.stages.inhibit import Inhibitors, LabelsOf
from router.stages.maintenance import Work, calendar_of, components_of, excuse
from router.stages.mute import Silences
from router.stages.route import route, seen_by

LOOK_SECONDS = 3_600
"""A muted incident is looked at again at least so often, whatever mutes it: rules may have changed meanwhile."""

QUIET: dict[str, object] = {"settle_due": None, "escalate_due": None, "refresh_due": None, "repeat_due": None}
"""The clocks of telling: none runs while an incident is muted."""

OURS = (
    *("owner", "owner.kind", "cause.component", "cause.kind", "cause.fault"),
    *("severity", "scope", "incident", "workflow"),
)
"""Labels of an incident that are ours; an alert of it has the same, unless the rules leave one to the alert."""

REASONS = {
    MuteKind.SILENCE: Reason.MUTED_SILENCE,
    MuteKind.MAINTENANCE: Reason.MUTED_MAINTENANCE,
    MuteKind.INHIBITION: Reason.MUTED_INHIBITION,
    MuteKind.INTERVAL: Reason.MUTED_INTERVAL,
    MuteKind.SNOOZE: Reason.MUTED_SNOOZE,
    MuteKind.FLAPPING: Reason.MUTED_FLAPPING,
    MuteKind.RATE: Reason.MUTED_RATE,
}


def mute_of(turn: Turn, incident: Incident) -> Mute | None:
    """What mutes the incident now, the first in the order of kinds; None: it may be told."""
    return (
        _silenced(turn, incident)
        or _in_maintenance(turn, incident)
        or _inhibited(turn, incident)
        or _quiet(turn, incident)
        or _snoozed(turn, incident)
        or _flaps(turn, incident)
    )


def held_back(turn: Turn, incident: Incident) -> bool:
    """Whether something is not said of the incident now; remembered, and settled at the end of the turn."""
    if mute_of(turn, incident) is None:
        return False
    turn.held_back[incident.id] = None
    return True


def hold(turn: Turn, incident: Incident, mute: Mute) -> Incident:
    """The incident as muted by this; a decision where it was not, or by something else."""
    due = turn.now + timedelta(seconds=LOOK_SECONDS)
    if mute.until is not None:
        due = mute.until if mute.kind is MuteKind.RATE else min(due, mute.until)
    if incident.muted_by == mute.by and incident.mute_due and turn.now < incident.mute_due <= due:
        due = incident.mute_due
    update: dict[str, object] = {**QUIET, "muted_by": mute.by, "mute_due": due}
    if all(getattr(incident, name) == value for name, value in update.items()):
        return incident
    changed = incident.muted_by != mute.by
    incident = turn.save(incident, **update)
    if changed:
        turn.decide(REASONS[mute.kind], mute.detail, incident=incident.id)
    return incident


def awaited(turn: Turn, incident: Incident) -> datetime | None:
    """Until when a first telling waits for an alert that would inhibit it; None: it does not, or was muted so long."""
    index = None if incident.told or incident.muted_by else inhibitors(turn)
    seconds = index.waits(incident) if index is not None else 0
    began = max((h.since for h in incident.headlines if h.firing and h.since), default=incident.opened_at)
    until = max(incident.opened_at, min(began, turn.now)) + timedelta(seconds=seconds)
    if not seconds or until <= turn.now:
        return None
    turn.decide(Reason.NOT_TOLD_SOURCE_AWAITED, f"until {until:%H:%M:%S} UTC", incident=incident.id)
    return until


def inhibitors(turn: Turn) -> Inhibitors | None:
    """The index of alerts that inhibit, under the present rules; None: no rule inhibits anything."""
    mutes, rules = turn.state.mutes, turn.rules
    if not rules.inhibition:
        mutes.watcher = None
        return None
    known = mutes.watcher
    if not isinstance(known, Inhibitors) or known.under != rules.hash:
        known = mutes.watcher = Inhibitors(rules.inhibition, _ours(rules), rules.hash)
        _feed(known, turn.state)
    return known


def _ours(rules: Rules) -> LabelsOf:
    """What inhibition sees of an incident itself; each of its alerts adds what it says of itself."""
    names = [name for name in OURS if name not in rules.alert_labels]

    def labels_of(incident: Incident) -> Sequence[Mapping[str, str]]:
        return [{name: seen[name] for name in names} for seen in seen_by(incident, rules)]

    return labels_of


def _feed(index: Inhibitors, state: State) -> None:
    for record in state.records.values():
        if isinstance(record, IncidentRecord | OpenAlert):
            index.change(None, record)
    index.ended.clear()


def _silenced(turn: Turn, incident: Incident) -> Mute | None:
    mutes = turn.state.mutes
    if not mutes.silences:
        return None
    if mutes.index is None or mutes.index[0] != mutes.version:
        mutes.index = (mutes.version, Silences(mutes.silences.values()))
    index = mutes.index[1]
    if not isinstance(index, Silences):
        raise AssertionError("only silences are kept there")
    found = index.covering(_alerts_seen(turn, incident, index.labels), turn.now)
    if found is None:
        return None
    silence = found.silence
    return Mute(MuteKind.SILENCE, silence.id, found.until, f"{silence.id} by {silence.actor}")


def _alerts_seen(
    turn: Turn, incident: Incident, asked: frozenset[str]
) -> Iterable[Sequence[Mapping[str, str]]]:
    """The labels of the incident, once for each of its firing alerts that differs in what is asked for."""
    own = asked.difference(OURS).union(turn.rules.alert_labels)
    if not own & asked or not incident.firing:
        return (seen_by(incident, turn.rules),)
    ours = _ours(turn.rules)(incident)
    distinct: dict[tuple[str, ...], dict[str, str]] = {}
    for member in turn.state.alerts_of(incident.id).values():
        if member.firing:
            said = {**member.alert.labels, "component": member.alert.component, "fault": member.alert.fault}
            distinct.setdefault(tuple(said.get(name, "") for name in own), said)
    return ([{**said, **seen} for seen in ours] for said in distinct.values())


def _in_maintenance(turn: Turn, incident: Incident) -> Mute | None:
    if not incident.live or not (turn.rules.maintenance or turn.state.mutes.maintenance):
        return None
    works = [*calendar_of(turn.rules).at(turn.now), *_declared(turn)]
    found = excuse(incident.headlines, works, turn.rules, turn.now) if works else None
    return found and Mute(
        MuteKind.MAINTENANCE,
        found.window,
        found.until,
        f"{found.window}, which excuses them until {found.until:%Y-%m-%d %H:%M} UTC",
    )


def _declared(turn: Turn) -> list[Work]:
    """Windows that people began by command, the oldest first."""
    found = sorted(turn.state.mutes.maintenance.values(), key=lambda each: (each.window.starts_at, each.key))
    return [
        Work(
            each.window.id,
            components_of(each.window, turn.rules),
            Span(each.window.starts_at, each.ends_at),
        )
        for each in found
        if each.window.starts_at <= turn.now
    ]


def _inhibited(turn: Turn, incident: Incident) -> Mute | None:
    index = inhibitors(turn)
    found = index.inhibits(incident) if index is not None and incident.live else None
    if found is None:
        return None
    by = f" by an alert of {found.source}" if found.source else ""
    return Mute(MuteKind.INHIBITION, found.rule, None, f"{found.rule}{by}")


def _quiet(turn: Turn, incident: Incident) -> Mute | None:
    if not turn.rules.time_intervals:
        return None
    found = route(incident, turn.rules).muted_by_interval(turn.now)
    if found is None:
        return None
    until = f" until {found.until:%Y-%m-%d %H:%M} UTC" if found.until else ""
    return Mute(MuteKind.INTERVAL, found.interval, found.until, f"{found.interval}{until}")


def _snoozed(turn: Turn, incident: Incident) -> Mute | None:
    """A snooze ends with the incident, with its owner's turn, and when it gets worse."""
    snooze = incident.snooze
    if snooze is None or not incident.live or snooze.until <= turn.now:
        return None
    if snooze.team != incident.owner.team or incident.severity.rank > snooze.severity.rank:
        return None
    until = f"until {snooze.until:%Y-%m-%d %H:%M} UTC"
    return Mute(MuteKind.SNOOZE, snooze.by, snooze.until, f"by {snooze.by} {until}")


def _flaps(turn: Turn, incident: Incident) -> Mute | None:
    found = incident.flapping
    if found is None or incident.severity.rank > found.severity.rank:
        return None
    until = stable_at(found, turn.rules.settings)
    if until <= turn.now:
        return None
    return Mute(MuteKind.FLAPPING, "", until, f"stable from {until:%Y-%m-%d %H:%M} UTC, if it stays as it is")
