"""A notifier at work in a thread of the test, between the embedded broker and the fake Slack."""

import asyncio
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, TypeVar

from pydantic import SecretStr

from router.config.runtime import KafkaSettings, RuntimeSettings, SlackSettings
from router.kafka import notifier
from router.kafka.clients import producer, read_to_end
from router.kafka.codec import decode_delivery, encode, notice_partition
from router.kafka.embedded import PARTITIONS
from router.kafka.notifier_plan import Patience
from router.kafka.topics import DELIVERIES, NOTICES
from router.model.notice import Delivery, Notice
from router.slack.client import SlackClient, SlackMessage
from tests.fake_slack import FakeSlack
from tests.unit.render.samples import company

T = TypeVar("T")

HASTY = Patience(look_after=0.5, retry=0.5, retry_most=1.0, sweeps=(1.0, 2.0))
"""The waits of production are minutes."""


def until(question: Callable[[], T], seconds: float = 30.0) -> T:
    """The first true answer; AssertionError with the last one when there is none in time."""
    deadline = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < deadline, f"still {answer!r} after {seconds} s"
        time.sleep(0.02)
    return answer


class Running:
    """`with Running(kafka, slack):` starts a notifier; leaving asks it to end and takes its exit code."""

    def __init__(self, kafka: KafkaSettings, slack: FakeSlack | None, patience: Patience = HASTY) -> None:
        settings = SlackSettings()
        if slack is not None:
            settings = SlackSettings(token=SecretStr(slack.token), base_url=slack.api_url)
        self.runtime = RuntimeSettings(kafka=kafka, slack=settings)
        self.exit_code: int | None = None
        self._stop = threading.Event()
        self._patience = patience
        self._thread = threading.Thread(target=self._run, name="notifier", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Ask it to end, as SIGTERM does, and wait."""
        self._stop.set()
        self._thread.join(40)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        self.exit_code = notifier.run(self.runtime, company(), self._stop, self._patience)


def publish(kafka: KafkaSettings, *notices: Notice) -> None:
    """Write notices as the engine does."""
    writer = producer(kafka)
    for notice in notices:
        place = notice_partition(notice.destination, PARTITIONS)
        writer.produce(NOTICES, encode(notice), notice.key.encode(), place)
    assert writer.flush(20) == 0


def log(kafka: KafkaSettings, *records: Delivery) -> None:
    """Write to the log of deliveries, as a notifier did before it crashed."""
    writer = producer(kafka)
    for record in records:
        place = notice_partition(record.destination, PARTITIONS)
        writer.produce(DELIVERIES, encode(record), record.key.encode(), place)
    assert writer.flush(20) == 0


def logged(kafka: KafkaSettings, destination: str) -> list[Delivery]:
    """Every record of the log of deliveries about a destination, oldest first."""
    place = notice_partition(destination, PARTITIONS)
    records = [decode_delivery(record.value() or b"") for record in read_to_end(kafka, DELIVERIES, [place])]
    return [record for record in records if record.destination == destination]


def roots(slack: FakeSlack, channel: str) -> list[dict[str, Any]]:
    """Messages of a channel that are not replies."""
    return [message for message in slack.messages(channel) if not message["thread_ts"]]


def replies(slack: FakeSlack, channel: str) -> list[dict[str, Any]]:
    """Replies in a channel's threads."""
    return [message for message in slack.messages(channel) if message["thread_ts"]]


def version(message: dict[str, Any]) -> int:
    """The incident's revision that a message says it shows."""
    return int(message["metadata"]["event_payload"]["version"])


def slack_says(slack: FakeSlack, attempt: Delivery) -> None:
    """Slack holds the message of this attempt: it was posted, and the notifier died before it knew."""

    async def post() -> None:
        async with SlackClient(slack.token, base_url=slack.api_url) as client:
            await client.post(
                attempt.destination,
                SlackMessage(text="posted before the crash"),
                effect_id=attempt.effect_id,
                metadata={"incident_id": attempt.incident, "version": attempt.revision},
            )

    asyncio.run(post())


def delete(slack: FakeSlack, message: dict[str, Any]) -> None:
    """Somebody deletes the message."""

    async def call() -> None:
        async with SlackClient(slack.token, base_url=slack.api_url) as client:
            await client.delete(message["channel"], message["ts"])

    asyncio.run(call())


def garble(kafka: KafkaSettings, destination: str) -> None:
    """Write a notice that does not decode."""
    writer = producer(kafka)
    writer.produce(NOTICES, b"{", f"{destination}|main-0", notice_partition(destination, PARTITIONS))
    assert writer.flush(20) == 0
