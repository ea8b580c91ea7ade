"""A Kafka broker in memory, for `router demo` and fast tests: librdkafka's mock cluster in this process.

It is no Kafka: four partitions a topic whatever is asked, no compaction, no configs, 5 MB a partition (then
the oldest go), transactional offsets are dropped, zombies are not fenced, what an open or aborted transaction
wrote can be read, and all is gone at the end. What claims durability is tested on Apache Kafka (tests/kafka).
"""

import logging
from types import TracebackType
from typing import Self

from confluent_kafka import Producer

from router.config.runtime import KafkaSettings
from router.kafka.clients import ANSWER_SECONDS
from router.kafka.topics import TOPICS

PARTITIONS = 4
"""Of every topic; librdkafka fixes it."""

_silent = logging.getLogger("router.kafka.embedded")
_silent.setLevel(logging.CRITICAL + 1)


class EmbeddedBroker:
    """The broker lives as long as the `with` block; it listens on a free port of 127.0.0.1.

    with EmbeddedBroker() as broker:
        producer(broker.settings)
    """

    def __init__(self, topics: tuple[str, ...] = ()) -> None:
        """`topics` are made besides our own; any other comes to be when a producer first asks for it."""
        self._topics = topics
        self._host: Producer | None = None
        self._bootstrap = ""

    @property
    def bootstrap(self) -> str:
        """`host:port` for clients. Raises RuntimeError outside the `with` block."""
        if self._host is None:
            raise RuntimeError("The embedded broker is not started.")
        return self._bootstrap

    @property
    def settings(self) -> KafkaSettings:
        """Settings of a client of this broker."""
        return KafkaSettings(bootstrap=self.bootstrap, embedded=True)

    def __enter__(self) -> Self:
        # The mock cluster belongs to this client and ends with it.
        self._host = Producer({"bootstrap.servers": "mock", "test.mock.num.brokers": 1}, logger=_silent)
        brokers = self._host.list_topics(timeout=ANSWER_SECONDS).brokers.values()
        self._bootstrap = ",".join(f"{broker.host}:{broker.port}" for broker in brokers)
        for topic in (*TOPICS, *self._topics):
            self.create(topic)
        return self

    def create(self, topic: str) -> None:
        """Make a topic; nothing happens if it exists."""
        if self._host is None:
            raise RuntimeError("The embedded broker is not started.")
        self._host.list_topics(topic, timeout=ANSWER_SECONDS)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._host = None
