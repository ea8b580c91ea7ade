"""What the fake workspace holds: channels, users, messages, and the log of calls."""

import hashlib
import json
import os
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

TEAM_ID = "T0FAKE0001"
BOT_USER_ID = "U0ROUTER01"
BOT_ID = "B0ROUTER01"
APP_ID = "A0ROUTER01"

Json = dict[str, Any]
Clock = Callable[[], float]


def channel_id(name: str) -> str:
    """The id of the channel called `name` (or '#name'): derived, so that tests know it beforehand."""
    return "C" + hashlib.sha256(name.removeprefix("#").encode()).hexdigest()[:10].upper()


def direct_id(user: str) -> str:
    """The id of the direct message with a user: derived, so that tests know it beforehand."""
    return "D" + hashlib.sha256(user.encode()).hexdigest()[:10].upper()


@dataclass
class Channel:
    id: str
    name: str
    archived: bool = False
    private: bool = False
    direct: bool = False

    @property
    def kind(self) -> str:
        """As in `types` of conversations.list."""
        return "im" if self.direct else "private_channel" if self.private else "public_channel"


@dataclass
class User:
    """A person of the workspace, as far as users.info tells of one."""

    id: str
    name: str
    bot: bool = False
    guest: bool = False
    team_id: str = TEAM_ID
    email: str = ""


@dataclass
class Message:
    """A message as posted and later changed. Times are epoch seconds; `ts` is Slack's id of the message."""

    channel: str
    ts: str
    text: str
    blocks: list[Json]
    metadata: Json | None
    thread_ts: str | None
    posted_at: float
    user: str = BOT_USER_ID
    bot_id: str = BOT_ID
    client_msg_id: str | None = None
    deleted: bool = False
    edits: list[Json] = field(default_factory=list)

    def as_slack(self, *, with_metadata: bool) -> Json:
        """The message object of conversations.history."""
        seen: Json = {
            "type": "message",
            "user": self.user,
            "bot_id": self.bot_id,
            "app_id": APP_ID,
            "team": TEAM_ID,
            "ts": self.ts,
            "text": self.text,
            "blocks": self.blocks,
        }
        if self.thread_ts is not None:
            seen["thread_ts"] = self.thread_ts
        if self.edits:
            seen["edited"] = {"user": self.user, "ts": f"{self.edits[-1]['at']:.6f}"}
        if with_metadata and self.metadata is not None:
            seen["metadata"] = self.metadata
        return seen


class Store:
    """The workspace. Not thread-safe: everything runs on the server's loop."""

    def __init__(self, clock: Clock, channels: Iterable[str], users: Iterable[User]) -> None:
        self.clock = clock
        self.channels: dict[str, Channel] = {}
        self.users: dict[str, User] = {user.id: user for user in users}
        self.messages: dict[tuple[str, str], Message] = {}
        self._newest_microsecond = 0
        for name in channels:
            self.add_channel(name)

    def add_channel(self, name: str, *, private: bool = False) -> Channel:
        """The channel called `name`, created if it is not there."""
        plain = name.removeprefix("#")
        return self.channels.setdefault(channel_id(plain), Channel(channel_id(plain), plain, private=private))

    def direct(self, user: str) -> Channel:
        """The direct message of the app with a user, opened if it is not there."""
        opened = direct_id(user)
        return self.channels.setdefault(opened, Channel(opened, f"direct-{user}", direct=True))

    def channel(self, name_or_id: str) -> Channel | None:
        """The channel of that id, '#name' or name."""
        return self.channels.get(name_or_id) or self.channels.get(channel_id(name_or_id))

    def next_ts(self) -> str:
        """A new message id: now in seconds with six digits, never twice and never going back."""
        self._newest_microsecond = max(self._newest_microsecond + 1, int(self.clock() * 1_000_000))
        return f"{self._newest_microsecond // 1_000_000}.{self._newest_microsecond % 1_000_000:06d}"

    def find(self, channel: str, ts: str) -> Message | None:
        """The message, unless it was deleted."""
        message = self.messages.get((channel, ts))
        return None if message is None or message.deleted else message

    def visible(self, channel: str, lag_seconds: float) -> list[Message]:
        """What history shows of a channel, newest first: not deleted, and older than the visibility lag."""
        now = self.clock()
        shown = [
            message
            for message in self.messages.values()
            if message.channel == channel and not message.deleted and message.posted_at + lag_seconds <= now
        ]
        return sorted(shown, key=lambda message: float(message.ts), reverse=True)

    def all_messages(self) -> list[Json]:
        """Every message ever posted, in order, deleted ones too, as plain data."""
        return [
            asdict(message) | {"channel_name": self.channels[message.channel].name}
            for message in self.messages.values()
        ]


class CallLog:
    """Appends one JSON line a call and fsyncs it before returning, so that a checker can trust the file."""

    def __init__(self, path: Path | None) -> None:
        self.calls: list[Json] = []
        self._file: IO[str] | None = None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("a", encoding="utf-8")

    def append(self, record: Json) -> None:
        """Keeps the record, numbered; on return it is on disk."""
        record = {"seq": len(self.calls) + 1, **record}
        self.calls.append(record)
        if self._file is not None:
            self._file.write(json.dumps(record, ensure_ascii=False) + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
