"""The client posts once, keeps what it posted findable, and finds it again."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from router.model.errors import DeliveryError
from router.slack.client import EVENT_TYPE, Posted, SlackClient, SlackMessage
from tests.fake_slack import FakeSlack, channel_id
from tests.fake_slack.store import Message
from tests.unit.slack.driver import HELLO, IDS, SINCE, Time, failed, post


def test_a_post_arrives_with_its_ids_and_without_any_unfurling(
    run: Callable[..., Any], slack: FakeSlack
) -> None:
    posted = run(post)
    (message,) = slack.messages("incidents")
    assert (message["channel"], message["ts"]) == (posted.channel_id, posted.ts)
    assert message["text"] == HELLO.text
    assert message["blocks"][0]["text"]["text"] == HELLO.text
    assert message["metadata"] == {"event_type": EVENT_TYPE, "event_payload": {**IDS, "effect_id": "e1"}}
    sent = slack.calls("chat.postMessage")[0]["args"]
    assert (sent["unfurl_links"], sent["unfurl_media"], sent["link_names"]) == (False, False, False)
    assert sent["parse"] == "none"
    assert "client_msg_id" not in sent


def test_a_reply_goes_into_the_thread(run: Callable[..., Any], slack: FakeSlack) -> None:
    async def work(client: SlackClient) -> tuple[Posted, list[Posted]]:
        root = await post(client)
        reply = await client.post(root.channel_id, HELLO, effect_id="e2", metadata=IDS, thread_ts=root.ts)
        found = await client.find(root.channel_id, "e2", since=SINCE, thread_ts=root.ts)
        assert await client.find(root.channel_id, "e2", since=SINCE) == []
        return reply, found

    reply, found = run(work)
    assert found == [reply]
    assert slack.messages("incidents")[1]["thread_ts"] == slack.messages("incidents")[0]["ts"]


def test_an_update_changes_the_message_and_keeps_it_findable(
    run: Callable[..., Any], slack: FakeSlack
) -> None:
    async def work(client: SlackClient) -> list[Posted]:
        posted = await post(client)
        newer = SlackMessage(text="resolved")
        await client.update(posted.channel_id, posted.ts, newer, {**IDS, "version": 2, "effect_id": "e1"})
        return await client.find(posted.channel_id, "e1", since=SINCE)

    assert len(run(work)) == 1
    (message,) = slack.messages("incidents")
    assert (message["text"], message["blocks"]) == ("resolved", [])
    assert message["metadata"]["event_payload"]["version"] == 2
    assert [edit["text"] for edit in message["edits"]] == ["resolved"]


def test_an_update_without_effect_id_is_refused_before_anything_is_sent(
    run: Callable[..., Any], slack: FakeSlack
) -> None:
    with pytest.raises(ValueError, match="effect_id"):
        run(lambda client: client.update("C0000000", "1.0", HELLO, IDS))
    assert slack.calls() == []


def test_deleting_twice_is_fine(run: Callable[..., Any], slack: FakeSlack) -> None:
    async def work(client: SlackClient) -> None:
        posted = await post(client)
        await client.delete(posted.channel_id, posted.ts)
        await client.delete(posted.channel_id, posted.ts)

    run(work)
    assert slack.messages("incidents") == []
    assert slack.messages("incidents", deleted=True)[0]["deleted"] is True


def test_with_the_flag_a_repeated_post_is_recognised_by_slack(
    run: Callable[..., Any], slack: FakeSlack
) -> None:
    async def work(client: SlackClient) -> None:
        await post(client)
        await post(client)

    error = failed(run, work, send_client_msg_id=True)
    assert (error.code, error.ambiguous) == ("duplicate_message", True)
    assert len(slack.messages("incidents")) == 1


def test_finds_what_was_posted_although_the_answer_was_lost(
    run: Callable[..., Any], slack: FakeSlack
) -> None:
    slack.mode("apply_then_drop", methods=["chat.postMessage"])

    async def work(client: SlackClient) -> list[Posted]:
        with pytest.raises(DeliveryError) as caught:
            await post(client)
        assert (caught.value.code, caught.value.ambiguous) == ("connection_lost", True)
        return await client.find(channel_id("incidents"), "e1", since=SINCE)

    (found,) = run(work)
    assert found.ts == slack.messages("incidents")[0]["ts"]
    assert len(slack.calls("chat.postMessage")) == 1, "the SDK must not send again by itself"


def test_does_not_find_what_slack_does_not_show_yet(
    run: Callable[..., Any], slack: FakeSlack, time: Time
) -> None:
    slack.mode("visibility_lag", seconds=4)

    async def work(client: SlackClient) -> tuple[list[Posted], list[Posted]]:
        posted = await post(client)
        early = await client.find(posted.channel_id, "e1", since=SINCE)
        time.now += 5
        return early, await client.find(posted.channel_id, "e1", since=SINCE)

    early, late = run(work)
    assert (early, len(late)) == ([], 1)


def fill(slack: FakeSlack, time: Time, effects: list[str]) -> None:
    """Messages a second apart, put there without going through the API."""
    store = slack._server.store
    for effect in effects:
        time.now += 1
        metadata = {"event_type": EVENT_TYPE, "event_payload": {"effect_id": effect}}
        message = Message(channel_id("incidents"), store.next_ts(), "x", [], metadata, None, time.now)
        store.messages[message.channel, message.ts] = message


def test_looks_through_all_pages_and_gives_the_oldest_first(
    run: Callable[..., Any], slack: FakeSlack, time: Time
) -> None:
    fill(slack, time, ["e1", *(f"other{n}" for n in range(450)), "e1"])
    found = run(lambda client: client.find(channel_id("incidents"), "e1", since=SINCE))
    assert [posted.ts for posted in found] == [
        slack.messages("incidents")[0]["ts"],
        slack.messages("incidents")[-1]["ts"],
    ]
    assert len(slack.calls("conversations.history")) == 3


def test_says_so_when_there_was_too_much_to_look_through(
    run: Callable[..., Any], slack: FakeSlack, time: Time
) -> None:
    fill(slack, time, ["e1", *(f"other{n}" for n in range(1001))])
    error = failed(run, lambda client: client.find(channel_id("incidents"), "e1", since=SINCE))
    assert (error.code, error.retryable, error.ambiguous) == ("search_incomplete", True, False)
    assert len(slack.calls("conversations.history")) == 5
    bounded = run(lambda client: client.find(channel_id("incidents"), "e1", since=SINCE, until=SINCE + 10))
    assert len(bounded) == 1


def test_a_strangers_message_with_our_metadata_is_not_ours(
    run: Callable[..., Any], slack: FakeSlack, time: Time
) -> None:
    fill(slack, time, ["e1"])
    next(iter(slack._server.store.messages.values())).bot_id = "BSTRANGER"

    async def work(client: SlackClient) -> list[Posted]:
        await client.check()
        return await client.find(channel_id("incidents"), "e1", since=SINCE)

    assert run(work) == []


def test_nothing_is_found_in_a_thread_that_is_not_there(run: Callable[..., Any]) -> None:
    assert run(lambda c: c.find(channel_id("incidents"), "e1", since=SINCE, thread_ts="1.000000")) == []


def test_a_channels_name_is_looked_up_once(run: Callable[..., Any], slack: FakeSlack) -> None:
    async def work(client: SlackClient) -> list[str]:
        names = ("#incidents", "incidents", "general", channel_id("incidents"))
        return list(await asyncio.gather(*(client.resolve_channel(name) for name in names)))

    ids = run(work)
    assert ids == [channel_id(name) for name in ("incidents", "incidents", "general", "incidents")]
    assert len(slack.calls("conversations.list")) == 1


def test_a_channel_that_is_not_there_is_not_looked_for_again_at_once(
    run: Callable[..., Any], slack: FakeSlack, time: Time
) -> None:
    async def work(client: SlackClient) -> str:
        for _ in range(3):
            with pytest.raises(DeliveryError) as caught:
                await client.resolve_channel("#nowhere")
            assert (caught.value.code, caught.value.retryable) == ("channel_not_found", False)
        slack.add_channel("nowhere")
        time.now += 61
        return await client.resolve_channel("#nowhere")

    assert run(work) == channel_id("nowhere")
    assert len(slack.calls("conversations.list")) == 2


def test_check_says_who_we_are(run: Callable[..., Any]) -> None:
    identity = run(lambda client: client.check())
    assert (identity.team, identity.bot_id, identity.user_id) == (
        "Fake workspace",
        "B0ROUTER01",
        "U0ROUTER01",
    )
