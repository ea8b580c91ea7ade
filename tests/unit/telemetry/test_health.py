"""The health port: alive, ready, metrics, and nothing else."""

import http.client
import socket

import orjson
import pytest

from router.telemetry.health import Check, Health, serve


def ask(health: Health, path: str, method: str = "GET") -> tuple[int, bytes]:
    """Status and body of one request."""
    connection = http.client.HTTPConnection("127.0.0.1", health.port, timeout=10)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def a_server(**checks: Check) -> Health:
    """A server on a free port."""
    return Health("engine", "127.0.0.1", 0, checks)


def broken() -> str:
    """A check that has a bug, and knows a secret."""
    raise RuntimeError("secret")


def test_a_role_is_alive_while_it_runs_and_ready_when_nothing_is_wrong() -> None:
    """200 for both; the body says which role answered."""
    with a_server(kafka=lambda: "") as health:
        assert ask(health, "/healthz") == (200, b'{"role":"engine"}')
        assert ask(health, "/readyz?verbose") == (200, b'{"role":"engine","ready":true,"problems":{}}')


def test_a_role_that_is_not_ready_says_why() -> None:
    """503 with each problem by name; a check that fails itself is a problem, its message is not shown."""
    with a_server(kafka=lambda: "no broker answers", slack=lambda: "", rules=broken) as health:
        status, body = ask(health, "/readyz")
        assert status == 503
        assert orjson.loads(body)["problems"] == {
            "kafka": "no broker answers",
            "rules": "the check failed: RuntimeError",
        }
        assert ask(health, "/healthz")[0] == 200


def test_metrics_are_in_prometheus_format() -> None:
    """What a scrape reads."""
    with a_server() as health:
        status, body = ask(health, "/metrics")
        assert status == 200
        assert b"# TYPE router_transaction_seconds histogram" in body


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/", 404), ("GET", "/metrics/../x", 404), ("TRACE", "/metrics", 501), ("POST", "/readyz", 501)],
)
def test_nothing_else_is_served(method: str, path: str, status: int) -> None:
    """No other path, no other method, no version of anything."""
    with a_server() as health:
        answer, body = ask(health, path, method)
        assert answer == status
        assert b"Python" not in body


def test_head_has_no_body() -> None:
    """Some probes ask by HEAD."""
    with a_server() as health:
        assert ask(health, "/readyz", "HEAD") == (200, b"")


def test_a_client_that_says_nothing_holds_nobody_up() -> None:
    """Another request is answered meanwhile."""
    with a_server() as health, socket.create_connection(("127.0.0.1", health.port)):
        assert ask(health, "/healthz")[0] == 200


def test_port_zero_means_off_and_a_taken_port_is_an_error() -> None:
    """Off is off; a port that somebody else has is told, not passed over."""
    assert serve("web", "127.0.0.1", 0, {}) is None
    with a_server() as health, pytest.raises(OSError, match="in use"):
        serve("web", "127.0.0.1", health.port, {})
