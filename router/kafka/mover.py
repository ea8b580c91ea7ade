"""Carries hand-offs from the outboxes of scopes to `router.inputs.v1`.

Like everything on that topic they are written by an idempotent producer without transactions, after the transaction
that put them into the outbox. One that is acknowledged leaves the outbox with the partition's next transaction; after
a crash in between it is sent again, and its receiver drops it by its number. They are sent in the order of their
numbers, which the receiver relies on.
"""

import time
from collections.abc import Callable, Iterable
from functools import partial

from confluent_kafka import KafkaError, Message, Producer

from router.config.runtime import KafkaSettings
from router.kafka.clients import producer
from router.kafka.codec import encode
from router.kafka.topics import INPUTS
from router.model.record import Moved
from router.telemetry import metrics

Sent = Callable[[int, str, int], None]
"""Hears that a hand-off is on the topic: the partition whose outbox holds it, the sending scope, its number."""


class Mover:
    """Not thread-safe. Its owner calls `turn` some twenty times a second."""

    def __init__(self, kafka: KafkaSettings, sent: Sent, clock: Callable[[], float] = time.time) -> None:
        """`clock` is the wall clock: Unix seconds."""
        self._producer: Producer = producer(kafka, **{"linger.ms": 0, "message.timeout.ms": 0})
        self._sent = sent
        self._clock = clock
        self._error: KafkaError | None = None

    def send(self, partition: int, hand_offs: Iterable[Moved]) -> None:
        """Send these of one partition's outboxes, in this order."""
        for moved in hand_offs:
            metrics.HAND_OFFS_WAITING.labels(str(partition)).inc()
            acknowledged = partial(self._acknowledged, partition, moved.from_scope, moved.number)
            value, now = encode(moved), int(self._clock() * 1_000)
            while True:
                try:
                    self._producer.produce(
                        INPUTS, value, moved.scope.encode(), on_delivery=acknowledged, timestamp=now
                    )
                except BufferError:  # full; room comes as the broker acknowledges
                    self._producer.poll(0.05)
                else:
                    break

    def turn(self) -> None:
        """Hear what arrived. Raises RuntimeError if something could not be delivered."""
        self._producer.poll(0)
        if self._error is not None:
            raise RuntimeError(f"a hand-off was not delivered: {self._error.str()}")

    def _acknowledged(
        self, partition: int, scope: str, number: int, error: KafkaError | None, _record: Message
    ) -> None:
        if error is not None:
            self._error = error
            return
        metrics.HAND_OFFS_WAITING.labels(str(partition)).dec()
        self._sent(partition, scope, number)
