"""The fast path: source topics in, `router.inputs.v1`, ledger and dead letters out. At least once, in
batches.

    consume -> read and fold -> produce -> all acknowledged -> commit the source offsets

The offsets are committed last and by the same thread that is told of rebalances, so a batch is never
committed after its partitions were lost: whoever has them now reads them again, and the engine drops what
it has applied by source position. A commit that fails costs such a second reading, never an event. A record
that cannot be delivered ends the process before it commits.
"""

import gc
import os
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from router import __version__
from router.config.runtime import RuntimeSettings
from router.kafka.canary import CanarySender
from router.kafka.clients import consumer
from router.kafka.clock import clock_from, stamp_from
from router.kafka.codec import encode
from router.kafka.ending import Exit
from router.kafka.intake_batch import BatchReader
from router.kafka.intake_delivery import Delivery, Undelivered
from router.kafka.intake_report import Report
from router.kafka.intake_rights import SourceRights
from router.kafka.rights import client_failure, words_of
from router.kafka.rules_watch import RulesWatch
from router.kafka.topics import INPUTS, LEDGER, TOPICS
from router.model.rules import Rules
from router.telemetry.events import KafkaTroubled, LagMeasured, RoleFailed, RoleStarted, RoleStopped, emit
from router.telemetry.health import serve

ROLE = "intake"

BATCH_RECORDS = 5_000
BATCH_SECONDS = 0.05
"""A batch is so many records, or what arrived in so many seconds: the most that intake adds to the delay of
an event.
"""

SLICE_RECORDS = 1_000
"""A batch is folded in slices, so that the client compresses and sends one while the next is read."""

LAG_SECONDS = 5.0

_FETCHING = {
    # A killed intake's partitions go to another one after this, not after the client's default of 45 s.
    "session.timeout.ms": 10_000,
    "heartbeat.interval.ms": 2_000,
    # Our own topics never are a source, whatever a pattern says: what we write would come back as events.
    "topic.blacklist": ",".join(f"^{re.escape(topic)}$" for topic in TOPICS),
    # Bounds memory, a partition; and asks again soon when it was full, not in a second.
    "queued.max.messages.kbytes": 32 * 1024,
    "fetch.queue.backoff.ms": 20,
    "topic.metadata.refresh.interval.ms": 30_000,
}


def run(
    runtime: RuntimeSettings, rules: Rules, stop: threading.Event, watch: RulesWatch | None = None
) -> int:
    """Read until `stop` is set (0), or until what was read cannot be delivered (`Exit.FAILED`).

    `watch` has newer rules, when there are; they are taken up between two batches.

    Whoever calls it sets `stop` on SIGTERM. Waits for brokers that do not answer. Raises TopicMissing when
    a topic of ours does not exist; anything else that is raised is a bug, and nothing of its batch is
    committed.
    """
    metrics = runtime.metrics
    intake = Intake(runtime, rules, stop, watch)
    health = serve(ROLE, metrics.host, metrics.port_of(ROLE), intake.checks)
    emit(RoleStarted(ROLE, __version__, rules.hash))
    try:
        canaries = CanarySender(runtime.kafka, rules, runtime.canary_interval_seconds)
        with _fewer_collections(), canaries:
            intake.work()
    except Exception as error:
        failure = client_failure(error)
        emit(RoleFailed(ROLE, words_of(failure, runtime.kafka, ROLE)))
        if not isinstance(failure, KafkaException | Undelivered):
            raise
        return Exit.FAILED
    finally:
        intake.close()
        if health:
            health.close()
    emit(RoleStopped(ROLE))
    return Exit.DRAINED


