"""The notifier between the embedded broker and the fake Slack: told once, told the newest, whatever happens.

On real Kafka (fencing, rebalances, kills) it is tested in test_notifier_kafka.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from router.kafka.embedded import EmbeddedBroker
from router.model.incident import IncidentState, Note
from router.model.notice import Delivery, DeliveryState, Notice
from tests.builders import at, minutes
from tests.fake_slack import FakeSlack
from tests.integration.notifier_running import (
    Running,
    delete,
    garble,
    log,
    logged,
    publish,
    replies,
    roots,
    slack_says,
    until,
    version,
)
from tests.unit.render.samples import a_notice

CHANNEL = "#data"


@pytest.fixture
def broker() -> Iterator[EmbeddedBroker]:
    """A broker of the test's own: topics begin empty."""
    with EmbeddedBroker() as broker:
        yield broker


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    """A workspace with the channels of the sample company."""
    with FakeSlack(channels=("data", "it", "commander", "triage"), posts_per_second=50, burst=50) as slack:
        yield slack


def revised(revision: int, kind: str = "updated", incident: str = "main-17", **fields: object) -> Notice:
    """The notice of this revision, as of now."""
    notice = a_notice(kind, revision=revision, id=incident, **fields)  # type: ignore[arg-type]
    return notice.model_copy(update={"at": datetime.now(UTC)})


def test_a_notice_becomes_one_message_and_newer_ones_edit_it(
    broker: EmbeddedBroker, slack: FakeSlack
) -> None:
    """Posted once, edited to the newest, and logged with where it is."""
    with Running(broker.settings, slack) as notifier:
        publish(broker.settings, revised(1, "opened"))
        until(lambda: roots(slack, CHANNEL))
        publish(broker.settings, revised(2, state=IncidentState.ACKNOWLEDGED, acknowledged_by="ada"))
        until(lambda: version(roots(slack, CHANNEL)[0]) == 2)
    assert notifier.exit_code == 0
    (message,) = slack.messages(CHANNEL)
    assert "acknowledged" in message["text"]
    last = logged(broker.settings, CHANNEL)[-1]
    assert (last.state, last.revision, last.ts) == (DeliveryState.DONE, 2, message["ts"])


def test_an_outage_ends_in_one_message_that_is_up_to_date(broker: EmbeddedBroker, slack: FakeSlack) -> None:
    """Slack is away while an incident lives: afterwards there is one message, and it shows the newest state."""
    with Running(broker.settings, slack):
        publish(broker.settings, revised(1, "opened"))
        until(lambda: roots(slack, CHANNEL))
        slack.mode("outage", seconds=3)
        for revision in range(2, 8):
            publish(broker.settings, revised(revision), revised(revision, incident="main-18"))
        until(lambda: [version(message) for message in roots(slack, CHANNEL)] == [7, 7])
    assert len(slack.messages(CHANNEL, deleted=True)) == 2
    told = [c for c in slack.calls() if c["applied"] and c["method"] in ("chat.postMessage", "chat.update")]
    assert len(told) <= 5  # one before, then one an incident, and what was under way at either end


@pytest.mark.parametrize("mode", ["apply_then_drop", "drop_before_apply", "http_500", "not_json"])
def test_a_post_whose_outcome_is_unknown_is_never_doubled(
    broker: EmbeddedBroker, slack: FakeSlack, mode: str
) -> None:
    """Done or not done, we cannot know: the channel is searched, and only what is not there is posted again."""
    slack.mode(mode, methods=("chat.postMessage",))
    with Running(broker.settings, slack):
        publish(broker.settings, revised(1, "opened"))
        until(lambda: logged(broker.settings, CHANNEL)[-1:] and logged(broker.settings, CHANNEL)[-1].ts)
    (message,) = slack.messages(CHANNEL, deleted=True)
    assert logged(broker.settings, CHANNEL)[-1].ts == message["ts"]


def test_a_copy_that_slack_showed_too_late_is_deleted(broker: EmbeddedBroker, slack: FakeSlack) -> None:
    """The look came too early and the message was posted again: a later sweep keeps the oldest, brought up to date."""
    slack.mode("visibility_lag", seconds=1.5)
    slack.mode("apply_then_drop", methods=("chat.postMessage",))
    with Running(broker.settings, slack):
        publish(broker.settings, revised(1, "opened"))
        until(lambda: len(roots(slack, CHANNEL)) == 2)
        publish(broker.settings, revised(2))
        (message,) = until(lambda: roots(slack, CHANNEL) if len(roots(slack, CHANNEL)) == 1 else [])
        until(lambda: version(roots(slack, CHANNEL)[0]) == 2)
    first, second = slack.messages(CHANNEL, deleted=True)
    assert (first["deleted"], second["deleted"]) == (False, True)
    assert message["ts"] == first["ts"] == logged(broker.settings, CHANNEL)[-1].ts


