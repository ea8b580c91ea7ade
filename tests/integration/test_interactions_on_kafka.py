"""Presses while Apache Kafka hangs: whoever presses sees an error in time, and what got 200 is never lost."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from router.config.runtime import KafkaSettings
from router.kafka.clients import read_to_end
from router.kafka.topics import INCIDENTS, INPUTS
from tests.fake_slack import FakeSlack
from tests.fake_slack.click import SLACK_WAITS_SECONDS
from tests.integration.desk import Desk, open_desk
from tests.kafka.broker import KafkaCluster, available

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.skipif(available(own=True) is not None, reason=available(own=True) or ""),
]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[KafkaCluster]:
    with KafkaCluster(data_dir=tmp_path) as kafka:
        for topic in (INPUTS, INCIDENTS):
            kafka.create_topic(topic, partitions=2)
        yield kafka


@pytest.fixture
def desk(cluster: KafkaCluster) -> Iterator[Desk]:
    with FakeSlack() as slack, open_desk(KafkaSettings(bootstrap=cluster.bootstrap), slack) as opened:
        yield opened


def test_while_the_broker_hangs_a_press_fails_in_time_and_afterwards_none_that_got_200_is_missing(
    cluster: KafkaCluster, desk: Desk
) -> None:
    """Stopped and continued, as on a machine that swaps: 503 within Slack's three seconds, then 200 again."""
    message = desk.tell()
    before = [desk.click(message).status for _ in range(3)]
    os.kill(cluster.pid(), signal.SIGSTOP)
    try:
        during = [desk.click(message) for _ in range(2)]
    finally:
        os.kill(cluster.pid(), signal.SIGCONT)
    assert before == [200] * 3
    assert [done.status for done in during] == [503] * 2
    assert max(done.latency_seconds for done in during) < SLACK_WAITS_SECONDS
    after = 0
    for _ in range(30):
        after += desk.click(message).status == 200
        if after == 3:
            break
    assert after == 3
    records = list(read_to_end(desk.kafka, INPUTS))
    # A press that failed may have arrived all the same (nobody can know), but never twice.
    assert 6 <= len(records) == len({command.id for command in desk.commands()})
    offsets = sorted((record.partition(), record.offset()) for record in records)
    assert [offset for _, offset in offsets] == list(range(len(records)))
