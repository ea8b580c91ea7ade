"""What a shard holds in memory: its scopes, when each must be woken, and the checkpoint. Knows no Kafka client.

Everything here is a function of the records of one input partition, in order: the same records give the same
state, whether they were applied just now or read back after a crash (`digest` says so).
"""

import hashlib
import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from pydantic import ValidationError

from router.kafka.codec import (
    CHECKPOINT_KEY,
    AnyInput,
    decode_checkpoint,
    decode_input,
    decode_record,
    encode,
    split_state_key,
    state_key,
)
from router.kafka.topics import STATE
from router.model.decision import Decision
from router.model.event import RejectCode
from router.model.incident import Incident
from router.model.input import Tick
from router.model.notice import Notice
from router.model.record import AnyRecord, Moved, moving_key
from router.model.rules import Rules
from router.model.state import State
from router.model.turn import Effects
from router.model.value import EPOCH

Step = Callable[[State, AnyInput, Rules, datetime], Effects]
"""The pure core: `router.pipeline.step`."""

TICK = Tick()

VISITS = 100
"""Scopes that look through what they hold with one Tick: bounds a transaction."""


class InputRecord(NamedTuple):
    """One record of `router.inputs.v1`; `timestamp_ms` (Unix) is `now` while it is applied."""

    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None


class Refused(NamedTuple):
    """An input that cannot be decoded: our bug or a foreign producer, hence a dead letter and never an exception."""

    record: InputRecord
    code: RejectCode
    message: str


@dataclass(slots=True)
class Turnover:
    """What the records of one transaction led to; of notices and incidents the newest of each key."""

    decisions: list[Decision] = field(default_factory=list)
    notices: dict[str, Notice] = field(default_factory=dict)
    incidents: dict[str, Incident] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)
    touched: dict[str, None] = field(default_factory=dict)
    ticks: int = 0

    def outcomes(self) -> dict[str, int]:
        """How many source positions met each outcome."""
        counts: dict[str, int] = {}
        for decision in self.decisions:
            if decision.outcome is not None:
                positions = sum(len(position.offsets) for position in decision.positions)
                counts[decision.outcome] = counts.get(decision.outcome, 0) + positions
        return counts

    def add(self, effects: Effects) -> None:
        """Take in the effects of one step."""
        self.decisions += effects.decisions
        self.notices |= effects.notices
        self.incidents |= effects.incidents


