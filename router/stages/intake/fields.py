"""Reading fields of somebody else's document: typed, cleaned, and with a message that says what to send.

What decides (status, fault, times, who) is refused when it is wrong; decoration (links, long texts) is cut
or left out, because a bad link must not cost an alert. Messages name the field, never what was in it.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import orjson

from router.model.errors import RejectedEvent
from router.model.event import RejectCode
from router.model.fault import Severity
from router.model.rules import Source
from router.stages.intake.record import Document

MAX_TEXT = 1_000
MAX_NAME = 256
MAX_LABELS = 64
MAX_TRACES = 16
MAX_LINKS = 10
MAX_URL = 2_000

_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})?"
)
_SPACE = re.compile(r"\s+")
_URL = re.compile(r"https?://[^\s<>\"|]+")

SEVERITIES: Mapping[str, Severity] = {
    **{severity.value: severity for severity in Severity},
    "page": Severity.CRITICAL,
    "fatal": Severity.CRITICAL,
    "emergency": Severity.CRITICAL,
    "disaster": Severity.CRITICAL,
    "p1": Severity.CRITICAL,
    "high": Severity.MAJOR,
    "error": Severity.MAJOR,
    "p2": Severity.MAJOR,
    "medium": Severity.MINOR,
    "average": Severity.MINOR,
    "p3": Severity.MINOR,
    "warn": Severity.WARNING,
    "low": Severity.WARNING,
    "ticket": Severity.WARNING,
    "p4": Severity.WARNING,
    "notice": Severity.INFO,
    "information": Severity.INFO,
    "none": Severity.INFO,
    "p5": Severity.INFO,
}
"""Words for severity that sources commonly use; `Source.severities` comes before them."""


def missing(path: str, hint: str) -> RejectedEvent:
    """The refusal of a document that lacks `path`."""
    return RejectedEvent(RejectCode.MISSING_FIELD, f"{path} is missing; {hint}")


def invalid(path: str, hint: str) -> RejectedEvent:
    """The refusal of a document whose `path` cannot be used."""
    return RejectedEvent(RejectCode.INVALID_FIELD, f"{path} is not usable; {hint}")


def text(document: Document, name: str, path: str = "") -> str:
    """A string field, "" when absent or null. Raises RejectedEvent when it is anything else."""
    value = document.get(name)
    if value is None:
        return ""
    if type(value) is not str:
        raise invalid(path or name, "send a string")
    return value


def required(document: Document, name: str, path: str = "", hint: str = "send a string") -> str:
    """A string field that must be there and not empty."""
    value = text(document, name, path)
    if not value or value.isspace():
        raise missing(path or name, hint)
    return value


def mapping(document: Document, name: str, path: str = "") -> Document:
    """An object field, {} when absent or null. Raises RejectedEvent when it is anything else."""
    value = document.get(name)
    if value is None:
        return {}
    if type(value) is not dict:
        raise invalid(path or name, "send an object")
    return value


def sequence(document: Document, name: str, path: str = "") -> list[Any]:
    """An array field, [] when absent or null. Raises RejectedEvent when it is anything else."""
    value = document.get(name)
    if value is None:
        return []
    if type(value) is not list:
        raise invalid(path or name, "send an array")
    return value


def moment(given: object, path: str, *, zone_optional: bool = False) -> datetime:
    """An RFC 3339 date and time, in UTC; without a zone it counts as UTC where `zone_optional`.

    Fractions finer than a microsecond are cut; a leap second counts as the second after :59. Raises
    RejectedEvent.
    """
    if type(given) is str and _usual(given):
        try:
            return datetime.fromisoformat(given)
        except ValueError:
            pass  # said below, with what is wrong
    found = _MOMENT.fullmatch(given) if type(given) is str else None
    if found is None or not (found.group(1) or zone_optional):
        raise RejectedEvent(
            RejectCode.INVALID_TIME, f"{path} is no time; send RFC 3339, as 2026-10-01T08:30:00Z"
        )
    try:
        at = _instant(found.string)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise RejectedEvent(RejectCode.INVALID_TIME, f"{path} is no time there is") from None


def _usual(given: str) -> bool:
    """Whether it has the shape 2026-10-01T08:30:00.000Z or 2026-10-01T08:30:00Z, which Python reads as RFC
    3339 means it.

    Most times do, and this is cheaper than a regular expression. Python would also read other forms of ISO
    8601.
    """
    size = len(given)
    return (
        (size == 20 or (size == 24 and given[19] == "."))
        and given[-1] == "Z"
        and given[4] == given[7] == "-"
        and given[10] == "T"
        and given[13] == given[16] == ":"
    )


def _instant(stamp: str) -> datetime:
    """What Python reads, and what RFC 3339 allows besides: small letters, and a leap second."""
    try:
        return datetime.fromisoformat(stamp)
    except ValueError:
        if stamp[17:19] != "60":
            return datetime.fromisoformat(stamp.upper())
        return datetime.fromisoformat(f"{stamp[:17]}59{stamp[19:]}".upper()) + timedelta(seconds=1)


def clean(given: str, limit: int = MAX_TEXT) -> str:
    """The text as one readable line without control, bidirectional and invisible characters, cut at
    `limit`.
    """
    if not given.isprintable():
        given = _SPACE.sub(" ", given)
        given = "".join(character for character in given if character.isprintable())
    if given[:1] == " " or given[-1:] == " ":
        given = given.strip()
    return given if len(given) <= limit else given[: limit - 1] + "…"


def severity(word: str, source: Source) -> Severity | None:
    """Our severity for the source's word, or None for a word nobody explained."""
    if not source.severities and word in SEVERITIES:
        return SEVERITIES[word]
    plain = word.strip().casefold()
    for given, meant in source.severities.items():
        if given.casefold() == plain:
            return meant
    return SEVERITIES.get(plain)


def labels(given: Mapping[str, object]) -> dict[str, str]:
    """Labels as text, cleaned, null ones left out; of too many the first MAX_LABELS by name."""
    kept: dict[str, str] = {}
    for name, value in given.items() if len(given) <= MAX_LABELS else sorted(given.items())[:MAX_LABELS]:
        if value is None or not name:
            continue
        word = value if type(value) is str else orjson.dumps(value).decode()
        kept[_name(name)] = word if word.isalnum() and len(word) <= MAX_TEXT else clean(word)
    return kept


@lru_cache(maxsize=4_096)
def _name(name: str) -> str:
    """The name of a label, cleaned. There are few of them, and they come again and again."""
    return clean(name, MAX_NAME)


def url(given: object) -> str:
    """The address if it is one that may be shown (http or https, printable), else ""."""
    if type(given) is str and len(given) <= MAX_URL and given.isprintable() and _URL.fullmatch(given):
        return given
    return ""


def link(title: str, address: object) -> list[dict[str, str]]:
    """One link (fields of `model.event.Link`), or none when the address is not one that may be shown."""
    shown = url(address)
    return [{"title": clean(title), "url": shown}] if shown else []


def traces(given: object) -> tuple[str, ...]:
    """Trace ids, sorted and without repeats: a list of strings, or one string."""
    values = given if type(given) is list else [given]
    found = {clean(value, MAX_NAME) for value in values[:MAX_TRACES] if type(value) is str}
    return tuple(sorted(found - {""}))


def flat(pairs: Mapping[str, str]) -> tuple[str, ...]:
    """Labels in the order of their names, as parts of an identity."""
    return tuple(part for pair in sorted(pairs.items()) for part in pair)
