"""Who pressed: what Slack tells of its users (users.info), and answers to them at their `response_url`.

Both are extras around a press: they are bounded in time and never decide whether a command is durable.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urlsplit

import aiohttp

from router.slack.client import SLACK
from router.slack.interactions import Profile
from router.telemetry.events import emit
from router.web.events import PresserNotAnswered, ProfilesUnknown

LOOK_UP_SECONDS = 0.6
KNOWN_SECONDS, UNKNOWN_SECONDS = 600.0, 60.0
"""How long an answer holds: somebody who left is refused ten minutes later at the latest."""
MAX_KNOWN = 1_000
ANSWER_SECONDS = 2.0
ANSWER_HOST = "hooks.slack.com"
_LATER = frozenset(("ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable"))


class KnowsPeople(Protocol):
    """What the routes need of Slack besides the request itself."""

    async def profile(self, user: str) -> Profile:
        """What is known of a user. Never raises."""

    def answer(self, response_url: str, text: str) -> None:
        """Tell whoever pressed, and nobody else; without waiting for it."""


class Nobody:
    """Where no Slack token is set: nothing is known of anybody, and nobody can be answered."""

    async def profile(self, user: str) -> Profile:
        """The empty profile."""
        return Profile()

    def answer(self, response_url: str, text: str) -> None:
        """Does nothing: the answer stands in the HTTP response as well."""


class People:
    """Slack's users, remembered for a while. Use it inside one event loop; `close` it."""

    def __init__(self, token: str, base_url: str, now: Callable[[], datetime]) -> None:
        self._url = f"{base_url}users.info"
        # A stand-in for Slack hands out addresses of the real one; they are not its to use.
        self._answers = base_url == SLACK
        self._token = token
        self._now = now
        self._known: OrderedDict[str, tuple[datetime, Profile]] = OrderedDict()
        self._session: aiohttp.ClientSession | None = None
        self._answering: set[asyncio.Task[None]] = set()

    async def profile(self, user: str) -> Profile:
        """What Slack tells of the user; `unsure` when it does not answer in time."""
        known = self._known.get(user)
        if known is not None and known[0] > self._now():
            return known[1]
        profile, seconds = await self._ask(user)
        if seconds:
            self._known[user] = (self._now() + timedelta(seconds=seconds), profile)
            self._known.move_to_end(user)
            if len(self._known) > MAX_KNOWN:
                self._known.popitem(last=False)
        return profile

    def answer(self, response_url: str, text: str) -> None:
        """Post an ephemeral answer to Slack's own address, in the background."""
        if self._answers and may_answer_at(response_url):
            task = asyncio.get_running_loop().create_task(self._post(response_url, text))
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)

    async def close(self) -> None:
        """Give up what is still being said, and close the connections."""
        for task in list(self._answering):
            task.cancel()
        await asyncio.gather(*self._answering, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def _ask(self, user: str) -> tuple[Profile, float]:
        """The profile, and for how long it holds (seconds; 0: ask again)."""
        code = ""
        try:
            async with asyncio.timeout(LOOK_UP_SECONDS):
                headers = {"Authorization": f"Bearer {self._token}"}
                async with self._http().post(
                    self._url, data={"user": user}, headers=headers, allow_redirects=False
                ) as answer:
                    if answer.status == 429 or answer.status >= 500:
                        return Profile(unsure=True), 0.0
                    document = await answer.json(content_type=None)
            if document.get("ok") is True:
                profile = _profile(document["user"])
                code = "" if profile.email or profile.bot else "no_email"
                return profile, KNOWN_SECONDS
            code = str(document.get("error"))[:60]
        except (TimeoutError, aiohttp.ClientConnectionError):
            return Profile(unsure=True), 0.0
        except (aiohttp.ClientError, ValueError, KeyError, TypeError, AttributeError):
            code = "unreadable_answer"
        finally:
            if code and code not in _LATER:
                emit(ProfilesUnknown(code))
        return (Profile(unsure=True), 0.0) if code in _LATER else (Profile(), UNKNOWN_SECONDS)

    async def _post(self, response_url: str, text: str) -> None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                async with self._http().post(
                    response_url, json=ephemeral(text), allow_redirects=False
                ) as taken:
                    if taken.status != 200:
                        emit(PresserNotAnswered(f"http_{taken.status}"))
        except (TimeoutError, aiohttp.ClientError, ValueError) as error:
            emit(PresserNotAnswered(type(error).__name__))

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(trust_env=self._url.startswith("https:"))
        return self._session


def ephemeral(text: str) -> dict[str, Any]:
    """A message that only the presser sees; the incident's message stays as it is."""
    return {"response_type": "ephemeral", "replace_original": False, "text": text}


def may_answer_at(url: str) -> bool:
    """Whether this is Slack's own address for answers, on https, and not somebody else's server."""
    try:
        parts = urlsplit(url)
        return (parts.scheme, parts.netloc) == ("https", ANSWER_HOST) and url.isascii() and url.isprintable()
    except ValueError:
        return False


def _profile(user: dict[str, Any]) -> Profile:
    guest = user.get("is_restricted") or user.get("is_ultra_restricted")
    return Profile(
        email=str((user.get("profile") or {}).get("email") or ""),
        bot=bool(user.get("is_bot")),
        outsider=bool(guest or user.get("is_stranger")),
    )
