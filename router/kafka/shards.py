"""The partitions of this process: opens a shard for each one it is given, feeds it, closes it when it is taken.

Everything here runs in the event loop, except `owned`.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from router.config.runtime import KafkaSettings
from router.kafka.memory import Memory
from router.kafka.mover import Mover
from router.kafka.shard import Applied, Shard
from router.kafka.shard_host import ShardHost
from router.kafka.shard_state import InputRecord, Step
from router.kafka.ticker import Ticker
from router.model.rules import Rules
from router.telemetry.engine_events import (
    HandedOff,
    IncidentsCounted,
    InputGapSeen,
    InputRefused,
    InputsExpired,
    ShardClosed,
    ShardOpened,
    TickApplied,
    TransactionCommitted,
)
from router.telemetry.events import emit


class Shards:
    """The hosts of this process's shards, by partition."""

    def __init__(
        self,
        kafka: KafkaSettings,
        rules: Rules,
        step: Step,
        ticker: Ticker,
        memory: Memory,
        failed: Callable[[BaseException], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`failed` gets whatever a shard raised; the process cannot go on. `clock` is the wall clock."""
        self._kafka = kafka
        self._rules = rules
        self._step = step
        self._ticker = ticker
        self._memory = memory
        self._failed = failed
        self._mover = Mover(kafka, self._sent, clock)
        self._clock = clock
        self._hosts: dict[int, ShardHost] = {}
        self._began: dict[int, float] = {}

    def owned(self) -> Mapping[int, int | None]:
        """Our partitions and the offset each wants next (None: still opening). May be asked from any thread."""
        return {partition: host.next for partition, host in list(self._hosts.items())}

    def hung(self) -> list[int]:
        """Our partitions that wait for an answer of the brokers which will not come."""
        return [partition for partition, host in self._hosts.items() if host.shard.hung]

    async def carry(self, partition: int, record: InputRecord) -> None:
        """Hand a record to its shard; waits while it has no room. Not ours: left over from a rebalance, dropped."""
        host = self._hosts.get(partition)
        if host is not None:
            await host.put(record)

    async def assign(self, partitions: set[int]) -> None:
        """Exactly these are ours. Their shards open now, not at their first input, for timers run without any."""
        await self.close(set(self._hosts) - partitions)
        for partition in sorted(partitions - set(self._hosts)):
            shard = Shard(self._kafka, partition, self._rules, self._step)
            self._began[partition] = time.monotonic()
            self._hosts[partition] = ShardHost(shard, self._opened, self._applied, self._failed, self._plan)

    def adopt(self, rules: Rules) -> None:
        """Every shard works under these rules from its next transaction on."""
        self._rules = rules
        for host in self._hosts.values():
            host.adopt(rules)

    def turn(self) -> None:
        """Hear which hand-offs arrived. Raises RuntimeError if one could not be delivered."""
        self._mover.turn()

    async def close(self, partitions: set[int] | None = None) -> None:
        """These (all, unless given) are ours no more: finish what is under way and let go."""
        wanted = set(self._hosts) if partitions is None else partitions & set(self._hosts)
        hosts = [self._hosts.pop(partition) for partition in sorted(wanted)]
        for host in hosts:
            self._ticker.forget(host.partition)
        await asyncio.gather(*(host.close() for host in hosts))
        for host in hosts:
            if host.open:
                emit(ShardClosed(host.partition))

    def _opened(self, host: ShardHost) -> None:
        state = host.shard.state
        records = sum(len(scope.records) + 1 for scope in state.scopes.values())
        seconds = time.monotonic() - self._began[host.partition]
        emit(ShardOpened(host.partition, state.next, records, seconds))
        if host.shard.expired:
            emit(InputsExpired(host.partition, host.shard.expired))
        self._mover.send(host.partition, state.hand_offs())
        self._plan(host)
        self._memory.restored()

    def _applied(self, host: ShardHost, applied: Applied) -> None:
        partition = host.partition
        self._memory.worked()
        if applied.applied:
            emit(TransactionCommitted(partition, applied.applied, applied.seconds, applied.outcomes))
        if applied.ahead:
            emit(InputGapSeen(partition, host.shard.state.next, applied.ahead[0]))
        for refused in applied.refused:
            emit(InputRefused(partition, refused.record.offset, refused.code))
        for scope, live in applied.live.items():
            emit(IncidentsCounted(scope, live, applied.muted[scope]))
        late = self._ticker.arrived(partition) if applied.ticks else None
        if late is not None:
            emit(TickApplied(partition, late))
        for moved in applied.moving:
            alerts = len(moved.alerts) + len(moved.late)
            emit(HandedOff(partition, moved.from_scope, moved.scope, moved.number, alerts))
        self._mover.send(partition, applied.moving)
        self._plan(host)

    def _plan(self, host: ShardHost) -> None:
        """When the partition wants its next Tick: at once, if rules changed for a scope that nothing was said to."""
        state = host.shard.state
        now = datetime.fromtimestamp(self._clock(), UTC)
        self._ticker.plan(host.partition, now if state.stale else state.wake_at())

    def _sent(self, partition: int, scope: str, number: int) -> None:
        host = self._hosts.get(partition)
        if host is not None:
            host.sent(scope, number)
