"""The whole pipeline in memory, on a virtual clock: for tests, replay, backtest and explain.

It runs the very same intake and `pipeline.step` as production; only Kafka and time are replaced. Time moves when
told to, and every timer that falls due on the way gets its tick at exactly that moment.
"""

import heapq
from collections import Counter, deque
from datetime import datetime, timedelta

from router.model.decision import Decision
from router.model.event import Alert, Change, Heartbeat, Ignored, Position, Rejected
from router.model.incident import Incident
from router.model.input import AlertBatch, ChangeBatch, Command, ObservedAlert, ObservedChange, Tick
from router.model.notice import Notice
from router.model.record import Moved
from router.model.rules import Rules
from router.model.state import State
from router.model.turn import Effects
from router.model.value import EPOCH
from router.pipeline import AnyInput, step
from router.stages.identify import Identities
from router.stages.intake.read import SourceReader
from router.stages.intake.record import Observation, Parsed, SourceRecord


class Simulator:
    """A router without Kafka. What it decided, told and holds is there to be looked at.

    `decisions` in order; `notices` every notice in order; `incidents` the newest revision of each;
    `ignored` and `rejected` by the position of their event.
    """

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.now = EPOCH
        self.states: dict[str, State] = {}
        self.decisions: list[Decision] = []
        self.notices: list[Notice] = []
        self.incidents: dict[str, Incident] = {}
        self.ignored: list[tuple[Position, Ignored]] = []
        self.rejected: list[tuple[Position, Rejected]] = []
        self.heartbeats: list[tuple[Position, Heartbeat]] = []
        self._identities = Identities(rules)
        self._readers: dict[str, SourceReader] = {}
        self._handed: deque[Moved] = deque()
        self._wakeups: list[tuple[datetime, str]] = []
        self._queued: dict[str, datetime] = {}

    def feed(self, record: SourceRecord) -> tuple[Parsed, ...]:
        """One record of a source topic through intake and on, at its own timestamp.

        Raises LookupError for a topic that no source of the rules reads.
        """
        now = EPOCH + timedelta(milliseconds=record.timestamp_ms)
        self.advance(now)
        position = Position(topic=record.topic, partition=record.partition, offsets=(record.offset,))
        parsed = self._reader(record.topic).parse(record)
        alerts: dict[str, list[Alert]] = {}
        changes: dict[str, list[Change]] = {}
        for outcome in parsed:
            match outcome:
                case Observation(scope=scope, alert=Alert() as alert):
                    alerts.setdefault(scope, []).append(alert)
                case Observation(scope=scope, change=Change() as change):
                    changes.setdefault(scope, []).append(change)
                case Ignored():
                    self.ignored.append((position, outcome))
                case Rejected():
                    self.rejected.append((position, outcome))
                case Heartbeat():
                    self.heartbeats.append((position, outcome))
        for scope, found in alerts.items():
            items = tuple(ObservedAlert(alert=alert, positions=(position,)) for alert in found)
            self.apply(scope, AlertBatch(scope=scope, rules=self.rules.hash, items=items))
        for scope, made in changes.items():
            observed = tuple(ObservedChange(change=change, positions=(position,)) for change in made)
            self.apply(scope, ChangeBatch(scope=scope, rules=self.rules.hash, items=observed))
        return parsed

    def _reader(self, topic: str) -> SourceReader:
        if topic not in self._readers:
            source = self.rules.source_of(topic)
            if source is None:
                raise LookupError(f"no source in sources.yaml reads topic {topic!r}; add it there")
            self._readers[topic] = SourceReader(source, self.rules, self._identities)
        return self._readers[topic]

    def send(self, command: Command) -> Effects:
        """A person's command, now."""
        self.advance(command.at)
        return self.apply(command.scope, command)

    def advance(self, until: datetime) -> None:
        """Let time pass; timers go off on the way, each at its own moment."""
        while self._wakeups and self._wakeups[0][0] <= until:
            due, scope = heapq.heappop(self._wakeups)
            if self._queued.get(scope) == due:
                del self._queued[scope]
            if self.states[scope].next_due() == due:
                self.now = max(self.now, due)
                self.apply(scope, Tick())
        self.now = max(self.now, until)

    def adopt(self, rules: Rules) -> None:
        """New rules from now on. Every scope looks through what it holds, also one that nothing is said to."""
        self.rules = rules
        self._identities = Identities(rules)
        self._readers = {}
        for scope in sorted(self.states):
            self.apply(scope, Tick())

    def apply(self, scope: str, value: AnyInput) -> Effects:
        """One input, now; and what it hands off to other scopes."""
        effects = self._step(scope, value)
        while self._handed:
            moved = self._handed.popleft()
            self._step(moved.scope, moved)
        return effects

    def _step(self, scope: str, value: AnyInput) -> Effects:
        state = self.states.setdefault(scope, State(scope))
        effects = step(state, value, self.rules, self.now)
        for key in list(state.moving):
            self._handed.append(state.moving[key].moved)
            state.delete(key)
        state.take_changes()
        self.decisions += effects.decisions
        self.notices += effects.notices.values()
        self.incidents.update(effects.incidents)
        due = state.next_due()
        if due is not None and self._queued.get(scope) != due:
            self._queued[scope] = due
            heapq.heappush(self._wakeups, (due, scope))
        return effects

    def outcomes(self) -> Counter[str]:
        """How many source positions ended in which outcome (an event of several alerts counts once each)."""
        counts: Counter[str] = Counter()
        for decision in self.decisions:
            if decision.outcome is not None:
                counts[decision.outcome.value] += sum(
                    len(position.offsets) for position in decision.positions
                )
        counts["ignored"] += len(self.ignored)
        counts["rejected"] += len(self.rejected)
        counts["heartbeat"] += len(self.heartbeats)
        return +counts
