"""Who tells what how: Slack by HTTP to the fake, the terminal, nobody."""

import asyncio
import io
import json
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr
from rich.console import Console

from router.config.runtime import RuntimeSettings, SlackSettings
from router.kafka.notifier_sender import Place, Sender
from router.kafka.notifier_senders import CanarySender, Senders, SlackSender, TerminalSender
from router.model.errors import DeliveryError
from router.model.incident import RUNBOOK_NOTE, IncidentState, Note
from router.model.notice import Delivery, DeliveryState, Notice
from router.render.runbook import RunbookRenderer
from tests.fake_slack import FakeSlack, direct_id
from tests.unit.render.samples import ESCALATED, HANDED_OVER, a_notice, company


@pytest.fixture(scope="module")
def slack() -> Iterator[FakeSlack]:
    """A workspace without limits of speed."""
    with FakeSlack(channels=("data",), posts_per_second=50, burst=50) as slack:
        yield slack


def attempt(notice: Notice, place: Place | None = None, part: str = "root") -> Delivery:
    """The logged intent of telling this notice."""
    return Delivery(
        destination=notice.destination,
        incident=notice.incident.id,
        part=part,
        state=DeliveryState.ATTEMPT_STARTED,
        revision=notice.incident.revision,
        at=datetime.now(UTC),
        channel_id=place.channel_id if place else "",
        ts=place.ts if place else "",
    )


def tell(slack: FakeSlack, story: Callable[[Sender], Awaitable[None]]) -> None:
    """Run a story with the sender that a token leads to."""

    async def run() -> None:
        settings = SlackSettings(token=SecretStr(slack.token), base_url=slack.api_url)
        senders = Senders(RuntimeSettings(slack=settings), company())
        try:
            await story(senders.of("#data"))
        finally:
            await senders.close()

    asyncio.run(run())


def test_a_message_carries_ids_and_nothing_else_for_everybody_to_read(slack: FakeSlack) -> None:
    """Metadata: effect, incident, version."""
    notice = a_notice(id="ids")

    async def story(sender: Sender) -> None:
        await sender.post(notice, attempt(notice))

    tell(slack, story)
    message = slack.messages("#data")[-1]
    assert message["metadata"]["event_payload"] == {
        "effect_id": attempt(notice).effect_id,
        "incident_id": "ids",
        "version": 4,
    }
    assert "First alerts" in json.dumps(message["blocks"])
    assert "Compare the last two loads" in json.dumps(message["blocks"])


def test_post_find_edit_reply_and_delete(slack: FakeSlack) -> None:
    """The life of a message, and of a reply in its thread."""
    notice = a_notice(id="life")
    changed = a_notice("updated", id="life", revision=5, state=IncidentState.ACKNOWLEDGED)

    async def story(sender: Sender) -> None:
        first = attempt(notice)
        place = await sender.post(notice, first)
        now = first.at.timestamp()
        assert await sender.find("#data", first.effect_id, now, now + 60) == [place]
        await sender.update(changed, attempt(changed, place))
        note = attempt(changed, part="note-2")
        reply = await sender.reply(place, changed, (HANDED_OVER, ESCALATED), note)
        assert await sender.find(place.channel_id, note.effect_id, now, now + 60, place.ts) == [reply]
        await sender.delete(reply)
        assert await sender.find(place.channel_id, note.effect_id, now, now + 60, place.ts) == []
        with pytest.raises(DeliveryError) as gone:
            await sender.update(changed, attempt(changed, Place(place.channel_id, "1.000000")))
        assert gone.value.code == "gone"

    tell(slack, story)
    message = next(m for m in slack.messages("#data") if not m["thread_ts"] and "life" in json.dumps(m))
    assert "acknowledged" in message["text"]


def test_a_person_is_told_directly_and_named_in_the_thread_there(slack: FakeSlack) -> None:
    """By address: the reply that asks again names them by Slack's id; a channel names whom it is to mention."""
    asks = ESCALATED.model_copy(update={"people": ("alice@acme.example", "nobody@acme.example")})
    notice = a_notice("escalated", "escalation", destination="@alice@acme.example", id="direct")
    channel = a_notice(id="mentioned")

    async def story(sender: Sender) -> None:
        place = await sender.post(notice, attempt(notice))
        assert place.channel_id == direct_id("U0ALICE001")
        await sender.reply(place, notice, (asks,), attempt(notice, part="note-2"))
        root = await sender.post(channel, attempt(channel))
        mentioned = asks.model_copy(update={"mention": True})
        await sender.reply(root, channel, (mentioned,), attempt(channel, part="note-2"))

    tell(slack, story)
    direct = slack.messages(direct_id("U0ALICE001"))[-1]
    assert _named(direct) == ["U0ALICE001"]
    reply = slack.messages("#data")[-1]
    assert _named(reply) == ["U0ALICE001"]
    assert "*Asked*" not in json.dumps(slack.messages("#data")[-2]["blocks"])
    assert "nobody@acme.example" in json.dumps(reply["blocks"])


def test_a_new_message_names_whom_a_step_mentions(slack: FakeSlack) -> None:
    """The first step may be taken with the first telling, when there is no thread yet."""
    mentioned = ESCALATED.model_copy(update={"people": ("alice@acme.example",), "mention": True})
    notice = a_notice(id="asked", notes=(mentioned,))

    async def story(sender: Sender) -> None:
        await sender.post(notice, attempt(notice))

    tell(slack, story)
    assert "*Asked*\\n<@U0ALICE001>" in json.dumps(slack.messages("#data")[-1]["blocks"])


