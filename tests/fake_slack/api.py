"""The methods of Slack's Web API that the product uses. Shapes are of Slack's method reference."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tests.fake_slack.blocks import problems
from tests.fake_slack.faults import Faults, Politeness
from tests.fake_slack.store import BOT_ID, BOT_USER_ID, TEAM_ID, Channel, Json, Message, Store

LONGEST_TEXT = 40_000
T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    """What goes back over HTTP; a `body` that is text is sent as it is."""

    body: Json | str
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class Refused(Exception):
    """An answer with ok: false."""

    def __init__(self, error: str, *, messages: list[str] | None = None, **extra: Any) -> None:
        super().__init__(error)
        body: Json = {"ok": False, "error": error, **extra}
        if messages:
            body["response_metadata"] = {"messages": messages}
        self.answer = Answer(body)


def rate_limited(seconds: float) -> Answer:
    """Slack's 429: Retry-After is in whole seconds."""
    whole = max(1, math.ceil(seconds))
    return Answer({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": str(whole)})


class WebApi:
    """Answers calls. `token` is the one bot token that is accepted."""

    def __init__(self, store: Store, faults: Faults, politeness: Politeness, token: str) -> None:
        self.store = store
        self._faults = faults
        self._politeness = politeness
        self._token = token
        self._methods: dict[str, Callable[[Json], Json]] = {
            "auth.test": self._auth_test,
            "chat.delete": self._delete,
            "chat.postMessage": self._post,
            "chat.update": self._update,
            "conversations.history": self._history,
            "conversations.list": self._list,
            "conversations.open": self._open,
            "conversations.replies": self._replies,
            "users.info": self._user,
            "users.lookupByEmail": self._user_by_email,
        }

    def call(self, method: str, token: str, args: Json) -> Answer:
        """Does it, or says why not."""
        try:
            self._authorise(token)
            handler = self._methods.get(method)
            if handler is None:
                raise Refused("unknown_method", req_method=method)
            if method == "chat.postMessage":
                channel = self._open_channel(args)
                wait = self._politeness.take(channel.id, self.store.clock())
                if wait > 0:
                    return rate_limited(wait)
            return Answer({"ok": True, **handler(args)})
        except Refused as refused:
            return refused.answer

    def _authorise(self, token: str) -> None:
        if not token:
            raise Refused("not_authed")
        if token != self._token:
            raise Refused("invalid_auth")
        if self._faults.token_revoked:
            raise Refused("token_revoked")

    def _auth_test(self, args: Json) -> Json:
        return {
            "url": "https://fake-workspace.slack.com/",
            "team": "Fake workspace",
            "user": "router",
            "team_id": TEAM_ID,
            "user_id": BOT_USER_ID,
            "bot_id": BOT_ID,
            "is_enterprise_install": False,
        }

    def _post(self, args: Json) -> Json:
        channel = self._open_channel(args)
        text, blocks, metadata = self._content(args)
        client_msg_id = args.get("client_msg_id")
        if client_msg_id and any(
            message.client_msg_id == client_msg_id and message.channel == channel.id
            for message in self.store.messages.values()
        ):
            raise Refused("duplicate_message")
        message = Message(
            channel=channel.id,
            ts=self.store.next_ts(),
            text=text[:LONGEST_TEXT],
            blocks=blocks,
            metadata=metadata,
            thread_ts=args.get("thread_ts") or None,
            posted_at=self.store.clock(),
            client_msg_id=client_msg_id,
        )
        self.store.messages[channel.id, message.ts] = message
        return {"channel": channel.id, "ts": message.ts, "message": message.as_slack(with_metadata=True)}

    def _update(self, args: Json) -> Json:
        channel = self._open_channel(args)
        message = self._own_message(channel, args, "cant_update_message")
        text, blocks, metadata = self._content(args)
        if len(text) > LONGEST_TEXT:
            raise Refused("msg_too_long")
        message.text, message.blocks = text, blocks
        if metadata is not None:
            message.metadata = metadata
        message.edits.append({"at": self.store.clock(), "text": text, "metadata": metadata})
        return {
            "channel": channel.id,
            "ts": message.ts,
            "text": text,
            "message": message.as_slack(with_metadata=True),
        }

    def _delete(self, args: Json) -> Json:
        channel = self._open_channel(args)
        message = self._own_message(channel, args, "cant_delete_message")
        message.deleted = True
        return {"channel": channel.id, "ts": message.ts}

    def _history(self, args: Json) -> Json:
        channel = self._channel(args)
        shown = [
            message
            for message in self.store.visible(channel.id, self._faults.visibility_lag_seconds)
            if message.thread_ts in (None, message.ts)
        ]
        return self._page(shown, args, default=100)

    def _replies(self, args: Json) -> Json:
        channel = self._channel(args)
        parent = str(args.get("ts") or "")
        shown = [
            message
            for message in self.store.visible(channel.id, self._faults.visibility_lag_seconds)
            if parent in (message.ts, message.thread_ts)
        ]
        if not shown:
            raise Refused("thread_not_found")
        return self._page(shown[::-1], args, default=1000)

    def _page(self, messages: list[Message], args: Json, *, default: int) -> Json:
        """One page of messages between `oldest` and `latest`; a cursor is the number to go on at."""
        oldest, latest = _number(args, "oldest", 0.0), _number(args, "latest", math.inf)
        inclusive = _yes(args.get("inclusive"))
        within = [
            message
            for message in messages
            if oldest < float(message.ts) < latest or (inclusive and float(message.ts) in (oldest, latest))
        ]
        page, following = _cut(within, args, default)
        with_metadata = _yes(args.get("include_all_metadata"))
        return {
            "messages": [message.as_slack(with_metadata=with_metadata) for message in page],
            "has_more": bool(following),
            "response_metadata": {"next_cursor": following},
        }

    def _list(self, args: Json) -> Json:
        kinds = str(args.get("types") or "public_channel").split(",")
        channels = [
            channel
            for channel in sorted(self.store.channels.values(), key=lambda channel: channel.name)
            if channel.kind in kinds and not (_yes(args.get("exclude_archived")) and channel.archived)
        ]
        page, following = _cut(channels, args, 100)
        return {
            "channels": [
                {
                    "id": channel.id,
                    "name": channel.name,
                    "name_normalized": channel.name,
                    "is_channel": True,
                    "is_private": channel.private,
                    "is_archived": channel.archived,
                    "is_member": True,
                }
                for channel in page
            ],
            "response_metadata": {"next_cursor": following},
        }

    def _open(self, args: Json) -> Json:
        users = str(args.get("users") or "").split(",")
        if len(users) != 1 or users[0] not in self.store.users:
            raise Refused("user_not_found")
        return {"channel": {"id": self.store.direct(users[0]).id}}

    def _user_by_email(self, args: Json) -> Json:
        email = str(args.get("email") or "").casefold()
        user = next(
            (user for user in self.store.users.values() if email and user.email.casefold() == email), None
        )
        if user is None:
            raise Refused("users_not_found")
        return self._user({"user": user.id})

    def _user(self, args: Json) -> Json:
        user = self.store.users.get(str(args.get("user") or ""))
        if user is None:
            raise Refused("user_not_found")
        return {
            "user": {
                "id": user.id,
                "team_id": user.team_id,
                "name": user.name,
                "real_name": user.name,
                "deleted": False,
                "is_bot": user.bot,
                "is_app_user": False,
                "is_restricted": user.guest,
                "is_ultra_restricted": False,
                "tz": "Etc/UTC",
                "tz_offset": 0,
                "profile": {"real_name": user.name, "display_name": user.name},
            }
        }

    def _channel(self, args: Json) -> Channel:
        channel = self.store.channel(str(args.get("channel") or ""))
        if channel is None:
            raise Refused("channel_not_found")
        return channel

    def _open_channel(self, args: Json) -> Channel:
        channel = self._channel(args)
        if channel.archived:
            raise Refused("is_archived")
        return channel

    def _own_message(self, channel: Channel, args: Json, otherwise: str) -> Message:
        message = self.store.find(channel.id, str(args.get("ts") or ""))
        if message is None:
            raise Refused("message_not_found")
        if message.bot_id != BOT_ID:
            raise Refused(otherwise)
        return message

    def _content(self, args: Json) -> tuple[str, list[Json], Json | None]:
        """Text, blocks and metadata of a message, checked."""
        text, blocks, metadata = str(args.get("text") or ""), args.get("blocks") or [], args.get("metadata")
        if not text and not blocks:
            raise Refused("no_text")
        if not isinstance(blocks, list):
            raise Refused("invalid_blocks_format")
        wrong = problems(blocks)
        if wrong:
            raise Refused("invalid_blocks", messages=wrong)
        if metadata is not None and not (
            isinstance(metadata, dict)
            and isinstance(metadata.get("event_type"), str)
            and isinstance(metadata.get("event_payload"), dict)
        ):
            raise Refused("invalid_metadata_format")
        named = [block | {"block_id": block.get("block_id") or f"b{n}"} for n, block in enumerate(blocks)]
        return text, named, metadata


def _cut(things: list[T], args: Json, default: int) -> tuple[list[T], str]:
    """The page that `cursor` and `limit` ask for, and the cursor of the next one ("" at the end)."""
    cursor = str(args.get("cursor") or "0")
    limit = int(_number(args, "limit", default))
    if not cursor.isdecimal():
        raise Refused("invalid_cursor")
    if not 1 <= limit <= 1000:
        raise Refused("invalid_limit")
    start = int(cursor)
    rest = start + limit
    return things[start:rest], str(rest) if rest < len(things) else ""


def _number(args: Json, name: str, default: float) -> float:
    try:
        return float(args[name]) if args.get(name) not in (None, "") else default
    except ValueError:
        raise Refused("invalid_arguments", messages=[f"[ERROR] {name} is not a number"]) from None


def _yes(value: object) -> bool:
    """Slack takes true, "true" and "1" (the SDK sends "1" in queries)."""
    return str(value).lower() in ("1", "true")
