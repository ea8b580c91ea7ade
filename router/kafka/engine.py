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
from router.kafka.clock import clock_from
from router.kafka.ending import Exit, end_process
from router.kafka.memory import Memory
from router.kafka.rights import words_of
from router.kafka.rules_watch import RulesWatch
from router.kafka.shard import Gap
from router.kafka.shard_footing import ROLE
from router.kafka.shard_state import Step
from router.kafka.shards import Shards
from router.kafka.ticker import Ticker
from router.kafka.topics import INPUTS
from router.kafka.watchdog import Watchdog
from router.model.rules import Rules
from router.telemetry.events import LagMeasured, RoleFailed, RoleStarted, RoleStopped, emit
from router.telemetry.health import serve

TURN_SECONDS = 0.05
"""How often due Ticks are sent: so late a timer may be."""

LAG_SECONDS = 5.0
"""How often the lag of our partitions is reported."""

DRAIN_SECONDS = 20.0
"""How long leaving the group in order may take, then it is left without a word."""

SIGNALS = (signal.SIGTERM, signal.SIGINT)
"""Each asks the engine to finish what is under way and end."""


def run(
    runtime: RuntimeSettings, rules: Rules, step: Step = pipeline.step, watch: RulesWatch | None = None
) -> int:
    """Run until SIGTERM or SIGINT; returns the exit code. `watch` has newer rules, when there are; SIGHUP nudges it.

    Raises TopicMissing. Waits for brokers that do not answer. Whatever goes wrong later ends the process.
    """
    return int(asyncio.run(_live(runtime, rules, step, watch)))


async def _live(runtime: RuntimeSettings, rules: Rules, step: Step, watch: RulesWatch | None) -> Exit:
    loop = asyncio.get_running_loop()
    ending: asyncio.Future[Exit] = loop.create_future()

    def end(code: Exit) -> None:
        if not ending.done():
            ending.set_result(code)

    for number in SIGNALS:
        loop.add_signal_handler(number, end, Exit.DRAINED)
    loop.add_signal_handler(signal.SIGHUP, watch.nudge if watch else lambda: None)
    if await _brokers_answer(runtime, ending):
        engine = Engine(runtime, rules, step, watch)
        await engine.work(ending)
        await engine.drain(ending.result())
        emit(RoleStopped(ROLE))
    return ending.result()


async def _brokers_answer(runtime: RuntimeSettings, ending: "asyncio.Future[Exit]") -> bool:
    """Wait until they do; False when asked to end before. Raises TopicMissing."""
    client = admin(runtime.kafka)
    while not ending.done():
        try:
            await asyncio.to_thread(partitions_of, client, INPUTS)
        except KafkaException:
            await asyncio.wait([ending], timeout=1.0)
        else:
            return True
    return False


class Engine:
    """One member of the consumer group, with what it needs to live and to end."""

    def __init__(
        self, runtime: RuntimeSettings, rules: Rules, step: Step, watch: RulesWatch | None = None
    ) -> None:
        """Needs a running event loop and brokers that answer."""
        kafka, metrics = runtime.kafka, runtime.metrics
        self._kafka = kafka
        self._rules = rules
        self._watch = watch
        self._memory = Memory()
        clock = clock_from(runtime.clock_file)
        self._ticker = Ticker(kafka, clock)
        self._shards = Shards(kafka, rules, step, self._ticker, self._memory, self._failed, clock)
        self._app = make_app(runtime, self._shards.carry, self._assign, self._shards.close)
        self._joined = False
        self._watchdog = Watchdog(
            kafka, kafka.name(ROLE), self._shards.owned, rebalancing=lambda: bool(self._app.rebalancing)
        )
        checks = {"group": self._group_problem, "shards": self._shards_problem}
        self._health = serve(ROLE, metrics.host, metrics.port_of(ROLE), checks)

    async def work(self, ending: "asyncio.Future[Exit]") -> None:
        """Work until asked to end."""
        self._watchdog.start()
        starting = asyncio.ensure_future(self._app.start())
        starting.add_done_callback(self._started)
        emit(RoleStarted(ROLE, __version__, self._rules.hash))
        reported = 0.0
        while not ending.done():
            await asyncio.wait([ending], timeout=TURN_SECONDS)
            self._turn()
            if time.monotonic() - reported > LAG_SECONDS:
                reported = time.monotonic()
                for partition, lag in self._watchdog.lag.items():
                    emit(LagMeasured(INPUTS, partition, lag))

    async def drain(self, code: Exit) -> None:
        """Finish what is under way and leave the group, so that others need not wait for our session to end."""
        self._watchdog.stop()
        await self._shards.close()
        try:
            await asyncio.wait_for(self._app.stop(), DRAIN_SECONDS)
        except TimeoutError:
            end_process(code, "leaving the group took too long; everything is committed")
        if self._health:
            self._health.close()

    def _turn(self) -> None:
        self._watchdog.beat()
        if self._app.crashed:
            self._failed(self._app.crash_reason or RuntimeError("Faust's app crashed and does not say why"))
        if hung := self._shards.hung():
            self._failed(
                RuntimeError(f"partitions {hung}: the Kafka client waits for a coordinator that is gone")
            )
        try:
            self._ticker.turn()
            self._shards.turn()
        except Exception as error:
            self._failed(error)
        if self._watch and (news := self._watch.news(self._rules)):
            self._rules = news
            self._shards.adopt(news)
        self._memory.rest()

    async def _assign(self, partitions: set[int]) -> None:
        self._joined = True
        await self._shards.assign(partitions)

    def _group_problem(self) -> str:
        if not self._joined:
            return "has not joined the consumer group yet"
        return "the consumer group is rebalancing" if self._app.rebalancing else ""

    def _shards_problem(self) -> str:
        opening = [partition for partition, wanted in self._shards.owned().items() if wanted is None]
        return f"partitions {opening} are reading their state back" if opening else ""

    def _failed(self, error: BaseException) -> None:
        """What a shard, Faust or a Tick ran into: the process cannot go on."""
        words = words_of(error, self._kafka, ROLE)
        emit(RoleFailed(ROLE, words))
        end_process(Exit.GAP if isinstance(error, Gap) else Exit.FAILED, words)

    def _started(self, starting: "asyncio.Future[Any]") -> None:
        if not starting.cancelled() and (error := starting.exception()) is not None:
            self._failed(error)
