"""The HTTP side of the fake: the Web API at /api/, the control endpoints, the page at /.

It has no authentication beyond the bot token of the API: bind it to loopback, or inside a compose network.
"""

import asyncio
import json
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.fake_slack import click, page
from tests.fake_slack.api import Answer, WebApi, rate_limited
from tests.fake_slack.faults import Fault, Faults, Politeness
from tests.fake_slack.store import CallLog, Clock, Json, Store, User

#: Not a token of anybody's.
TOKEN = "xoxb-fake-0000"
SIGNING_SECRET = "fake-signing-secret"
CHANNELS = ("general", "incidents")
USERS = (
    User("U0ALICE001", "alice", email="alice@acme.example"),
    User("U0BOB00001", "bob", email="bob@acme.example"),
    User("U0CAROL001", "carol"),
    User("U0GUEST001", "guest", guest=True),
    User("U0OTHERBOT", "other-bot", bot=True),
)


@dataclass(frozen=True)
class Settings:
    """How a fake workspace is set up. `interactivity_url`: where the product takes clicks ("": nowhere)."""

    token: str = TOKEN
    signing_secret: str = SIGNING_SECRET
    channels: Iterable[str] = CHANNELS
    users: Iterable[User] = USERS
    log: Path | None = None
    seed: int = 0
    posts_per_second: float = 1.0
    burst: int = 5
    interactivity_url: str = ""
    clock: Clock = field(default=time.time)


