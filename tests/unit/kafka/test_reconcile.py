"""Ledger and decisions read off Kafka and balanced, at once or with time to settle."""

import threading
import time
from collections.abc import Iterator

import pytest

from router.config.runtime import KafkaSettings
from router.kafka.balance import Difference, Kind, Place
from router.kafka.codec import encode
from router.kafka.embedded import EmbeddedBroker
from router.kafka.reconcile import reconcile
from router.kafka.sender import Sender
from router.kafka.topics import DECISIONS, LEDGER
from router.model.decision import Decision, Outcome, Reason
from router.model.event import Position
from router.model.ledger import LedgerEntry, SourceConsumed
from tests.builders import at


@pytest.fixture
def kafka() -> Iterator[KafkaSettings]:
    """A broker of its own for each test."""
    with EmbeddedBroker() as broker:
        yield broker.settings


def consume(kafka: KafkaSettings, first: int, last: int, seconds: float = 0) -> None:
    """A line of the ledger: these offsets of ops/0 were one alert each."""
    source = SourceConsumed(topic="ops", partition=0, consumed=((first, last),))
    entry = LedgerEntry(intake="i1", rules="test", at=at(seconds), sources=(source,))
    write(kafka, LEDGER, encode(entry))


def decide(kafka: KafkaSettings, *offsets: int) -> None:
    """A decision that gives these offsets of ops/0 an outcome, and one that is about no event."""
    position = Position(topic="ops", partition=0, offsets=offsets)
    opened = Decision(
        scope="main",
        number=1,
        at=at(0),
        reason=Reason.OPENED_NEW_FAILURE,
        text="",
        rules="test",
        outcome=Outcome.OPENED,
        positions=(position,),
    )
    told = opened.model_copy(update={"reason": Reason.TOLD_OPENED, "outcome": None, "positions": ()})
    for decision in (opened, told):
        write(kafka, DECISIONS, encode(decision))


def write(kafka: KafkaSettings, topic: str, value: bytes) -> None:
    """One record, acknowledged."""
    sender = Sender(kafka)
    sender.send(topic, value)
    sender.finish()


def test_a_balanced_log_has_no_differences(kafka: KafkaSettings) -> None:
    """Lines that repeat after a crash included."""
    consume(kafka, 0, 4)
    consume(kafka, 3, 9)
    decide(kafka, *range(10))
    result = reconcile(kafka)
    assert result.differences == ()
    assert result.counts["ops"] == {"consumed": 10, "opened": 10}
    assert result.since is None


def test_what_is_missing_and_what_is_doubled_is_named(kafka: KafkaSettings) -> None:
    """By source position."""
    consume(kafka, 0, 2)
    decide(kafka, 0, 1)
    decide(kafka, 1, 7)
    assert reconcile(kafka).differences == (
        Difference(Place("ops/0", 1), Kind.DOUBLED, 1, 2),
        Difference(Place("ops/0", 2), Kind.MISSING, 1, 0),
        Difference(Place("ops/0", 7), Kind.NOT_CONSUMED, 0, 1),
    )


def test_what_is_on_its_way_may_settle(kafka: KafkaSettings) -> None:
    """Within the wait, and no longer than it takes; what comes in later is not waited for."""
    consume(kafka, 0, 2)
    decide(kafka, 0)

    def engine() -> None:
        consume(kafka, 3, 3)
        decide(kafka, 1, 2)

    late = threading.Timer(0.3, engine)
    late.start()
    begun = time.monotonic()
    result = reconcile(kafka, wait_seconds=120)
    late.join()
    assert result.differences == ()
    assert time.monotonic() - begun < 100


def test_after_the_wait_it_is_a_difference(kafka: KafkaSettings) -> None:
    """A lost event never settles."""
    consume(kafka, 0, 0)
    (difference,) = reconcile(kafka, wait_seconds=0.1).differences
    assert difference.kind is Kind.MISSING


def test_since_leaves_out_what_was_consumed_earlier(kafka: KafkaSettings) -> None:
    """A day's balance need not read a quarter's ledger."""
    consume(kafka, 0, 0, seconds=-10)
    consume(kafka, 1, 1, seconds=10)
    (difference,) = reconcile(kafka, since=at(0)).differences
    assert difference.place == Place("ops/0", 1)
