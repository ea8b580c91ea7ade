"""A partition acts on the difference between what is to be shown and what was told, and only when it knows both."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from typing import cast

import pytest

from router.config.runtime import KafkaSettings
from router.kafka.codec import encode
from router.kafka.embedded import EmbeddedBroker
from router.kafka.notifier_log import DeliveryLog
from router.kafka.notifier_partition import FORGET_SECONDS, NoticeRecord, Partition
from router.kafka.notifier_plan import Patience
from router.kafka.notifier_senders import Senders
from router.model.notice import Delivery, DeliveryState, Notice
from tests.unit.kafka.notifier_fakes import Channel
from tests.unit.render.samples import a_notice

NUMBERS = iter(range(4))


@pytest.fixture(scope="module")
def kafka() -> Iterator[KafkaSettings]:
    """One broker; each test has a partition of its own."""
    with EmbeddedBroker() as broker:
        yield broker.settings


class Everywhere:
    """The same channel for every destination."""

    def __init__(self) -> None:
        self.channel = Channel()

    def of(self, destination: str) -> Channel:
        """The one there is."""
        return self.channel


def written(notice: Notice, offset: int, age_seconds: float = 0) -> NoticeRecord:
    """The notice as a record."""
    return NoticeRecord(offset, notice.key.encode(), encode(notice), time.time() - age_seconds)


async def become(question: Callable[[], object]) -> None:
    """Wait until it is so."""
    async with asyncio.timeout(20):
        while not question():  # noqa: ASYNC110 (a partition has no event for tests)
            await asyncio.sleep(0.005)


Story = Callable[[Partition, Channel], Awaitable[None]]


def play(kafka: KafkaSettings, story: Story, *known: Delivery) -> Channel:
    """Run a story with a partition whose log holds these records."""

    async def run() -> Channel:
        number, failures = next(NUMBERS), list[BaseException]()
        log = DeliveryLog(kafka, number)
        await log.open()
        if known:
            await log.write(*known)
        await log.close()
        everywhere = Everywhere()
        senders = cast("Senders", everywhere)
        partition = Partition(kafka, number, senders, Patience(), failures.append)
        await story(partition, everywhere.channel)
        await partition.close(5)
        assert failures == []
        return everywhere.channel

    return asyncio.run(run())


def told(notice: Notice) -> Delivery:
    """The record of a notice that is shown."""
    return Delivery(
        destination=notice.destination,
        incident=notice.incident.id,
        state=DeliveryState.DONE,
        revision=notice.incident.revision,
        at=datetime.now(UTC),
        attempts=1,
        channel_id="C1",
        ts="1.0",
    )


def test_nothing_is_told_before_everything_was_read(kafka: KafkaSettings) -> None:
    """The end of the notices is waited for; of each only the newest counts, and what was told is not told again."""
    shown, fresh = a_notice(id="shown"), a_notice(id="fresh", revision=9)

    async def story(partition: Partition, channel: Channel) -> None:
        partition.take([written(a_notice(id="shown", revision=1), 0), written(a_notice(id="fresh"), 1)])
        await asyncio.sleep(0.3)
        assert not partition.open
        assert channel.calls == []
        partition.take([written(shown, 2), written(fresh, 3)])
        partition.reached_end()
        await become(lambda: partition.open and not partition.waiting)
        assert partition.shown_up_to == 4

    channel = play(kafka, story, told(shown))
    assert channel.calls == ["post"]
    assert channel.roots[0].revision == 9


def test_what_comes_later_is_told_at_once_and_what_is_withdrawn_is_not(kafka: KafkaSettings) -> None:
    """A record without a value says that there is no such notice any more."""

    async def story(partition: Partition, channel: Channel) -> None:
        partition.reached_end()
        await become(lambda: partition.open)
        channel.outcomes.extend(["later"])
        withdrawn = a_notice(id="withdrawn")
        partition.take([written(withdrawn, 0)])
        await become(lambda: channel.calls)
        assert partition.shown_up_to == 0
        partition.take([written(withdrawn, 1)._replace(value=None)])
        partition.take([written(a_notice(id="other", destination="#it"), 2)])
        await become(lambda: not partition.waiting)

    channel = play(kafka, story)
    assert channel.calls == ["post", "post"]
    assert len(channel.roots) == 1


def test_what_is_older_than_the_log_may_remember_is_passed_over(kafka: KafkaSettings) -> None:
    """A month-old notice that the log knows nothing of may have been told; one that it knows is brought up to date."""
    known = a_notice(id="known", revision=5)

    async def story(partition: Partition, channel: Channel) -> None:
        partition.take([written(a_notice(id="unknown"), 0, FORGET_SECONDS + 60)])
        partition.take([written(known, 1, FORGET_SECONDS + 60)])
        partition.reached_end()
        await become(lambda: partition.open and not partition.waiting)

    channel = play(kafka, story, told(a_notice(id="known", revision=4)))
    assert "post" in channel.calls  # the update finds nothing in this channel: gone, so posted
    assert [root.revision for root in channel.roots] == [5]


def test_a_notice_that_does_not_decode_is_passed_over(
    kafka: KafkaSettings, caplog: pytest.LogCaptureFixture
) -> None:
    """The others are told."""

    async def story(partition: Partition, channel: Channel) -> None:
        partition.take([NoticeRecord(0, b"#data|x", b"{", time.time()), written(a_notice(), 1)])
        partition.reached_end()
        await become(lambda: partition.open and not partition.waiting)

    assert len(play(kafka, story).roots) == 1
    assert "notifier.unreadable" in caplog.text
