"""Reading a request's body without trusting its length or its pace."""

import asyncio
from typing import Literal

from starlette.requests import ClientDisconnect, Request

DRAIN_BYTES = 4 * 2**20
"""So much of a body that is too large is read and thrown away, or its sender would not see our answer."""


class BodyRefused(ValueError):
    """The body cannot be used: `too_large`, `too_slow`, or `broken_off`."""

    def __init__(self, code: Literal["too_large", "too_slow", "broken_off"]) -> None:
        super().__init__(f"the request's body is {code.replace('_', ' ')}")
        self.code = code


async def read_body(request: Request, limit_bytes: int, within_seconds: float) -> bytes:
    """The raw body. Never holds more than `limit_bytes` and a chunk of it. Raises BodyRefused."""
    declared = request.headers.get("content-length", "")
    size = int(declared) if declared.isascii() and declared.isdigit() and len(declared) < 19 else 0
    held: list[bytes] = []
    read = 0
    try:
        async with asyncio.timeout(within_seconds):
            async for chunk in request.stream():
                read += len(chunk)
                if max(read, size) <= limit_bytes:
                    held.append(chunk)
                elif max(read, size) > DRAIN_BYTES:
                    break
                else:
                    held.clear()
    except TimeoutError:
        raise BodyRefused("too_large" if max(read, size) > limit_bytes else "too_slow") from None
    except ClientDisconnect:
        raise BodyRefused("broken_off") from None
    if max(read, size) > limit_bytes:
        raise BodyRefused("too_large")
    return b"".join(held)
