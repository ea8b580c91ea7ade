"""The writing side of intake: records out, and the certainty that the brokers have them."""

import threading
import time
from collections.abc import Callable

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from router.config.runtime import KafkaSettings
from router.kafka.clients import partitions_of, producer
from router.kafka.intake_batch import DeadRecord, OurHeaders
from router.kafka.topics import DEADLETTER, INPUTS, LEDGER

DRAIN_SECONDS = 30.0
"""How long a stop waits for brokers to acknowledge the last batch; then it is left to be read again."""

_DELIVERY = {
    # Nothing is given up: a broker outage stops the reading, not the delivery.
    "message.timeout.ms": 0,
    "enable.gapless.guarantee": True,
    "log_level": 3,  # it warns that this guarantee is called experimental; errors come to error_cb all the same
    "message.max.bytes": 10_485_760,
    "queue.buffering.max.messages": 1_000_000,
    "queue.buffering.max.kbytes": 256 * 1024,
}


class Undelivered(RuntimeError):
    """The brokers refused a record of ours, or did not acknowledge the last batch before the end."""


class Delivery:
    """Not thread-safe. `send` and `bury` only hand over; `finish` returns once the brokers have everything."""

    def __init__(self, kafka: KafkaSettings, stamp: Callable[[], int]) -> None:
        """`stamp` gives the timestamp of a record, in milliseconds; 0: the brokers' own."""
        self._producer: Producer = producer(kafka, **_DELIVERY)
        # Of their own: Faust does not read dead letters, so they may be compressed the cheap way, and a storm of
        # them does not fill the queue of the others.
        self._burial: Producer = producer(kafka, **_DELIVERY, **{"compression.type": "lz4"})
        self._stamp = stamp
        self._error: KafkaError | None = None

    def ready(self) -> bool:
        """Whether brokers answer. Raises TopicMissing."""
        try:
            for topic in (INPUTS, LEDGER, DEADLETTER):
                partitions_of(self._producer, topic)
        except KafkaException:
            return False
        return True

    def send(self, topic: str, value: bytes, key: bytes | None = None) -> None:
        """Hand a record to the client; waits while it has no room. Raises Undelivered."""
        self._hand_over(self._producer, topic, value, key)

    def bury(self, dead: DeadRecord) -> None:
        """A dead letter, likewise."""
        self._hand_over(self._burial, DEADLETTER, dead.value, dead.key, dead.headers)

    def finish(self, stop: threading.Event) -> None:
        """Wait until everything is acknowledged; once `stop` is set not for ever. Raises Undelivered."""
        deadline = None
        while self._unacknowledged():
            self._check()
            if stop.is_set():
                deadline = deadline or time.monotonic() + DRAIN_SECONDS
                if time.monotonic() > deadline:
                    raise Undelivered("the brokers do not acknowledge the last batch; it will be read again")
        self._check()

    def close(self) -> None:
        """Drop what was not acknowledged."""
        self._producer.purge()
        self._burial.purge()

    def _hand_over(
        self,
        client: Producer,
        topic: str,
        value: bytes | None,
        key: bytes | None,
        headers: OurHeaders | None = None,
    ) -> None:
        while True:
            try:
                client.produce(
                    topic, value, key, headers=headers, timestamp=self._stamp(), on_delivery=self._delivered
                )
            except BufferError:
                self._check()
                client.poll(0.1)
            else:
                return

    def _unacknowledged(self) -> int:
        """How many records the brokers have not acknowledged, after a short wait."""
        try:
            return self._burial.flush(0.5) + self._producer.flush(0.5)
        except SystemError:
            # confluent-kafka 2.16 may lose its exception when a fatal error ends a flush. The delivery reports, of
            # which every record gets one, say what it was.
            return 1 + len(self._producer)

    def _check(self) -> None:
        if self._error is not None:
            raise Undelivered(f"a record was not delivered: {self._error.str()}")

    def _delivered(self, error: KafkaError | None, _record: Message) -> None:
        self._error = self._error or error
