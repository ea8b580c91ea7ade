"""The only place that talks to Slack. What its failures mean is in `answers`, how fast we may go in `pace`.

Nothing here ever sends a thing twice (no retry handlers, no redirects, no connection used again that the
peer may have closed): whether to repeat a post is for the caller to decide, after looking with `find`.
"""

import asyncio
import logging
import re
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self
from uuid import UUID, uuid5

import aiohttp
from pydantic import JsonValue
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from router.model.errors import DeliveryError
from router.model.value import Value
from router.slack.answers import GONE, Redirected, failure
from router.slack.directs import PERSON, Directs
from router.slack.pace import Pace

SLACK = "https://slack.com/api/"
#: `event_type` of the metadata on every message of ours. Everybody in the workspace can read metadata.
EVENT_TYPE = "router_effect"
#: `find` begins this much before `since`: Slack's clock is not ours.
LOOK_BACK_SECONDS = 60.0
PAGE, MAX_PAGES = 200, 5
#: A channel that was not in the list of channels is not looked for again for so long.
LISTING_SECONDS = 60.0
_CLIENT_MSG_IDS = UUID("0f3c5f0e-5d0b-5a3e-8c53-3f0d1f6f7d11")
_CHANNEL_ID = re.compile(r"[CGD][A-Z0-9]{7,}")
#: The SDK logs contents at debug level. This logger is outside the hierarchy: no configuration turns it on.
_SILENT = logging.Logger("slack_sdk (silenced)", logging.CRITICAL)
_SILENT.addHandler(logging.NullHandler())


class SlackMessage(Value):
    """What a message says: `text` for notifications and screen readers, `blocks` for the screen."""

    text: str
    blocks: tuple[dict[str, JsonValue], ...] = ()


class Posted(Value):
    """Where a message is; `ts` is Slack's id of it within the channel."""

    channel_id: str
    ts: str


class Identity(Value):
    """Who our token makes us, in which workspace."""

    team_id: str
    team: str
    user_id: str
    bot_id: str


