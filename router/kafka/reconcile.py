"""Reads ledger and decisions to their ends and balances them: `router reconcile`.

A running router always has something on its way. So the positions that differ at the first look are the
question; reading on, each has until the deadline to settle, and what came later is not asked for.
"""

import time
from collections import Counter
from collections.abc import Mapping
from types import TracebackType
from typing import NamedTuple, Self

from confluent_kafka import KafkaError, KafkaException, Message, TopicPartition

from router.config.runtime import KafkaSettings
from router.kafka.balance import Balance, Difference
from router.kafka.clients import ANSWER_SECONDS, BATCH, STALL_SECONDS, consumer, partitions_of
from router.kafka.codec import decode_decision, decode_ledger
from router.kafka.topics import DECISIONS, LEDGER

AGAIN_SECONDS = 0.5
"""Between two looks."""


class Reconciliation(NamedTuple):
    """What is out of balance after the wait, and what was counted: by source topic and outcome."""

    differences: tuple[Difference, ...]
    counts: Mapping[str, Counter[str]]


def reconcile(kafka: KafkaSettings, wait_seconds: float = 0) -> Reconciliation:
    """Balance everything that ledger and decisions hold. Raises TopicMissing, KafkaException, TimeoutError."""
    balance = Balance()
    deadline = time.monotonic() + wait_seconds
    with _Feed(kafka) as feed:
        feed.read(balance)
        open_ones = list(balance.differences())
        while open_ones and time.monotonic() < deadline:
            time.sleep(min(AGAIN_SECONDS, max(0.0, deadline - time.monotonic())))
            feed.read(balance)
            open_ones = list(balance.still([difference.place for difference in open_ones]))
    return Reconciliation(tuple(open_ones), balance.counts())


class _Feed:
    """Reads both topics from the beginning, each time from where it stopped to the end."""

    def __init__(self, kafka: KafkaSettings) -> None:
        settings = {"enable.partition.eof": True, "fetch.wait.max.ms": 10}
        self._reader = consumer(kafka, kafka.name("reconcile"), **settings)
        self._next: dict[tuple[str, int], int] = {}

    def __enter__(self) -> Self:
        # Decisions first: an outcome that is read then has its ledger line written already.
        for topic in (DECISIONS, LEDGER):
            for partition in range(partitions_of(self._reader, topic)):
                self._next[topic, partition] = 0
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._reader.close()

    def read(self, balance: Balance) -> None:
        """Everything up to the ends at the time of the call."""
        for topic in (DECISIONS, LEDGER):
            self._read(topic, balance)

    def _read(self, topic: str, balance: Balance) -> None:
        left: dict[int, int] = {}
        for (name, partition), start in self._next.items():
            if name == topic:
                place = TopicPartition(topic, partition)
                low, high = self._reader.get_watermark_offsets(place, timeout=ANSWER_SECONDS)
                self._next[topic, partition] = max(start, low)
                if self._next[topic, partition] < high:
                    left[partition] = high
        self._reader.assign([TopicPartition(topic, p, self._next[topic, p]) for p in left])
        deadline = time.monotonic() + STALL_SECONDS
        while left:
            first = self._reader.poll(1.0)
            if first is not None:
                deadline = time.monotonic() + STALL_SECONDS
            elif time.monotonic() > deadline:
                raise TimeoutError(f"{topic}: nothing for {STALL_SECONDS:.0f} s; is a broker down?")
            for message in () if first is None else (first, *self._reader.consume(BATCH, 0)):
                self._take(message, left, balance)
