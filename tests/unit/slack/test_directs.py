"""Persons as destinations: by id or address, in one direct message each."""

from collections.abc import Callable
from typing import Any

import pytest

from router.slack.client import Posted, SlackClient
from tests.fake_slack import FakeSlack, direct_id
from tests.unit.slack.driver import HELLO, IDS, SINCE, failed


def test_a_person_is_told_in_the_direct_message_by_id_or_address(
    run: Callable[..., Any], slack: FakeSlack
) -> None:
    """Both ways lead to the same conversation."""

    async def work(client: SlackClient) -> list[Posted]:
        by_id = await client.post("@U0ALICE001", HELLO, effect_id="e1", metadata=IDS)
        by_mail = await client.post("@alice@acme.example", HELLO, effect_id="e2", metadata=IDS)
        return [by_id, by_mail]

    posted = run(work)
    assert {one.channel_id for one in posted} == {direct_id("U0ALICE001")}
    assert [message["channel"] for message in slack.messages()] == [direct_id("U0ALICE001")] * 2


def test_what_was_told_to_a_person_is_found_again_and_can_be_edited(
    run: Callable[..., Any], slack: FakeSlack
) -> None:
    """After a crash the router looks before it repeats, in direct messages as well."""

    async def work(client: SlackClient) -> tuple[Posted, list[Posted]]:
        posted = await client.post("@bob@acme.example", HELLO, effect_id="e1", metadata=IDS)
        channel = await client.resolve_channel("@bob@acme.example")
        await client.update(posted.channel_id, posted.ts, HELLO, {**IDS, "effect_id": "e1"})
        return posted, await client.find(channel, "e1", since=SINCE)

    posted, found = run(work)
    assert found == [posted]


def test_a_person_is_looked_up_once(run: Callable[..., Any], slack: FakeSlack) -> None:
    """Slack limits look-ups more than posts."""

    async def work(client: SlackClient) -> None:
        for _ in range(3):
            await client.resolve_channel("@alice@acme.example")

    run(work)
    assert len(slack.calls("users.lookupByEmail")) == 1
    assert len(slack.calls("conversations.open")) == 1


@pytest.mark.parametrize(
    ("person", "code"),
    [("@nobody@acme.example", "users_not_found"), ("@U0NOBODY01", "user_not_found")],
)
def test_a_person_whom_slack_does_not_know_is_a_mistake_in_the_rules(
    run: Callable[..., Any], slack: FakeSlack, person: str, code: str
) -> None:
    """Not retried at once, and the address is not in the error."""
    error = failed(run, lambda client: client.post(person, HELLO, effect_id="e1", metadata=IDS))
    assert (error.code, error.retryable, error.ambiguous) == (code, False, False)
    assert "nobody@acme" not in str(error)
    assert "correct the person" in str(error)
