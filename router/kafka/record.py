"""A record of a source topic as a recorded event that replays exactly.

The format is that of `router.recording`: JSON where that says the same, else the text, else base64.
"""

import base64
import json
from typing import Any

import orjson

from router.kafka.tail import Read


def recorded(record: Read) -> dict[str, Any]:
    """The record as a recorded event.

    Of headers with one name the last counts. What is not UTF-8 goes into `key_base64`, `headers_base64` and
    `value_base64`.
    """
    document: dict[str, Any] = {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "timestamp_ms": record.timestamp_ms,
    }
    if record.key is not None:
        document |= _text("key", record.key)
    headers: dict[str, Any] = {}
    for name, header in dict(record.headers).items():
        field, written = ("headers", None) if header is None else _text("headers", header).popitem()
        headers.setdefault(field, {})[name] = written
    document |= headers
    if record.value is None:
        return document | {"value": None}
    same = _same_json(record.value)
    return document | (_text("value", record.value) if same is None else {"value": same})


def _text(field: str, raw: bytes) -> dict[str, Any]:
    """The bytes as text if they are UTF-8, else in base64 under the field's other name."""
    try:
        return {field: raw.decode()}
    except UnicodeDecodeError:
        return {f"{field}_base64": base64.b64encode(raw).decode()}


def _same_json(raw: bytes) -> Any:
    """The JSON value that is written back as an equal document, or None.

    A JSON string is none: in a recording a string means raw bytes. Nor is `null`, which means no value. Numbers
    must keep their digits and objects all their fields: a sender's mistake shall be one in the replay too.
    """
    try:
        value = orjson.loads(raw)
        if value is None or isinstance(value, str) or _tokens(raw) != _tokens(orjson.dumps(value)):
            return None
    except (ValueError, RecursionError):
        return None
    return value


def _tokens(raw: bytes) -> Any:
    """A document with its numbers as they are written, and repeated fields of an object kept."""
    return json.loads(raw, parse_int=_number, parse_float=_number, object_pairs_hook=tuple)


def _number(written: str) -> tuple[str]:
    """A number that does not equal a string of the same digits."""
    return (written,)
