"""Kafka clients with our defaults: nothing lost, nothing doubled, nothing written to stderr.

`extra` is passed to librdkafka and wins over our defaults: `producer(kafka, **{"linger.ms": 0})`.
"""

import logging
import time
from collections.abc import Iterator, Sequence
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from router.config.runtime import KafkaSettings
from router.telemetry import metrics
from router.telemetry.events import KafkaTroubled, emit

ANSWER_SECONDS = 15.0
"""How long a broker may take to answer a question about topics or offsets."""

STALL_SECONDS = 60.0
"""`read_to_end` gives up when nothing arrives for so long."""

LARGEST_RECORD_BYTES = 10_485_760
"""What a producer takes. Dead letters need it; every other topic's `max.message.bytes` is Kafka's own 1 MB."""

BATCH = 1_000
"""Records asked for at once."""

# librdkafka's own codes begin with an underscore.
END_OF_PARTITION: int = KafkaError._PARTITION_EOF  # noqa: SLF001
_UNKNOWN_TOPIC: int = KafkaError._UNKNOWN_TOPIC  # noqa: SLF001

REPEAT_SECONDS = 10.0
"""An error of the same code is logged once in so long."""

_told: dict[str, float] = {}
_log = logging.getLogger("router.kafka.client")
_QUIET: dict[str, Any] = {
    "log.connection.close": False,
    "log_level": 2,  # what is not critical reaches us as `error_cb`, once and not per attempt
    "topic.metadata.propagation.max.ms": 5_000,
    # Not "rebootstrap": when all brokers are gone it retires them, and what waits on a retired one to be sent again (a
    # transaction's offsets) never is: seen with librdkafka 2.16, held by tests/integration/test_broker_restart.py.
    "metadata.recovery.strategy": "none",
}


class TopicMissing(RuntimeError):
    """A topic does not exist, or this login may not see it. The operator's to mend: `router topics apply`."""

    def __init__(self, topic: str) -> None:
        super().__init__(
            f"topic {topic} does not exist, or this login may not see it; run `router topics apply`"
        )
        self.topic = topic


def _report(error: KafkaError) -> None:
    """An error that librdkafka mends by itself; a fatal one is raised by the client's next call too.

    Told once in REPEAT_SECONDS a code: clients that wait for a broker fail every second, and each time is counted.
    """
    code, now = error.name(), time.monotonic()
    if now - _told.get(code, -REPEAT_SECONDS) < REPEAT_SECONDS and not error.fatal():
        metrics.KAFKA_ERRORS.labels(code).inc()
        return
    _told[code] = now
    emit(KafkaTroubled(code, error.str(), error.fatal()))


def _settings(kafka: KafkaSettings) -> dict[str, Any]:
    return {**_QUIET, **kafka.confluent(), "client.id": kafka.group, "error_cb": _report}


def producer(kafka: KafkaSettings, **extra: Any) -> Producer:
    """A producer that keeps order and doubles nothing; transactional when `extra` has a `transactional.id`.

    Keys choose the partition as in Java (murmur2). A plain producer compresses with gzip, because what it
    writes may be read by Faust, and aiokafka reads lz4 only with a package we do not depend on.
    """
    settings = _settings(kafka) | {
        "enable.idempotence": True,
        "acks": "all",
        "partitioner": "murmur2_random",
        "linger.ms": 5,
        "message.max.bytes": LARGEST_RECORD_BYTES,
        "compression.type": "lz4" if "transactional.id" in extra else "gzip",
        "compression.level": 1,
    }
    return Producer(settings | extra, logger=_log)


def consumer(kafka: KafkaSettings, group: str, **extra: Any) -> Consumer:
    """A consumer of committed records in group `group` (the whole name: see `KafkaSettings.name`).

    It commits only when told to, and a group that is new begins at the earliest record.
    """
    settings = _settings(kafka) | {
        "group.id": group,
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "auto.offset.reset": "earliest",
        "isolation.level": "read_committed",
        "allow.auto.create.topics": kafka.embedded,
    }
    return Consumer(settings | extra, logger=_log)


