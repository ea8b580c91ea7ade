"""What can go wrong, or did: faults of components, each with its weight.

Without a recording every fault that is usual on the kind of a component weighs 1; with one, every alert that
arrived of it does, at its own moment: who is accountable and on call may depend on the hour.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from router.model.fault import FAULTS, ComponentKind
from router.model.incident import Incident
from router.model.input import AlertBatch
from router.model.rules import Rules
from router.model.turn import Effects
from router.pipeline import AnyInput
from router.recording import Recorded
from router.replay import Replay
from router.simulator import Simulator


class Case(NamedTuple):
    """A fault of a component; `component` is the sender's name where the catalog has none for it."""

    component: str
    fault: str


class Weighed(NamedTuple):
    """A case at a moment, and how often it was then."""

    case: Case
    at: datetime
    weight: int


def possible(rules: Rules, at: datetime) -> tuple[Weighed, ...]:
    """Every fault that is usual on the kind of a component, of the taxonomy and the operator's own."""
    by_kind: dict[ComponentKind, list[str]] = {}
    for fault in (*FAULTS.values(), *rules.own_faults.values()):
        by_kind.setdefault(fault.kind, []).append(fault.name)
    return tuple(
        Weighed(Case(component.id, fault), at, 1)
        for component in rules.components.values()
        for fault in by_kind.get(component.kind, ())
    )


class Traffic(NamedTuple):
    """What a recording held: its alerts, every incident that routing could see differently, and what is not read."""

    alerts: tuple[Weighed, ...]
    incidents: tuple[Incident, ...]
    not_read: dict[str, int]


def traffic_of(rules: Rules, events: Sequence[Recorded]) -> Traffic:
    """Replay a recording and count; events of topics that no source reads are in `not_read`, by topic."""
    tally = _Tally(rules)
    read = {topic for topic in {event.record.topic for event in events} if rules.source_of(topic)}
    Replay(rules, [event for event in events if event.record.topic in read], simulator=tally)
    unread = Counter(event.record.topic for event in events if event.record.topic not in read)
    alerts = (Weighed(case, at, weight) for (case, at), weight in sorted(tally.alerts.items()))
    return Traffic(tuple(alerts), tuple(tally.routed.values()), dict(sorted(unread.items())))


class _Tally(Simulator):
    """A simulator that counts alerts, and keeps one incident for each set of labels that routing sees."""

    def __init__(self, rules: Rules) -> None:
        super().__init__(rules)
        self.alerts: Counter[tuple[Case, datetime]] = Counter()
        self.routed: dict[tuple[object, ...], Incident] = {}

    def apply(self, scope: str, value: AnyInput) -> Effects:
        """One input, now."""
        if isinstance(value, AlertBatch):
            self.alerts.update(
                (Case(item.alert.component, item.alert.fault), item.alert.arrived_at) for item in value.items
            )
        effects = super().apply(scope, value)
        for incident in effects.incidents.values():
            cause, team = incident.cause, incident.owner.team
            seen = (team, cause.component, cause.fault, incident.severity, incident.workflows)
            self.routed.setdefault(seen, incident)
        return effects
