"""Recorded events: what `router record` writes off Kafka and `router replay` reads.

JSON Lines, one record a line: `{"topic", "partition"?, "offset"?, "key"?, "headers"? {}, "timestamp_ms", "value"}`.
`value` is a JSON value, or a string taken as the raw bytes; `value_base64`, `key_base64` and `headers_base64` are for
what is binary.
"""

import base64
import binascii
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from router.stages.intake.record import SourceRecord


class Recorded(NamedTuple):
    """One recorded event: its index over all files, and the record."""

    number: int
    record: SourceRecord


class RecordingError(Exception):
    """A line of a recording cannot be read; says which file, which line, and why."""


def read_recordings(paths: Iterable[Path]) -> Iterator[Recorded]:
    """Every recorded event of these files, in file order. Raises RecordingError."""
    index = 0
    for path in paths:
        try:
            lines = path.read_bytes().splitlines()
        except OSError as error:
            raise RecordingError(
                f"{path}: cannot be read: {error.strerror}; name a JSON Lines file"
            ) from None
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield Recorded(index, _record(line, f"{path}:{number}", index))
                index += 1


def _record(line: bytes, where: str, index: int) -> SourceRecord:
    try:
        document = orjson.loads(line)
        return record_of(document, index)
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error) as error:
        raise RecordingError(
            f"{where}: not a recorded event ({type(error).__name__}: {error}); "
            'expected {"topic", "timestamp_ms", "value"} and optionally partition, offset, key, headers'
        ) from None


def record_of(document: dict[str, Any], offset: int = 0) -> SourceRecord:
    """The Kafka record that this recorded event stands for; `offset` where it names none."""
    headers = {name: _header(value) for name, value in (document.get("headers") or {}).items()}
    binary = document.get("headers_base64") or {}
    headers |= {name: base64.b64decode(value, validate=True) for name, value in binary.items()}
    return SourceRecord(
        topic=str(document["topic"]),
        partition=int(document.get("partition", 0)),
        offset=int(document.get("offset", offset)),
        timestamp_ms=int(document["timestamp_ms"]),
        key=_key(document),
        value=_value(document),
        headers=tuple(headers.items()),
    )


def _key(document: dict[str, Any]) -> bytes | None:
    if "key_base64" in document:
        return base64.b64decode(document["key_base64"], validate=True)
    key = document.get("key")
    return None if key is None else str(key).encode()


def _value(document: dict[str, Any]) -> bytes | None:
    if "value_base64" in document:
        return base64.b64decode(document["value_base64"], validate=True)
    value = document["value"]
    if value is None:
        return None
    return value.encode() if isinstance(value, str) else orjson.dumps(value)


def _header(value: object) -> bytes | None:
    if value is None:
        return None
    return value.encode() if isinstance(value, str) else orjson.dumps(value)