def admin(kafka: KafkaSettings, **extra: Any) -> AdminClient:
    """An admin client."""
    return AdminClient(_settings(kafka) | extra, logger=_log)


def partitions_of(client: Producer | Consumer | AdminClient, topic: str) -> int:
    """How many partitions a topic has. Raises TopicMissing, or KafkaException if no broker answers."""
    try:
        found = client.list_topics(topic, timeout=ANSWER_SECONDS).topics[topic]
    except KafkaException:
        client.poll(0)  # tells the log why: a refused login shows here as a mere timeout
        raise
    if found.error is not None and found.error.code() != KafkaError.LEADER_NOT_AVAILABLE:
        if found.error.code() in (KafkaError.UNKNOWN_TOPIC_OR_PART, _UNKNOWN_TOPIC):
            raise TopicMissing(topic)
        raise KafkaException(found.error)
    if not found.partitions:
        raise TopicMissing(topic)
    return len(found.partitions)


def read_to_end(
    kafka: KafkaSettings,
    topic: str,
    partitions: Sequence[int] | None = None,
    isolation: str = "read_committed",
) -> Iterator[Message]:
    """Every record of these partitions (all, unless given) up to their ends at the time of the call.

    In order within a partition. Raises TopicMissing, KafkaException, or TimeoutError when the brokers send
    nothing for STALL_SECONDS. Nothing is committed. Offsets that hold no record (transaction markers,
    aborted or compacted records) are passed over.

    A transaction's records can be read some milliseconds after `commit_transaction` returned, when the broker
    has written its markers. `init_transactions` of the same transactional id waits for that.
    """
    # A transaction ends in a marker, so only a fetch at the very end tells that we are there: no wait.
    settings = {"isolation.level": isolation, "enable.partition.eof": True, "fetch.wait.max.ms": 10}
    reader = consumer(kafka, kafka.name("reader"), **settings)
    try:
        wanted = range(partitions_of(reader, topic)) if partitions is None else partitions
        spans = {partition: _span(reader, TopicPartition(topic, partition)) for partition in wanted}
    except BaseException:
        reader.close()
        raise
    return _read(reader, topic, spans)


def _span(reader: Consumer, place: TopicPartition) -> tuple[int, int]:
    """First offset and end of a partition; under read_committed the end lies before any open transaction.

    The leader answers this, and unlike a fetch the answer is never behind after an election.
    """
    return reader.get_watermark_offsets(place, timeout=ANSWER_SECONDS)


def _read(reader: Consumer, topic: str, spans: dict[int, tuple[int, int]]) -> Iterator[Message]:
    left = {partition: end for partition, (first, end) in spans.items() if first < end}
    try:
        reader.assign([TopicPartition(topic, partition, spans[partition][0]) for partition in left])
        deadline = time.monotonic() + STALL_SECONDS
        while left:
            first = reader.poll(1.0)  # `consume` alone would wait its whole time for a full batch
            if first is not None:
                deadline = time.monotonic() + STALL_SECONDS
            elif time.monotonic() > deadline:
                raise TimeoutError(
                    f"{topic}: nothing for {STALL_SECONDS:.0f} s before {left}; is a broker down?"
                )
            for record in () if first is None else (first, *reader.consume(BATCH, 0)):
                if _wanted(record, left):
                    yield record
    finally:
        reader.close()


def _wanted(record: Message, left: dict[int, int]) -> bool:
    """Whether to hand this record out; crosses its partition off when this was its last, or its end."""
    partition, offset = record.partition(), record.offset()
    error = record.error()
    if error is not None and error.code() != END_OF_PARTITION:
        raise KafkaException(error)
    if partition is None or offset is None or partition not in left:
        return False
    inside = offset < left[partition]
    if offset + (error is None) >= left[partition]:
        del left[partition]
    return inside and error is None
