"""What every shard relies on: a transaction that was open when the broker died goes on when it is back."""

import threading
import time
from pathlib import Path

import pytest
from confluent_kafka import KafkaException, TopicPartition

from router.config.runtime import KafkaSettings
from router.kafka.clients import consumer, producer
from tests.kafka.broker import KafkaCluster, available

_reason = available(own=True)
pytestmark = [
    pytest.mark.kafka,
    pytest.mark.slow,
    pytest.mark.skipif(_reason is not None, reason=_reason or ""),
]

BACK_SECONDS = 40.0
"""A client may wait out one answer of 15 s, and look for its coordinator after that."""


def test_transactions_under_way_go_on_after_the_broker_was_killed(tmp_path: Path) -> None:
    """Four producers commit without pause; the broker is killed; each of them commits again once it is back."""
    with KafkaCluster(data_dir=tmp_path) as cluster:
        cluster.create_topic("records", 4)
        cluster.create_topic("inputs", 4)
        kafka = KafkaSettings(bootstrap=cluster.bootstrap)
        group = consumer(kafka, "group").consumer_group_metadata()
        commits, stop = [0] * 4, threading.Event()

        def commit_without_pause(number: int) -> None:
            writer = producer(kafka, **{"transactional.id": f"t{number}", "transaction.timeout.ms": 180_000})
            writer.init_transactions(60)
            while not stop.is_set():
                writer.begin_transaction()
                writer.produce("records", b"x", partition=number)
                place = TopicPartition("inputs", number, commits[number] + 1)
                again(lambda place=place: writer.send_offsets_to_transaction([place], group, 15))
                again(lambda: writer.commit_transaction(15))
                commits[number] += 1

        threads = [threading.Thread(target=commit_without_pause, args=(n,), daemon=True) for n in range(4)]
        for thread in threads:
            thread.start()
        wait_until(lambda: min(commits) > 5, "the producers commit")
        cluster.kill()
        cluster.start()
        before = list(commits)
        wait_until(
            lambda: all(now > then + 1 for now, then in zip(commits, before, strict=True)), "all commit again"
        )
        stop.set()
        for thread in threads:
            thread.join(BACK_SECONDS)


def again(call) -> None:
    """Repeat a call while its failure is of the kind that passes, as a shard does."""
    while True:
        try:
            call()
        except KafkaException as error:
            if not error.args[0].retriable():
                raise
        else:
            return


def wait_until(true, what: str) -> None:
    """Poll until it is true, or fail."""
    deadline = time.monotonic() + BACK_SECONDS
    while not true():
        assert time.monotonic() < deadline, f"not within {BACK_SECONDS:.0f} s: {what}"
        time.sleep(0.1)
