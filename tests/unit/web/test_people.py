"""What Slack tells of who pressed, over HTTP from a fake Slack; and where answers may go."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web

from router.slack.client import SLACK
from router.slack.interactions import Profile
from router.web import people as module
from router.web.people import KNOWN_SECONDS, UNKNOWN_SECONDS, Nobody, People, ephemeral, may_answer_at
from tests.builders import at
from tests.fake_slack import FakeSlack


class Clock:
    def __init__(self) -> None:
        self.now = at(0)

    def __call__(self) -> Any:
        return self.now


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack() as fake:
        yield fake


def profiles(slack: FakeSlack, *users: str, clock: Clock | None = None, token: str = "") -> list[Profile]:
    """The profiles of these users, asked one after the other."""

    async def ask() -> list[Profile]:
        people = People(token or slack.token, slack.api_url, clock or Clock())
        try:
            return [await people.profile(user) for user in users]
        finally:
            await people.close()

    return asyncio.run(ask())


def test_guests_and_bots_are_told_apart(slack: FakeSlack) -> None:
    """As users.info says."""
    found = profiles(slack, "U0ALICE001", "U0GUEST001", "U0OTHERBOT")
    assert found == [Profile(), Profile(outsider=True), Profile(bot=True)]


def test_a_user_is_asked_for_once_in_a_while(slack: FakeSlack) -> None:
    """Ten minutes for somebody known, one for nobody; then Slack is asked again."""

    async def ask() -> list[int]:
        clock, counts = Clock(), []
        people = People(slack.token, slack.api_url, clock)
        try:
            for seconds in (0, KNOWN_SECONDS - 1, KNOWN_SECONDS):
                clock.now = at(0) + timedelta(seconds=seconds)
                await people.profile("U0ALICE001")
                counts.append(len(slack.calls("users.info")))
            for seconds in (0, UNKNOWN_SECONDS - 1, UNKNOWN_SECONDS):
                clock.now = at(10_000) + timedelta(seconds=seconds)
                await people.profile("U0NOBODY01")
                counts.append(len(slack.calls("users.info")))
        finally:
            await people.close()
        return counts

    assert asyncio.run(ask()) == [1, 1, 2, 3, 3, 4]


@pytest.mark.parametrize("mode", ["http_500", "rate_limited", "drop_before_apply"])
def test_a_slack_in_trouble_leaves_us_unsure_and_is_asked_again(slack: FakeSlack, mode: str) -> None:
    """Not sure is never remembered."""
    slack.mode(mode, calls=1, seconds=1)
    assert profiles(slack, "U0ALICE001", "U0ALICE001") == [Profile(unsure=True), Profile()]


def test_a_slow_slack_does_not_use_up_the_pressers_three_seconds(
    slack: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After LOOK_UP_SECONDS we go on without."""
    monkeypatch.setattr(module, "LOOK_UP_SECONDS", 0.1)
    slack.mode("apply_then_delay", calls=1, seconds=5)
    assert profiles(slack, "U0ALICE001") == [Profile(unsure=True)]


@pytest.mark.parametrize("mode", ["not_json", "redirect"])
def test_a_slack_that_cannot_be_read_tells_nothing(slack: FakeSlack, mode: str) -> None:
    """Nothing is known of anybody then; a redirect is not followed, it would carry the token along."""
    slack.mode(mode, calls=1)
    assert profiles(slack, "U0ALICE001") == [Profile()]


def test_a_token_that_may_not_ask_tells_nothing(slack: FakeSlack) -> None:
    """Refusals are the operator's to mend; the log says which."""
    assert profiles(slack, "U0ALICE001", token="xoxb-wrong") == [Profile()]


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://hooks.slack.com/actions/T1/2/x", True),
        ("http://hooks.slack.com/actions/T1/2/x", False),
        ("https://hooks.slack.com.evil.example/x", False),
        ("https://hooks.slack.com@evil.example/x", False),
        ("https://user:pw@hooks.slack.com/x", False),
        ("https://hooks.slack.com:8443/x", False),
        ("https://evil.example/hooks.slack.com", False),
        ("https://169.254.169.254/latest", False),
        ("//hooks.slack.com/x", False),
        ("https://hooks.slack.com/x\r\nHost: evil", False),
        ("https://[", False),
        ("", False),
    ],
)
def test_answers_go_to_slacks_own_address_and_nowhere_else(url: str, good: bool) -> None:
    """A response_url comes with the request: whoever forges one must not make us call somewhere."""
    assert may_answer_at(url) is good


def test_an_answer_is_for_the_presser_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ephemeral, and the incident's message stays; what Slack says to it is only counted."""
    taken: list[dict[str, Any]] = []

    async def take(request: web.Request) -> web.Response:
        taken.append(await request.json())
        return web.Response(status=200 if len(taken) == 1 else 404)

    async def work() -> None:
        app = web.Application()
        app.router.add_post("/answer", take)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        monkeypatch.setattr(module, "may_answer_at", lambda _url: True)
        people = People("xoxb-x", SLACK, Clock())
        for text in ("first", "second"):
            people.answer(f"http://127.0.0.1:{runner.addresses[0][1]}/answer", text)
            await asyncio.gather(*people._answering)
        await people.close()
        await runner.cleanup()

    asyncio.run(work())
    assert taken == [ephemeral("first"), ephemeral("second")]
    assert taken[0]["replace_original"] is False


def test_a_stand_in_for_slack_never_makes_us_call_the_real_one(slack: FakeSlack) -> None:
    """Its payloads carry Slack's addresses; with another base_url nobody is called there."""

    async def work() -> int:
        people = People(slack.token, slack.api_url, Clock())
        people.answer("https://hooks.slack.com/actions/T1/2/x", "text")
        return len(people._answering)

    assert asyncio.run(work()) == 0


def test_without_a_token_nothing_is_known_and_nothing_is_said() -> None:
    """An installation may take presses without being able to ask."""
    nobody = Nobody()
    nobody.answer("https://hooks.slack.com/x", "text")
    assert asyncio.run(nobody.profile("U0ALICE001")) == Profile()
