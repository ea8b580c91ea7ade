"""The role as a whole: it starts, serves, and ends in order, or says that it could not."""

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from router.config.runtime import ROLES, KafkaSettings, MetricsSettings, RuntimeSettings, WebSettings
from router.kafka.embedded import EmbeddedBroker
from router.kafka.rules_watch import RulesWatch
from router.model.rules import Rules
from router.web import server
from router.web.reader import IncidentReader
from tests.kafka.node import free_ports
from tests.unit.render.samples import company


@pytest.fixture
def broker() -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker() as started:
        yield started


class Running:
    """`with Running(kafka) as web:` serves in a thread; `web.get(...)` asks it; leaving ends it."""

    def __init__(self, kafka: KafkaSettings, **settings: Any) -> None:
        self.runtime = RuntimeSettings(kafka=kafka, web=WebSettings(port=free_ports(1)[0], **settings))
        self.url = f"http://127.0.0.1:{self.runtime.web.port}"
        self.stop = threading.Event()
        self.exit_code: int | None = None
        self.rules = company()
        self.watch = RulesWatch(
            "web", self.rules, lambda: self.rules, lambda: self.rules.hash, seen=self.rules.hash
        )
        self.thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Running":
        self.thread.start()
        deadline = time.monotonic() + 30
        while True:
            try:
                self.get("/console.css")
            except httpx.TransportError:
                assert self.thread.is_alive(), "it ended at once"
                assert time.monotonic() < deadline, "it did not start in time"
                time.sleep(0.05)
            else:
                return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.thread.join(30)
        assert not self.thread.is_alive()

    def get(self, path: str) -> httpx.Response:
        return httpx.get(self.url + path, timeout=10, trust_env=False)

    def change(self, rules: Rules) -> None:
        """New rules in the folder."""
        self.rules = rules
        self.watch.nudge()
        self.watch.look()

    def _run(self) -> None:
        self.exit_code = server.run(self.runtime, company(), self.stop, self.watch)


def test_it_serves_until_it_is_asked_to_stop_and_then_ends_with_0(broker: EmbeddedBroker) -> None:
    """`stop` is the only thing it needs to hear; the port is free again afterwards."""
    with Running(broker.settings) as web:
        assert web.get("/").status_code == 200
        assert "server" not in web.get("/").headers
    assert web.exit_code == 0
    with socket.create_server(("127.0.0.1", web.runtime.web.port)):
        pass


def test_new_rules_are_answered_by_without_a_restart(broker: EmbeddedBroker) -> None:
    """Names and teams on the pages are theirs from the next request on."""
    with Running(broker.settings) as web:
        before = web.rules.settings.company
        assert before in web.get("/").text
        named = web.rules.settings.model_copy(update={"company": "Renamed & Sons"})
        web.change(web.rules.model_copy(update={"hash": "two", "settings": named}))
        deadline = time.monotonic() + 30
        while "Renamed &amp; Sons" not in web.get("/").text:
            assert time.monotonic() < deadline, "the old rules stayed"
            time.sleep(0.05)
    assert web.exit_code == 0


def test_a_port_that_is_taken_is_an_error_not_a_silent_nothing(broker: EmbeddedBroker) -> None:
    """1, so that the supervisor tells somebody."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        runtime = RuntimeSettings(kafka=broker.settings, web=WebSettings(port=taken.getsockname()[1]))
        assert server.run(runtime, company(), threading.Event()) == 1


def test_a_reader_that_breaks_ends_the_process(
    broker: EmbeddedBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A console that never changes again is worse than one that starts anew."""
    monkeypatch.setattr(IncidentReader, "_follow", lambda _self: 1 / 0)
    runtime = RuntimeSettings(kafka=broker.settings, web=WebSettings(port=free_ports(1)[0]))
    assert server.run(runtime, company(), threading.Event()) == 1


def test_readiness_and_metrics_are_on_a_port_of_their_own(broker: EmbeddedBroker) -> None:
    """Ready once the incidents are read; the console's port tells nothing of metrics."""
    with Running(broker.settings) as web:
        for path in ("/metrics", "/healthz", "/readyz"):
            assert web.get(path).status_code == 404
    port, fourth = free_ports(2)
    base = fourth - ROLES.index("web")
    runtime = RuntimeSettings(
        kafka=broker.settings, web=WebSettings(port=port), metrics=MetricsSettings(port=base)
    )
    stop = threading.Event()
    thread = threading.Thread(target=server.run, args=(runtime, company(), stop), daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{runtime.metrics.port_of('web')}"
    deadline = time.monotonic() + 30
    while True:
        try:
            ready = httpx.get(f"{url}/readyz", timeout=5, trust_env=False)
        except httpx.TransportError:
            ready = None
        if ready is not None and ready.status_code == 200:
            break
        assert time.monotonic() < deadline, ready and ready.text
        time.sleep(0.05)
    assert "router_commands_total" in httpx.get(f"{url}/metrics", timeout=5, trust_env=False).text
    stop.set()
    thread.join(30)
    assert not thread.is_alive()


def test_without_brokers_it_serves_says_so_and_ends_when_asked() -> None:
    """An outage of Kafka is no reason to take the console away, nor to hang on the way out."""
    with Running(KafkaSettings(bootstrap="127.0.0.1:1"), token=SecretStr("a-token")) as web:
        assert "Still reading" in web.get("/").text
        command = {"scope": "main", "verb": "acknowledge", "incident": "main-1", "actor": "ada"}
        answer = httpx.post(
            f"{web.url}/api/commands",
            json=command,
            headers={"Authorization": "Bearer a-token"},
            timeout=10,
            trust_env=False,
        )
        assert answer.status_code == 503
    assert web.exit_code == 0
