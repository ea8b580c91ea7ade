"""The fake Slack misbehaves when told to, writes everything down, and presses buttons."""

import hashlib
import hmac
import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from tests.fake_slack import FakeSlack, channel_id
from tests.integration.slack_http import WITH_BUTTON, ask, control, post, section

ROOT = Path(__file__).parents[2]


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack() as fake:
        yield fake


def test_a_mode_holds_for_so_many_calls_and_only_for_its_methods(slack: FakeSlack) -> None:
    assert control(slack, mode="ok_false", error="fatal_error", calls=2, methods=["chat.postMessage"]) == (
        200,
        {"ok": True},
    )
    assert ask(f"{slack.api_url}auth.test", {}, token=slack.token)[1]["ok"] is True
    assert [post(slack).get("error") for _ in range(3)] == ["fatal_error", "fatal_error", None]


def test_chance_is_seeded() -> None:
    """The same seed strikes the same calls."""

    def answers(seed: int) -> list[int]:
        with FakeSlack(seed=seed) as slack:
            control(slack, mode="http_500", probability=0.5)
            return [ask(f"{slack.api_url}auth.test", {}, token=slack.token)[0] for _ in range(30)]

    first = answers(7)
    assert first == answers(7)
    assert {200, 500} == set(first)


@pytest.mark.parametrize("wish", [{"mode": "nonsense"}, {}, {"mode": "archive", "channel": "nowhere"}])
def test_a_control_request_that_makes_no_sense_is_refused(slack: FakeSlack, wish: dict[str, Any]) -> None:
    status, answer = control(slack, **wish)
    assert (status, answer["ok"]) == (400, False)


def test_an_archived_channel_takes_nothing_until_it_is_back(slack: FakeSlack) -> None:
    control(slack, mode="archive", channel="incidents")
    assert post(slack)["error"] == "is_archived"
    control(slack, mode="unarchive", channel="incidents")
    assert post(slack)["ok"] is True


def test_a_revoked_token_is_refused_and_clear_restores_everything(slack: FakeSlack) -> None:
    control(slack, mode="revoke_token")
    assert post(slack)["error"] == "token_revoked"
    control(slack, mode="outage", seconds=60)
    assert ask(f"{slack.api_url}auth.test", {}, token=slack.token)[0] == 503
    control(slack, mode="clear")
    assert post(slack)["ok"] is True


def test_a_slow_answer_is_whole_in_the_end(slack: FakeSlack) -> None:
    control(slack, mode="slow_drip", seconds=0.2)
    began = time.monotonic()
    assert post(slack)["ok"] is True
    assert time.monotonic() - began >= 0.2


# State, log, page


def test_state_tells_everything_that_was_posted(slack: FakeSlack) -> None:
    ts = post(slack, blocks=WITH_BUTTON)["ts"]
    ask(
        f"{slack.api_url}chat.update", {"channel": "incidents", "ts": ts, "text": "edited"}, token=slack.token
    )
    ask(f"{slack.api_url}chat.delete", {"channel": "incidents", "ts": ts}, token=slack.token)
    (message,) = ask(f"{slack.url}/_control/state")[1]["messages"]
    assert (message["channel"], message["channel_name"]) == (channel_id("incidents"), "incidents")
    assert (message["ts"], message["text"], message["deleted"]) == (ts, "edited", True)
    assert [edit["text"] for edit in message["edits"]] == ["edited"]
    assert message["thread_ts"] is None


def test_a_dropped_call_is_in_the_log_before_the_caller_knows(tmp_path: Path) -> None:
    log = tmp_path / "slack.jsonl"
    with FakeSlack(log=log) as slack:
        slack.mode("apply_then_drop")
        with pytest.raises((urllib.error.URLError, ConnectionError)):
            post(slack)
        (call,) = [json.loads(line) for line in log.read_text().splitlines()]
        assert (call["method"], call["fault"], call["applied"], call["status"]) == (
            "chat.postMessage",
            "apply_then_drop",
            True,
            None,
        )
        assert call["args"]["text"] == "hello"
        assert slack.token not in log.read_text()


def test_the_page_shows_messages_and_buttons_and_runs_nothing(slack: FakeSlack) -> None:
    evil = "<script>alert(1)</script>"
    escaped = "&lt;img src=x onerror=alert(2)&gt; <!channel>"
    post(slack, text=evil)
    post(slack, blocks=[section(escaped), *WITH_BUTTON])
    status, html, headers = ask(slack.url + "/")
    assert status == 200
    assert "<script" not in html
    assert "scriptalert(1)/script" in html, "the words stay readable"
    assert "&lt;img src=x onerror=alert(2)&gt;" in html
    assert "<mark>!channel</mark>" in html
    assert "Acknowledge" in html
    assert "default-src 'none'" in headers["Content-Security-Policy"]


