"""Sends a person's command to the engine, and waits for what was decided about it."""

import time
from collections.abc import Sequence

from router.config.runtime import KafkaSettings
from router.kafka.codec import decode_decision, encode
from router.kafka.sender import Landed, Sender
from router.kafka.tail import Edge, Tail
from router.kafka.topics import DECISIONS, INPUTS
from router.model.decision import Decision
from router.model.input import Command


def send_command(kafka: KafkaSettings, command: Command) -> Landed:
    """Where it landed, acknowledged. Raises TopicMissing, KafkaException or TimeoutError."""
    sender = Sender(kafka)
    sender.partitions(INPUTS)
    sender.send(INPUTS, encode(command), key=command.scope.encode())
    return sender.finish()[0]


def send_and_wait(
    kafka: KafkaSettings, command: Command, wait_seconds: float
) -> tuple[Landed, Decision | None]:
    """Where it landed, and the first decision about it: None when there is none in time."""
    with Tail(kafka, [DECISIONS], Edge.LATEST) as tail:
        landed = send_command(kafka, command)
        deadline = time.monotonic() + wait_seconds
        for read in tail.follow(lambda: time.monotonic() > deadline):
            if read.value is not None:
                decision = decode_decision(read.value)
                if decision.command == command.id:
                    return landed, decision
    return landed, None


def send_to_all(
    kafka: KafkaSettings, commands: Sequence[Command], wait_seconds: float = 0
) -> list[tuple[Command, Decision | None]]:
    """Each command with the first decision about it; None where there is none in time, or nobody waits.

    Raises TopicMissing, KafkaException or TimeoutError.
    """
    with Tail(kafka, [DECISIONS], Edge.LATEST) as tail:
        sender = Sender(kafka)
        sender.partitions(INPUTS)
        for command in commands:
            sender.send(INPUTS, encode(command), key=command.scope.encode())
        sender.finish()
        decided: dict[str, Decision] = {}
        wanted, deadline = {command.id for command in commands}, time.monotonic() + wait_seconds
        if wait_seconds:
            for read in tail.follow(lambda: time.monotonic() > deadline):
                if read.value is not None:
                    decision = decode_decision(read.value)
                    if decision.command in wanted:
                        decided.setdefault(decision.command, decision)
                if decided.keys() == wanted:
                    break
    return [(command, decided.get(command.id)) for command in commands]
