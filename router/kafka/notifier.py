"""The notifier: makes every destination show its newest notice.

A consumer group on `router.notices.v1` says which partitions, and so which destinations, are ours. A thread polls the
consumer (its callbacks hand partitions over and take them away); everything else happens in one event loop.
Crash-only: what cannot go on ends the role, the supervisor starts it again, and the log of deliveries says
where to go on.
"""

import asyncio
import threading
import time
from collections import defaultdict
from collections.abc import Coroutine
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException, Message, TopicPartition

from router import __version__
from router.config.runtime import RuntimeSettings
from router.kafka.clients import END_OF_PARTITION, admin, consumer, partitions_of
from router.kafka.ending import Exit
from router.kafka.notifier_log import ROLE
from router.kafka.notifier_partition import NoticeRecord, Partition
from router.kafka.notifier_plan import Patience
from router.kafka.notifier_senders import Senders
from router.kafka.rights import words_of
from router.kafka.rules_watch import RulesWatch
from router.kafka.topics import DELIVERIES, NOTICES
from router.model.errors import DeliveryError
from router.model.rules import Rules
from router.telemetry import metrics
from router.telemetry.edge_events import BacklogMeasured
from router.telemetry.events import LagMeasured, RoleFailed, RoleStarted, RoleStopped, emit
from router.telemetry.health import serve

PROBE_SECONDS = 1.0
"""How long to wait for an answer from brokers that may not be there, before looking whether we are to end."""

POLL_SECONDS = 0.1
BATCH = 500
REPORT_SECONDS = 5.0
"""How often lag is reported and committed."""

SESSION_MS, EMBEDDED_SESSION_MS = 15_000, 6_000
"""How long a notifier that died keeps its partitions. The embedded broker does not hear one that leaves, either."""

REVOKE_SECONDS = 3.0
"""How long calls under way may take when a partition is wanted elsewhere: the other notifier waits for us."""

DRAIN_SECONDS = 15.0
"""How long calls under way may take when we end; a call to Slack takes ten at most."""


def run(
    runtime: RuntimeSettings,
    rules: Rules,
    stop: threading.Event,
    patience: Patience | None = None,
    watch: RulesWatch | None = None,
) -> int:
    """Tell until `stop` is set, then finish the calls under way and return 0; any other code is a failure.

    `watch` has newer rules, when there are: names, channels and runbooks are taken from them from then on.

    Raises TopicMissing, and RuntimeError when notices and deliveries do not fit each other.
    """
    return int(asyncio.run(Notifier(runtime, rules, stop, patience or Patience(), watch).run()))


