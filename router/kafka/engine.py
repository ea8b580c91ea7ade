"""The engine: a Faust app that carries inputs to shards, and nothing else.

Faust manages the group and fetches (`carrier`); state, offsets and effects belong to the shards.
Crash-only: what cannot go on ends the process (`end_process`), and the supervisor starts it again.
"""

import asyncio
import signal
import time
from typing import Any

from confluent_kafka import KafkaException

from router import __version__, pipeline
from router.config.runtime import RuntimeSettings
from router.kafka.carrier import make_app
from router.kafka.clients import admin, partitions_of
from router.kafka.ending import Exit, describe, end_process
from router.kafka.shard import Applied, Gap, Shard
from router.kafka.shard_footing import ROLE
from router.kafka.shard_host import ShardHost
from router.kafka.shard_state import InputRecord, Step
from router.kafka.ticker import Ticker
from router.kafka.topics import INPUTS
from router.kafka.watchdog import Watchdog
from router.model.rules import Rules
from router.telemetry.engine_events import (
    IncidentsCounted,
    InputGapSeen,
    ShardClosed,
    ShardOpened,
    TickApplied,
    TransactionCommitted,
)
from router.telemetry.events import LagMeasured, RoleFailed, RoleStarted, RoleStopped, emit
from router.telemetry.health import serve
from router.telemetry.intake_events import EventsRejected

TURN_SECONDS = 0.05
"""How often due Ticks are sent and the watchdog's beat is given."""

LAG_SECONDS = 5.0
"""How often the lag of our partitions is reported."""

COLLECT_SECONDS = 900.0
"""How often all memory is searched for cyclic garbage, once there is nothing to do."""

IDLE_SECONDS = 1.0
"""After so long without a transaction there is nothing to do."""

DRAIN_SECONDS = 20.0
"""How long leaving the group in order may take, then it is left without a word."""


def run(runtime: RuntimeSettings, rules: Rules, step: Step = pipeline.step) -> int:
    """Run until SIGTERM or SIGINT (0), or SIGHUP: new rules (`Exit.RELOAD`); returns the exit code.

    Raises TopicMissing. Waits for brokers that do not answer. Whatever goes wrong later ends the process.
    """
    return int(asyncio.run(Engine(runtime, rules, step).run()))


