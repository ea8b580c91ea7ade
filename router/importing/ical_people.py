"""Who is meant by an event of a calendar: addresses in its title, else its attendees, else its description."""

import re
from collections.abc import Mapping
from typing import Any

from icalendar import Event

_LEVEL = re.compile(r"^\s*\[L(\d)\]\s*", re.IGNORECASE)
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}")
_SLACK = re.compile(r"\b[UW][A-Z0-9]{8,}\b")
_PARTS = re.compile(r"\s+-\s+|[,;/&|]|\band\b|\s@")


def level_of(event: Event) -> int:
    """The number of `[L1]` before the title: higher counts before lower; 0 where there is none."""
    match = _LEVEL.match(str(event.get("SUMMARY", "")))
    return int(match[1]) if match else 0


def people_of(event: Event, people: Mapping[str, str]) -> tuple[str, ...]:
    """The Slack ids or e-mail addresses of an event, each once, in order; empty where it names nobody.

    `people` maps names to addresses; a name counts as a whole part of the title ("On Call - NAME - Schedule").
    """
    known = {name.casefold(): person for name, person in people.items()}
    title = _LEVEL.sub("", str(event.get("SUMMARY", "")))
    for found in (_in_text(title, known), _attendees(event, known), _in_text(_described(event), known)):
        if found:
            return tuple(dict.fromkeys(found))
    return ()


def _in_text(text: str, known: Mapping[str, str]) -> list[str]:
    named = [text, *_PARTS.split(text)]
    mapped = [known[key] for part in named if (key := part.strip().lstrip("@").casefold()) in known]
    return mapped or [*_EMAIL.findall(text), *_SLACK.findall(text)]


def _attendees(event: Event, known: Mapping[str, str]) -> list[str]:
    given: Any = event.get("ATTENDEE", [])
    found: list[str] = []
    for each in given if isinstance(given, list) else [given]:
        params = getattr(each, "params", {})
        if str(params.get("PARTSTAT", "")).upper() == "DECLINED":
            continue
        if str(params.get("CUTYPE", "")).upper() in ("ROOM", "RESOURCE"):
            continue
        written = re.sub(r"^mailto:", "", str(each), flags=re.IGNORECASE)
        name = str(params.get("CN", ""))
        mapped = known.get(written.casefold()) or known.get(name.casefold())
        found += [mapped] if mapped else _in_text(written, known)
    return found


def _described(event: Event) -> str:
    return _LEVEL.sub("", str(event.get("DESCRIPTION", "")))
