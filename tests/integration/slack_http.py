"""Plain HTTP to the fake Slack, for its tests."""

import json
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlencode

from tests.fake_slack import FakeSlack

BUTTON: dict[str, Any] = {
    "type": "button",
    "action_id": "ack",
    "value": "i1",
    "text": {"type": "plain_text", "text": "Acknowledge"},
}
WITH_BUTTON = [{"type": "actions", "block_id": "buttons", "elements": [BUTTON]}]


def ask(
    url: str, body: dict[str, Any] | None = None, *, token: str = "", form: bool = False
) -> tuple[int, Any, Any]:
    """Status, JSON (or text) and headers of a request."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    data = None
    if body is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded" if form else "application/json"
        data = (urlencode(body) if form else json.dumps(body)).encode()
    try:
        with urllib.request.urlopen(
            urllib.request.Request(url, data=data, headers=headers), timeout=5
        ) as answer:
            status, text, sent = answer.status, answer.read().decode(), answer.headers
    except urllib.error.HTTPError as error:
        status, text, sent = error.code, error.read().decode(), error.headers
    try:
        return status, json.loads(text), sent
    except ValueError:
        return status, text, sent


def post(slack: FakeSlack, **arguments: Any) -> Any:
    body = {"channel": "#incidents", "text": "hello", **arguments}
    return ask(f"{slack.api_url}chat.postMessage", body, token=slack.token)[1]


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def control(slack: FakeSlack, **wish: Any) -> tuple[int, Any]:
    return ask(f"{slack.url}/_control/mode", wish)[:2]
