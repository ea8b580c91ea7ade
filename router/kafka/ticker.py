"""Makes time an input: when a partition's next timer is due, a Tick is produced to it.

A Tick travels like any other input, so a replay sees the same moments. At most one is on its way to a partition;
one too many, as after a change of owners, finds nothing due and changes nothing.
"""

import math
import time
from collections.abc import Callable
from datetime import datetime

from confluent_kafka import KafkaError, Message, Producer

from router.config.runtime import KafkaSettings
from router.kafka.clients import producer
from router.kafka.codec import encode
from router.kafka.topics import INPUTS
from router.model.input import Tick

TICK = encode(Tick())

AGAIN_SECONDS = 0.5
"""When a Tick found its timer not due, because the broker's clock, which stamps it, is behind ours: wait so long."""


class Ticker:
    """Not thread-safe. Its owner calls `turn` some twenty times a second: so late a Tick may be."""

    def __init__(self, kafka: KafkaSettings, clock: Callable[[], float] = time.time) -> None:
        """`clock` is the wall clock: Unix seconds."""
        # Not transactional: control records would break the contiguity of offsets that shards rely on.
        self._producer: Producer = producer(kafka, **{"linger.ms": 0, "message.timeout.ms": 0})
        self._clock = clock
        self._planned: dict[int, datetime] = {}
        self._under_way: dict[int, datetime] = {}
        self._sent: dict[int, tuple[datetime, int]] = {}
        self._error: KafkaError | None = None

    def plan(self, partition: int, wake_at: datetime | None) -> None:
        """When this partition wants its next Tick; None: not before something else happens."""
        if wake_at is None:
            self._planned.pop(partition, None)
        else:
            self._planned[partition] = wake_at

    def arrived(self, partition: int) -> float | None:
        """A Tick was applied; returns how many seconds after it was due, or None if it was not ours."""
        due = self._under_way.pop(partition, None)
        return None if due is None else max(0.0, self._clock() - due.timestamp())

    def forget(self, partition: int) -> None:
        """The partition is no longer ours."""
        self._planned.pop(partition, None)
        self._under_way.pop(partition, None)
        self._sent.pop(partition, None)

    def turn(self) -> None:
        """Send the Ticks that are due. Raises RuntimeError if one could not be delivered."""
        now = math.floor(self._clock() * 1_000)
        for partition, due in list(self._planned.items()):
            # Rounded up: a Tick with an earlier timestamp than its timer would find nothing due.
            due_ms = math.ceil(due.timestamp() * 1_000)
            last, sent = self._sent.get(partition, (None, 0))
            if last == due:
                due_ms = max(due_ms, sent + round(AGAIN_SECONDS * 1_000))
            if due_ms <= now and partition not in self._under_way:
                self._under_way[partition] = due
                self._sent[partition] = (due, now)
                self._producer.produce(
                    INPUTS, TICK, partition=partition, on_delivery=self._acknowledged, timestamp=now
                )
        self._producer.poll(0)
        if self._error is not None:
            raise RuntimeError(f"a Tick was not delivered: {self._error.str()}")

    def _acknowledged(self, error: KafkaError | None, _record: Message) -> None:
        self._error = error or self._error
