"""The web role at work in a thread of the test, between Kafka and the fake Slack, with one incident told."""

import contextlib
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
from pydantic import SecretStr

from router.config.runtime import KafkaSettings, RuntimeSettings, SlackSettings, WebSettings
from router.kafka.clients import producer, read_to_end
from router.kafka.codec import decode_input, encode
from router.kafka.topics import INCIDENTS, INPUTS
from router.model.input import Command
from router.render.blocks import slack_message
from router.web import server
from tests.fake_slack import FakeSlack
from tests.fake_slack.store import TEAM_ID
from tests.integration.slack_http import ask
from tests.kafka.node import free_ports
from tests.unit.render.samples import a_notice, an_incident, company


class Desk:
    """Where the role listens, and what tests do to it."""

    def __init__(self, kafka: KafkaSettings, slack: FakeSlack) -> None:
        (port,) = free_ports(1)
        self.kafka, self.slack = kafka, slack
        self.url = f"http://127.0.0.1:{port}"
        self.interactions = f"{self.url}/slack/interactions"
        self.runtime = RuntimeSettings(
            kafka=kafka,
            web=WebSettings(port=port),
            slack=SlackSettings(
                token=SecretStr(slack.token),
                signing_secret=SecretStr(slack.signing_secret),
                base_url=slack.api_url,
                team_id=TEAM_ID,
            ),
        )

    def tell(self) -> dict[str, Any]:
        """Post the incident's message as the notifier does; the message as Slack holds it."""
        said = slack_message(a_notice(), company())
        body = {"channel": "#incidents", "text": said.text, "blocks": list(said.blocks)}
        assert ask(f"{self.slack.api_url}chat.postMessage", body, token=self.slack.token)[1]["ok"]
        return self.slack.messages("#incidents")[-1]

    def click(self, message: dict[str, Any], action_id: str = "router.acknowledge", **options: Any) -> Any:
        return self.slack.click(self.interactions, action_id, message, **options)

    def post(self, body: bytes, signature: str, timestamp: str) -> int:
        """A request that Slack did not send."""
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature,
        }
        sent = httpx.post(self.interactions, content=body, headers=headers, timeout=10, trust_env=False)
        return sent.status_code

    def commands(self) -> list[Command]:
        """Everything that was produced."""
        values = [decode_input(record.value() or b"") for record in read_to_end(self.kafka, INPUTS)]
        assert all(isinstance(value, Command) for value in values)
        return [value for value in values if isinstance(value, Command)]


@contextlib.contextmanager
def open_desk(kafka: KafkaSettings, slack: FakeSlack) -> Iterator[Desk]:
    """A desk that is open: the console shows the incident."""
    client = producer(kafka)
    client.produce(INCIDENTS, key=b"main-17", value=encode(an_incident()))
    assert client.flush(10) == 0
    desk = Desk(kafka, slack)
    stop = threading.Event()
    thread = threading.Thread(target=server.run, args=(desk.runtime, company(), stop), daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + 30
        while not _shows(desk.url):
            assert time.monotonic() < deadline, "the web role did not open in time"
            time.sleep(0.05)
        yield desk
    finally:
        stop.set()
        thread.join(30)
        assert not thread.is_alive()


def _shows(url: str) -> bool:
    try:
        return httpx.get(f"{url}/incidents/main-17", timeout=10, trust_env=False).status_code == 200
    except httpx.TransportError:
        return False
