"""The embedded broker carries what the product does on Kafka: transactions, two libraries, one log."""

import asyncio
from collections.abc import Iterator

import faust
import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka import TopicPartition as Place
from confluent_kafka import TopicPartition
from faust.transport.drivers.aiokafka import credentials_to_aiokafka_auth, server_list

from router.config.runtime import KafkaSettings
from router.kafka.clients import consumer, producer, read_to_end
from router.kafka.codec import CHECKPOINT_KEY, decode_checkpoint, decode_input, encode, encode_checkpoint
from router.kafka.embedded import EmbeddedBroker
from router.kafka.topics import DECISIONS, INPUTS, STATE
from router.model.input import Tick


@pytest.fixture
def kafka() -> Iterator[KafkaSettings]:
    """A broker of its own for each test."""
    with EmbeddedBroker() as broker:
        yield broker.settings


async def read_by_aiokafka(kafka: KafkaSettings, topic: str, partition: int, count: int) -> list[bytes]:
    """Values as the library beneath Faust reads them, with the settings that Faust would give it."""
    conf = faust.App("test", **kafka.faust()).conf
    reader = AIOKafkaConsumer(
        bootstrap_servers=server_list(conf.broker, 9092),
        auto_offset_reset="earliest",
        **credentials_to_aiokafka_auth(conf.broker_credentials, None),
    )
    await reader.start()
    try:
        reader.assign([Place(topic, partition)])
        await reader.seek_to_beginning(Place(topic, partition))
        async with asyncio.timeout(30):
            return [(await reader.getone()).value for _ in range(count)]
    finally:
        await reader.stop()


def test_what_our_producers_write_the_library_beneath_faust_reads(kafka: KafkaSettings) -> None:
    """Compression included: aiokafka knows fewer codecs than librdkafka."""
    writer = producer(kafka)
    for _ in range(50):
        writer.produce(INPUTS, encode(Tick()), partition=1)
    assert writer.flush(30) == 0
    values = asyncio.run(read_by_aiokafka(kafka, INPUTS, 1, 50))
    assert {decode_input(value) for value in values} == {Tick()}


def test_a_micro_batch_is_one_transaction(kafka: KafkaSettings) -> None:
    """State, decisions, checkpoint and the group's offset; twice, as a shard does."""
    group = consumer(kafka, kafka.name("engine"))
    writer = producer(kafka, **{"transactional.id": kafka.name("engine-1"), "linger.ms": 0})
    writer.init_transactions(30)
    for step in (1, 2):
        writer.begin_transaction()
        writer.produce(STATE, encode_checkpoint(step), key=CHECKPOINT_KEY, partition=1)
        writer.produce(DECISIONS, b"{}", partition=1)
        writer.send_offsets_to_transaction(
            [TopicPartition(INPUTS, 1, step)], group.consumer_group_metadata(), 30
        )
        writer.commit_transaction(30)
    group.close()
    checkpoints = [decode_checkpoint(record.value() or b"") for record in read_to_end(kafka, STATE, [1])]
    assert checkpoints == [1, 2]
    assert len(list(read_to_end(kafka, DECISIONS))) == 2


def test_a_consumer_group_begins_at_the_first_record(kafka: KafkaSettings) -> None:
    """A role that starts after its input was written misses nothing."""
    writer = producer(kafka)
    writer.produce("erp.alerts", b"before")
    assert writer.flush(30) == 0
    reader = consumer(kafka, kafka.name("intake"), **{"session.timeout.ms": 6_000})
    reader.subscribe(["erp.alerts"])
    try:
        [record] = reader.consume(1, 60)
        assert record.value() == b"before"
    finally:
        reader.close()
