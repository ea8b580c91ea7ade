"""A replay that remembers what was known whenever something was decided.

When each incident was last attributed and from what, what it was made of before each new symptom, and which alerts an
event carried.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from router.likelihood.weighing import Changes, Weighing
from router.model.event import Alert, Change, Position
from router.model.headline import Headline
from router.model.incident import Incident
from router.model.input import AlertBatch
from router.model.rules import Rules
from router.model.state import State
from router.model.turn import Effects
from router.pipeline import AnyInput
from router.recording import Recorded
from router.replay import DRAIN_SECONDS, Replay
from router.simulator import Simulator
from router.stages.correlate import weighing_of
from router.stages.gather import symptoms


class Assessed(NamedTuple):
    """What an incident's cause was found from: its symptoms and the changes that could be behind them, at a moment.

    `watched`: the components whose silence meant something then. `bias`: what people's verdicts had moved confidence
    by, in log-odds.
    """

    at: datetime
    incident: Incident
    weighing: Weighing
    changes: tuple[Change, ...]
    watched: frozenset[str]
    bias: float


class Grown(NamedTuple):
    """An incident as it stood after the step of this number, when its symptoms had changed."""

    step: int
    at: datetime
    incident: Incident


class Heard(NamedTuple):
    """The alerts of one event, and what was known when it came: the number of the step, and changes till then."""

    step: int
    at: datetime
    scope: str
    alerts: tuple[Alert, ...]
    changes: Changes


class Witness(Simulator):
    """A simulator that remembers. `assessed` by incident; `grown` by incident, oldest first; `heard` by position."""

    def __init__(self, rules: Rules) -> None:
        super().__init__(rules)
        self.assessed: dict[str, Assessed] = {}
        self.grown: dict[str, list[Grown]] = {}
        self.heard: dict[tuple[str, int, int], Heard] = {}
        self._inputs = 0
        self._watched: dict[str, frozenset[str]] = {}

    def apply(self, scope: str, value: AnyInput) -> Effects:
        """One input, now."""
        self._inputs += 1
        changes = self.states[scope].change_times() if scope in self.states else {}
        if isinstance(value, AlertBatch):
            for item in value.items:
                self._hear(scope, item.alert, item.positions, changes)
        effects = super().apply(scope, value)
        for incident in effects.incidents.values():
            self._remember(self.states[scope], incident)
        return effects

    def before(self, incident_id: str, step: int) -> Incident | None:
        """The incident as it stood before this step, or None if it did not exist."""
        found = [grown.incident for grown in self.grown.get(incident_id, ()) if grown.step < step]
        return found[-1] if found else None

    def _hear(self, scope: str, alert: Alert, positions: Sequence[Position], changes: Changes) -> None:
        for position in positions:
            for offset in position.offsets:
                key = (position.topic, position.partition, offset)
                known = self.heard.get(key)
                alerts = (*known.alerts, alert) if known else (alert,)
                self.heard[key] = Heard(self._inputs, self.now, scope, alerts, changes)

    def _remember(self, state: State, incident: Incident) -> None:
        known = self.assessed.get(incident.id)
        # Whoever attributes makes a new cause; whatever else happens to an incident keeps the one it has.
        if known is None or known.incident.cause is not incident.cause:
            topology = self.rules.topology
            upstream = {c for h in incident.headlines for c in topology.upstream_of(h.component)}
            changes = tuple(
                recent.change for component in sorted(upstream) for recent in state.changes_at(component)
            )
            # A state that has closed the incident in this very step has nothing to weigh any more.
            if state.incident(incident.id) is not None:
                weighing = weighing_of(state, incident.id, self.rules)
                bias = state.calibration.bias(self.now) if state.calibration else 0.0
                watched = self._watched_in(state)
                self.assessed[incident.id] = Assessed(self.now, incident, weighing, changes, watched, bias)
        history = self.grown.setdefault(incident.id, [])
        if not history or symptoms(history[-1].incident.headlines) != symptoms(incident.headlines):
            history.append(Grown(self._inputs, self.now, incident))

    def _watched_in(self, state: State) -> frozenset[str]:
        """The components that are watched now; one set for as long as they stay the same."""
        scope = state.header.scope
        if self._watched.get(scope, frozenset()) != state.watched.keys():
            self._watched[scope] = frozenset(state.watched)
        return self._watched.get(scope, frozenset())


class WitnessedReplay(Replay):
    """A finished replay with a witness as its simulator."""

    def __init__(self, rules: Rules, events: Sequence[Recorded], drain_seconds: int = DRAIN_SECONDS) -> None:
        self.witness = Witness(rules)
        super().__init__(rules, events, drain_seconds, self.witness)

    def name(self, positions: Sequence[Position]) -> str:
        """The numbers of the recorded events at these positions."""
        return ", ".join(f"#{number}" for number in self.indexes(positions))

    def heard(self, number: int) -> list[Heard]:
        """What this recorded event was heard as."""
        keys = [key for key, index in self._index.items() if index == number]
        return [self.witness.heard[key] for key in keys if key in self.witness.heard]

    def survivor(self, incident_id: str) -> str:
        """The incident that this one lives on in."""
        incidents: Mapping[str, Incident] = self.witness.incidents
        while (incident := incidents.get(incident_id)) is not None and incident.merged_into:
            incident_id = incident.merged_into
        return incident_id

    def holder(self, alert: Alert, incident_id: str) -> str:
        """Where an alert is at last that went to this incident first: one may be merged away or taken apart."""
        found = self.survivor(incident_id)
        if self._shows(found, alert):
            return found
        scope = self.witness.incidents[incident_id].scope
        others = (i.id for i in self.witness.incidents.values() if i.scope == scope and not i.merged_into)
        return next((other for other in others if self._shows(other, alert, exactly=True)), found)

    def _shows(self, incident_id: str, alert: Alert, exactly: bool = False) -> bool:
        return any(
            (h.component, h.fault) == (alert.component, alert.fault)
            and (h.started_at == alert.started_at or not exactly)
            for h in self.witness.incidents[incident_id].headlines
        )


def of_known(headlines: Sequence[Headline], rules: Rules) -> list[Headline]:
    """The symptoms of components in the catalog: only these can be weighed."""
    return [headline for headline in headlines if headline.component in rules.components]