# Clicks


class Product(BaseHTTPRequestHandler):
    """Takes clicks and keeps them, as our interactions endpoint would."""

    got: list[tuple[dict[str, str], bytes]]
    status = 200

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((dict(self.headers), body))  # type: ignore[attr-defined]
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@pytest.fixture
def product() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Product)
    server.got = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_click_is_signed_and_shaped_as_slacks(slack: FakeSlack, product: ThreadingHTTPServer) -> None:
    post(slack, blocks=WITH_BUTTON)
    (message,) = slack.messages("incidents")
    url = f"http://127.0.0.1:{product.server_port}/slack"
    click = slack.click(url, "ack", message, "bob")
    assert click.status == 200
    assert 0 < click.latency_seconds < 3
    ((headers, body),) = product.got  # type: ignore[attr-defined]
    timestamp = headers["X-Slack-Request-Timestamp"]
    expected = hmac.new(
        slack.signing_secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256
    ).hexdigest()
    assert headers["X-Slack-Signature"] == f"v0={expected}"
    payload = json.loads(parse_qs(body.decode())["payload"][0])
    assert payload["type"] == "block_actions"
    assert payload["user"]["id"] == "U0BOB00001"
    assert payload["container"]["message_ts"] == message["ts"]
    assert payload["channel"] == {"id": channel_id("incidents"), "name": "incidents"}
    (action,) = payload["actions"]
    assert (action["action_id"], action["value"], action["block_id"]) == ("ack", "i1", "buttons")
    assert slack.state()["clicks"][0]["status"] == 200


def test_a_forged_click_has_another_signature_and_a_dead_product_has_no_status(
    slack: FakeSlack, product: ThreadingHTTPServer
) -> None:
    post(slack, blocks=WITH_BUTTON)
    (message,) = slack.messages("incidents")
    url = f"http://127.0.0.1:{product.server_port}/slack"
    slack.click(url, "ack", message, secret="guess", timestamp="1", changed={"team": {"id": "TEVIL"}})
    ((headers, body),) = product.got  # type: ignore[attr-defined]
    assert headers["X-Slack-Request-Timestamp"] == "1"
    assert headers["X-Slack-Signature"] == (
        "v0=" + hmac.new(b"guess", b"v0:1:" + body, hashlib.sha256).hexdigest()
    )
    assert "TEVIL" in body.decode()
    dead = slack.click("http://127.0.0.1:1/", "ack", message)
    assert (dead.status, dead.body) == (None, "ClientConnectorError")


def test_a_button_that_is_not_there_cannot_be_pressed(slack: FakeSlack) -> None:
    post(slack)
    with pytest.raises(LookupError, match="no element"):
        slack.click("http://127.0.0.1:1/", "ack", slack.messages()[0])


def test_a_person_can_press_the_buttons_of_the_page(product: ThreadingHTTPServer) -> None:
    with FakeSlack(interactivity_url=f"http://127.0.0.1:{product.server_port}/slack") as slack:
        ts = post(slack, blocks=WITH_BUTTON)["ts"]
        assert '<button class="" name="action_id" value="ack">Acknowledge</button>' in ask(slack.url)[1]
        form = {"channel": channel_id("incidents"), "ts": ts, "user": "U0ALICE001", "action_id": "ack"}
        status, html, _ = ask(f"{slack.url}/_control/click", form, form=True)
        assert (status, "Fake Slack" in html) == (200, True)
        assert [click["user"] for click in slack.state()["clicks"]] == ["U0ALICE001"]


# As a process


def test_runs_as_a_process_and_keeps_its_log(tmp_path: Path) -> None:
    log = tmp_path / "calls.jsonl"
    command = [
        sys.executable,
        "-m",
        "tests.fake_slack",
        "--port",
        "0",
        "--log",
        str(log),
        "--channels",
        "ops",
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=os.environ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        try:
            body = {"channel": "#ops", "text": "hello"}
            answer = ask(f"{url}/api/chat.postMessage", body, token="xoxb-fake-0000")[1]
            assert answer["channel"] == channel_id("ops")
            assert json.loads(log.read_text())["answer"]["ts"] == answer["ts"]
        finally:
            process.terminate()
        assert process.wait(10) == 0
