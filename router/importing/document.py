"""Reading documents that others wrote: whatever is not of the expected shape is as if it were not there."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from router.importing.description import CannotImport, Given
from router.render.escape import clean

MAX_TEXT = 500
"""A name longer than this is no name."""

Document = Mapping[str, Any]


def parse_json(given: Given, kind: str) -> Any:
    """The JSON value in the file. Raises CannotImport."""
    try:
        return orjson.loads(given.content)
    except orjson.JSONDecodeError as error:
        raise CannotImport(given.name, f"not JSON: {error}", f"give {kind}") from None


def mapping(value: object, *path: str) -> Document:
    """The mapping under this path, or an empty one."""
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def sequence(value: object) -> list[Any]:
    """The list, or an empty one."""
    return value if isinstance(value, list) else []


def text(document: Document, *keys: str) -> str:
    """The first text under these keys, as one clean line; empty if there is none or it is too long to be a name."""
    for key in keys:
        value = document.get(key)
        if isinstance(value, str) and len(value) <= MAX_TEXT and clean(value):
            return clean(value)
    return ""


def texts(value: object) -> list[str]:
    """The texts of a list, or the one text, as clean lines."""
    items = value if isinstance(value, list) else [value]
    return [clean(item) for item in items if isinstance(item, str) and len(item) <= MAX_TEXT and clean(item)]


def seconds(value: object) -> float | None:
    """Seconds since 1970 of an ISO 8601 text (without a zone: UTC), or None."""
    if not isinstance(value, str) or not 10 <= len(value) <= 40:
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