class Engine:
    """One process's part of the consumer group: a host for the shard of each partition that it was given."""

    def __init__(self, runtime: RuntimeSettings, rules: Rules, step: Step) -> None:
        self._runtime = runtime
        self._rules = rules
        self._step = step
        self._hosts: dict[int, ShardHost] = {}
        self._opening: dict[int, float] = {}
        self._ending: asyncio.Future[Exit]

    async def run(self) -> Exit:
        """Work until asked to end; see `run`."""
        loop = asyncio.get_running_loop()
        self._ending = loop.create_future()
        for number, code in {
            signal.SIGTERM: Exit.DRAINED,
            signal.SIGINT: Exit.DRAINED,
            signal.SIGHUP: Exit.RELOAD,
        }.items():
            loop.add_signal_handler(number, self._end, code)
        if not await self._wait_for_brokers():
            return self._ending.result()
        self._ticker = Ticker(self._runtime.kafka)
        self._app = make_app(self._runtime, self._carry, self._on_assigned, self._close)
        self._watchdog = Watchdog(
            self._runtime.kafka,
            self._runtime.kafka.name(ROLE),
            owned=lambda: {partition: host.next for partition, host in list(self._hosts.items())},
            rebalancing=lambda: bool(self._app.rebalancing),
        )
        metrics = self._runtime.metrics
        health = serve(
            ROLE, metrics.host, metrics.port_of(ROLE), {"group": self._group, "shards": self._shards}
        )
        self._watchdog.start()
        starting = asyncio.ensure_future(self._app.start())
        starting.add_done_callback(_raised)
        emit(RoleStarted(ROLE, __version__, self._rules.hash))
        await self._work()
        await self._drain()
        if health:
            health.close()
        emit(RoleStopped(ROLE))
        return self._ending.result()

    # ---- called by Faust ------------------------------------------------------------------------------

    async def _carry(self, partition: int, record: InputRecord) -> None:
        """Hand a record to its shard. Not ours: left over from before a rebalance."""
        host = self._hosts.get(partition)
        if host is not None:
            await host.put(record)

    async def _on_assigned(self, ours: set[int]) -> None:
        """Open the shards now, not at their first record: their timers run whether or not inputs come."""
        await self._close(set(self._hosts) - ours)
        for partition in sorted(ours - set(self._hosts)):
            shard = Shard(self._runtime.kafka, partition, self._rules, self._step)
            self._opening[partition] = time.monotonic()
            self._hosts[partition] = ShardHost(shard, self._opened, self._applied, self._failed)

    # ---- called by hosts ------------------------------------------------------------------------------

    def _opened(self, host: ShardHost) -> None:
        state = host.shard.state
        records = sum(len(scope.records) + 1 for scope in state.scopes.values())
        seconds = time.monotonic() - self._opening[host.partition]
        emit(ShardOpened(host.partition, state.next, records, seconds))
        if host.shard.expired:
            emit(InputGapSeen(host.partition, state.next - host.shard.expired, state.next))
        self._ticker.plan(host.partition, state.wake_at())

    def _applied(self, host: ShardHost, applied: Applied) -> None:
        partition = host.partition
        if applied.applied:
            emit(TransactionCommitted(partition, applied.applied, applied.seconds, applied.outcomes))
        if applied.ahead:
            emit(InputGapSeen(partition, host.shard.state.next, host.shard.state.next + 1))
        for refused in applied.refused:
            where = f"{INPUTS}/{partition}/{refused.record.offset}"
            emit(EventsRejected(source=INPUTS, code=refused.code, events=1, position=where))
        for scope, live in applied.live.items():
            emit(IncidentsCounted(scope, live))
        if applied.ticks:
            late = self._ticker.arrived(partition)
            if late is not None:
                emit(TickApplied(partition, late))
        self._ticker.plan(partition, applied.wake_at)

    def _failed(self, error: BaseException) -> None:
        code = Exit.GAP if isinstance(error, Gap) else Exit.FAILED
        emit(RoleFailed(ROLE, describe(error)))
        end_process(code, describe(error))

    # ---- the life of the process ----------------------------------------------------------------------

    def _end(self, code: Exit) -> None:
        if not self._ending.done():
            self._ending.set_result(code)

    async def _wait_for_brokers(self) -> bool:
        """Whether brokers answer; False when asked to end before they did. Raises TopicMissing."""
        client = admin(self._runtime.kafka)
        while not self._ending.done():
            try:
                await asyncio.to_thread(partitions_of, client, INPUTS)
            except KafkaException:
                await asyncio.wait([self._ending], timeout=1.0)
            else:
                return True
        return False

    async def _work(self) -> None:
        reported = 0.0
        while not self._ending.done():
            await asyncio.wait([self._ending], timeout=TURN_SECONDS)
            self._watchdog.beat()
            if self._app.crashed:
                self._failed(
                    self._app.crash_reason or RuntimeError("Faust's app crashed and does not say why")
                )
            try:
                self._ticker.turn()
            except Exception as error:
                self._failed(error)
            if time.monotonic() - reported > LAG_SECONDS:
                reported = time.monotonic()
                for partition, lag in self._watchdog.lag.items():
                    emit(LagMeasured(INPUTS, partition, lag))

    async def _drain(self) -> None:
        """Finish what is under way, then leave the group so that others need not wait for our session to end."""
        self._watchdog.stop()
        await self._close(set(self._hosts))
        try:
            await asyncio.wait_for(self._app.stop(), DRAIN_SECONDS)
        except TimeoutError:
            end_process(self._ending.result(), "leaving the group took too long; everything is committed")

    async def _close(self, partitions: set[int]) -> None:
        hosts = [self._hosts.pop(partition) for partition in sorted(partitions) if partition in self._hosts]
        for host in hosts:
            self._ticker.forget(host.partition)
        await asyncio.gather(*(host.close() for host in hosts))
        for host in hosts:
            if host.open:
                emit(ShardClosed(host.partition))

    # ---- readiness ------------------------------------------------------------------------------------

    def _group(self) -> str:
        return "the consumer group is rebalancing" if self._app.rebalancing else ""

    def _shards(self) -> str:
        opening = [partition for partition, host in list(self._hosts.items()) if not host.open]
        return f"partitions {opening} are reading their state back" if opening else ""


def _raised(task: "asyncio.Future[Any]") -> None:
    """Faust's start ended; a failure of it is fatal."""
    if not task.cancelled() and (error := task.exception()) is not None:
        end_process(Exit.FAILED, describe(error))
