"""What happens in the engine and its shards."""

from dataclasses import dataclass

from router.telemetry import metrics
from router.telemetry.events import Event


@dataclass(frozen=True, slots=True)
class ShardOpened(Event):
    """A shard has its state back and begins at offset `next`."""

    name = "shard.opened"
    partition: int
    next: int
    records: int
    seconds: float

    def _count(self) -> None:
        metrics.SHARDS.inc()


@dataclass(frozen=True, slots=True)
class ShardClosed(Event):
    """The partition went to another engine, or this one ends."""

    name = "shard.closed"
    partition: int

    def _count(self) -> None:
        metrics.SHARDS.dec()


@dataclass(frozen=True, slots=True)
class TransactionCommitted(Event):
    """A micro-batch is visible, all of it; `outcomes` counts source positions by what became of them."""

    name = "shard.committed"
    level = "debug"
    partition: int
    inputs: int
    seconds: float
    outcomes: dict[str, int]

    def _count(self) -> None:
        metrics.TRANSACTION_SECONDS.observe(self.seconds)
        metrics.APPLIED.labels(str(self.partition)).inc(self.inputs)
        for outcome, positions in self.outcomes.items():
            metrics.OUTCOMES.labels(outcome).inc(positions)


@dataclass(frozen=True, slots=True)
class InputGapSeen(Event):
    """An input above the offset that the shard wants; if it stays, the process ends and reads again."""

    name = "shard.gap"
    level = "warning"
    intentional = False
    partition: int
    wanted: int
    got: int

    def _count(self) -> None:
        metrics.GAPS.labels(str(self.partition)).inc()


@dataclass(frozen=True, slots=True)
class InputRefused(Event):
    """A record of inputs that none of ours can have written; it became a dead letter."""

    name = "shard.refused"
    level = "error"
    intentional = False
    partition: int
    offset: int
    code: str

    def _count(self) -> None:
        metrics.DEAD_LETTERS.labels(self.code, "router.inputs.v1").inc()


@dataclass(frozen=True, slots=True)
class InputsExpired(Event):
    """Retention deleted inputs before they were applied: they are lost."""

    name = "shard.expired"
    level = "error"
    intentional = False
    partition: int
    inputs: int

    def _count(self) -> None:
        metrics.EXPIRED.labels(str(self.partition)).inc(self.inputs)


@dataclass(frozen=True, slots=True)
class TickApplied(Event):
    """A timer was applied so long after it was due."""

    name = "shard.tick"
    level = "debug"
    partition: int
    late_seconds: float

    def _count(self) -> None:
        metrics.TICK_LATENESS_SECONDS.observe(max(0.0, self.late_seconds))


@dataclass(frozen=True, slots=True)
class HandedOff(Event):
    """Rules put what a scope held into another scope; `alerts` of it are on their way there."""

    name = "scope.handed_off"
    partition: int
    from_scope: str
    scope: str
    number: int
    alerts: int

    def _count(self) -> None:
        metrics.HAND_OFFS.labels(metrics.SCOPES(self.scope)).inc()


@dataclass(frozen=True, slots=True)
class IncidentsCounted(Event):
    """How many incidents of a scope are live, and how many of these are muted."""

    name = "scope.incidents"
    level = "debug"
    scope: str
    open: int
    muted: int

    def _count(self) -> None:
        metrics.OPEN_INCIDENTS.labels(metrics.SCOPES(self.scope)).set(self.open)
        metrics.MUTED_INCIDENTS.labels(metrics.SCOPES(self.scope)).set(self.muted)
