"""Commands on their way to `router.inputs.v1`: durable before anybody is told that they are."""

import asyncio
import threading
from typing import Any, Protocol

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from router.config.runtime import KafkaSettings
from router.kafka.clients import producer
from router.kafka.codec import encode
from router.kafka.rights import words_of
from router.kafka.topics import INPUTS
from router.model.input import Command

PATIENCE_SECONDS = 1.5
"""The broker acknowledges within this time, or the sender is told that nothing is certain."""
_POLL_SECONDS = 0.1
_LAST_SECONDS = 2.0


class NotSent(Exception):
    """The broker did not acknowledge in time. The command may yet arrive; its id makes a repeat harmless."""


class Sends(Protocol):
    """Whatever can make a command durable."""

    async def send(self, command: Command, within_seconds: float) -> None:
        """Returns when the broker has it. Raises NotSent."""


class CommandSender:
    """The producer of commands: idempotent, not transactional, acknowledged by all replicas. For one loop."""

    def __init__(self, kafka: KafkaSettings) -> None:
        # No `message.timeout.ms` beyond our patience: what we called failed should not happen minutes later.
        limits: dict[str, Any] = {"linger.ms": 0, "message.timeout.ms": int(PATIENCE_SECONDS * 1000)}
        self._kafka = kafka
        self._producer: Producer = producer(kafka, **limits)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._poll, name="command-sender", daemon=True)
        self._broken = ""

    def start(self) -> None:
        """Begin to take acknowledgements in."""
        self._thread.start()

    @property
    def broken(self) -> str:
        """Why this producer can never send again, or ""; then the process must start anew."""
        return self._broken

    async def send(self, command: Command, within_seconds: float = PATIENCE_SECONDS) -> None:
        """Returns when every in-sync replica has the command. Raises NotSent."""
        loop = asyncio.get_running_loop()
        acknowledged: asyncio.Future[None] = loop.create_future()

        def report(error: KafkaError | None, _message: Message) -> None:
            if error is not None and error.fatal():
                self._broken = error.name()
            try:
                loop.call_soon_threadsafe(self._settle, acknowledged, error)
            except RuntimeError:  # The loop has ended; so has whoever waited.
                return

        try:
            self._producer.produce(
                INPUTS, key=command.scope.encode(), value=encode(command), on_delivery=report
            )
            async with asyncio.timeout(within_seconds):
                await acknowledged
        except KafkaException as failed:
            error = failed.args[0]
            if error.fatal():
                self._broken = error.name()
            raise NotSent(error.name()) from failed
        except (BufferError, TimeoutError) as failed:
            raise NotSent(type(failed).__name__) from failed

    def close(self) -> None:
        """Send what is under way, for two seconds at most, and end."""
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join()
        self._producer.flush(_LAST_SECONDS)

    def _settle(self, acknowledged: "asyncio.Future[None]", error: KafkaError | None) -> None:
        if acknowledged.done():
            return
        if error is None:
            acknowledged.set_result(None)
        else:
            acknowledged.set_exception(KafkaException(error))

    def _poll(self) -> None:
        try:
            while not self._ending.is_set():
                self._producer.poll(_POLL_SECONDS)
        except (KafkaException, SystemError) as failure:  # the client's fatal error: see `client_failure`
            self._broken = words_of(failure, self._kafka, "web")
