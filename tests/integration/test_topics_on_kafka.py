"""Our topics and clients on Apache Kafka: what the embedded broker cannot show."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from confluent_kafka import Producer

from router.config.runtime import KafkaSettings
from router.kafka.clients import admin, producer, read_to_end
from router.kafka.topics import DECISIONS, INPUTS, LEDGER, STATE, TOPICS, Topic, adjusted, topics
from router.kafka.topics_plan import Kind, apply, plan
from tests.kafka.broker import KafkaCluster, available

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.skipif(available() is not None, reason=available() or ""),
]


@pytest.fixture(scope="module")
def kafka() -> Iterator[KafkaSettings]:
    """One broker for the file, without any topic of ours; `properties` keeps it from being somebody else's."""
    with KafkaCluster(properties={"auto.create.topics.enable": "false"}) as cluster:
        yield KafkaSettings(bootstrap=cluster.bootstrap)


@pytest.fixture(scope="module")
def applied(kafka: KafkaSettings) -> dict[str, Topic]:
    """Our topics as this broker has them: three partitions, one copy."""
    wanted = adjusted(topics(), partitions=3, replication=1)
    done = apply(kafka, wanted)
    assert [(difference.topic, difference.kind) for difference in done] == [
        (name, Kind.CREATE) for name in TOPICS
    ]
    return wanted


def named(topic: Topic, name: str) -> dict[str, Topic]:
    """A topic of the same kind under a name that one test has for itself."""
    return {name: topic.model_copy(update={"topic": name, "same_partitions_as": ""})}


def test_a_cluster_that_is_too_small_is_left_alone(kafka: KafkaSettings) -> None:
    """Three copies on one broker: refused with advice, nothing half done."""
    wanted = named(topics()[LEDGER], "too-many-copies")
    [difference] = apply(kafka, wanted)
    assert "--replication 1" in difference.refused
    assert "too-many-copies" not in admin(kafka).list_topics(timeout=10).topics


def test_after_apply_there_is_nothing_left_to_do(kafka: KafkaSettings, applied: dict[str, Topic]) -> None:
    """All configs are as wanted, under Kafka's own way of writing them."""
    assert plan(kafka, applied) == ()
    assert apply(kafka, applied) == ()


def test_a_longer_retention_is_set_and_a_shorter_one_refused(kafka: KafkaSettings) -> None:
    """A shorter one would delete. Other configs stay."""
    first = adjusted(named(topics()[LEDGER], "kept"), partitions=1, replication=1)
    apply(kafka, first)
    longer = adjusted(first, config={"kept": {"retention.ms": "99999999999"}})
    assert [str(difference) for difference in apply(kafka, longer)] == [
        "kept: config retention.ms: 7776000000 -> 99999999999"
    ]
    [refused] = apply(kafka, first)
    assert "would delete records" in refused.refused
    assert plan(kafka, longer) == ()


def test_partitions_grow_while_a_keyed_topic_is_empty_and_never_after(kafka: KafkaSettings) -> None:
    """The first record fixes where its key lives, even when the record is long gone."""
    one = adjusted(named(topics()[DECISIONS], "growing"), partitions=1, replication=1)
    apply(kafka, one)
    two, three = adjusted(one, partitions=2), adjusted(one, partitions=3)
    assert [difference.refused for difference in apply(kafka, two)] == [""]
    assert plan(kafka, two) == ()
    writer = producer(kafka)
    writer.produce("growing", b"v", key=b"k")
    assert writer.flush(30) == 0
    [refused] = apply(kafka, three)
    assert "growing has data" in refused.refused
    assert plan(kafka, two) == ()


def test_a_config_the_broker_refuses_is_left_out_where_it_may_be(kafka: KafkaSettings) -> None:
    """Services that speak Kafka know fewer configs; ours that matter are never left out."""
    [topic] = adjusted(named(topics()[LEDGER], "odd"), partitions=1, replication=1).values()
    odd = topic.model_copy(
        update={"config": topic.config | {"no.such.config": "1"}, "optional_config": ("no.such.config",)}
    )
    [created] = apply(kafka, {"odd": odd})
    assert created == replace(created, kind=Kind.CREATE, refused="")
    assert plan(kafka, {"odd": odd}) == ()


def test_inputs_are_stamped_by_the_broker(kafka: KafkaSettings, applied: dict[str, Topic]) -> None:
    """Whatever clock the writer has: `now` is the log's."""
    writer = producer(kafka)
    writer.produce(INPUTS, b"{}", timestamp=1)
    assert writer.flush(30) == 0
    [record] = read_to_end(kafka, INPUTS)
    kind, at = record.timestamp()
    assert kind == 2  # LogAppendTime
    assert at > 1_700_000_000_000


def begin(kafka: KafkaSettings, name: str, partition: int, value: bytes) -> Producer:
    """A producer in the middle of a transaction that wrote one record."""
    writer = producer(kafka, **{"transactional.id": name, "linger.ms": 0})
    writer.init_transactions(60)
    writer.begin_transaction()
    writer.produce(STATE, value, key=value, partition=partition)
    assert writer.flush(30) == 0
    return writer


def settled(kafka: KafkaSettings, name: str) -> None:
    """Until the markers of the last transaction of this id are written: the broker answers before that."""
    producer(kafka, **{"transactional.id": name}).init_transactions(60)


def values(kafka: KafkaSettings, partition: int, isolation: str = "read_committed") -> list[bytes | None]:
    """What is on a partition of the state topic."""
    return [record.value() for record in read_to_end(kafka, STATE, [partition], isolation)]


def test_reading_to_the_end_sees_committed_records_and_waits_for_none(
    kafka: KafkaSettings, applied: dict[str, Topic]
) -> None:
    """Behind an open transaction reading ends; markers and aborted records are passed over."""
    begin(kafka, "t-0", 0, b"committed").commit_transaction(60)
    settled(kafka, "t-0")
    assert values(kafka, 0) == [b"committed"]
    begin(kafka, "t-0", 0, b"aborted").abort_transaction(60)
    settled(kafka, "t-0")
    assert values(kafka, 0) == [b"committed"]
    begin(kafka, "t-0", 0, b"more").commit_transaction(60)
    settled(kafka, "t-0")
    open_one = begin(kafka, "t-1", 0, b"open")
    assert values(kafka, 0) == [b"committed", b"more"]
    assert values(kafka, 0, "read_uncommitted") == [b"committed", b"aborted", b"more", b"open"]
    open_one.commit_transaction(60)
    settled(kafka, "t-1")
    assert values(kafka, 0) == [b"committed", b"more", b"open"]


def test_a_partition_of_aborted_records_only_has_an_end(
    kafka: KafkaSettings, applied: dict[str, Topic]
) -> None:
    """Offsets without any record to hand out."""
    begin(kafka, "t-2", 2, b"aborted").abort_transaction(60)
    settled(kafka, "t-2")
    assert values(kafka, 2) == []


def test_opening_a_shard_fences_the_one_before_and_reads_what_it_committed(
    kafka: KafkaSettings, applied: dict[str, Topic]
) -> None:
    """The heir's init aborts the zombie's transaction, so the end of the partition is final."""
    zombie = begin(kafka, "t-3", 1, b"lost")
    heir = producer(kafka, **{"transactional.id": "t-3"})
    heir.init_transactions(60)
    assert values(kafka, 1) == []
    with pytest.raises(Exception, match=r"(?i)fenced|epoch"):
        zombie.commit_transaction(60)
