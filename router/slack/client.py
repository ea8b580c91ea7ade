"""The only place that talks to Slack: sends, paces, and says what a failure means.

The SDK never sends anything a second time (no retry handlers, no redirects, no reused connections that the
peer may have closed): whether to repeat a post is for the caller to decide, after looking with `find`.
"""

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Any, NamedTuple, NoReturn, Self
from uuid import UUID, uuid5

import aiohttp
from pydantic import JsonValue
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from router.model.errors import DeliveryError
from router.model.value import Value

SLACK = "https://slack.com/api/"
#: `event_type` of the metadata on every message of ours. Anybody in the workspace can read metadata.
EVENT_TYPE = "router_effect"
#: `find` begins this much before `since`: Slack's clock is not ours.
LOOK_BACK_SECONDS = 60.0
PAGE, MAX_PAGES = 200, 5
#: How long a 429 without a readable Retry-After keeps us quiet, and a listing of channels holds for a miss.
DEFAULT_RETRY_AFTER_SECONDS, LISTING_SECONDS = 30.0, 60.0
GONE = "gone"
_MESSAGES = UUID("0f3c5f0e-5d0b-5a3e-8c53-3f0d1f6f7d11")
_CHANNEL_ID = re.compile(r"[CGD][A-Z0-9]{7,}")
_TOKEN = re.compile(r"\bx(?:ox[a-z]|app)(?:\.xox[a-z])?-[\w.-]+")
#: The SDK logs contents at debug level; this logger is outside the hierarchy, so nobody can turn it on.
_SILENT = logging.Logger("slack_sdk, silenced", logging.CRITICAL)
_SILENT.addHandler(logging.NullHandler())


class SlackMessage(Value):
    """What a message says: `text` for notifications and screen readers, `blocks` for the screen."""

    text: str
    blocks: tuple[dict[str, JsonValue], ...] = ()


class Posted(Value):
    """Where a message is. `ts` is Slack's id of it in the channel."""

    channel_id: str
    ts: str


class Identity(Value):
    """Who we are in which workspace, by auth.test."""

    team_id: str
    team: str
    user_id: str
    bot_id: str


class Meaning(NamedTuple):
    """What one of Slack's errors means for the caller; `advice` is for the operator."""

    retryable: bool
    ambiguous: bool
    advice: str


_AMBIGUOUS = Meaning(True, True, "it may have been done all the same: look before repeating it")
_LATER = Meaning(True, False, "nothing was done: repeat it later")
_GONE = Meaning(False, False, "the message cannot be changed any more: post a new one")
_TOKEN_BAD = Meaning(False, False, "install the app again and give the router its new bot token")
_SCOPE = Meaning(False, False, "add the scope to the Slack app and install it again")
_CHANNEL = Meaning(False, False, "correct the channel in the route, or invite the app to it")
_FORBIDDEN = Meaning(False, False, "ask an administrator of the workspace to allow the app to do this")
_CONTENT = Meaning(False, False, "the router built a message that Slack refuses: report it")
#: Slack's error -> what it means. An error that is not here is permanent: the words that Slack adds are
#: refusals. Sources: the error tables of chat.postMessage, chat.update, conversations.history, auth.test
#: (docs.slack.dev); "some aspect of the operation may have succeeded" is Slack's wording for the ambiguous.
ERRORS: Mapping[str, Meaning] = {
    **dict.fromkeys(("fatal_error", "internal_error", "request_timeout", "service_unavailable"), _AMBIGUOUS),
    **dict.fromkeys(("duplicate_message", "duplicate_message_not_found"), _AMBIGUOUS),
    **dict.fromkeys(("duplicate_channel_not_found", "update_failed"), _AMBIGUOUS),
    **dict.fromkeys(("ratelimited", "rate_limited", "message_limit_exceeded"), _LATER),
    **dict.fromkeys(("team_added_to_org", "org_login_required", "external_channel_migrating"), _LATER),
    **dict.fromkeys(("message_not_found", "cant_update_message", "edit_window_closed"), _GONE),
    "thread_not_found": _GONE,
    **dict.fromkeys(("invalid_auth", "not_authed", "account_inactive", "token_revoked"), _TOKEN_BAD),
    **dict.fromkeys(("token_expired", "not_allowed_token_type"), _TOKEN_BAD),
    **dict.fromkeys(("missing_scope", "no_permission"), _SCOPE),
    **dict.fromkeys(("channel_not_found", "not_in_channel", "is_archived"), _CHANNEL),
    **dict.fromkeys(("restricted_action", "restricted_action_read_only_channel"), _FORBIDDEN),
    **dict.fromkeys(("restricted_action_thread_only_channel", "restricted_action_non_threadable_channel"), _FORBIDDEN),
    **dict.fromkeys(("ekm_access_denied", "team_access_not_granted", "access_denied"), _FORBIDDEN),
    **dict.fromkeys(("cant_delete_message", "compliance_exports_prevent_deletion"), _FORBIDDEN),
    **dict.fromkeys(("invalid_blocks", "invalid_blocks_format", "msg_too_long", "msg_blocks_too_long"), _CONTENT),
    **dict.fromkeys(("no_text", "metadata_too_large", "invalid_metadata_format"), _CONTENT),
    **dict.fromkeys(("invalid_metadata_schema", "invalid_arguments"), _CONTENT),
}  # fmt: skip
_UNKNOWN = Meaning(False, False, "look the error up in Slack's documents of the method")


