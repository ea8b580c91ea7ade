"""The web application over a fake producer and a clock that stands still, asked over HTTP without a network."""

import asyncio
import atexit
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import httpx
from prometheus_client import REGISTRY

from router.model.incident import Incident
from router.model.input import Command
from router.model.rules import Rules
from router.render.runbook import RunbookRenderer
from router.slack.interactions import Profile
from router.web.app import build_app
from router.web.parts import Parts
from router.web.read_model import ReadModel
from router.web.sender import NotSent
from tests.builders import at, minutes
from tests.fake_slack.click import sign
from tests.unit.render.samples import company

SECRET, TOKEN = "a-signing-secret", "a-long-api-token"
TEAM, USER = "T0HOME0001", "U0ALICE001"
NOW = at(minutes(45))
CANARIES = (SECRET, TOKEN)
RENDERER = RunbookRenderer()
"""One child process for all sites of a test run."""
atexit.register(RENDERER.close)


class Producer:
    """Keeps what was sent; `fails` makes it refuse, `hangs` makes it take for ever."""

    def __init__(self) -> None:
        self.sent: list[Command] = []
        self.fails = False
        self.hangs = False

    async def send(self, command: Command, within_seconds: float) -> None:
        if self.hangs:
            await asyncio.sleep(min(within_seconds, 0.05))
            raise NotSent("TimeoutError")
        if self.fails:
            raise NotSent("_MSG_TIMED_OUT")
        self.sent.append(command)


class Directory:
    """Profiles by user, and what pressers were answered."""

    def __init__(self, **profiles: Profile) -> None:
        self.profiles = profiles
        self.answers: list[tuple[str, str]] = []

    async def profile(self, user: str) -> Profile:
        return self.profiles.get(user, Profile())

    def answer(self, response_url: str, text: str) -> None:
        self.answers.append((response_url, text))


class Site:
    """`site.get("/")`, `site.press()`; `site.producer.sent` says what came of it."""

    def __init__(self, rules: Rules | None = None, *incidents: Incident, **parts: Any) -> None:
        self.producer = Producer()
        self.people = Directory()
        self.model = ReadModel()
        self.now = NOW
        for incident in incidents:
            self.model.put(incident)
        self.model.caught_up(NOW)
        self.parts = Parts(
            rules=rules or company(),
            model=self.model,
            sender=self.producer,
            signing_secrets=(SECRET,),
            team_id=TEAM,
            token=TOKEN,
            people=self.people,
            renderer=RENDERER,
            now=lambda: self.now,
        )
        self.parts = replace(self.parts, **parts)
        self.app = build_app(self.parts)

    def ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        """One request."""
        return self.ask_all((method, path, request))[0]

    def ask_all(self, *requests: tuple[str, str, Mapping[str, Any]]) -> list[httpx.Response]:
        """Several requests at the same time."""

        async def ask() -> list[httpx.Response]:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://console") as client:
                return await asyncio.gather(*(client.request(m, p, **kw) for m, p, kw in requests))

        return asyncio.run(ask())

    def get(self, path: str, **request: Any) -> httpx.Response:
        return self.ask("GET", path, **request)

    def press(self, **changes: Any) -> httpx.Response:
        """A signed press of a button; see `request_of`."""
        return self.ask("POST", "/slack/interactions", **request_of(self.now, **changes))

    def command(self, body: Any, **headers: str) -> httpx.Response:
        """POST /api/commands with the token; `Idempotency_Key="k"` and the like add or replace headers."""
        given = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.ask("POST", "/api/commands", content=content, headers=given)


def payload_of(
    *, action_id: str = "router.acknowledge", value: Any = None, user: Any = None, **changes: Any
) -> dict[str, Any]:
    """A block_actions payload as Slack documents it; `changes` replace top-level fields."""
    told = {"incident": "main-1", "scope": "main", "revision": 3} if value is None else value
    payload: dict[str, Any] = {
        "type": "block_actions",
        "user": user or {"id": USER, "username": "alice", "name": "Alice Example", "team_id": TEAM},
        "team": {"id": TEAM, "domain": "acme"},
        "enterprise": None,
        "response_url": "https://hooks.slack.com/actions/T/1/x",
        "actions": [
            {
                "type": "button",
                "action_id": action_id,
                "block_id": "b",
                "value": told if isinstance(told, str) else json.dumps(told),
                "action_ts": "1772420400.000100",
            }
        ],
    }
    return payload | changes


def form_of(payload: Any) -> bytes:
    """The payload as Slack sends it."""
    return urlencode({"payload": payload if isinstance(payload, str) else json.dumps(payload)}).encode()


def request_of(
    now: datetime,
    *,
    body: bytes | None = None,
    timestamp: str | None = None,
    signature: str | None = None,
    secret: str = SECRET,
    **changes: Any,
) -> dict[str, Any]:
    """Content and headers of a press, signed unless forged."""
    content = form_of(payload_of(**changes)) if body is None else body
    stamp = str(int(now.timestamp())) if timestamp is None else timestamp
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": sign(secret, stamp, content) if signature is None else signature,
    }
    return {"content": content, "headers": headers}


def counted(name: str, **labels: str) -> float:
    """The value of one of our counters now."""
    return REGISTRY.get_sample_value(name, labels) or 0.0
