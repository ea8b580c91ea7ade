"""The log of deliveries, on the embedded broker. Fencing is tested on Kafka, in tests/integration."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from router.config.runtime import KafkaSettings
from router.kafka.clients import producer, read_to_end
from router.kafka.codec import decode_delivery
from router.kafka.embedded import EmbeddedBroker
from router.kafka.notifier_log import DeliveryLog, Subject
from router.kafka.notifier_plan import Memory
from router.kafka.topics import DELIVERIES
from router.model.notice import Delivery, DeliveryState


@pytest.fixture(scope="module")
def kafka() -> Iterator[KafkaSettings]:
    """One broker; each test has a partition of its own."""
    with EmbeddedBroker() as broker:
        yield broker.settings


def record(incident: str, part: str = "root", state: str = "done", revision: int = 1) -> Delivery:
    """A record about a destination of the test's partition."""
    return Delivery(
        destination="#data",
        incident=incident,
        part=part,
        state=DeliveryState(state),
        revision=revision,
        at=datetime.now(UTC),
        channel_id="C1",
        ts="1.0",
    )


def test_what_was_written_is_what_the_next_owner_reads(kafka: KafkaSettings) -> None:
    """The newest record of every part, by destination and incident."""
    old, new, reply = record("a"), record("a", revision=2), record("a", "note-3")
    started = record("b", state="attempt_started")

    async def story() -> object:
        first = DeliveryLog(kafka, 0)
        assert await first.open() == {}
        await first.write(old, reply)
        await first.write(new)
        await first.write(started)
        await first.close()
        second = DeliveryLog(kafka, 0)
        memories = await second.open()
        await second.close()
        return memories

    assert asyncio.run(story()) == {
        Subject("#data", "a"): Memory(new, noted=3),
        Subject("#data", "b"): Memory(started),
    }


def test_writes_that_wait_together_are_durable_together(kafka: KafkaSettings) -> None:
    """All destinations of a partition write at once; each waits for its own records only."""

    async def story() -> None:
        log = DeliveryLog(kafka, 1)
        await log.open()
        await asyncio.gather(*(log.write(record(f"incident-{n}")) for n in range(50)))
        await log.close()

    asyncio.run(story())
    written = [decode_delivery(r.value() or b"").incident for r in read_to_end(kafka, DELIVERIES, [1])]
    assert sorted(written) == sorted(f"incident-{n}" for n in range(50))


def test_a_write_that_was_given_up_is_not_made(kafka: KafkaSettings) -> None:
    """Whoever gave up before the record was sent must not find it in the log."""

    async def story() -> None:
        log = DeliveryLog(kafka, 2)
        await log.open()
        first = asyncio.create_task(log.write(record("kept")))
        await asyncio.sleep(0)
        given_up = asyncio.create_task(log.write(record("given up")))
        await asyncio.sleep(0)
        given_up.cancel()
        await first
        await log.write(record("kept too"))
        await log.close()

    asyncio.run(story())
    written = [decode_delivery(r.value() or b"").incident for r in read_to_end(kafka, DELIVERIES, [2])]
    assert written == ["kept", "kept too"]


def test_a_record_that_does_not_decode_is_passed_over(
    kafka: KafkaSettings, caplog: pytest.LogCaptureFixture
) -> None:
    """It is shouted about; the others are read."""
    writer = producer(kafka)
    writer.produce(DELIVERIES, b"{", b"#data|a|root", 3)
    writer.produce(DELIVERIES, None, b"#data|b|root", 3)
    assert writer.flush(20) == 0

    async def story() -> object:
        log = DeliveryLog(kafka, 3)
        memories = await log.open()
        await log.close()
        return memories

    assert asyncio.run(story()) == {}
    assert "notifier.unreadable" in caplog.text
