"""Sending records one by one: where they land, how fast, and what happens when they do not."""

import time
from collections.abc import Iterator

import pytest
from confluent_kafka import KafkaException

from router.config.runtime import KafkaSettings
from router.kafka.embedded import PARTITIONS, EmbeddedBroker
from router.kafka.sender import Landed, Sender
from router.kafka.tail import Tail


@pytest.fixture(scope="module")
def kafka() -> Iterator[KafkaSettings]:
    """One broker for the file; each test uses topics of its own."""
    with EmbeddedBroker() as broker:
        yield broker.settings


def test_every_record_has_landed_once_it_is_finished(kafka: KafkaSettings) -> None:
    """What the command prints is where the records are."""
    sender = Sender(kafka)
    for number in range(500):
        sender.send("many", str(number).encode(), key=str(number).encode())
    landed = sender.finish()
    with Tail(kafka, ["many"]) as tail:
        assert {str(place) for place in landed} == {read.position for read in tail.to_end()}
    assert len(landed) == 500


def test_a_partition_that_no_longer_exists_is_counted_round(kafka: KafkaSettings) -> None:
    """A recording from a larger topic keeps the order of each of its partitions."""
    sender = Sender(kafka)
    for _ in range(3):
        sender.send("round", b"x", key=b"elsewhere", partition=PARTITIONS + 1)
    assert sender.finish() == [Landed("round", 1, offset) for offset in range(3)]


def test_no_more_a_second_than_asked_for(kafka: KafkaSettings) -> None:
    """Ten records at a hundred a second take at least nine pauses."""
    sender = Sender(kafka, rate=100)
    begun = time.monotonic()
    for _ in range(10):
        sender.send("slow", b"x")
    assert time.monotonic() - begun >= 0.09
    assert len(sender.finish()) == 10


def test_a_refused_record_is_an_error_and_never_silence(kafka: KafkaSettings) -> None:
    """A record too large to send is told, and nothing counts as sent."""
    sender = Sender(kafka)
    with pytest.raises(KafkaException):
        sender.send("large", b"x" * 20_000_000)
    assert sender.finish() == []
