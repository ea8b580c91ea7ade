"""Hard bounds on what comes in, checked before and right after parsing; past them everything is small.

One parser for all formats: orjson, which is strict about UTF-8, numbers, surrogates and byte order marks.
Of a key that stands twice in an object it takes the last, as every JSON parser of the standard library
does.
"""

from typing import Any

import orjson

from router.model.errors import RejectedEvent
from router.model.event import RejectCode
from router.stages.intake.record import Document

MAX_BYTES = 256 * 1024
MAX_DEPTH = 32
MAX_KEYS = 2_000
MAX_STRING_BYTES = 16 * 1024

_BOM = b"\xef\xbb\xbf"


def parse(value: bytes | None, max_keys: int = MAX_KEYS) -> Document:
    """The JSON object in these bytes, within bounds. `max_keys` counts the keys of all its objects together.

    Raises RejectedEvent with the code that says which bound or rule it breaks.
    """
    if not value:
        raise RejectedEvent(RejectCode.EMPTY_VALUE, "the record has no value; send the event as its value")
    if len(value) > MAX_BYTES:
        raise RejectedEvent(
            RejectCode.TOO_LARGE,
            f"{len(value)} bytes; at most {MAX_BYTES} are read, so send less or split it",
        )
    try:
        document = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise _unreadable(value, error) from None
    if type(document) is not dict:
        raise RejectedEvent(
            RejectCode.NOT_AN_OBJECT, f"the value is a JSON {_kind(document)}; send one object a record"
        )
    if not _surely_small(value, max_keys):
        _check(document, max_keys)
    return document


def _surely_small(value: bytes, max_keys: int) -> bool:
    """Whether the bytes alone prove that no bound can be broken: two scans in C instead of a walk.

    A key takes five bytes at least (`"":0,`), every level opens with a bracket, and JSON never writes a
    string in fewer bytes than it has.
    """
    return (
        len(value) <= 5 * max_keys
        and len(value) <= MAX_STRING_BYTES
        and value.count(b"{") + value.count(b"[") <= MAX_DEPTH
    )


def _check(document: Document, max_keys: int) -> None:
    """Walk level by level, so that depth costs no recursion."""
    keys = 0
    level: list[Any] = [document]
    depth = 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise RejectedEvent(
                RejectCode.TOO_DEEP, f"nested deeper than {MAX_DEPTH} levels; send a flatter event"
            )
        below: list[Any] = []
        for container in level:
            if type(container) is dict:
                keys += len(container)
                if keys > max_keys:
                    raise RejectedEvent(
                        RejectCode.TOO_WIDE, f"more than {max_keys} keys; send less or split it"
                    )
                _check_strings(container)
                container = container.values()
            _check_strings(container)
            below.extend(child for child in container if type(child) is dict or type(child) is list)
        level = below


def _check_strings(texts: Any) -> None:
    for text in texts:
        # A character takes at most four bytes, so most strings need no encoding to be measured.
        if type(text) is str and len(text) * 4 > MAX_STRING_BYTES and len(text.encode()) > MAX_STRING_BYTES:
            raise RejectedEvent(
                RejectCode.STRING_TOO_LONG, f"a string of more than {MAX_STRING_BYTES} bytes; send an excerpt"
            )


def _unreadable(value: bytes, error: orjson.JSONDecodeError) -> RejectedEvent:
    if value.startswith(_BOM):
        return RejectedEvent(RejectCode.NOT_JSON, "begins with a byte order mark; send UTF-8 without one")
    if error.msg.startswith("depth limit"):
        return RejectedEvent(
            RejectCode.TOO_DEEP, f"nested deeper than {MAX_DEPTH} levels; send a flatter event"
        )
    try:
        value.decode()
    except UnicodeDecodeError as flaw:
        return RejectedEvent(RejectCode.NOT_UTF8, f"byte {flaw.start} is not UTF-8; send JSON as UTF-8")
    return RejectedEvent(
        RejectCode.NOT_JSON, f"not JSON at character {error.pos}; send strict JSON (RFC 8259)"
    )


def _kind(value: object) -> str:
    if value is None:
        return "null"
    return {list: "array", str: "string", bool: "boolean"}.get(type(value), "number")
