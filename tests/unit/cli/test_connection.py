"""Settings from environment and flags, and brokers that do not answer."""

import socket

import pytest

from router.cli import connection
from router.cli.connection import settings
from router.cli.problem import Problem
from tests.unit.cli.conftest import Run


@pytest.mark.usefixtures("router")
def test_a_flag_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """And leaves everything else as the environment has it."""
    monkeypatch.setenv("ROUTER_KAFKA__BOOTSTRAP", "kafka:1")
    monkeypatch.setenv("ROUTER_KAFKA__GROUP", "mine")
    assert settings().kafka.bootstrap == "kafka:1"
    assert (settings("kafka:2").kafka.bootstrap, settings("kafka:2").kafka.group) == ("kafka:2", "mine")


@pytest.mark.usefixtures("router")
def test_a_mistake_names_its_variable_and_never_what_it_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may hold a password."""
    monkeypatch.setenv("ROUTER_KAFKA__SASL_PASSWORD", "hunter2")
    monkeypatch.setenv("ROUTER_WEB__PORT", "hunter2")
    with pytest.raises(Problem) as raised:
        settings()
    assert "ROUTER_WEB__PORT: " in str(raised.value)
    assert "ROUTER_KAFKA: a SASL login is given" in str(raised.value)
    assert "hunter2" not in str(raised.value)


def test_brokers_that_do_not_answer_are_a_problem_with_a_reason(
    router: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which brokers, what the client heard of them, and how to name others."""
    monkeypatch.setattr(connection, "ANSWER_SECONDS", 0.5)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: it refuses, and nobody else can take it
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        ran = router("incidents", "--kafka", address)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"router: Kafka at {address}: no broker answers within 0 s (")
    assert "Connection refused" in ran.err
    assert "--kafka HOST:PORT" in ran.err
    assert len(ran.err.splitlines()) == 1


@pytest.mark.usefixtures("broker")
def test_brokers_that_answer_are_told_to_nobody(router: Run) -> None:
    """No log line disturbs what a person asked for, not even one of the client library's."""
    assert router("incidents") == (0, "There are no incidents.\n", "")
