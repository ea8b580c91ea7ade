"""No channel gets more than it takes, and nothing is sent while Slack wants quiet."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from router.model.errors import DeliveryError
from router.slack.client import SlackClient
from router.slack.pace import Pace
from tests.fake_slack import FakeSlack, channel_id
from tests.unit.slack.driver import SINCE, Time, post


def test_the_fourth_post_in_a_row_waits_its_second(
    run: Callable[..., Any], slack: FakeSlack, time: Time
) -> None:
    async def work(client: SlackClient) -> None:
        for n in range(6):
            await post(client, f"e{n}")

    run(work)
    assert [message["posted_at"] - SINCE for message in slack.messages("incidents")] == [0, 0, 0, 1, 2, 3]
    assert slack.state()["rate_limited"] == 0


def test_calls_at_the_same_time_take_their_turns_in_order(time: Time) -> None:
    turns: list[tuple[int, float]] = []

    async def work() -> None:
        pace = Pace(clock=time, sleep=time.sleep)

        async def call(number: int) -> None:
            await pace.turn("C1")
            turns.append((number, time.now - SINCE))

        await asyncio.gather(*(call(number) for number in range(6)))

    asyncio.run(work())
    assert turns == [(0, 0), (1, 0), (2, 0), (3, 1), (4, 2), (5, 3)]


def test_a_pause_that_begins_while_a_call_waits_for_its_turn_holds_it_too(time: Time) -> None:
    async def work() -> float:
        async def sleep(seconds: float) -> None:
            await time.sleep(seconds)
            if len(time.slept) == 1:
                pace.pause(4)

        pace = Pace(clock=time, sleep=sleep, burst=1)
        await pace.turn("C1")
        await pace.turn("C1")
        return time.now - SINCE

    assert asyncio.run(work()) == 5


def test_channels_do_not_wait_for_each_other(run: Callable[..., Any], time: Time) -> None:
    async def work(client: SlackClient) -> None:
        for channel in ("#incidents", "#general"):
            for n in range(3):
                await post(client, f"{channel}{n}", channel)

    run(work)
    assert time.slept == []


def test_a_short_pause_is_slept_through(run: Callable[..., Any], slack: FakeSlack, time: Time) -> None:
    slack.mode("rate_limited", seconds=3, methods=["chat.postMessage"])

    async def work(client: SlackClient) -> None:
        with pytest.raises(DeliveryError) as caught:
            await post(client)
        assert (caught.value.retry_after_seconds, caught.value.ambiguous) == (3.0, False)
        await client.find(channel_id("incidents"), "e1", since=SINCE)
        assert time.now == SINCE + 3
        await post(client)

    run(work)
    assert slack.state()["calls_inside_retry_after"] == 0
    assert len(slack.messages("incidents")) == 1


def test_in_a_long_pause_no_call_is_made_at_all(
    run: Callable[..., Any], slack: FakeSlack, time: Time
) -> None:
    slack.mode("rate_limited", seconds=60, methods=["chat.postMessage"])

    async def work(client: SlackClient) -> None:
        with pytest.raises(DeliveryError):
            await post(client)
        before = len(slack.calls())
        time.now += 20
        for call in (post(client), post(client, channel="#general"), client.check()):
            with pytest.raises(DeliveryError) as caught:
                await call
            assert (caught.value.code, caught.value.retryable) == ("ratelimited", True)
            assert caught.value.retry_after_seconds == 40.0
        assert len(slack.calls()) == before
        time.now += 40
        await post(client)

    run(work)
    assert slack.state()["calls_inside_retry_after"] == 0


def test_a_storm_never_breaks_slacks_limit_even_on_the_real_clock() -> None:
    with FakeSlack() as slack:

        async def work() -> None:
            async with SlackClient(slack.token, base_url=slack.api_url) as client:
                await asyncio.gather(*(post(client, f"e{n}") for n in range(4)))

        asyncio.run(work())
        assert slack.state()["rate_limited"] == 0
        assert len(slack.messages("incidents")) == 4
