"""`router run`: what it needs before it starts, and how it ends."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from router.cli import connection, run
from router.cli.problem import Problem
from router.cli.run import until_signalled, wait_for_topics
from router.config.runtime import KafkaSettings
from router.kafka.embedded import EmbeddedBroker
from router.kafka.ending import Exit
from tests.unit.cli.conftest import Run

ACME = Path(__file__).parents[3] / "examples" / "acme"


@contextmanager
def handlers_kept() -> Iterator[None]:
    """Signals mean afterwards what they meant before."""
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_work_in_order(number: signal.Signals) -> None:
    """What is under way is finished."""

    def work(stop: threading.Event) -> int:
        os.kill(os.getpid(), number)
        assert stop.wait(30)
        return 0

    with handlers_kept():
        assert until_signalled(work) == 0


def test_sighup_has_the_rules_looked_at_and_ends_nothing() -> None:
    """They are taken up while the role works."""
    looked = threading.Event()

    def work(stop: threading.Event) -> int:
        os.kill(os.getpid(), signal.SIGHUP)
        assert looked.wait(30)
        assert not stop.is_set()
        return Exit.FAILED

    with handlers_kept():
        assert until_signalled(work, looked.set) == Exit.FAILED


def test_topics_that_are_there_are_not_waited_for() -> None:
    """The embedded broker makes ours itself."""
    with EmbeddedBroker() as broker:
        wait_for_topics(broker.settings, create=True)


def test_missing_topics_are_named_with_the_command_that_makes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """A router without its topics must not start half."""
    monkeypatch.setattr("router.kafka.topics.TOPICS", ("router.inputs.v1", "router.gone.v1"))
    with EmbeddedBroker() as broker, pytest.raises(Problem) as raised:
        wait_for_topics(broker.settings, create=False, patience_seconds=0)
    assert "1 topic missing: router.gone.v1; run `router topics apply`" in str(raised.value)


def test_brokers_that_are_not_up_yet_are_waited_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """They start at the same time as we do, or later; said once, and no failure."""
    monkeypatch.setattr(connection, "ANSWER_SECONDS", 0.2)
    with EmbeddedBroker() as broker:
        asked = 0
        there = broker.settings

        def look(kafka: KafkaSettings) -> object:
            nonlocal asked
            asked += 1
            return connection.look(kafka if asked < 3 else there)

        monkeypatch.setattr(run, "look", look)
        wait_for_topics(KafkaSettings(bootstrap="127.0.0.1:1", embedded=True), create=False)
    assert asked > 3
    assert capsys.readouterr().err.count("waiting for it") == 1


def test_rules_with_mistakes_do_not_start(router: Run, tmp_path: Path) -> None:
    """Exit code 2, which the supervisor takes for final; each mistake is printed."""
    (tmp_path / "router.yaml").write_text("company: [")
    ran = router("run", "engine", "--rules", str(tmp_path))
    assert ran.code == 2
    assert "router.yaml:" in ran.err


def test_a_role_that_we_do_not_have_is_a_mistake_in_usage(router: Run) -> None:
    """The four are named."""
    ran = router("run", "engin", "--rules", str(ACME))
    assert ran.code == 2
    assert "'intake', 'engine', 'notifier', 'web'" in ran.err