class Notifier:
    """One process's part of the consumer group."""

    def __init__(
        self,
        runtime: RuntimeSettings,
        rules: Rules,
        stop: threading.Event,
        patience: Patience,
        watch: RulesWatch | None = None,
    ) -> None:
        self._runtime = runtime
        self._rules = rules
        self._watch = watch
        self._stop = stop
        self._patience = patience
        self._partitions: dict[int, Partition] = {}
        self._failure: BaseException | None = None
        self._slack_problem = ""
        self._loop: asyncio.AbstractEventLoop
        self._senders: Senders

    async def run(self) -> Exit:
        """See the module's `run`."""
        self._loop = asyncio.get_running_loop()
        if not await self._wait_for_brokers():
            return Exit.DRAINED
        self._senders = Senders(self._runtime, self._rules)
        settings = self._runtime.metrics
        health = serve(
            ROLE,
            settings.host,
            settings.port_of(ROLE),
            {"partitions": self._opening, "slack": lambda: self._slack_problem},
        )
        if self._runtime.canary_interval_seconds:
            metrics.CANARY.start()
        emit(RoleStarted(ROLE, __version__, self._rules.hash))
        checking = asyncio.create_task(self._check_slack())
        try:
            await asyncio.to_thread(self._poll)
        except Exception as error:  # the role ends, and says why
            self._fail(error)
        finally:
            self._stop.set()  # for the thread, should this task be cancelled
        checking.cancel()
        await self._senders.close()
        if health:
            health.close()
        if self._failure is not None:
            emit(RoleFailed(ROLE, words_of(self._failure, self._runtime.kafka, ROLE)))
            return Exit.FAILED
        emit(RoleStopped(ROLE))
        return Exit.DRAINED

    def _fail(self, error: BaseException) -> None:
        self._failure = self._failure or error

    async def _wait_for_brokers(self) -> bool:
        """Whether brokers answer; False when asked to end before they did."""
        client = admin(self._runtime.kafka)
        while not self._stop.is_set():
            try:
                await asyncio.to_thread(client.list_topics, NOTICES, PROBE_SECONDS)
                notices = await asyncio.to_thread(partitions_of, client, NOTICES)
                deliveries = await asyncio.to_thread(partitions_of, client, DELIVERIES)
            except KafkaException:
                await asyncio.sleep(0.2)
                continue
            if notices != deliveries:
                raise RuntimeError(
                    f"{NOTICES} has {notices} partitions and {DELIVERIES} has {deliveries}: they must have "
                    "equally many, because a destination's log lies beside its notices. Run `router topics plan`"
                )
            return True
        return False

    async def _check_slack(self) -> None:
        """Ask who our token makes us, until we know: only messages of ours are then taken for ours."""
        while self._senders.client is not None:
            try:
                await self._senders.client.check()
            except DeliveryError as error:
                self._slack_problem = str(error)
                await asyncio.sleep(max(30.0, error.retry_after_seconds or 0.0))
            else:
                self._slack_problem = ""
                return

    def _opening(self) -> str:
        names = sorted(number for number, held in list(self._partitions.items()) if not held.open)
        return f"partitions {names} are reading back what was told" if names else ""

    # ---- in the consumer's thread ---------------------------------------------------------------------

    def _poll(self) -> None:
        """Carry notices to their partitions until asked to end, then give everything back in order."""
        group = consumer(
            self._runtime.kafka,
            self._runtime.kafka.name(ROLE),
            **{
                "enable.partition.eof": True,
                "partition.assignment.strategy": "cooperative-sticky",
                "session.timeout.ms": EMBEDDED_SESSION_MS if self._runtime.kafka.embedded else SESSION_MS,
                "fetch.wait.max.ms": 100,
            },
        )
        try:
            group.subscribe([NOTICES], on_assign=self._assigned, on_revoke=self._revoked, on_lost=self._lost)
            reported = time.monotonic()
            while not self._stop.is_set() and self._failure is None:
                self._take_up_news()
                first = group.poll(POLL_SECONDS)  # `consume` alone would wait for a full batch
                if first is not None:
                    self._carry([first, *group.consume(BATCH, 0)])
                if time.monotonic() - reported > REPORT_SECONDS:
                    reported = time.monotonic()
                    self._report(group)
            self._in_loop(self._close(list(self._partitions), DRAIN_SECONDS if self._failure is None else 0))
        finally:
            group.close()

    def _take_up_news(self) -> None:
        """Use newer rules from now on, if there are any. What is shown already is shown anew with its next notice."""
        news = self._watch.news(self._rules) if self._watch else None
        if news is not None:
            self._rules = news
            self._loop.call_soon_threadsafe(self._senders.adopt, news)

    def _carry(self, messages: list[Message]) -> None:
        records: dict[int, list[NoticeRecord]] = defaultdict(list)
        ended: list[int] = []
        for message in messages:
            partition, offset, key = message.partition(), message.offset(), message.key()
            error = message.error()
            if error is not None:
                if error.code() != END_OF_PARTITION:
                    raise KafkaException(error)
                if partition is not None:
                    ended.append(partition)
            elif partition is not None and offset is not None and isinstance(key, bytes):
                value = message.value()
                value = value if isinstance(value, bytes) else None
                written_at = message.timestamp()[1] / 1_000
                records[partition].append(NoticeRecord(offset, key, value, written_at))
        if records or ended:
            self._loop.call_soon_threadsafe(self._hand_out, records, ended)

    def _assigned(self, group: Consumer, places: list[TopicPartition]) -> None:
        begin = [TopicPartition(place.topic, place.partition, OFFSET_BEGINNING) for place in places]
        self._in_loop(self._begin([place.partition for place in places]))
        group.incremental_assign(begin)

    def _revoked(self, group: Consumer, places: list[TopicPartition]) -> None:
        self._in_loop(self._close([place.partition for place in places], REVOKE_SECONDS))
        group.incremental_unassign(places)

    def _lost(self, group: Consumer, places: list[TopicPartition]) -> None:
        """Somebody else may have them already: nothing is finished."""
        self._in_loop(self._close([place.partition for place in places], 0.0))
        group.incremental_unassign(places)

    def _report(self, group: Consumer) -> None:
        """Commit how far everything is shown: nothing reads it but displays of lag."""
        held = [partition for partition in list(self._partitions.values()) if partition.open]
        emit(BacklogMeasured(sum(partition.waiting for partition in held)))
        for partition in held:
            emit(LagMeasured(NOTICES, partition.partition, partition.waiting))
        offsets = [TopicPartition(NOTICES, p.partition, p.shown_up_to) for p in held if p.shown_up_to]
        if offsets:
            try:
                group.commit(offsets=offsets, asynchronous=True)
            except KafkaException:
                return

    def _in_loop(self, work: Coroutine[Any, Any, None]) -> None:
        """Wait for the event loop to do this. The loop never waits for this thread."""
        asyncio.run_coroutine_threadsafe(work, self._loop).result()

    # ---- in the event loop ----------------------------------------------------------------------------

    async def _begin(self, partitions: list[int]) -> None:
        for number in partitions:
            self._partitions[number] = Partition(
                self._runtime.kafka, number, self._senders, self._patience, self._fail
            )

    async def _close(self, partitions: list[int], grace_seconds: float) -> None:
        held = [self._partitions.pop(number) for number in partitions if number in self._partitions]
        await asyncio.gather(*(partition.close(grace_seconds) for partition in held))

    def _hand_out(self, records: dict[int, list[NoticeRecord]], ended: list[int]) -> None:
        for number, taken in records.items():
            if number in self._partitions:
                self._partitions[number].take(taken)
        for number in ended:
            if number in self._partitions:
                self._partitions[number].reached_end()
