"""Sends records one by one, at a rate, and remembers where each landed."""

import time
from collections.abc import Sequence
from typing import NamedTuple

from confluent_kafka import KafkaError, KafkaException, Message

from router.config.runtime import KafkaSettings
from router.kafka.clients import partitions_of, producer

ACKNOWLEDGE_SECONDS = 60.0
"""How long `finish` waits for the brokers."""


class Landed(NamedTuple):
    """Where a record landed."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}/{self.partition}/{self.offset}"


class Sender:
    """A producer for few records. `landed`, in the order of acknowledgement, is complete after `finish`."""

    def __init__(self, kafka: KafkaSettings, rate: float = 0) -> None:
        """`rate`: records a second at most; 0 means as fast as they go."""
        self._producer = producer(kafka)
        self._partitions: dict[str, int] = {}
        self._pause = 1 / rate if rate else 0.0
        self._next_at = time.monotonic()
        self._error: KafkaError | None = None
        self.landed: list[Landed] = []

    def partitions(self, topic: str) -> int:
        """How many partitions a topic has. Raises TopicMissing."""
        if topic not in self._partitions:
            self._partitions[topic] = partitions_of(self._producer, topic)
        return self._partitions[topic]

    def send(
        self,
        topic: str,
        value: bytes | None,
        *,
        key: bytes | None = None,
        headers: Sequence[tuple[str, bytes | None]] = (),
        partition: int | None = None,
        timestamp_ms: int = 0,
    ) -> None:
        """Send one record: to its key's partition, or to `partition` (modulo those there are).

        Raises TopicMissing, and KafkaException when an earlier record was refused.
        """
        chosen = -1 if partition is None else partition % self.partitions(topic)  # -1: the key's
        self._wait_for_turn()
        while True:
            self._raise()
            try:
                self._producer.produce(
                    topic,
                    value,
                    key,
                    partition=chosen,
                    headers=list(headers),
                    timestamp=timestamp_ms,
                    on_delivery=self._delivered,
                )
            except BufferError:
                self._producer.poll(0.1)
            else:
                self._producer.poll(0)
                return

    def finish(self) -> list[Landed]:
        """Wait until all are acknowledged. Raises KafkaException when one was refused, TimeoutError."""
        left = self._producer.flush(ACKNOWLEDGE_SECONDS)
        self._raise()
        if left:
            raise TimeoutError(f"{left} records were not acknowledged within {ACKNOWLEDGE_SECONDS:.0f} s")
        return self.landed

    def _wait_for_turn(self) -> None:
        while (early := self._next_at - time.monotonic()) > 0:
            self._producer.poll(early)
        self._next_at = max(self._next_at, time.monotonic() - self._pause) + self._pause

    def _delivered(self, error: KafkaError | None, message: Message) -> None:
        if error is not None:
            self._error = self._error or error
            return
        topic, partition, offset = message.topic(), message.partition(), message.offset()
        if topic is not None and partition is not None and offset is not None:
            self.landed.append(Landed(topic, partition, offset))

    def _raise(self) -> None:
        if self._error is not None:
            raise KafkaException(self._error)
