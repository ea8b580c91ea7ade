"""Kafka clients: what our defaults promise, on the embedded broker."""

from collections.abc import Iterator

import pytest
from confluent_kafka import KafkaException, Message

from router.config.runtime import KafkaSettings
from router.kafka import clients
from router.kafka.codec import state_key
from router.kafka.embedded import PARTITIONS, EmbeddedBroker


@pytest.fixture(scope="module")
def kafka() -> Iterator[KafkaSettings]:
    """One broker for the file; each test uses topics of its own."""
    with EmbeddedBroker() as broker:
        yield broker.settings


def send(kafka: KafkaSettings, topic: str, keys: range, partition: int = -1) -> None:
    """One record a key, acknowledged."""
    producer = clients.producer(kafka)
    for key in keys:
        producer.produce(topic, str(key), key=str(key), partition=partition)
    assert producer.flush(30) == 0


def places(records: Iterator[Message]) -> list[tuple[int | None, int | None]]:
    """Partition and offset of each record."""
    return sorted((record.partition(), record.offset()) for record in records)


def test_everything_is_read_once_up_to_the_end(kafka: KafkaSettings) -> None:
    """All partitions, in order within each, however many batches that takes."""
    send(kafka, "read-all", range(5_000))
    records = list(clients.read_to_end(kafka, "read-all"))
    assert sorted(int(record.value() or b"") for record in records) == list(range(5_000))
    for partition in range(PARTITIONS):
        offsets = [record.offset() for record in records if record.partition() == partition]
        assert offsets == list(range(len(offsets)))


def test_what_is_written_after_the_call_is_not_waited_for(kafka: KafkaSettings) -> None:
    """The end is the end at the time of the call, although reading comes later."""
    send(kafka, "moving-end", range(10), partition=2)
    records = clients.read_to_end(kafka, "moving-end")
    send(kafka, "moving-end", range(10), partition=2)
    assert places(records) == [(2, offset) for offset in range(10)]


def test_chosen_partitions_only(kafka: KafkaSettings) -> None:
    """A shard reads its own."""
    for partition in range(PARTITIONS):
        send(kafka, "chosen", range(3), partition=partition)
    assert places(clients.read_to_end(kafka, "chosen", [1, 3])) == [
        (partition, offset) for partition in (1, 3) for offset in range(3)
    ]


def test_empty_partitions_end_at_once(kafka: KafkaSettings) -> None:
    """Nothing to read is no reason to wait."""
    clients.partitions_of(clients.producer(kafka), "empty")
    assert list(clients.read_to_end(kafka, "empty")) == []
    assert list(clients.read_to_end(kafka, "empty", [])) == []


def test_a_topic_that_does_not_exist_is_told_with_what_to_do(kafka: KafkaSettings) -> None:
    """An operator's mistake, not ours; outside the embedded broker nothing creates topics by itself."""
    strict = kafka.model_copy(update={"embedded": False})
    with pytest.raises(clients.TopicMissing, match="run `router topics apply`"):
        clients.partitions_of(clients.consumer(strict, "g"), "no-such-topic")


def test_no_broker_is_an_exception_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """Never a hang."""
    monkeypatch.setattr(clients, "ANSWER_SECONDS", 0.2)
    with pytest.raises(KafkaException):
        list(clients.read_to_end(KafkaSettings(bootstrap="127.0.0.1:1"), "t"))


def test_a_key_has_the_partition_that_java_gives_it(kafka: KafkaSettings) -> None:
    """murmur2, so that other clients' keyed records meet ours: values of Kafka's own Utils.murmur2."""
    for key in (b"21", b"foobar", b"order-to-cash"):
        producer = clients.producer(kafka)
        producer.produce("keyed", b"", key=key)
        producer.flush(30)
    hashes = {b"21": -973932308, b"foobar": -790332482}
    got = {record.key(): record.partition() for record in clients.read_to_end(kafka, "keyed")}
    assert {key: got[key] for key in hashes} == {
        key: (value & 0x7FFFFFFF) % PARTITIONS for key, value in hashes.items()
    }


def test_what_extra_says_wins(kafka: KafkaSettings) -> None:
    """A caller may need another setting; a misspelt one is refused by librdkafka."""
    with pytest.raises(KafkaException, match="No such configuration property"):
        clients.producer(kafka, **{"lingering.ms": 1})
    reader = clients.consumer(kafka, "g", **{"auto.offset.reset": "latest"})
    reader.close()


def test_state_keys_are_bytes_that_kafka_takes(kafka: KafkaSettings) -> None:
    """A key with any character survives the broker."""
    producer = clients.producer(kafka)
    producer.produce("keys", b"v", key=state_key("é|scope", "alert|☃"))
    producer.flush(30)
    [record] = clients.read_to_end(kafka, "keys")
    assert record.key() == "é%7Cscope|alert|☃".encode()
