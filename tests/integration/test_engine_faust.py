"""What we rely on of Faust, measured on 0.15.3 and pinned: an upgrade that changes it must be noticed here.

The app is ours (`router.kafka.carrier`, which says why so little of Faust is used). The broker is embedded, but for
rebalances with two members, which librdkafka's mock gets wrong.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import TopicPartition

from router.config.runtime import KafkaSettings, RuntimeSettings
from router.kafka.carrier import make_app
from router.kafka.clients import consumer, producer
from router.kafka.embedded import PARTITIONS, EmbeddedBroker
from router.kafka.shard_footing import ROLE
from router.kafka.shard_state import InputRecord
from router.kafka.topics import INPUTS
from tests.kafka.broker import KafkaCluster, available

_reason = available(own=True)

PATIENCE_SECONDS = 60.0
ALL = set(range(PARTITIONS))


@pytest.fixture
def kafka() -> Iterator[KafkaSettings]:
    with EmbeddedBroker() as broker:
        yield broker.settings


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaCluster]:
    with KafkaCluster(data_dir=tmp_path_factory.mktemp("kafka")) as kafka:
        kafka.create_topic(INPUTS, PARTITIONS)
        yield kafka


@pytest.fixture
def real(cluster: KafkaCluster, request: pytest.FixtureRequest) -> KafkaSettings:
    """Apache Kafka, with a group of the test's own."""
    return KafkaSettings(bootstrap=cluster.bootstrap, group=request.node.name[:60])


class Carried:
    """What an app handed over and told us, in order."""

    def __init__(self) -> None:
        self.records: list[tuple[int, InputRecord]] = []
        self.told: list[tuple[str, set[int]]] = []
        self.on_assigned: Callable[[], Awaitable[None]] | None = None
        self.on_revoked: Callable[[], Awaitable[None]] | None = None
        self.on_record: Callable[[], Awaitable[None]] | None = None

    async def carry(self, partition: int, record: InputRecord) -> None:
        """Called for each record."""
        self.records.append((partition, record))
        if self.on_record:
            await self.on_record()

    async def assigned(self, partitions: set[int]) -> None:
        """Called when a rebalance is over."""
        if self.on_assigned:
            await self.on_assigned()
        self.told.append(("assigned", partitions))

    async def revoked(self, partitions: set[int]) -> None:
        """Called when a rebalance begins; the first time there is nothing to take."""
        if not partitions:
            return
        if self.on_revoked:
            await self.on_revoked()
        self.told.append(("revoked", partitions))

    def offsets(self, partition: int) -> list[int]:
        """Of what was carried from this partition."""
        return [record.offset for place, record in self.records if place == partition]


@asynccontextmanager
async def an_app(kafka: KafkaSettings, folder: Path, carried: Carried) -> AsyncIterator[Any]:
    """A started app; stopped in order at the end."""
    runtime = RuntimeSettings(kafka=kafka, data_dir=folder)
    app = make_app(runtime, carried.carry, carried.assigned, carried.revoked)
    starting = asyncio.ensure_future(app.start())
    try:
        yield app
    finally:
        await asyncio.wait_for(app.stop(), PATIENCE_SECONDS)
        starting.cancel()


async def until(condition: Callable[[], bool], what: str) -> None:
    """Let the app work until it holds."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, what
        await asyncio.sleep(0.05)


def write(kafka: KafkaSettings, *values: bytes | None, partition: int = 0, key: bytes | None = b"k") -> None:
    """Put these into one partition of inputs."""
    writer = producer(kafka)
    for value in values:
        writer.produce(INPUTS, value, key, partition)
    assert writer.flush(30) == 0


def committed(kafka: KafkaSettings, partition: int = 0) -> int:
    """The group's offset; negative if there is none."""
    reader = consumer(kafka, kafka.name(ROLE))
    try:
        return int(reader.committed([TopicPartition(INPUTS, partition)], timeout=30)[0].offset)
    finally:
        reader.close()


def run(story: Coroutine[Any, Any, None]) -> None:
    """Tell the story within its own event loop."""
    asyncio.run(asyncio.wait_for(story, 3 * PATIENCE_SECONDS))


def test_raw_records_arrive_as_they_are(kafka: KafkaSettings, tmp_path: Path) -> None:
    """Nothing is decoded, dropped or stopped by: bad JSON, bad UTF-8, emptiness, a tombstone, no key."""
    values = [b"{", b"\xff\xfe", b"", None, b'{"a":1}', b"\x00" * 1_000]

    async def story() -> None:
        carried = Carried()
        async with an_app(kafka, tmp_path, carried):
            write(kafka, *values)
            write(kafka, b"no key", key=None)
            await until(lambda: len(carried.records) == 7, "all records")
        assert [record.value for _, record in carried.records] == [*values, b"no key"]
        assert [record.key for _, record in carried.records] == [b"k"] * 6 + [None]

    run(story())


def test_order_holds_within_a_partition(kafka: KafkaSettings, tmp_path: Path) -> None:
    """Offsets arrive one after the other, none missing, while four partitions are read at once."""

    async def story() -> None:
        carried = Carried()
        async with an_app(kafka, tmp_path, carried):
            for partition in ALL:
                write(kafka, *[b"%d" % number for number in range(2_000)], partition=partition)
            await until(lambda: len(carried.records) == 8_000, "all records")
        for partition in ALL:
            assert carried.offsets(partition) == list(range(2_000))

    run(story())