class Intake:
    """One member of the consumer group `<group>-intake`."""

    def __init__(
        self,
        runtime: RuntimeSettings,
        rules: Rules,
        stop: threading.Event,
        watch: RulesWatch | None = None,
    ) -> None:
        kafka = runtime.kafka
        self._stop = stop
        self._watch = watch
        self._name = f"{kafka.name(ROLE)}-{os.getpid()}@{socket.gethostname()}"
        self._adopt(rules)
        self._report = Report()
        self._rights = SourceRights(kafka)
        self.checks = {"group": self._group_problem, "sources": self._rights.problem}
        self._consumer: Consumer = consumer(kafka, kafka.name(ROLE), **_FETCHING)
        self._delivery = Delivery(kafka, stamp_from(runtime.clock_file))
        self._clock = clock_from(runtime.clock_file)
        self._owned: set[tuple[str, int]] = set()
        self._joined = False
        self._lag_told = 0.0

    def work(self) -> None:
        """Read until asked to stop. Raises KafkaException, Undelivered, TopicMissing."""
        if not self._wait_for_brokers():
            return
        self._subscribe()
        while not self._stop.is_set():
            self._take_up_news()
            if not self._topics:
                self._stop.wait(1.0)
                continue
            messages = self._usable(self._consumer.consume(BATCH_RECORDS, BATCH_SECONDS))
            if messages:
                self._take(messages)
            self._report.tell()
            self._tell_lag()

    def close(self) -> None:
        """Leave the group, so that others need not wait for our session to end. May be called at any time."""
        self._report.close()
        self._consumer.close()
        self._delivery.close()

    def _adopt(self, rules: Rules) -> None:
        self._rules = rules
        self._topics = sorted({topic for source in rules.sources.values() for topic in source.topics})
        self._reader = BatchReader(rules, self._name)

    def _take_up_news(self) -> None:
        """Read under newer rules from the next batch on, if there are any: all before it is committed."""
        news = self._watch.news(self._rules) if self._watch else None
        if news is not None:
            topics = self._topics
            self._adopt(news)
            if topics != self._topics:
                self._subscribe()

    def _subscribe(self) -> None:
        """Read the topics that the rules name: for other ones the group shares the partitions out anew."""
        if self._topics:
            self._consumer.subscribe(
                self._topics, on_assign=self._assigned, on_revoke=self._revoked, on_lost=self._revoked
            )
        else:
            self._consumer.unsubscribe()

    def _group_problem(self) -> str:
        return "" if self._joined or not self._topics else "has not joined the consumer group yet"

    def _take(self, messages: list[Message]) -> None:
        next_offsets: dict[tuple[str, int], int] = {}
        for begin in range(0, len(messages), SLICE_RECORDS):
            now = datetime.fromtimestamp(self._clock(), UTC)
            batch = self._reader.read(messages[begin : begin + SLICE_RECORDS], now)
            for chunk in batch.inputs:
                self._delivery.send(INPUTS, chunk.encode(), chunk.scope.encode())
            for dead in batch.dead:
                self._delivery.bury(dead)
            self._delivery.send(LEDGER, encode(batch.ledger))
            next_offsets |= batch.next_offsets
            self._report.add(batch)
        self._delivery.finish(self._stop)
        self._commit(next_offsets)

    def _commit(self, next_offsets: dict[tuple[str, int], int]) -> None:
        places = [
            TopicPartition(topic, partition, offset) for (topic, partition), offset in next_offsets.items()
        ]
        try:
            for place in self._consumer.commit(offsets=places, asynchronous=False) or ():
                if place.error is not None:
                    _trouble(place.error)
        except KafkaException as failure:
            error = failure.args[0]
            if error.fatal():
                raise
            _trouble(error)

    def _usable(self, messages: list[Message]) -> list[Message]:
        """The records among them that are still ours. Errors are told; librdkafka mends all but fatal ones."""
        usable: list[Message] = []
        for message in messages:
            error = message.error()
            if error is None:
                if (message.topic(), message.partition()) in self._owned:
                    usable.append(message)
            elif error.fatal() or error.code() == KafkaError.GROUP_AUTHORIZATION_FAILED:
                raise KafkaException(error)
            elif error.code() == KafkaError.TOPIC_AUTHORIZATION_FAILED:
                self._rights.refuse(message.topic() or "")
            else:
                _trouble(error)
        return usable

    def _assigned(self, _consumer: Consumer, places: list[TopicPartition]) -> None:
        self._joined = True
        self._owned |= {(place.topic, place.partition) for place in places}

    def _revoked(self, _consumer: Consumer, places: list[TopicPartition]) -> None:
        """Called while we consume, that is between two batches: there is nothing to finish."""
        self._owned -= {(place.topic, place.partition) for place in places}

    def _wait_for_brokers(self) -> bool:
        """Whether brokers answer; False when asked to stop before they did. Raises TopicMissing."""
        while not self._stop.is_set():
            if self._delivery.ready():
                return True
            self._stop.wait(1.0)
        return False

    def _tell_lag(self) -> None:
        """From what the last fetch said about each partition's end: no question to the brokers."""
        if time.monotonic() - self._lag_told < LAG_SECONDS:
            return
        self._lag_told = time.monotonic()
        self._rights.ask()
        owned = [TopicPartition(topic, partition) for topic, partition in self._owned]
        for place in self._consumer.position(owned) if owned else ():
            _, end = self._consumer.get_watermark_offsets(place, cached=True)
            if place.offset >= 0 and end >= 0:
                emit(LagMeasured(place.topic, place.partition, max(0, end - place.offset)))


def _trouble(error: KafkaError) -> None:
    emit(KafkaTroubled(error.name(), error.str(), error.fatal()))


@contextmanager
def _fewer_collections() -> Iterator[None]:
    """A batch makes some hundred thousand short-lived objects; looking for cycles among them took a fifth
    of the time.
    """
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
