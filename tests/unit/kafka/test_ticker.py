"""Ticks come when they are due, one at a time. On the embedded broker."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from router.config.runtime import KafkaSettings
from router.kafka.clients import read_to_end
from router.kafka.codec import decode_input
from router.kafka.embedded import EmbeddedBroker
from router.kafka.ticker import Ticker
from router.kafka.topics import INPUTS
from router.model.input import Tick

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Clock:
    """Wall clock that a test moves."""

    now = NOON.timestamp()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def broker() -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker() as broker:
        yield broker


@pytest.fixture
def kafka(broker: EmbeddedBroker) -> KafkaSettings:
    return broker.settings


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ticker(kafka: KafkaSettings, clock: Clock) -> Ticker:
    return Ticker(kafka, clock)


def ticks(kafka: KafkaSettings, ticker: Ticker, partition: int) -> list[datetime]:
    """The times of all Ticks in the partition, once the broker has what was sent."""
    assert ticker._producer.flush(30) == 0
    records = list(read_to_end(kafka, INPUTS, [partition]))
    assert all(decode_input(record.value() or b"") == Tick() for record in records)
    return [datetime.fromtimestamp(record.timestamp()[1] / 1_000, UTC) for record in records]


def test_tick_is_sent_when_due_and_not_before(kafka: KafkaSettings, ticker: Ticker, clock: Clock) -> None:
    """Its timestamp, which is the time while it is applied, is not before the timer's."""
    ticker.plan(0, NOON + timedelta(seconds=5))
    ticker.turn()
    assert ticks(kafka, ticker, 0) == []
    clock.now += 5
    ticker.turn()
    assert ticks(kafka, ticker, 0) == [NOON + timedelta(seconds=5)]


def test_one_tick_is_under_way_at_most(kafka: KafkaSettings, ticker: Ticker, clock: Clock) -> None:
    """While a partition is behind, Ticks do not pile up in it."""
    ticker.plan(1, NOON)
    for _ in range(5):
        clock.now += 1
        ticker.turn()
    assert len(ticks(kafka, ticker, 1)) == 1
    assert ticker.arrived(1) == pytest.approx(5)
    ticker.turn()
    assert len(ticks(kafka, ticker, 1)) == 2


def test_tick_that_came_too_early_is_not_repeated_at_once(
    kafka: KafkaSettings, ticker: Ticker, clock: Clock
) -> None:
    """The broker stamps it with its own clock; while that is behind, the timer is not due and stays planned."""
    before = len(ticks(kafka, ticker, 0))
    ticker.plan(0, NOON)
    for _ in range(40):
        clock.now += 0.05
        ticker.turn()
        ticker.arrived(0)
        ticker.plan(0, NOON)
    assert len(ticks(kafka, ticker, 0)) - before == 4


def test_timer_within_a_millisecond_waits_for_the_next(
    kafka: KafkaSettings, ticker: Ticker, clock: Clock
) -> None:
    """Kafka's timestamps are whole milliseconds: a Tick rounded down would come before its timer and find nothing."""
    ticker.plan(2, NOON + timedelta(microseconds=600))
    clock.now += 0.0009
    ticker.turn()
    assert ticks(kafka, ticker, 2) == []
    clock.now = NOON.timestamp() + 0.001
    ticker.turn()
    assert ticks(kafka, ticker, 2) == [NOON + timedelta(milliseconds=1)]


def test_partition_that_went_to_another_gets_no_tick(
    kafka: KafkaSettings, ticker: Ticker, clock: Clock
) -> None:
    """Its new owner plans for it."""
    ticker.plan(3, NOON + timedelta(seconds=1))
    ticker.forget(3)
    clock.now += 10
    ticker.turn()
    assert ticks(kafka, ticker, 3) == []


def test_tick_of_somebody_else_tells_no_lateness(ticker: Ticker) -> None:
    """The partition's last owner may have sent it: we do not know when it was due."""
    assert ticker.arrived(0) is None


def test_plan_of_nothing_takes_back_the_last_one(kafka: KafkaSettings, ticker: Ticker, clock: Clock) -> None:
    """The timer was stopped."""
    before = len(ticks(kafka, ticker, 3))
    ticker.plan(3, NOON)
    ticker.plan(3, None)
    clock.now += 10
    ticker.turn()
    assert len(ticks(kafka, ticker, 3)) == before


def test_tick_that_cannot_be_delivered_is_an_error(ticker: Ticker) -> None:
    """Without Ticks nothing is escalated: the process must not go on as if it were."""
    ticker.plan(77, NOON)  # there is no such partition
    deadline = time.monotonic() + 60

    def turn_until_it_shows() -> None:
        while time.monotonic() < deadline:
            ticker.turn()
            time.sleep(0.02)

    with pytest.raises(RuntimeError, match="a Tick was not delivered"):
        turn_until_it_shows()
