"""Scopes under rules that change, with what carries hand-offs between them: in order, late, twice, over crashes.

What a step changed is stored as a transaction would store it, and a crash brings every scope back from there. A
hand-off stays in its sender's outbox until `forget`; whatever is in an outbox may be sent at any time, and again.
"""

from collections import Counter, deque
from collections.abc import Iterator
from datetime import datetime

from router.lifecycle.homes import home_of
from router.model.decision import Decision, Reason
from router.model.event import Alert, Position
from router.model.incident import Incident
from router.model.input import AlertBatch, Command, ObservedAlert, Tick
from router.model.record import RECORD, OpenAlert
from router.model.rules import Rules
from router.model.state import State
from router.pipeline import AnyInput, step
from tests.builders import at

Key = tuple[str, str]
"""An alert's key and a destination."""


class World:
    """All scopes, their stored records, and what is on its way to each.

    `behind` are scopes of engines that have other rules than `rules`.
    """

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.behind: dict[str, Rules] = {}
        self.seconds = 0.0
        self.states: dict[str, State] = {}
        self.stored: dict[str, dict[str, str]] = {}
        self.inputs: dict[str, deque[AnyInput]] = {}
        self.decisions: list[Decision] = []
        self.outcomes: Counter[int] = Counter()
        self.opened: Counter[Key] = Counter()
        self.sent = 0

    @property
    def now(self) -> datetime:
        """The clock that every input bears."""
        return at(self.seconds)

    def rules_of(self, scope: str) -> Rules:
        """The rules of the engine that has this scope; one that is behind has others."""
        return self.behind.get(scope, self.rules)

    def hear(self, alert: Alert, read_under: Rules | None = None) -> None:
        """An alert, read by an intake that has these rules (ours, unless given)."""
        rules = read_under or self.rules
        home = home_of(alert.component, alert.source, rules)
        alert = alert.model_copy(update={"component": home.component})
        position = Position(topic="ops", partition=0, offsets=(self.sent,))
        self.sent += 1
        items = (ObservedAlert(alert=alert, positions=(position,)),)
        self._queue(home.scope).append(AlertBatch(scope=home.scope, rules=rules.hash, items=items))

    def command(self, command: Command) -> None:
        """A person asks for something, and it is applied."""
        self._queue(command.scope).append(command)
        self.settle()

    def apply(self, scope: str) -> None:
        """The next input of a scope, if there is one."""
        queue = self._queue(scope)
        if queue:
            self.step(scope, queue.popleft())

    def step(self, scope: str, value: AnyInput) -> None:
        """One transaction."""
        state = self.states.setdefault(scope, State(scope))
        effects = step(state, value, self.rules_of(scope), self.now)
        self.decisions += effects.decisions
        for decision in effects.decisions:
            self.outcomes.update(offset for p in decision.positions for offset in p.offsets)
            if decision.reason is Reason.TOLD_OPENED:
                keys = state.alerts_of(decision.incident)
                self.opened.update((key, decision.destination) for key in keys)
        self._store(scope)

    def send(self, scope: str, forget: bool) -> None:
        """Send all of a scope's outbox, oldest first, and forget what was sent; or do not get to that."""
        state = self.states.get(scope)
        for key in sorted(state.moving) if state else ():
            moved = state.moving[key].moved
            self._queue(moved.scope).append(moved)
            if forget:
                state.delete(key)
        if state:
            self._store(scope)

    def crash(self) -> None:
        """Memory is gone; what was stored comes back."""
        for scope, records in self.stored.items():
            self.states[scope] = State.restore(scope, [RECORD.validate_json(v) for v in records.values()])

    def visit(self, scope: str) -> None:
        """The engine has a scope look through what it holds."""
        if scope in self.states:
            self.step(scope, Tick())

    def settle(self) -> None:
        """Everything that is on its way arrives, and every scope has looked through what it holds."""
        for scope in sorted(self.states):
            header = self.states[scope].header
            if header.unsettled or header.rules != self.rules_of(scope).hash:
                self.visit(scope)
        while any(self.inputs.values()) or any(state.moving for state in self.states.values()):
            for scope in sorted(self.states):
                self.send(scope, forget=True)
            self.arrive()

    def arrive(self) -> None:
        """All that was sent is applied."""
        for scope in sorted(self.inputs):
            while self.inputs[scope]:
                self.apply(scope)

    def advance(self, seconds: float) -> None:
        """Time passes; timers go off at their own moments."""
        until = self.seconds + seconds
        while True:
            due = [(at_, scope) for scope, s in self.states.items() if (at_ := s.next_due()) is not None]
            if not due or min(due)[0] > at(until):
                break
            moment, scope = min(due)
            self.seconds = max(self.seconds, (moment - at(0)).total_seconds())
            self.step(scope, Tick())
            self.settle()
        self.seconds = until

    def firing(self) -> Iterator[tuple[str, OpenAlert]]:
        """Every alert that fires, with its scope."""
        for scope, state in self.states.items():
            for record in state.records.values():
                if isinstance(record, OpenAlert) and record.firing:
                    yield scope, record

    def incidents(self) -> Iterator[tuple[State, Incident]]:
        """Every incident, with its scope's state."""
        for state in self.states.values():
            for incident in state.incidents():
                yield state, incident

    def _queue(self, scope: str) -> deque[AnyInput]:
        return self.inputs.setdefault(scope, deque())

    def _store(self, scope: str) -> None:
        stored = self.stored.setdefault(scope, {})
        for key, record in self.states[scope].take_changes().items():
            if record is None:
                stored.pop(key, None)
            else:
                stored[key] = record.model_dump_json()