class FakeServer:
    """One fake workspace behind an aiohttp application. Everything runs on one loop."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.store = Store(settings.clock, settings.channels, settings.users)
        self.faults = Faults(settings.seed)
        self.politeness = Politeness(settings.posts_per_second, settings.burst)
        self.api = WebApi(self.store, self.faults, self.politeness, settings.token)
        self.log = CallLog(settings.log)
        self.clicks: list[click.Click] = []
        self.app = web.Application(client_max_size=4 * 2**20)
        self.app.add_routes(
            [
                web.get("/", self._page),
                web.get("/_control/state", self._state),
                web.post("/_control/mode", self._mode),
                web.post("/_control/channel", self._add_channel),
                web.post("/_control/click", self._click),
                web.route("*", "/api/{method}", self._call),
            ]
        )

    # The Web API

    async def _call(self, request: web.Request) -> web.StreamResponse:
        """One call: decide, do, write it down, and only then answer (or not)."""
        method, now = request.match_info["method"], self.settings.clock()
        args = await _arguments(request)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        token = token or str(args.get("token") or "")
        args.pop("token", None)
        self.politeness.arrived(now)
        fault = self._fault(method, str(args.get("channel") or ""))
        if now < self.faults.outage_until:
            answer, mode = Answer("service is down", 503), "outage"
        else:
            mode = fault.mode if fault is not None else ""
            done = fault is None or fault.applies
            answer = (
                self.api.call(method, token, args) if done else Answer({"ok": False, "error": "not_done"})
            )
            if fault is not None:
                answer = _reshaped(answer, fault)
        if answer.status == 429:
            self.politeness.ask_to_wait(self.settings.clock(), float(answer.headers["Retry-After"]))
        self.log.append(
            {
                "at": now,
                "method": method,
                "args": args,
                "fault": mode,
                "applied": mode != "outage" and (fault is None or fault.applies),
                "status": None if mode in ("apply_then_drop", "drop_before_apply") else answer.status,
                "answer": answer.body,
            }
        )
        return await _deliver(request, answer, fault if mode != "outage" else None)

    def _fault(self, method: str, channel: str) -> Fault | None:
        known = self.store.channel(channel)
        return self.faults.draw(method, known.id if known is not None else channel)

    # Control

    async def _mode(self, request: web.Request) -> web.Response:
        try:
            self.switch(json.loads(await request.text()))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            return web.json_response({"ok": False, "error": str(error)}, status=400)
        return web.json_response({"ok": True})

    def switch(self, wish: Json) -> None:
        """Does what a control request asks for: `{"mode": ..., ...}`; ValueError when it makes no sense."""
        mode, seconds = str(wish["mode"]), float(wish.get("seconds", 1.0))
        if mode == "clear":
            self.faults.clear()
        elif mode == "outage":
            self.faults.outage_until = self.settings.clock() + seconds
        elif mode == "visibility_lag":
            self.faults.visibility_lag_seconds = seconds
        elif mode in ("revoke_token", "restore_token"):
            self.faults.token_revoked = mode == "revoke_token"
        elif mode in ("archive", "unarchive"):
            channel = self.store.channel(str(wish["channel"]))
            if channel is None:
                raise ValueError(f"no channel {wish['channel']!r}")
            channel.archived = mode == "archive"
        else:
            channel = self.store.channel(str(wish.get("channel") or ""))
            self.faults.add(Fault.of({**wish, "channel": channel.id} if channel is not None else wish))

    async def _add_channel(self, request: web.Request) -> web.Response:
        wish = json.loads(await request.text())
        channel = self.store.add_channel(str(wish["name"]), private=bool(wish.get("private", False)))
        return web.json_response({"ok": True, "id": channel.id})

    async def _state(self, request: web.Request) -> web.Response:
        return web.json_response(self.state())

    def state(self) -> Json:
        """Everything that was posted, clicked and asked, as plain data."""
        return {
            "channels": [asdict(channel) for channel in self.store.channels.values()],
            "messages": self.store.all_messages(),
            "clicks": [asdict(done) for done in self.clicks],
            "calls": len(self.log.calls),
            "rate_limited": self.politeness.refused,
            "calls_inside_retry_after": self.politeness.rude_calls,
        }

    # Clicks

    async def _click(self, request: web.Request) -> web.StreamResponse:
        """From the page (a form; then back to the page) or from a script (JSON; then the outcome)."""
        from_page = request.content_type != "application/json"
        wish: Json = dict(await request.post()) if from_page else json.loads(await request.text())
        url = (
            self.settings.interactivity_url
            if from_page
            else wish.get("url") or self.settings.interactivity_url
        )
        if not url:
            return web.json_response({"ok": False, "error": "no url to click at"}, status=400)
        try:
            done = await self.click(
                url, str(wish["action_id"]), wish["channel"], wish["ts"], str(wish["user"]),
                option=str(wish.get("option") or ""),
            )  # fmt: skip
        except LookupError as error:
            return web.json_response({"ok": False, "error": str(error)}, status=404)
        if from_page:
            raise web.HTTPSeeOther("/")
        return web.json_response({"ok": True, "click": asdict(done)})

    async def click(
        self,
        url: str,
        action_id: str,
        channel: str,
        ts: str,
        user: str,
        *,
        option: str = "",
        timestamp: str | None = None,
        secret: str | None = None,
        changed: Json | None = None,
    ) -> click.Click:
        """Presses `action_id` in the message as `user` (an id or a name).

        `timestamp`, `secret` and `changed` (top-level fields of the payload) forge what a test needs.
        """
        place, person = self.store.channel(channel), self._user(user)
        message = self.store.find(place.id, ts) if place is not None else None
        if place is None or message is None:
            raise LookupError(f"no message {ts} in {channel}")
        action_ts = f"{time.time():.6f}"
        payload = click.block_actions(message, place, person, action_id, option=option, action_ts=action_ts)
        done = await click.send(
            url,
            {**payload, **(changed or {})},
            secret=self.settings.signing_secret if secret is None else secret,
            timestamp=timestamp if timestamp is not None else str(int(time.time())),
        )
        self.clicks.append(done)
        return done

    def _user(self, user: str) -> User:
        for known in self.store.users.values():
            if user in (known.id, known.name):
                return known
        raise LookupError(f"no user {user!r}")

    async def _page(self, request: web.Request) -> web.Response:
        shown = page.render(self.store, clickable=bool(self.settings.interactivity_url))
        return web.Response(text=shown, content_type="text/html", headers=page.HEADERS)


async def _arguments(request: web.Request) -> Json:
    """The arguments as slack-sdk sends them: query, form (JSON inside for blocks and metadata) or JSON."""
    args: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.text() or "{}")
        except ValueError:
            body = {}
        args |= body if isinstance(body, dict) else {}
    else:
        args |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    for name in ("blocks", "metadata"):
        if isinstance(args.get(name), str):
            try:
                args[name] = json.loads(args[name])
            except ValueError:
                args[name] = {"unreadable": True}
    return args


def _reshaped(answer: Answer, fault: Fault) -> Answer:
    """What the caller gets to see instead."""
    if fault.mode == "rate_limited":
        return rate_limited(fault.seconds)
    if fault.mode == "http_500":
        return Answer("Internal Server Error", 500)
    if fault.mode == "ok_false":
        return Answer({"ok": False, "error": fault.error})
    if fault.mode == "redirect":
        return Answer("elsewhere", 307, {"Location": "/api/chat.postMessage"})
    if fault.mode == "not_json":
        return Answer("<html><body>Something went wrong</body></html>")
    return answer


async def _deliver(request: web.Request, answer: Answer, fault: Fault | None) -> web.StreamResponse:
    """Answers, late, in drips or not at all, as the fault wants."""
    mode = fault.mode if fault is not None else ""
    if mode in ("apply_then_drop", "drop_before_apply"):
        if request.transport is not None:
            request.transport.close()
        return web.Response()
    if fault is not None and mode == "apply_then_delay":
        await asyncio.sleep(fault.seconds)
    if isinstance(answer.body, str):
        kind = "text/html" if answer.body.startswith("<") else "text/plain"
        return web.Response(text=answer.body, status=answer.status, headers=answer.headers, content_type=kind)
    if fault is None or mode != "slow_drip":
        return web.json_response(answer.body, status=answer.status, headers=answer.headers)
    whole = json.dumps(answer.body).encode()
    response = web.StreamResponse(
        headers={"Content-Type": "application/json", "Content-Length": str(len(whole))}
    )
    await response.prepare(request)
    pieces = 10
    size = len(whole) // pieces + 1
    for start in range(0, len(whole), size):
        await asyncio.sleep(fault.seconds / pieces)
        await response.write(whole[start : start + size])
    return response