def attempted(notice: Notice) -> Delivery:
    """What is in the log when a notifier died between its intent and the confirmation."""
    return Delivery(
        destination=notice.destination,
        incident=notice.incident.id,
        state=DeliveryState.ATTEMPT_STARTED,
        revision=notice.incident.revision,
        at=datetime.now(UTC) - timedelta(seconds=1),
        attempts=1,
    )


@pytest.mark.parametrize("posted", [True, False], ids=["after_the_post", "before_the_post"])
def test_a_crash_between_intent_and_confirmation_gives_one_message(
    broker: EmbeddedBroker, slack: FakeSlack, posted: bool
) -> None:
    """The next notifier finds the intent without an outcome, looks, and posts only if there is nothing."""
    attempt = attempted(revised(1, "opened"))
    if posted:
        slack_says(slack, attempt)
    log(broker.settings, attempt)
    publish(broker.settings, revised(1, "opened"), revised(2))
    with Running(broker.settings, slack):
        until(lambda: [version(message) for message in roots(slack, CHANNEL)] == [2])
    assert len(slack.messages(CHANNEL, deleted=True)) == 1


def test_a_restart_tells_nothing_twice(broker: EmbeddedBroker, slack: FakeSlack) -> None:
    """All that was told is read back before anything is told."""
    publish(broker.settings, *(revised(1, "opened", incident=f"main-{n}") for n in range(3)))
    with Running(broker.settings, slack):
        until(
            lambda: len([r for r in logged(broker.settings, CHANNEL) if r.state is DeliveryState.DONE]) == 3
        )
    calls = len(slack.calls("chat.postMessage"))
    publish(broker.settings, revised(2, incident="main-1"))
    with Running(broker.settings, slack):
        until(lambda: [version(message) for message in roots(slack, CHANNEL)] == [1, 2, 1])
    assert len(slack.calls("chat.postMessage")) == calls
    assert len(slack.calls("chat.update")) == 1


def test_a_deleted_message_gets_a_new_generation(broker: EmbeddedBroker, slack: FakeSlack) -> None:
    """Somebody deletes our message: the next change makes a new one, which is edited from then on."""
    with Running(broker.settings, slack):
        publish(broker.settings, revised(1, "opened"))
        (first,) = until(lambda: roots(slack, CHANNEL))
        until(lambda: logged(broker.settings, CHANNEL)[-1].ts)
        delete(slack, first)
        publish(broker.settings, revised(2))
        until(lambda: [version(message) for message in roots(slack, CHANNEL)] == [2])
        publish(broker.settings, revised(3))
        until(lambda: [version(message) for message in roots(slack, CHANNEL)] == [3])
    assert logged(broker.settings, CHANNEL)[-1].generation == 2


def note(number: int, text: str) -> Note:
    """A line of the story."""
    return Note(number=number, at=at(minutes(number)), kind="handed_over", text=text)


def test_notes_are_told_once_in_the_thread_and_together_when_several_wait(
    broker: EmbeddedBroker, slack: FakeSlack
) -> None:
    """What the message itself already showed is not repeated; two notes that waited are one reply."""
    story = (note(1, "first"), note(2, "second"), note(3, "third"), note(4, "fourth"))
    with Running(broker.settings, slack):
        publish(broker.settings, revised(1, "opened", notes=story[:1]))
        until(lambda: roots(slack, CHANNEL))
        slack.mode("outage", seconds=1)
        publish(broker.settings, revised(2, notes=story[:2]), revised(3, notes=story[:3]))
        until(lambda: len(replies(slack, CHANNEL)) == 1)
        publish(broker.settings, revised(4, notes=story))
        until(lambda: len(replies(slack, CHANNEL)) == 2)
    assert [reply["text"] for reply in replies(slack, CHANNEL)] == ["second\nthird", "fourth"]
    (root,) = roots(slack, CHANNEL)
    assert {reply["thread_ts"] for reply in replies(slack, CHANNEL)} == {root["ts"]}


def test_no_call_is_made_while_slack_wants_quiet(broker: EmbeddedBroker, slack: FakeSlack) -> None:
    """429 with Retry-After: nothing for so long, then the newest state."""
    slack.mode("rate_limited", seconds=2, methods=("chat.postMessage",))
    with Running(broker.settings, slack):
        publish(broker.settings, revised(1, "opened"))
        until(lambda: slack.state()["rate_limited"])
        publish(broker.settings, revised(2))
        until(lambda: roots(slack, CHANNEL))
    assert [version(message) for message in slack.messages(CHANNEL, deleted=True)] == [2]
    assert slack.state()["calls_inside_retry_after"] == 0


