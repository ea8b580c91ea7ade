"""The balance on Apache Kafka, where the ledger expires before the decisions do."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from confluent_kafka import TopicPartition

from router.config.runtime import KafkaSettings
from router.kafka.balance import Difference, Kind, Place
from router.kafka.codec import encode
from router.kafka.reconcile import SLACK, reconcile
from router.kafka.sender import Sender
from router.kafka.topics import DECISIONS, LEDGER, adjusted, topics
from router.kafka.topics_plan import apply
from router.model.decision import Decision, Outcome, Reason
from router.model.event import Position
from router.model.ledger import LedgerEntry, SourceConsumed
from tests.kafka.broker import KafkaCluster, available

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.skipif(available(own=True) is not None, reason=available(own=True) or ""),
]


@pytest.fixture
def kafka(tmp_path: Path) -> Iterator[KafkaCluster]:
    """A cluster of its own with our topics: its ledger is made to expire."""
    with KafkaCluster(data_dir=tmp_path / "kafka") as cluster:
        apply(KafkaSettings(bootstrap=cluster.bootstrap), adjusted(topics(), partitions=2, replication=1))
        yield cluster


def write(kafka: KafkaSettings, partition: int, offset: int, at: datetime, *, decided: bool = True) -> None:
    """The offset of ops/0 was consumed and decided about then; its line is in this partition of the ledger."""
    position = Position(topic="ops", partition=0, offsets=(offset,))
    source = SourceConsumed(topic="ops", partition=0, consumed=((offset, offset),))
    line = LedgerEntry(intake="i", rules="r", at=at, sources=(source,))
    decision = Decision(
        scope="s",
        number=1,
        at=at,
        reason=Reason.OPENED_NEW_FAILURE,
        text="",
        rules="r",
        outcome=Outcome.OPENED,
        positions=(position,),
    )
    sender = Sender(kafka)
    stamp = int(at.timestamp() * 1000)
    sender.send(LEDGER, encode(line), partition=partition, timestamp_ms=stamp)
    if decided:
        sender.send(DECISIONS, encode(decision), timestamp_ms=stamp)
    sender.finish()


def test_outcomes_older_than_the_ledger_are_no_difference_and_younger_losses_are(kafka: KafkaCluster) -> None:
    """Its partitions expire one at a time; what the youngest beginning still covers is asked for."""
    settings = KafkaSettings(bootstrap=kafka.bootstrap)
    now = datetime.now(UTC)
    days = [now - timedelta(days=number) for number in (9, 8, 7, 6, 5)]
    for offset, at in enumerate(days):
        write(settings, offset % 2, offset, at, decided=offset != 4)
    lost = Difference(Place("ops/0", 4), Kind.MISSING, 1, 0)
    assert reconcile(settings).differences == (lost,)
    # Day 9's line, the first of partition 0, expires; partition 1 still begins on day 8.
    for done in kafka.admin.delete_records([TopicPartition(LEDGER, 0, 1)]).values():
        done.result(60)
    result = reconcile(settings)
    assert result.since == days[2] + SLACK
    assert result.differences == (lost,)
    assert result.counts["ops"]["consumed"] == 2


def test_where_nothing_of_the_ledger_is_left_its_retention_decides(kafka: KafkaCluster) -> None:
    """Months of silence are no alarm, and what came later is asked for."""
    settings = KafkaSettings(bootstrap=kafka.bootstrap)
    now = datetime.now(UTC)
    write(settings, 0, 0, now - timedelta(days=100))
    for done in kafka.admin.delete_records([TopicPartition(LEDGER, 0, 1)]).values():
        done.result(60)
    assert reconcile(settings).differences == ()
    write(settings, 1, 1, now - timedelta(days=1), decided=False)
    assert reconcile(settings).differences == (Difference(Place("ops/0", 1), Kind.MISSING, 1, 0),)