def _named(message: dict[str, Any]) -> list[str]:
    """The users whom Slack tells by this message."""
    sections = message["blocks"][0]["elements"]
    return [part["user_id"] for section in sections for part in section["elements"] if part["type"] == "user"]


def test_only_what_slack_refuses_for_its_blocks_is_sent_without_them(slack: FakeSlack) -> None:
    """Another refusal is no reason to send the same again."""
    notice = a_notice(id="refused")

    async def story(sender: Sender) -> None:
        slack.mode("ok_false", error="msg_blocks_too_long", methods=("chat.postMessage",))
        place = await sender.post(notice, attempt(notice))
        slack.mode("ok_false", error="invalid_blocks", methods=("chat.update",))
        await sender.update(notice, attempt(notice, place))
        slack.mode("ok_false", error="restricted_action", methods=("chat.postMessage",))
        with pytest.raises(DeliveryError) as refused:
            await sender.post(notice, attempt(notice))
        assert refused.value.code == "restricted_action"

    tell(slack, story)
    assert [message["blocks"] for message in slack.messages("#data") if "refused" in json.dumps(message)] == [
        []
    ]


def test_the_whole_runbook_is_a_reply_and_never_keeps_one_from_being_told(slack: FakeSlack) -> None:
    """Filled in for the incident, under the note that stands for it; without it when Slack refuses its blocks."""
    notice = a_notice(id="with-runbook")
    runbook = Note(number=1, at=notice.at, kind=RUNBOOK_NOTE, text="Runbook for data-team")

    async def story(sender: Sender) -> None:
        place = await sender.post(notice, attempt(notice))
        await sender.reply(place, notice, (runbook,), attempt(notice, part="note-1"))
        slack.mode("ok_false", error="invalid_blocks", methods=("chat.postMessage",))
        await sender.reply(place, notice, (runbook,), attempt(notice, part="note-2"))

    tell(slack, story)
    replies = [m for m in slack.messages("#data") if m["text"] == "Runbook for data-team"]
    whole, plain = (json.dumps(reply["blocks"]) for reply in replies)
    assert "Fix the mapping." in whole
    assert "--select feed.orders" in whole
    assert "Fix the mapping." not in plain


def test_words_are_found_by_the_newest_rules(slack: FakeSlack) -> None:
    """What is shown already changes with its next notice."""
    rules = company()
    team = rules.teams["data-team"].model_copy(update={"name": "Renamed People"})
    renamed = rules.model_copy(update={"hash": "two", "teams": {**rules.teams, "data-team": team}})

    async def run() -> None:
        settings = SlackSettings(token=SecretStr(slack.token), base_url=slack.api_url)
        senders = Senders(RuntimeSettings(slack=settings), rules)
        try:
            for name in ("old-words", "new-words"):
                notice = a_notice(id=name)
                await senders.of("#data").post(notice, attempt(notice))
                senders.adopt(renamed)
        finally:
            await senders.close()

    asyncio.run(run())
    old, new = slack.messages("#data")[-2:]
    assert "Renamed People" not in json.dumps(old)
    assert "Renamed People" in json.dumps(new)


def test_the_terminal_shows_the_message_then_its_changes() -> None:
    """A panel, a line a change, a line a note; nothing can be looked up or deleted."""
    console = Console(file=io.StringIO(), width=120)

    async def story() -> None:
        with RunbookRenderer(patience_seconds=20) as runbooks:
            sender = TerminalSender(company(), runbooks, console)
            notice = a_notice()
            first = await sender.post(notice, attempt(notice))
            await sender.update(notice, attempt(notice, first))
            second = await sender.reply(first, notice, (ESCALATED,), attempt(notice, part="note-2"))
            assert first != second
            assert await sender.find("#data", "x", 0, 1) == []
            await sender.delete(first)

    asyncio.run(story())
    assert isinstance(console.file, io.StringIO)
    shown = console.file.getvalue()
    assert "Compare the last two loads" in shown
    assert "Nobody acknowledged: escalated" in shown


def test_who_tells_follows_from_token_and_destination(slack: FakeSlack) -> None:
    """Canaries are told to nobody, with or without a token."""

    async def kinds(settings: SlackSettings) -> tuple[type[Sender], ...]:
        senders = Senders(RuntimeSettings(slack=settings), company())
        found = tuple(type(senders.of(name)) for name in ("#data", "canary", "canary-2"))
        await senders.close()
        return found

    with_token = SlackSettings(token=SecretStr(slack.token), base_url=slack.api_url)
    assert asyncio.run(kinds(with_token)) == (SlackSender, CanarySender, CanarySender)
    assert asyncio.run(kinds(SlackSettings())) == (TerminalSender, CanarySender, CanarySender)


def test_a_canary_is_always_told() -> None:
    """Whatever is asked of it works, and where it is can be found again."""

    async def story() -> None:
        sender, notice = CanarySender(), a_notice(destination="canary")
        place = await sender.post(notice, attempt(notice))
        await sender.update(notice, attempt(notice, place))
        assert await sender.reply(place, notice, (), attempt(notice)) == place
        assert await sender.find("canary", attempt(notice).effect_id, 0, 1) == [place]
        await sender.delete(place)

    asyncio.run(story())
