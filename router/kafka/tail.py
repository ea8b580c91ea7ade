"""Reads topics on from where it stands: to their ends as often as wanted, or on and on.

It is in no consumer group and commits nothing.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from types import TracebackType
from typing import NamedTuple, Self

from confluent_kafka import OFFSET_BEGINNING, OFFSET_END, KafkaException, Message, TopicPartition

from router.config.runtime import KafkaSettings
from router.kafka.clients import (
    ANSWER_SECONDS,
    BATCH,
    END_OF_PARTITION,
    STALL_SECONDS,
    consumer,
    partitions_of,
)

POLL_SECONDS = 0.1
"""How soon a tail that nothing comes in for notices that it shall stop."""


class Edge(StrEnum):
    """The two ends of a partition, as places to begin at."""

    EARLIEST = "earliest"
    LATEST = "latest"


class Read(NamedTuple):
    """One committed record and where it was. `timestamp_ms` since 1970, 0 if it has none."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]

    @property
    def position(self) -> str:
        """`topic/partition/offset`."""
        return f"{self.topic}/{self.partition}/{self.offset}"


class Tail:
    """A reader of all partitions of some topics; `with` closes it. Records come in order within a partition.

    `spans`: the offset that each (topic, partition) is read from, and its end at that time.
    Every method raises TopicMissing or KafkaException.
    """

    def __init__(
        self, kafka: KafkaSettings, topics: Sequence[str], start: Edge | datetime = Edge.EARLIEST
    ) -> None:
        """Stands at `start` once this returns: what is written later is read.

        From a time on, only what is not older is read, though a sender's clock may have put it later.
        """
        # A transaction ends in a marker, so only a fetch at the very end tells that we are there.
        settings = {"enable.partition.eof": True, "fetch.wait.max.ms": 20}
        self._consumer = consumer(kafka, kafka.name("reader"), **settings)
        self._oldest_ms = int(start.timestamp() * 1000) if isinstance(start, datetime) else 0
        self._embedded = kafka.embedded
        self.spans: dict[tuple[str, int], tuple[int, int]] = {}
        try:
            for topic in topics:
                for partition in range(partitions_of(self._consumer, topic)):
                    place = TopicPartition(topic, partition)
                    low, high = self._span(place)
                    self.spans[topic, partition] = (self._first(place, start, low, high), high)
        except BaseException:
            self._consumer.close()
            raise
        self._next = {place: first for place, (first, _) in self.spans.items()}
        self._consumer.assign([TopicPartition(*place, first) for place, first in self._next.items()])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._consumer.close()

    def to_end(self) -> Iterator[Read]:
        """Everything up to the ends as they are now. Raises TimeoutError when nothing comes for STALL_SECONDS."""
        ends = {place: self._span(TopicPartition(*place))[1] for place in self._next}
        alive = time.monotonic()
        while any(self._next[place] < end for place, end in ends.items()):
            if time.monotonic() - alive > STALL_SECONDS:
                raise TimeoutError(f"nothing read for {STALL_SECONDS:.0f} s; check that all brokers are up")
            for read in self._poll():
                alive = time.monotonic()
                yield read

    def follow(self, done: Callable[[], bool]) -> Iterator[Read]:
        """On and on, until `done` says so; it is asked at least every POLL_SECONDS."""
        while not done():
            yield from self._poll()

    def _poll(self) -> Iterator[Read]:
        first = self._consumer.poll(POLL_SECONDS)
        for message in () if first is None else (first, *self._consumer.consume(BATCH, 0)):
            read = self._take(message)
            if read is not None:
                yield read

    def _take(self, message: Message) -> Read | None:
        """The record in this message, if it is one to hand out; whatever it is, it says how far we are."""
        error = message.error()
        if error is not None and error.code() != END_OF_PARTITION:
            raise KafkaException(error)
        topic, partition, offset = message.topic(), message.partition(), message.offset()
        if topic is None or partition is None or offset is None:
            raise AssertionError("a consumed record has no position")
        self._next[topic, partition] = offset + (error is None)
        if error is not None:
            return None
        headers = tuple((str(name), _bytes(value)) for name, value in list(message.headers() or ()))
        at = max(0, message.timestamp()[1])
        read = Read(topic, partition, offset, at, _bytes(message.key()), _bytes(message.value()), headers)
        return read if at >= self._oldest_ms else None

    def _first(self, place: TopicPartition, start: Edge | datetime, low: int, high: int) -> int:
        if isinstance(start, Edge):
            return low if start is Edge.EARLIEST else high
        if self._embedded:
            return low  # it cannot look up a time, and holds little
        wanted = TopicPartition(place.topic, place.partition, self._oldest_ms)
        (found,) = self._consumer.offsets_for_times([wanted], timeout=ANSWER_SECONDS)
        return high if found.offset in (OFFSET_END, OFFSET_BEGINNING) else found.offset

    def _span(self, place: TopicPartition) -> tuple[int, int]:
        """First offset and end; the end lies before any open transaction."""
        return self._consumer.get_watermark_offsets(place, timeout=ANSWER_SECONDS)


def _bytes(raw: str | bytes | None) -> bytes | None:
    """The client's types allow text; what Kafka holds is bytes."""
    return raw.encode() if isinstance(raw, str) else raw