def test_a_channel_that_cannot_be_told_is_tried_again_slowly(
    broker: EmbeddedBroker, slack: FakeSlack
) -> None:
    """An archived channel: logged as failed with Slack's word, told once it is back; others are not held up."""
    slack.mode("archive", channel="data")
    with Running(broker.settings, slack):
        publish(broker.settings, revised(1, "opened"), revised(1, "opened", destination="#it"))
        until(lambda: roots(slack, "#it"))
        failed = until(
            lambda: [r for r in logged(broker.settings, CHANNEL) if r.state is DeliveryState.FAILED]
        )
        assert "is_archived" in failed[0].error
        publish(broker.settings, revised(2))
        slack.mode("unarchive", channel="data")
        until(lambda: [version(message) for message in roots(slack, CHANNEL)] == [2])


def test_blocks_that_slack_refuses_are_left_out(broker: EmbeddedBroker, slack: FakeSlack) -> None:
    """A mistake of ours in the layout must not keep anybody from being told."""
    slack.mode("ok_false", error="invalid_blocks", methods=("chat.postMessage",))
    with Running(broker.settings, slack):
        publish(broker.settings, revised(1, "opened"))
        (message,) = until(lambda: roots(slack, CHANNEL))
    assert message["blocks"] == []
    assert "very likely (82 %)" in message["text"]


def test_a_canary_is_logged_as_told_and_sent_to_nobody(broker: EmbeddedBroker, slack: FakeSlack) -> None:
    """Destinations that begin with canary end a test event's way."""
    with Running(broker.settings, slack):
        publish(broker.settings, revised(1, "opened", destination="canary"))
        until(lambda: logged(broker.settings, "canary")[-1:])
        until(lambda: logged(broker.settings, "canary")[-1].state is DeliveryState.DONE)
    assert slack.messages() == []


def test_without_a_token_it_is_told_on_the_terminal(
    broker: EmbeddedBroker, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same words, and the same log of deliveries."""
    with Running(broker.settings, None):
        publish(broker.settings, revised(1, "opened"))
        until(lambda: logged(broker.settings, CHANNEL)[-1:])
        until(lambda: logged(broker.settings, CHANNEL)[-1].state is DeliveryState.DONE)
    shown = capsys.readouterr().out
    assert "Major · feed.orders: schema change" in shown
    assert "data-team owns this" in shown


def test_a_notice_that_cannot_be_read_does_not_hold_up_the_others(
    broker: EmbeddedBroker, slack: FakeSlack
) -> None:
    """A record of our own topic that does not decode is shouted about, and passed over."""
    garble(broker.settings, CHANNEL)
    publish(broker.settings, revised(1, "opened"))
    with Running(broker.settings, slack):
        until(lambda: roots(slack, CHANNEL))


def test_asked_to_end_it_finishes_the_call_under_way(broker: EmbeddedBroker, slack: FakeSlack) -> None:
    """SIGTERM in the middle of a post: the post is confirmed in the log, and the exit code is 0."""
    slack.mode("apply_then_delay", seconds=2, methods=("chat.postMessage",))
    with Running(broker.settings, slack) as notifier:
        publish(broker.settings, revised(1, "opened"))
        until(lambda: roots(slack, CHANNEL))
    assert notifier.exit_code == 0
    assert logged(broker.settings, CHANNEL)[-1].state is DeliveryState.DONE


def test_two_notifiers_double_nothing_while_partitions_move(broker: EmbeddedBroker, slack: FakeSlack) -> None:
    """One joins, one leaves, notices keep coming: every channel has one message an incident, the newest."""
    channels = ("#data", "#it", "#commander", "#triage")

    def everywhere(revision: int) -> None:
        for channel in channels:
            publish(broker.settings, revised(revision, destination=channel))

    def shown(revision: int) -> bool:
        return all([version(m) for m in slack.messages(channel)] == [revision] for channel in channels)

    first = Running(broker.settings, slack)
    with Running(broker.settings, slack) as second:
        everywhere(1)
        until(lambda: shown(1))
        with first:
            everywhere(2)
            until(lambda: shown(2))
            everywhere(3)
            until(lambda: shown(3))
            second.stop()
            everywhere(4)
            until(lambda: shown(4))
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert len(slack.messages(deleted=True)) == len(channels)
