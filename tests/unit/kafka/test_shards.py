"""A process opens what it is given, closes what it is not, and plans the Ticks of its own. On the embedded broker."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from datetime import datetime
from typing import Any

import pytest

from router.config.runtime import KafkaSettings
from router.kafka.clients import producer, read_to_end
from router.kafka.codec import decode_decision, encode
from router.kafka.embedded import EmbeddedBroker
from router.kafka.memory import Memory
from router.kafka.shard_footing import place_of
from router.kafka.shards import Shards
from router.kafka.ticker import Ticker
from router.kafka.topics import DECISIONS, INPUTS
from router.model.input import Tick
from tests.builders import a_company
from tests.counting import a_count, an_input, count

PATIENCE_SECONDS = 60.0

SCOPE = next(scope for scope in map(str, range(100)) if place_of(scope, 4) == 1)
"""One that belongs to partition 1."""


@pytest.fixture
def kafka() -> Iterator[KafkaSettings]:
    """A broker with ten inputs in each partition, so that offsets up to there exist."""
    with EmbeddedBroker() as broker:
        writer = producer(broker.settings)
        for partition in range(4):
            for _ in range(10):
                writer.produce(INPUTS, encode(Tick()), partition=partition)
        writer.flush(30)
        yield broker.settings


class PlannedTicker(Ticker):
    """A ticker that notes what was planned and sends nothing."""

    def __init__(self, kafka: KafkaSettings) -> None:
        super().__init__(kafka)
        self.plans: dict[int, datetime | None] = {}
        self.forgotten: list[int] = []

    def plan(self, partition: int, wake_at: datetime | None) -> None:
        """Note it."""
        self.plans[partition] = wake_at

    def forget(self, partition: int) -> None:
        """Note it."""
        self.forgotten.append(partition)


class Process:
    """The shards of one process."""

    def __init__(self, kafka: KafkaSettings) -> None:
        self.ticker = PlannedTicker(kafka)
        self.errors: list[BaseException] = []
        self.shards = Shards(kafka, a_company(), count, self.ticker, Memory(), self.errors.append)


def run(story: Coroutine[Any, Any, None]) -> None:
    """Tell the story within its own event loop."""
    asyncio.run(asyncio.wait_for(story, PATIENCE_SECONDS))


async def until(condition: Callable[[], bool]) -> None:
    """Let the shards work until it holds."""
    while not condition():  # noqa: ASYNC110 - what is waited for happens in threads of the code under test
        await asyncio.sleep(0.01)


def decided(kafka: KafkaSettings) -> list[str]:
    """What was counted."""
    return [decode_decision(record.value() or b"").command for record in read_to_end(kafka, DECISIONS)]


def test_shards_open_when_assigned_and_not_at_their_first_input(kafka: KafkaSettings) -> None:
    """Timers of a partition without inputs must run too."""

    async def story() -> None:
        process = Process(kafka)
        await process.shards.assign({0, 2})
        assert process.shards.owned() == {0: None, 2: None}
        await until(lambda: process.shards.owned() == {0: 0, 2: 0})
        assert process.ticker.plans == {0: None, 2: None}
        await process.shards.close()

    run(story())


def test_inputs_reach_the_shard_of_their_partition(kafka: KafkaSettings) -> None:
    """Also those that come while it is still opening; its next timer is planned afterwards."""

    async def story() -> None:
        process = Process(kafka)
        await process.shards.assign({1})
        await process.shards.carry(1, an_input(0, a_count("a", SCOPE, seconds=5)))
        await until(lambda: process.shards.owned() == {1: 1})
        await until(lambda: process.ticker.plans[1] is not None)
        assert decided(kafka) == ["a"]
        await process.shards.close()

    run(story())


def test_input_of_a_partition_that_is_not_ours_is_dropped(kafka: KafkaSettings) -> None:
    """It is left over from before a rebalance; its owner reads it too."""

    async def story() -> None:
        process = Process(kafka)
        await process.shards.assign({1})
        await process.shards.carry(3, an_input(0, a_count("a", SCOPE)))
        await process.shards.close()
        assert decided(kafka) == []

    run(story())


def test_partition_taken_and_given_back_is_read_anew(kafka: KafkaSettings) -> None:
    """Somebody else may have had it in between."""

    async def story() -> None:
        ours, theirs = Process(kafka), Process(kafka)
        await ours.shards.assign({1})
        await ours.shards.carry(1, an_input(0, a_count("a", SCOPE)))
        await until(lambda: ours.shards.owned() == {1: 1})
        await ours.shards.close({1})
        assert ours.ticker.forgotten == [1]
        await theirs.shards.assign({1})
        await theirs.shards.carry(1, an_input(1, a_count("b", SCOPE)))
        await until(lambda: theirs.shards.owned() == {1: 2})
        await theirs.shards.close()
        await ours.shards.assign({1})
        await until(lambda: ours.shards.owned() == {1: 2})
        await ours.shards.close()
        assert ours.errors == theirs.errors == []

    run(story())


def test_assignment_closes_what_is_not_in_it(kafka: KafkaSettings) -> None:
    """An assignment is the whole truth, also if a revocation was never told."""

    async def story() -> None:
        process = Process(kafka)
        await process.shards.assign({0, 1})
        await process.shards.assign({1, 2})
        assert set(process.shards.owned()) == {1, 2}
        await process.shards.close()
        assert process.shards.owned() == {}

    run(story())


def test_bug_in_the_core_is_reported(kafka: KafkaSettings) -> None:
    """The engine ends the process for it."""

    async def story() -> None:
        process = Process(kafka)
        await process.shards.assign({1})
        await process.shards.carry(1, an_input(0, a_count("a", SCOPE, reason="bug")))
        await until(lambda: bool(process.errors))
        assert isinstance(process.errors[0], KeyError)
        await process.shards.close()

    run(story())
