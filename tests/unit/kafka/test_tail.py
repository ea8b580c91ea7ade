"""Reading on: to the end and further, from any beginning, on the embedded broker."""

import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import pytest

from router.config.runtime import KafkaSettings
from router.kafka.embedded import EmbeddedBroker
from router.kafka.sender import Sender
from router.kafka.tail import Edge, Read, Tail


@pytest.fixture(scope="module")
def kafka() -> Iterator[KafkaSettings]:
    """One broker for the file; each test uses topics of its own."""
    with EmbeddedBroker() as broker:
        yield broker.settings


def write(kafka: KafkaSettings, topic: str, *values: str, timestamp_ms: int = 0) -> None:
    """Values, each its own key, acknowledged."""
    sender = Sender(kafka)
    for value in values:
        sender.send(topic, value.encode(), key=value.encode(), timestamp_ms=timestamp_ms)
    sender.finish()


def values(reads: Iterable[Read]) -> set[str]:
    """What was read."""
    return {(read.value or b"").decode() for read in reads}


def test_each_call_reads_on_from_where_the_last_one_stopped(kafka: KafkaSettings) -> None:
    """So a command can look again without reading everything again."""
    write(kafka, "again", "a", "b", "c")
    with Tail(kafka, ["again"]) as tail:
        assert values(tail.to_end()) == {"a", "b", "c"}
        assert values(tail.to_end()) == set()
        write(kafka, "again", "d")
        assert values(tail.to_end()) == {"d"}


def test_several_topics_are_read_together(kafka: KafkaSettings) -> None:
    """Each record says where it lay."""
    write(kafka, "one", "a")
    write(kafka, "two", "b")
    with Tail(kafka, ["one", "two"]) as tail:
        assert {read.topic for read in tail.to_end()} == {"one", "two"}


def test_from_the_latest_only_what_comes_later_is_read(kafka: KafkaSettings) -> None:
    """It stands there once it is made: an answer to what is sent next is not missed."""
    write(kafka, "latest", "old")
    with Tail(kafka, ["latest"], Edge.LATEST) as tail:
        write(kafka, "latest", "new")
        deadline = time.monotonic() + 30
        found = next(tail.follow(lambda: time.monotonic() > deadline))
    assert found.value == b"new"


def test_from_a_time_what_was_written_before_is_left_out(kafka: KafkaSettings) -> None:
    """By the records' own timestamps."""
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    noon_ms = int(noon.timestamp() * 1000)
    write(kafka, "timed", "early", timestamp_ms=noon_ms - 1)
    write(kafka, "timed", "noon", timestamp_ms=noon_ms)
    with Tail(kafka, ["timed"], noon) as tail:
        assert values(tail.to_end()) == {"noon"}
    with Tail(kafka, ["timed"], datetime(2036, 1, 1, tzinfo=UTC)) as tail:
        assert values(tail.to_end()) == set()


def test_a_record_is_read_whole(kafka: KafkaSettings) -> None:
    """Key, headers, tombstones, time and position."""
    sender = Sender(kafka)
    headers = [("b", b"\xff"), ("a", None)]
    sender.send("whole", None, key=b"k", headers=headers, partition=2, timestamp_ms=1_700_000_000_000)
    (landed,) = sender.finish()
    with Tail(kafka, ["whole"]) as tail:
        (read,) = tail.to_end()
    assert (read.key, read.value, read.headers) == (b"k", None, tuple(headers))
    assert (read.position, read.timestamp_ms) == (str(landed), 1_700_000_000_000)


def test_following_ends_when_told_to(kafka: KafkaSettings) -> None:
    """Also when nothing comes in."""
    with Tail(kafka, ["silent"]) as tail:
        asked = iter([False, False, True])
        assert list(tail.follow(lambda: next(asked))) == []