class Pace:
    """When the next call may go: at most `per_second` a channel after a burst, none while Slack asked for quiet.

    A pause of at most `patience_seconds` is slept through; for a longer one the caller gets the error at once,
    so that it can tell the newest state when the pause is over.
    """

    def __init__(
        self,
        *,
        per_second: float = 1.0,
        burst: int = 3,
        patience_seconds: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.clock = clock
        self._sleep = sleep
        self._interval = 1.0 / per_second
        self._ahead = (burst - 1) * self._interval
        self._patience = patience_seconds
        self._quiet_until = float("-inf")
        self._due: dict[str, float] = {}
        self._queues: dict[str, asyncio.Lock] = {}

    def pause(self, seconds: float) -> None:
        """Slack asked for quiet: no call of any kind for so long."""
        self._quiet_until = max(self._quiet_until, self.clock() + seconds)

    async def turn(self, channel_id: str = "") -> None:
        """Returns when the call may go; without a channel only a pause holds it. DeliveryError: long pause."""
        async with self._queues.setdefault(channel_id, asyncio.Lock()):
            while True:
                now = self.clock()
                quiet = self._quiet_until - now
                if quiet > self._patience:
                    raise DeliveryError(
                        f"Slack asked for quiet for {quiet:.0f} s more; nothing was sent",
                        retryable=True,
                        retry_after_seconds=quiet,
                        code="ratelimited",
                    )
                due = self._due.get(channel_id, now) if channel_id else now
                wait = max(quiet, due - self._ahead - now)
                if wait <= 0:
                    break
                await self._sleep(wait)
            if channel_id:
                self._due[channel_id] = max(due, now) + self._interval


class SlackClient:
    """Slack, as far as the router needs it. Every method raises `DeliveryError` and nothing else.

    Use it inside one event loop, as a context manager or with `close`.
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
            self._web.proxy = None  # The SDK takes HTTPS_PROXY for any address; plain http is the fake, near by.
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)
        self._pace = pace or Pace()
        self._send_client_msg_id = send_client_msg_id
        self._identity: Identity | None = None
        self._channels: dict[str, str] = {}
        self._listed_at = float("-inf")
        self._listing = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes the connections."""
        if self._web.session is not None:
            await self._web.session.close()

    async def check(self) -> Identity:
        """Whether the token works, and who it makes us; from then on `find` takes only messages of ours."""
        answer = await self._call("auth.test", {}, changes=True)
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
        """Posts to a channel (id or '#name') or into a thread of it.

        `metadata` is what goes along with `effect_id` in the event_payload: ids only, everybody can read it.
        """
        channel_id = await self.resolve_channel(channel)
        arguments = _content(channel_id, message, {**metadata, "effect_id": effect_id})
        if thread_ts is not None:
            arguments["thread_ts"] = thread_ts
        if self._send_client_msg_id:
            arguments["client_msg_id"] = str(uuid5(_MESSAGES, effect_id))
        return _posted(await self._call("chat.postMessage", arguments, channel_id))
