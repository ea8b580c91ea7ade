"""A person's command on its way to the engine, and the decision about it."""

import threading
from collections.abc import Iterator

import pytest

from router.config.runtime import KafkaSettings
from router.kafka.codec import decode_input, encode
from router.kafka.commanding import send_and_wait, send_command
from router.kafka.embedded import EmbeddedBroker
from router.kafka.sender import Sender
from router.kafka.tail import Tail
from router.kafka.topics import DECISIONS, INPUTS
from router.model.decision import Decision, Reason
from tests.builders import a_command, at


@pytest.fixture
def kafka() -> Iterator[KafkaSettings]:
    """A broker of its own for each test: commands have one topic."""
    with EmbeddedBroker() as broker:
        yield broker.settings


def decide(kafka: KafkaSettings, command: str, reason: Reason = Reason.COMMAND_APPLIED) -> None:
    """What the engine writes about a command."""
    decision = Decision(
        scope="main", number=1, at=at(0), reason=reason, text="done", rules="r", command=command
    )
    sender = Sender(kafka)
    sender.send(DECISIONS, encode(decision), key=b"main")
    sender.finish()


def test_a_command_goes_to_the_partition_of_its_scope(kafka: KafkaSettings) -> None:
    """Keyed by scope like everything else that changes it, so it has its place in the one order."""
    command = a_command("acknowledge", "main-1")
    landed = send_command(kafka, command)
    with Tail(kafka, [INPUTS]) as tail:
        (read,) = tail.to_end()
    assert (read.key, read.position) == (b"main", str(landed))
    assert decode_input(read.value or b"") == command


def test_the_decision_about_it_is_waited_for(kafka: KafkaSettings) -> None:
    """Decisions about other commands, and older ones, are passed over."""
    decide(kafka, "c1", Reason.COMMAND_REPEATED)
    answers: list[Decision | None] = []
    waiting = threading.Thread(
        target=lambda: answers.append(send_and_wait(kafka, a_command("resolve", "main-1", id="c1"), 60)[1])
    )
    waiting.start()
    with Tail(kafka, [INPUTS]) as tail:
        next(tail.follow(lambda: False))
    decide(kafka, "another")
    decide(kafka, "c1")
    waiting.join(60)
    assert [answer.reason for answer in answers if answer] == [Reason.COMMAND_APPLIED]


def test_without_an_engine_there_is_no_decision(kafka: KafkaSettings) -> None:
    """The command stays on Kafka all the same."""
    landed, decision = send_and_wait(kafka, a_command("resolve", "main-1"), 0.2)
    assert decision is None
    assert landed.topic == INPUTS
