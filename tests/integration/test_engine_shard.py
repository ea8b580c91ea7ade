"""Shards on real Kafka: a transaction is visible whole or not at all, and a partition has one owner."""

from collections.abc import Iterator
from itertools import count as numbers

import pytest
from confluent_kafka import KafkaException, TopicPartition

from router.config.runtime import KafkaSettings
from router.kafka.clients import consumer, producer, read_to_end
from router.kafka.codec import CHECKPOINT_KEY, decode_decision, encode
from router.kafka.shard import Shard
from router.kafka.shard_footing import ROLE, place_of
from router.kafka.topics import DECISIONS, INPUTS, NOTICES, STATE
from router.model.input import Tick
from tests.builders import a_company
from tests.counting import a_count, an_input, count
from tests.integration.engine_process import make_topics, until
from tests.kafka.broker import KafkaCluster, available

_reason = available(own=True)
pytestmark = [pytest.mark.kafka, pytest.mark.skipif(_reason is not None, reason=_reason or "")]

PARTITIONS = 24
"""Each test takes one of its own, so they share a broker and no state."""

_fresh = numbers()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaCluster]:
    """A broker of our own: our topics' names are fixed, so tests cannot share one."""
    with KafkaCluster(data_dir=tmp_path_factory.mktemp("kafka")) as kafka:
        make_topics(kafka, PARTITIONS)
        yield kafka


class Place:
    """A partition that no other test uses, with a scope that belongs to it."""

    def __init__(self, kafka: KafkaSettings) -> None:
        self.kafka = kafka
        self.partition = next(_fresh)
        names = (f"scope-{n}" for n in numbers())
        self.scope = next(name for name in names if place_of(name, PARTITIONS) == self.partition)
        writer = producer(kafka)
        for _ in range(20):  # shards refuse a checkpoint beyond the end of inputs
            writer.produce(INPUTS, encode(Tick()), partition=self.partition)
        writer.flush(30)

    def shard(self) -> Shard:
        """An open shard of the partition."""
        shard = Shard(self.kafka, self.partition, a_company(), count)
        shard.open()
        return shard

    def decided(self, isolation: str = "read_committed") -> list[str]:
        """What decisions about the scope say was counted."""
        records = read_to_end(self.kafka, DECISIONS, isolation=isolation)
        return [decode_decision(r.value() or b"").command for r in records if r.key() == self.scope.encode()]

    def wait_until_decided(self, *names: str) -> None:
        """Exactly these inputs are counted.

        A commit returns when the broker has it in its log of transactions; the records can be read once it has marked
        them, too, which takes a busy one a moment.
        """
        until(lambda: len(self.decided()) >= len(names), f"{names} decided")
        assert self.decided() == [*names]

    def committed(self) -> int:
        """The group's offset."""
        reader = consumer(self.kafka, self.kafka.name(ROLE))
        try:
            return int(reader.committed([TopicPartition(INPUTS, self.partition)], timeout=30)[0].offset)
        finally:
            reader.close()


@pytest.fixture
def place(cluster: KafkaCluster) -> Place:
    return Place(KafkaSettings(bootstrap=cluster.bootstrap))


class Crash(Exception):
    """What ends the shard's process in these tests."""


def test_crash_between_produce_and_commit_leaves_nothing_visible(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The records are on the broker, nobody can read them, and the next owner counts the inputs once."""
    first = place.shard()
    first.apply([an_input(0, a_count("a", place.scope))])
    batch = [an_input(1, a_count("b", place.scope)), an_input(2, a_count("c", place.scope))]

    def crash(_call: object) -> None:
        assert first._producer.flush(30) == 0
        raise Crash

    monkeypatch.setattr(first, "_persist", crash)
    with pytest.raises(Crash):
        first.apply(batch)
    place.wait_until_decided("a")
    assert place.decided("read_uncommitted") == ["a", "b", "c"]

    second = place.shard()
    assert second.state.next == 1
    assert second.apply(batch).applied == 2
    place.wait_until_decided("a", "b", "c")


def test_crash_after_commit_replays_nothing(place: Place) -> None:
    """The inputs come again, for nobody knew that they were applied; the checkpoint knows."""
    batch = [an_input(0, a_count("a", place.scope)), an_input(1, a_count("b", place.scope))]
    place.shard().apply(batch)
    assert place.shard().apply(batch).replayed == 2
    place.wait_until_decided("a", "b")


def test_zombie_is_fenced(place: Place) -> None:
    """Who had the partition before can commit nothing, not even a transaction it began before."""
    zombie = place.shard()
    zombie.apply([an_input(0, a_count("a", place.scope))])
    owner = place.shard()
    with pytest.raises(KafkaException, match=r"(?i)fenced|epoch"):
        zombie.apply([an_input(1, a_count("b", place.scope))])
    owner.apply([an_input(1, a_count("b", place.scope))])
    place.wait_until_decided("a", "b")


def test_restored_state_equals_the_live_one(place: Place) -> None:
    """Read back from Kafka, transaction markers, aborted records and tombstones between, it is the same."""
    shard = place.shard()
    for offset in range(6):
        shard.apply([an_input(offset, a_count(f"c{offset}", place.scope, seconds=offset + 1))])
    shard.apply([an_input(6, Tick(), seconds=3)])
    again = place.shard()
    assert again.state.digest() == shard.state.digest()
    assert again.state.wake_at() == shard.state.wake_at()
    assert again.state.next == 7


def test_group_offset_follows_the_checkpoint(place: Place) -> None:
    """Both are in the transaction, so Faust begins where the shard wants to go on."""
    shard = place.shard()
    shard.apply([an_input(0, a_count("a", place.scope)), an_input(1, b"not json")])
    assert place.committed() == shard.state.next == 2


def test_deleted_state_topic_is_noticed(place: Place) -> None:
    """The group has gone further than the state: going on would lose everything between."""
    place.shard().apply([an_input(0, a_count("a", place.scope))])
    cleaner = producer(place.kafka)
    # Everything that the broker holds: what was committed just now may not be marked as committed yet.
    keys = {record.key() for record in read_to_end(place.kafka, STATE, [place.partition], "read_uncommitted")}
    assert CHECKPOINT_KEY in keys
    for key in keys:
        cleaner.produce(STATE, None, key, place.partition)
    assert cleaner.flush(30) == 0
    with pytest.raises(RuntimeError, match="Delete the consumer group too"):
        place.shard()


def test_large_batch_is_one_transaction(place: Place) -> None:
    """A thousand notices of one incident leave as one, with everything else of the batch."""
    batch = [an_input(offset, a_count(f"c{offset}", place.scope)) for offset in range(20)]
    place.shard().apply(batch)
    place.wait_until_decided(*(f"c{offset}" for offset in range(20)))

    def told() -> list[bytes]:
        keys = (record.key() or b"" for record in read_to_end(place.kafka, NOTICES))
        return [key for key in keys if place.scope in key.decode()]

    until(lambda: bool(told()), "told")
    assert len(told()) == 1