def test_timestamps_survive_to_the_millisecond(kafka: KafkaSettings, tmp_path: Path) -> None:
    """A record's time is `now` while it is applied; Faust turns it into float seconds and we back."""
    moments = [1, 999, 1_772_438_400_001, 1_772_438_400_999, 253_402_300_799_999]

    async def story() -> None:
        carried = Carried()
        async with an_app(kafka, tmp_path, carried):
            writer = producer(kafka)
            for at in moments:
                writer.produce(INPUTS, b"x", partition=0, timestamp=at)
            writer.flush(30)
            await until(lambda: len(carried.records) == len(moments), "all records")
        assert [record.timestamp_ms for _, record in carried.records] == moments

    run(story())


def test_faust_commits_nothing(kafka: KafkaSettings, tmp_path: Path) -> None:
    """Without acks the group's offset is the shards' alone: neither the commit timer nor the end touches it."""

    async def story() -> None:
        carried = Carried()
        async with an_app(kafka, tmp_path, carried) as app:
            write(kafka, *[b"x"] * 50)
            await until(lambda: len(carried.records) == 50, "all records")
            await asyncio.sleep(2 * app.conf.broker_commit_interval)  # what is tested is that nothing happens
        assert committed(kafka) < 0

    run(story())


def test_reading_begins_at_the_groups_offset(kafka: KafkaSettings, tmp_path: Path) -> None:
    """Which the shards' transactions set; partitions without one begin at their first record."""
    write(kafka, *[b"x"] * 10, partition=0)
    write(kafka, *[b"x"] * 10, partition=1)
    reader = consumer(kafka, kafka.name(ROLE))
    reader.commit(offsets=[TopicPartition(INPUTS, 0, 7)], asynchronous=False)
    reader.close()

    async def story() -> None:
        carried = Carried()
        async with an_app(kafka, tmp_path, carried):
            await until(lambda: len(carried.records) >= 13, "the rest")
        assert carried.offsets(0) == [7, 8, 9]
        assert carried.offsets(1) == list(range(10))

    run(story())


@pytest.mark.kafka
@pytest.mark.skipif(_reason is not None, reason=_reason or "")
def test_rebalance_takes_everything_then_gives(real: KafkaSettings, tmp_path: Path) -> None:
    """All partitions are revoked before any is assigned, and the group waits for our handler in between."""

    async def story() -> None:
        first, second = Carried(), Carried()
        at_second_join: list[int] = []

        async def slow() -> None:
            await asyncio.sleep(1.0)
            at_second_join.append(len(second.told))

        first.on_revoked = slow
        async with an_app(real, tmp_path, first):
            await until(lambda: first.told == [("assigned", ALL)], "the first has all")
            async with an_app(real, tmp_path, second):
                await until(lambda: bool(second.told) and len(first.told) >= 3, "the second has some")
                assert first.told[1] == ("revoked", ALL)
                assert first.told[2][0] == second.told[0][0] == "assigned"
                assert first.told[2][1] | second.told[0][1] == ALL
                assert first.told[2][1] & second.told[0][1] == set()
                assert at_second_join == [0]

    run(story())


@pytest.mark.kafka
@pytest.mark.skipif(_reason is not None, reason=_reason or "")
def test_stopping_leaves_the_group_at_once(real: KafkaSettings, tmp_path: Path) -> None:
    """The others need not wait for its session to end."""

    async def story() -> None:
        leaver, stayer = Carried(), Carried()
        async with an_app(real, tmp_path, stayer):
            async with an_app(real, tmp_path, leaver) as app:
                await until(lambda: bool(leaver.told) and bool(leaver.told[-1][1]), "the leaver has some")
                began = time.monotonic()
            await until(lambda: stayer.told[-1] == ("assigned", ALL), "the stayer has all")
            assert time.monotonic() - began < app.conf.broker_session_timeout

    run(story())


def test_agent_that_waits_stops_the_fetching(kafka: KafkaSettings, tmp_path: Path) -> None:
    """Memory stays bounded while a shard is busy: the agent is handed one record at a time."""

    async def story() -> None:
        carried = Carried()
        go_on = asyncio.Event()

        async def wait() -> None:
            await go_on.wait()

        carried.on_record = wait
        async with an_app(kafka, tmp_path, carried):
            write(kafka, *[b"x" * 100] * 20_000)
            await until(lambda: len(carried.records) == 1, "the first record")
            await asyncio.sleep(1.0)  # what is tested is that nothing happens
            assert len(carried.records) == 1
            go_on.set()
            await until(lambda: len(carried.records) == 20_000, "all records")
            assert carried.offsets(0) == list(range(20_000))

    run(story())


def test_error_in_a_handler_crashes_the_app(kafka: KafkaSettings, tmp_path: Path) -> None:
    """It shows in `crashed`, which the engine looks at; it is not swallowed."""

    async def story() -> None:
        carried = Carried()

        async def fail() -> None:
            raise RuntimeError("no")

        carried.on_assigned = fail
        async with an_app(kafka, tmp_path, carried) as app:
            await until(lambda: bool(app.crashed), "crashed")
            assert isinstance(app.crash_reason, RuntimeError)

    run(story())
