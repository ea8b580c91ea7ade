"""The notifier on real Kafka: one owner a destination, whoever is killed, frozen or asked to leave."""

import asyncio
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from confluent_kafka import KafkaException

from router.config.runtime import KafkaSettings
from router.kafka.clients import read_to_end
from router.kafka.codec import decode_delivery
from router.kafka.notifier_log import DeliveryLog, Subject
from router.kafka.notifier_plan import Memory
from router.kafka.topics import DELIVERIES
from router.model.notice import Delivery, DeliveryState, Notice
from tests.fake_slack import FakeSlack
from tests.integration.engine_process import make_topics
from tests.integration.notifier_process import NotifierProcess
from tests.integration.notifier_running import publish, roots, until, version
from tests.kafka.broker import KafkaCluster, available
from tests.unit.render.samples import a_notice

_reason = available(own=True)
pytestmark = [pytest.mark.kafka, pytest.mark.skipif(_reason is not None, reason=_reason or "")]

CHANNELS = tuple(f"channel-{number}" for number in range(8))


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaCluster]:
    """A broker of our own, since our topics' names are fixed."""
    with KafkaCluster(data_dir=tmp_path_factory.mktemp("kafka")) as cluster:
        yield cluster


@pytest.fixture
def kafka(cluster: KafkaCluster) -> KafkaSettings:
    """The broker with all our topics empty, four partitions each."""
    make_topics(cluster)
    return KafkaSettings(bootstrap=cluster.bootstrap)


def revised(channel: str, incident: str, revision: int) -> Notice:
    """The notice of this revision, as of now."""
    notice = a_notice("updated", destination=f"#{channel}", id=incident, revision=revision)
    return notice.model_copy(update={"at": datetime.now(UTC)})


def a_record(incident: str) -> Delivery:
    """An intent."""
    return Delivery(
        destination="#data",
        incident=incident,
        state=DeliveryState.ATTEMPT_STARTED,
        revision=1,
        at=datetime.now(UTC),
        attempts=1,
    )


def test_a_notifier_that_lost_its_partition_cannot_log_an_intent(kafka: KafkaSettings) -> None:
    """Opening the log fences whoever had it, and everything it had written is read."""
    kept, late = a_record("kept"), a_record("late")

    async def story() -> None:
        former, owner = DeliveryLog(kafka, 0), DeliveryLog(kafka, 0)
        await former.open()
        await former.write(kept)
        assert await owner.open() == {Subject("#data", "kept"): Memory(kept)}
        with pytest.raises(KafkaException):
            await former.write(late)
        await owner.write(a_record("mine"))
        await former.close()
        await owner.close()

    asyncio.run(story())
    written = [decode_delivery(r.value() or b"").incident for r in read_to_end(kafka, DELIVERIES, [0])]
    assert written == ["kept", "mine"]


def test_sigterm_hands_over_at_once_and_exits_zero(kafka: KafkaSettings, tmp_path: Path) -> None:
    """A notifier that leaves in order gives its partitions to the next one without a session timing out."""
    with (
        FakeSlack(channels=CHANNELS, posts_per_second=50, burst=50) as slack,
        NotifierProcess(kafka, slack, tmp_path, "one") as one,
    ):
        publish(kafka, *(revised(channel, "a", 1) for channel in CHANNELS))
        until(lambda: len(slack.messages()) == len(CHANNELS), 90)
        with NotifierProcess(kafka, slack, tmp_path, "two") as two:
            until(lambda: two.says("notifier.opened"), 90)
            one.send(signal.SIGTERM)
            assert one.process.wait(60) == 0
            publish(kafka, *(revised(channel, "a", 2) for channel in CHANNELS))
            until(lambda: all(version(message) == 2 for message in slack.messages()), 90)
        assert len(slack.messages(deleted=True)) == len(CHANNELS)


@pytest.mark.slow
def test_kills_freezes_and_a_failing_slack_leave_one_message_that_is_up_to_date(
    kafka: KafkaSettings, tmp_path: Path
) -> None:
    """Two notifiers, one of them always being killed or frozen, while a quarter of all calls go wrong.

    In the end every incident has one message in every channel, the newest, and each message that was ever
    made was intended in the log.
    """
    chance, incidents = random.Random(7), ("a", "b")
    with FakeSlack(channels=CHANNELS, posts_per_second=50, burst=50, seed=7) as slack:
        for mode in ("apply_then_drop", "drop_before_apply", "http_500"):
            slack.mode(mode, probability=0.08, methods=("chat.postMessage", "chat.update"))
        names = ("one", "two")
        running = [NotifierProcess(kafka, slack, tmp_path, name) for name in names]
        try:
            for revision in range(1, 13):
                publish(kafka, *(revised(c, i, revision) for c in CHANNELS for i in incidents))
                _disturb(running[revision % 2], chance)
            slack.mode("clear")
            until(lambda: all(_shown(slack, channel) == {"a": 12, "b": 12} for channel in CHANNELS), 120)
            assert not [c for c in CHANNELS if len(roots(slack, c)) != len(incidents)]
        finally:
            for notifier in running:
                notifier.kill()
        made = {m["metadata"]["event_payload"]["effect_id"] for m in slack.messages(deleted=True)}
    log = [decode_delivery(record.value() or b"") for record in read_to_end(kafka, DELIVERIES)]
    intended = {record.effect_id for record in log if record.state is DeliveryState.ATTEMPT_STARTED}
    assert made <= intended


def _disturb(notifier: NotifierProcess, chance: random.Random) -> None:
    """Kill it, or freeze it for longer than its session; then have it back."""
    time.sleep(chance.uniform(1.0, 4.0))
    notifier.restart()
    if chance.random() < 0.5:
        notifier.kill()
        notifier.restart()
    else:
        notifier.send(signal.SIGSTOP)
        time.sleep(8.0)
        notifier.send(signal.SIGCONT)


def _shown(slack: FakeSlack, channel: str) -> Counter[str]:
    """The version that each incident's messages show, added up: a second message would show."""
    shown: Counter[str] = Counter()
    for message in roots(slack, channel):
        shown[message["metadata"]["event_payload"]["incident_id"]] += version(message)
    return shown
