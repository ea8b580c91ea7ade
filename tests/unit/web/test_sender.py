"""Commands become durable on `router.inputs.v1`, or their sender is told that they may not be."""

import asyncio
import time
from collections.abc import Iterator

import pytest

from router.config.runtime import KafkaSettings
from router.kafka.clients import read_to_end
from router.kafka.codec import decode_input
from router.kafka.embedded import EmbeddedBroker
from router.kafka.topics import INPUTS
from router.model.input import Command
from router.web.sender import PATIENCE_SECONDS, CommandSender, NotSent
from tests.builders import a_command


@pytest.fixture
def broker() -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker() as started:
        yield started


def send(kafka: KafkaSettings, *commands: Command, within: float = 10.0) -> None:
    sender = CommandSender(kafka)
    sender.start()
    try:

        async def work() -> None:
            await asyncio.gather(*(sender.send(command, within) for command in commands))

        asyncio.run(work())
    finally:
        sender.close()


def test_a_command_is_on_the_topic_when_send_returns(broker: EmbeddedBroker) -> None:
    """Keyed by its scope, and decoded it is the same command."""
    commands = [a_command("acknowledge", "main-1", id=f"c{n}") for n in range(20)]
    send(broker.settings, *commands)
    records = list(read_to_end(broker.settings, INPUTS))
    assert {record.key() for record in records} == {b"main"}
    assert len({record.partition() for record in records}) == 1
    assert {decode_input(record.value() or b"") for record in records} == set(commands)


def test_without_a_broker_the_sender_is_told_within_its_patience() -> None:
    """Nothing waits for minutes: whoever pressed the button is still there."""
    nowhere = KafkaSettings(bootstrap="127.0.0.1:1")
    began = time.monotonic()
    with pytest.raises(NotSent):
        send(nowhere, a_command("acknowledge", "main-1"), within=0.3)
    assert time.monotonic() - began < 0.3 + 5.0


def test_the_client_itself_gives_a_command_up_after_our_patience() -> None:
    """What was called failed must not happen minutes later, when the broker is back."""
    with pytest.raises(NotSent, match="_MSG_TIMED_OUT"):
        send(KafkaSettings(bootstrap="127.0.0.1:1"), a_command("acknowledge", "main-1"), within=30.0)
    assert PATIENCE_SECONDS < 2.0


def test_closing_a_sender_that_was_never_started_does_no_harm(broker: EmbeddedBroker) -> None:
    """A start that failed half-way is cleaned up like any other."""
    CommandSender(broker.settings).close()
