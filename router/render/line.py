"""A line of words with times, people and links in it, and how each medium writes it.

What to say is decided once (`router.render.card`); Slack's two kinds of text and the terminal write the same
lines in their own way. Plain strings in a line may come from outside: every writer cleans them.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from pydantic import JsonValue

from router.model.value import Moment
from router.render.escape import clean, escape

_SLACK_USER = re.compile(r"(?:slack:)?([UW][A-Z0-9]{6,20})")
_WEB = re.compile(r"https?://[^\s<>|\"\\^`{}]{1,2000}")


class Time(NamedTuple):
    """A moment; `dated` says the day too, for one that is not the day of the message."""

    at: Moment
    dated: bool = False


class Strong(NamedTuple):
    """Words that carry the line."""

    text: str


class Code(NamedTuple):
    """Something to type or to look for, letter by letter."""

    text: str


class Link(NamedTuple):
    """Words that lead to an address."""

    text: str
    url: str


class Person(NamedTuple):
    """Whoever did something: a Slack user id, or a name."""

    actor: str


Part = str | Time | Strong | Code | Link | Person
Line = tuple[Part, ...]


def is_web(url: str) -> bool:
    """Whether this may be a link: http or https, and no character that could end Slack's link early."""
    return _WEB.fullmatch(url) is not None


def plain(line: Line) -> str:
    """The line for the terminal, notifications and logs."""
    return "".join(map(_plain, line))


def _plain(part: Part) -> str:
    match part:
        case Time():
            return fallback(part)
        case Link(text, url):
            return f"{clean(text)} ({clean(url)})"
        case str():
            return _spaced(part)
        case _:
            return clean(part[0])


def _spaced(text: str) -> str:
    """Cleaned, but a space at either end stays: it separates this part from its neighbours."""
    inside = clean(text)
    before = " " if text[:1].isspace() else ""
    after = " " if inside and text[-1:].isspace() else ""
    return f"{before}{inside}{after}"


def fallback(time: Time) -> str:
    """`14:00 UTC`, or `2026-03-01 14:00 UTC`."""
    return time.at.strftime("%Y-%m-%d %H:%M UTC" if time.dated else "%H:%M UTC")


def mrkdwn(line: Line) -> str:
    """The line for a Slack mrkdwn field, with every character that Slack would act on escaped."""
    return "".join(map(_mrkdwn, line))


def _mrkdwn(part: Part) -> str:
    match part:
        case Time(at, dated):
            form = "{date_short_pretty} {time}" if dated else "{time}"
            return f"<!date^{int(at.timestamp())}^{form}|{fallback(part)}>"
        case Strong(text):
            inside = escape(text.replace("*", ""))
            return f"*{inside}*" if inside else ""
        case Code(text):
            inside = escape(text.replace("`", "'"))
            return f"`{inside}`" if inside else ""
        case Link(text, url):
            return f"<{escape(url)}|{escape(text).replace('|', '/')}>" if is_web(url) else escape(text)
        case Person(actor):
            user = _SLACK_USER.fullmatch(actor)
            return f"<@{user[1]}>" if user else escape(actor)
        case _:
            return _spaced(part).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def rich(line: Line) -> list[JsonValue]:
    """The elements of a rich_text_section: nothing in a text element is read as markup."""
    return [element for part in line if (element := _rich(part)) is not None]


def _rich(part: Part) -> dict[str, JsonValue] | None:
    match part:
        case Time(at, dated):
            form = "{date_short_pretty} {time}" if dated else "{time}"
            stamp: dict[str, JsonValue] = {"type": "date", "timestamp": int(at.timestamp())}
            return {**stamp, "format": form, "fallback": fallback(part)}
        case Strong(text):
            return _text(clean(text), {"bold": True})
        case Code(text):
            return _text(clean(text), {"code": True})
        case Link(text, url):
            if not is_web(url):
                return _text(clean(text))
            return {"type": "link", "url": url, "text": clean(text) or url}
        case Person(actor):
            user = _SLACK_USER.fullmatch(actor)
            return {"type": "user", "user_id": user[1]} if user else _text(clean(actor))
        case _:
            return _text(_spaced(part))


def _text(text: str, style: Mapping[str, JsonValue] | None = None) -> dict[str, JsonValue] | None:
    """A text element; Slack refuses an empty one."""
    if not text:
        return None
    element: dict[str, JsonValue] = {"type": "text", "text": text}
    return {**element, "style": dict(style)} if style else element
