"""What the tests of the Slack edge have in common: a clock that obeys, a message, and the calls."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from router.model.errors import DeliveryError
from router.slack.client import Posted, SlackClient, SlackMessage

HELLO = SlackMessage(
    text="Feed orders is half empty",
    blocks=({"type": "section", "text": {"type": "mrkdwn", "text": "Feed orders is half empty"}},),
)
IDS: dict[str, str | int] = {"incident_id": "i1", "version": 1}
SINCE = 1_000_000.0


class Time:
    """A clock that only moves when somebody sleeps, or is told to."""

    def __init__(self) -> None:
        self.now = SINCE
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


def post(client: SlackClient, effect_id: str = "e1", channel: str = "#incidents") -> Awaitable[Posted]:
    return client.post(channel, HELLO, effect_id=effect_id, metadata=IDS)


def failed(
    run: Callable[..., Any], work: Callable[[SlackClient], Awaitable[Any]], **options: Any
) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        run(work, **options)
    return caught.value
