"""How the role begins and ends. What it does in between is in tests/integration/test_notifier."""

import threading

import pytest

from router.config.runtime import KafkaSettings, RuntimeSettings
from router.kafka import notifier
from router.kafka.embedded import EmbeddedBroker
from router.kafka.ending import Exit
from router.kafka.topics import NOTICES
from tests.unit.render.samples import company


def test_asked_to_end_while_no_broker_answers_it_ends_in_order() -> None:
    """An outage is waited out, and the wait can be ended."""
    stop = threading.Event()
    runtime = RuntimeSettings(kafka=KafkaSettings(bootstrap="127.0.0.1:1"))
    timer = threading.Timer(0.2, stop.set)
    timer.start()
    assert notifier.run(runtime, company(), stop) == Exit.DRAINED
    timer.join()


def test_topics_that_do_not_fit_each_other_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A destination's log lies beside its notices, so both topics have equally many partitions."""
    monkeypatch.setattr(notifier, "partitions_of", lambda client, topic: 4 if topic == NOTICES else 3)
    with EmbeddedBroker() as broker, pytest.raises(RuntimeError, match="router topics plan"):
        notifier.run(RuntimeSettings(kafka=broker.settings), company(), threading.Event())


def test_what_breaks_a_partition_ends_the_role(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Crash-only: the exit code says so, and the supervisor starts it again."""

    class Broken:
        def __init__(self, *_: object) -> None:
            raise RuntimeError("the log cannot be opened")

    monkeypatch.setattr(notifier, "Partition", Broken)
    with EmbeddedBroker() as broker:
        code = notifier.run(RuntimeSettings(kafka=broker.settings), company(), threading.Event())
    assert code == Exit.FAILED
    assert "the log cannot be opened" in caplog.text