class ShardState:
    """One partition's scopes and its checkpoint `next`: the offset of the input it wants next."""

    def __init__(self, rules: Rules, step: Step) -> None:
        self.scopes: dict[str, State] = {}
        self.next = 0
        self._rules = rules
        self._step = step
        self._wake_ups: list[tuple[datetime, str]] = []
        self._queued: dict[str, datetime] = {}
        self._stale: dict[str, None] = {}

    @property
    def stale(self) -> bool:
        """Whether a scope has not looked through what it holds under these rules: it does with the next Tick."""
        return bool(self._stale)

    def adopt(self, rules: Rules) -> None:
        """Apply inputs under these rules from now on."""
        self._rules = rules
        self._stale = dict.fromkeys(
            scope
            for scope, state in sorted(self.scopes.items())
            if state.header.unsettled or (state.header.rules and state.header.rules != rules.hash)
        )

    def hand_offs(self) -> list[Moved]:
        """Everything in the outboxes of the scopes, in the order in which it is to be sent."""
        return [
            state.moving[key].moved
            for _, state in sorted(self.scopes.items())
            for key in sorted(state.moving)
        ]

    def sent(self, scope: str, number: int, into: Turnover) -> None:
        """A hand-off is on the topic: it leaves the outbox. Nothing happens if it has left already."""
        state = self.scopes.get(scope)
        if state is not None and moving_key(number) in state.moving:
            state.delete(moving_key(number))
            into.touched[scope] = None

    def restore(self, records: dict[bytes, bytes]) -> None:
        """Take over what the state topic holds: the newest value of each key, tombstones left out.

        Raises RuntimeError, saying what to do, for a record this version does not understand.
        """
        by_scope: dict[str, list[AnyRecord]] = {}
        for key, value in records.items():
            try:
                if key == CHECKPOINT_KEY:
                    self.next = decode_checkpoint(value)
                else:
                    by_scope.setdefault(split_state_key(key)[0], []).append(decode_record(value))
            except ValueError as error:  # pydantic's ValidationError is one
                raise RuntimeError(_not_understood(key, error)) from error
        for scope, found in by_scope.items():
            self.scopes[scope] = State.restore(scope, found)
            self._queue(scope)
        self.adopt(self._rules)

    def apply(self, record: InputRecord, into: Turnover) -> None:
        """Apply the input at `next`. Raises only on bugs of ours."""
        self.next = record.offset + 1
        decoded = _decode(record)
        if isinstance(decoded, Refused):
            into.refused.append(decoded)
            return
        value, now = decoded
        if isinstance(value, Tick):
            into.ticks += 1
            for scope in dict.fromkeys([*self._due(now), *list(self._stale)[:VISITS]]):
                self._turn(scope, value, now, into)
        else:
            self._turn(value.scope, value, now, into)

    def take_changes(self, touched: dict[str, None]) -> Iterator[tuple[bytes, AnyRecord | None]]:
        """Key and record (None: deleted) of everything these scopes changed since they were last asked."""
        for scope in touched:
            for key, record in self.scopes[scope].take_changes().items():
                yield state_key(scope, key), record

    def wake_at(self) -> datetime | None:
        """When the first timer of any scope is due, or None."""
        while self._wake_ups:
            due, scope = self._wake_ups[0]
            if self._queued.get(scope) == due:
                return due
            heapq.heappop(self._wake_ups)
        return None

    def digest(self) -> str:
        """Names the content, the checkpoint included: equal after a restore."""
        lines = [b"%d" % self.next]
        for scope, state in sorted(self.scopes.items()):
            records = {**state.records, "scope": state.header}
            lines += [
                state_key(scope, key) + b" " + encode(record) for key, record in sorted(records.items())
            ]
        return hashlib.sha256(b"\n".join(lines)).hexdigest()

    def _turn(self, scope: str, value: AnyInput, now: datetime, into: Turnover) -> None:
        state = self.scopes.get(scope)
        if state is None:
            state = self.scopes[scope] = State(scope)
        # A scope's clock never goes back, whatever the clocks of those who write inputs say.
        into.add(self._step(state, value, self._rules, max(now, state.header.clock)))
        into.touched[scope] = None
        self._stale.pop(scope, None)
        self._queue(scope)

    def _queue(self, scope: str) -> None:
        due = self.scopes[scope].next_due()
        if due is None:
            self._queued.pop(scope, None)
        elif self._queued.get(scope) != due:
            self._queued[scope] = due
            heapq.heappush(self._wake_ups, (due, scope))

    def _due(self, now: datetime) -> list[str]:
        """The scopes to wake, earliest first. Each is woken once a Tick, so that a Tick always ends."""
        due: list[str] = []
        while (first := self.wake_at()) is not None and first <= now:
            scope = heapq.heappop(self._wake_ups)[1]
            del self._queued[scope]
            due.append(scope)
        return due


def _decode(record: InputRecord) -> tuple[AnyInput, datetime] | Refused:
    """The input and its time. The message of a refusal never quotes the value."""
    if not record.value:
        return Refused(record, RejectCode.EMPTY_VALUE, "an input has no value; find out who wrote it")
    try:
        now = EPOCH + timedelta(milliseconds=record.timestamp_ms)
        return decode_input(record.value), now
    except ValidationError as error:
        places = sorted({".".join(map(str, detail["loc"])) or "value" for detail in error.errors()})
        message = f"not an input of ours: {error.error_count()} mistakes, first at {places[0]}"
        return Refused(record, RejectCode.UNSUPPORTED_TYPE, message)
    except OverflowError:
        return Refused(record, RejectCode.INVALID_TIME, f"timestamp {record.timestamp_ms} ms is no time")


def _not_understood(key: bytes, error: ValueError) -> str:
    return (
        f"{STATE}: record {key[:100]!r} cannot be read by this version ({type(error).__name__}); a newer one "
        f"wrote it. Run that one; or delete {STATE} and make it anew, then open incidents begin again"
    )
