"""Bodies are read to a bound and within a time, whatever their headers say."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from starlette.requests import Request

from router.web.body import DRAIN_BYTES, BodyRefused, read_body


def request_of(
    *chunks: bytes, declared: str | None = None, stalls: bool = False, breaks: bool = False
) -> Any:
    """A request whose body comes in these chunks; `.taken` counts the bytes that were fetched."""
    waiting = list(chunks)

    class Counting(Request):
        taken = 0

    async def receive() -> dict[str, Any]:
        if waiting:
            chunk = waiting.pop(0)
            request.taken += len(chunk)
            return {"type": "http.request", "body": chunk, "more_body": True}
        if stalls:
            await asyncio.sleep(60)
        if breaks:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": b"", "more_body": False}

    headers = [] if declared is None else [(b"content-length", declared.encode())]
    request = Counting({"type": "http", "method": "POST", "headers": headers}, receive)
    return request


def read(request: Request, limit: int = 100, seconds: float = 5.0) -> bytes:
    return asyncio.run(_within(lambda: read_body(request, limit, seconds)))


async def _within(work: Callable[[], Awaitable[bytes]]) -> bytes:
    return await work()


def refusal(request: Request, **bounds: Any) -> str:
    with pytest.raises(BodyRefused) as caught:
        read(request, **bounds)
    return caught.value.code


def test_chunks_are_joined_up_to_the_bound() -> None:
    """Exactly the bound is allowed."""
    assert read(request_of(b"a" * 60, b"b" * 40)) == b"a" * 60 + b"b" * 40
    assert read(request_of()) == b""


@pytest.mark.parametrize("declared", [None, "1", "junk", "-5", "\u00b2", "9" * 30])
def test_one_byte_more_is_too_large_whatever_the_header_says(declared: str | None) -> None:
    """The header is a claim; the bytes are counted."""
    assert refusal(request_of(b"a" * 60, b"b" * 41, declared=declared)) == "too_large"


def test_a_body_that_says_it_is_too_large_is_not_kept() -> None:
    """It is drained so that its sender sees our answer, up to a bound."""
    assert refusal(request_of(b"a" * 50, declared="101")) == "too_large"
    huge = request_of(*[b"x" * 2**20] * 20)
    assert refusal(huge) == "too_large"
    assert huge.taken <= DRAIN_BYTES + 2**20
    announced = request_of(*[b"x" * 2**20] * 20, declared=str(20 * 2**20))
    assert refusal(announced) == "too_large"
    assert announced.taken <= 2**20


def test_a_body_that_does_not_come_is_given_up() -> None:
    """A slow sender cannot use up the three seconds that the presser waits."""
    assert refusal(request_of(b"a", stalls=True), seconds=0.05) == "too_slow"
    assert refusal(request_of(b"a" * 200, stalls=True), seconds=0.05) == "too_large"


def test_a_body_that_breaks_off_is_refused() -> None:
    """Half a body is no body."""
    assert refusal(request_of(b"a", breaks=True)) == "broken_off"