class SlackClient:
    """Slack as far as the router needs it. The world's failures are `DeliveryError`, nothing else.

    A method whose error is `ambiguous` may have taken effect. `code` is Slack's word, except `gone` (see
    `update`), `timeout`, `connection_lost`, `not_connected`, `redirected`, `unreadable_answer`,
    `search_incomplete` and `http_<status>`. Use it inside one event loop; `close` it, or use `async with`.
    """

    def __init__(
        self,
        token: str,
        *,
        base_url: str = SLACK,
        timeout_seconds: float = 10.0,
        pace: Pace | None = None,
        send_client_msg_id: bool = False,
    ) -> None:
        self._web = AsyncWebClient(token=token, base_url=base_url, retry_handlers=[], logger=_SILENT)
        if not base_url.startswith("https:"):
            self._web.proxy = None  # The SDK takes HTTPS_PROXY for any address; plain http is a fake near by.
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)
        self._pace = pace or Pace()
        self._send_client_msg_id = send_client_msg_id
        self._identity: Identity | None = None
        self._channels: dict[str, str] = {}
        self.directs = Directs(self._ask)
        self._listed_at = float("-inf")
        self._listing = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes the connections; a later call opens new ones."""
        if self._web.session is not None:
            await self._web.session.close()

    async def check(self) -> Identity:
        """Whether the token works, and who it makes us. From then on `find` takes only messages of ours."""
        answer = await self._ask("auth.test")
        self._identity = Identity(**{name: str(answer.get(name) or "") for name in Identity.model_fields})
        return self._identity

    async def post(
        self,
        channel: str,
        message: SlackMessage,
        *,
        effect_id: str,
        metadata: Mapping[str, str | int],
        thread_ts: str | None = None,
    ) -> Posted:
        """Posts to a channel (an id or '#name') or person ('@id', '@mail'), or into the thread under `thread_ts`.

        `metadata` goes with `effect_id` into the event_payload: ids only, everybody can read it.
        """
        arguments = _content(message, {**metadata, "effect_id": effect_id})
        arguments["channel"] = await self.resolve_channel(channel)
        if thread_ts is not None:
            arguments["thread_ts"] = thread_ts
        if self._send_client_msg_id:
            arguments["client_msg_id"] = str(uuid5(_CLIENT_MSG_IDS, effect_id))
        return _posted(await self._change("chat.postMessage", arguments))

    async def update(
        self, channel_id: str, ts: str, message: SlackMessage, metadata: Mapping[str, str | int]
    ) -> None:
        """Makes the message say this now; harmless to repeat.

        `metadata` replaces the old event_payload, so it must have the `effect_id`. DeliveryError with code
        `gone`: there is nothing left to update, post a new generation.
        """
        if not metadata.get("effect_id"):
            raise ValueError("metadata of an update needs the effect_id, or the message is not found again")
        await self._change("chat.update", {**_content(message, metadata), "channel": channel_id, "ts": ts})

    async def delete(self, channel_id: str, ts: str) -> None:
        """Deletes the message; it is fine when it is gone already."""
        try:
            await self._change("chat.delete", {"channel": channel_id, "ts": ts})
        except DeliveryError as error:
            if error.code != GONE:
                raise

    async def find(
        self,
        channel_id: str,
        effect_id: str,
        *,
        since: float,
        until: float | None = None,
        thread_ts: str | None = None,
    ) -> list[Posted]:
        """Our messages of this effect, oldest first, posted from a minute before `since` (epoch seconds).

        Slack shows a message some seconds after it took it: an empty list soon after the attempt proves
        nothing. `until` bounds the search from above. More than 1000 messages in between and none of ours
        among the newest: DeliveryError `search_incomplete`, since "not there" is not known.
        """
        arguments = {
            "channel": channel_id,
            "oldest": f"{max(0.0, since - LOOK_BACK_SECONDS):.6f}",
            "limit": str(PAGE),
        }
        arguments |= {"include_all_metadata": "true", "inclusive": "true"}
        if until is not None:
            arguments["latest"] = f"{until + LOOK_BACK_SECONDS:.6f}"
        if thread_ts is not None:
            arguments["ts"] = thread_ts
        found: list[Posted] = []
        for _ in range(MAX_PAGES):
            try:
                answer = await self._ask(f"conversations.{'replies' if thread_ts else 'history'}", arguments)
            except DeliveryError as error:
                if error.code == GONE:  # No such thread, so nothing in it.
                    return []
                raise
            messages = answer.get("messages") or []
            found += [Posted(channel_id=channel_id, ts=m["ts"]) for m in messages if self._is(m, effect_id)]
            cursor = _cursor(answer)
            if not cursor:
                break
            arguments["cursor"] = cursor
        else:
            if not found:
                raise DeliveryError(
                    f"looking for a message in {channel_id}: over {PAGE * MAX_PAGES} messages since then",
                    retryable=True,
                    code="search_incomplete",
                )
        return sorted(found, key=lambda posted: float(posted.ts))

    async def resolve_channel(self, name: str) -> str:
        """The id of a channel by '#name', name or id, or of the direct message with '@person'; looked up once."""
        if name.startswith(PERSON):
            return await self.directs.channel(name.removeprefix(PERSON))
        plain = name.strip().removeprefix("#")
        if _CHANNEL_ID.fullmatch(plain):
            return plain
        async with self._listing:
            if plain not in self._channels and self._pace.clock() - self._listed_at > LISTING_SECONDS:
                await self._list_channels()
        if plain not in self._channels:
            raise DeliveryError(
                f"no channel #{plain} that the app can see: create it, correct the route, or invite the app",
                retryable=False, code="channel_not_found",
            )  # fmt: skip
        return self._channels[plain]

    async def _list_channels(self) -> None:
        arguments = {"types": "public_channel,private_channel", "limit": "1000"}
        for _ in range(100):
            answer = await self._ask("conversations.list", arguments)
            for channel in answer.get("channels") or []:
                # The name of an archived channel may belong to a living one as well.
                if channel["name"] not in self._channels or not channel.get("is_archived"):
                    self._channels[channel["name"]] = channel["id"]
            cursor = _cursor(answer)
            if not cursor:
                break
            arguments["cursor"] = cursor
        self._listed_at = self._pace.clock()

    def _is(self, message: Mapping[str, Any], effect_id: str) -> bool:
        """Whether this is our message of this effect; metadata alone could be anybody's."""
        metadata = message.get("metadata") or {}
        payload = metadata.get("event_payload") or {}
        if metadata.get("event_type") != EVENT_TYPE or payload.get("effect_id") != effect_id:
            return False
        return self._identity is None or message.get("bot_id") in (None, self._identity.bot_id)

    async def _change(self, method: str, arguments: dict[str, Any]) -> Mapping[str, Any]:
        await self._pace.turn(arguments["channel"])
        return await self._call(f"{method} in {arguments['channel']}", method, changes=True, json=arguments)

    async def _ask(self, method: str, arguments: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        await self._pace.quiet()
        # A form by POST: aiohttp sends a GET again by itself when the connection breaks.
        return await self._call(method, method, changes=False, data=dict(arguments or {}))

    async def _call(self, what: str, method: str, *, changes: bool, **request: Any) -> Mapping[str, Any]:
        """One HTTP request, never more."""
        if self._web.session is None or self._web.session.closed:
            self._web.session = _session(self._timeout)
        try:
            answer = (await self._web.api_call(method, **request)).data
            if not isinstance(answer, dict):
                raise ValueError("not an object")
            return answer
        except (SlackApiError, aiohttp.ClientError, OSError, Redirected) as error:
            failed = failure(what, error, changes=changes)
        except (ValueError, AttributeError, RecursionError) as error:  # The SDK tripped over the body.
            failed = failure(what, error, changes=changes)
        if failed.retry_after_seconds is not None:
            self._pace.pause(failed.retry_after_seconds)
        raise failed


def _session(timeout: aiohttp.ClientTimeout) -> aiohttp.ClientSession:
    """A session in which every call has its own connection: a stale one would make a post ambiguous."""

    async def refuse(*_: object) -> None:
        raise Redirected

    watch = aiohttp.TraceConfig()
    watch.on_request_redirect.append(refuse)
    connector = aiohttp.TCPConnector(force_close=True)
    return aiohttp.ClientSession(connector=connector, timeout=timeout, trace_configs=[watch])


def _content(message: SlackMessage, payload: Mapping[str, str | int]) -> dict[str, Any]:
    """The arguments that say what a message says; nothing in it is looked up, linked or unfurled by Slack."""
    return {
        "text": message.text,
        "blocks": list(message.blocks),
        "metadata": {"event_type": EVENT_TYPE, "event_payload": dict(payload)},
        "unfurl_links": False,
        "unfurl_media": False,
        "parse": "none",
        "link_names": False,
    }


def _posted(answer: Mapping[str, Any]) -> Posted:
    channel_id, ts = answer.get("channel"), answer.get("ts")
    if not isinstance(channel_id, str) or not isinstance(ts, str):
        raise failure("chat.postMessage", ValueError("no channel or ts"), changes=True)
    return Posted(channel_id=channel_id, ts=ts)


def _cursor(answer: Mapping[str, Any]) -> str:
    return str((answer.get("response_metadata") or {}).get("next_cursor") or "")
