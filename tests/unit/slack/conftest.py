"""A fake Slack over HTTP and a client to it, both on one clock."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar

import pytest

from router.slack.client import SlackClient
from router.slack.pace import Pace
from tests.fake_slack import FakeSlack
from tests.unit.slack.driver import Time

T = TypeVar("T")


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def slack(time: Time) -> Iterator[FakeSlack]:
    with FakeSlack(clock=time) as fake:
        yield fake


@pytest.fixture
def run(slack: FakeSlack, time: Time) -> Callable[..., Any]:
    def run(work: Callable[[SlackClient], Awaitable[T]], **options: Any) -> T:
        async def inside() -> T:
            pace = options.pop("pace", None) or Pace(clock=time, sleep=time.sleep)
            base_url, token = options.pop("base_url", slack.api_url), options.pop("token", slack.token)
            async with SlackClient(token, base_url=base_url, pace=pace, **options) as client:
                return await work(client)

        return asyncio.run(inside())

    return run
