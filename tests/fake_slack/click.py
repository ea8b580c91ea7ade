"""Presses buttons as Slack does: a signed, form-encoded block_actions request, and what became of it.

Payload and signature are of Slack's documents (interaction payloads; verifying requests from Slack).
"""

import hashlib
import hmac
import json
import time
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp

from tests.fake_slack.store import APP_ID, BOT_USER_ID, TEAM_ID, Channel, Json, Message, User

#: After this long Slack shows the clicker an error.
SLACK_WAITS_SECONDS = 3.0


@dataclass(frozen=True)
class Click:
    """A click and its answer. `status` is None when there was none in time; latency is in seconds."""

    at: float
    url: str
    action_id: str
    user: str
    action_ts: str
    signature: str
    status: int | None
    latency_seconds: float
    body: str


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The X-Slack-Signature of this body."""
    digest = hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256)
    return "v0=" + digest.hexdigest()


def elements(blocks: list[Json]) -> list[Json]:
    """Everything in these blocks that can be pressed or chosen, each with the id of its block."""
    found = []
    for block in blocks:
        inside = list(block.get("elements") or []) if block.get("type") == "actions" else []
        if block.get("accessory"):
            inside.append(block["accessory"])
        found += [element | {"block_id": block.get("block_id", "")} for element in inside]
    return found


def block_actions(
    message: Message, channel: Channel, user: User, action_id: str, *, option: str, action_ts: str
) -> Json:
    """The payload of pressing `action_id` in `message`, or of choosing `option` of a menu."""
    element = next((e for e in elements(message.blocks) if e.get("action_id") == action_id), None)
    if element is None:
        raise LookupError(f"message {message.ts} has no element with action_id {action_id!r}")
    action: Json = {
        "action_id": action_id,
        "block_id": element["block_id"],
        "type": element["type"],
        "action_ts": action_ts,
    }
    if element["type"] == "button":
        action |= {name: element[name] for name in ("text", "value", "style") if name in element}
    else:
        chosen = [o for o in element.get("options", []) if o.get("value") == option]
        if not chosen:
            raise LookupError(f"menu {action_id!r} has no option {option!r}")
        action["selected_option"] = chosen[0]
    return {
        "type": "block_actions",
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team_id},
        "api_app_id": APP_ID,
        "token": "verification_token",
        "container": {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": channel.id,
            "is_ephemeral": False,
        },
        "trigger_id": f"{action_ts}.{uuid.uuid4().hex}",
        "team": {"id": TEAM_ID, "domain": "fake-workspace"},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": channel.id, "name": channel.name},
        "message": message.as_slack(with_metadata=True) | {"user": BOT_USER_ID},
        "state": {"values": {}},
        "response_url": f"https://hooks.slack.com/actions/{TEAM_ID}/{uuid.uuid4().int % 10**12}/fake",
        "actions": [action],
    }


async def send(url: str, payload: Json, *, secret: str, timestamp: str) -> Click:
    """POSTs the payload, signed, and records status and latency; never raises for what the receiver does."""
    body = urlencode({"payload": json.dumps(payload)}).encode()
    signature = sign(secret, timestamp, body)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature,
    }
    action: dict[str, Any] = payload["actions"][0]
    status: int | None = None
    at, began, text = time.time(), time.perf_counter(), ""
    try:
        waits = aiohttp.ClientTimeout(total=SLACK_WAITS_SECONDS)
        async with (
            aiohttp.ClientSession(timeout=waits) as session,
            session.post(url, data=body, headers=headers, allow_redirects=False) as answer,
        ):
            text = (await answer.read()).decode(errors="replace")[:2000]
            status = answer.status
    except (TimeoutError, aiohttp.ClientError) as error:
        text = type(error).__name__
    return Click(
        at=at,
        url=url,
        action_id=action["action_id"],
        user=payload["user"]["id"],
        action_ts=action["action_ts"],
        signature=signature,
        status=status,
        latency_seconds=time.perf_counter() - began,
        body=text,
    )
