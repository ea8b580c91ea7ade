"""A telling that a route splits: one message a group in Slack, each edited and answered in its own thread."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from router.kafka.embedded import EmbeddedBroker
from router.model.headline import Headline
from router.model.incident import Note, Told
from router.model.notice import Notice
from router.stages.group import members_of, split, with_groups
from tests.builders import an_alert, at
from tests.fake_slack import FakeSlack
from tests.integration.notifier_running import Running, publish, replies, roots, until, version
from tests.unit.render.samples import a_notice


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


def parts(revision: int, **fields: object) -> tuple[Notice, ...]:
    """The notices of an incident with symptoms at two sites, split by site."""
    alerts = [
        an_alert(component, fault, seconds=seconds, labels={"site": site})
        for component, fault, seconds, site in (
            ("feed.orders", "feed.stale", 0, "a"),
            ("model.pricing", "model.data_drift", 30, "b"),
        )
    ]
    headlines = tuple(map(Headline.of, alerts))
    notice = a_notice("updated", revision=revision, id="main-17", headlines=headlines, **fields)  # type: ignore[arg-type]
    notice = notice.model_copy(update={"at": datetime.now(UTC)})
    members = members_of(notice.incident, alerts)
    told = with_groups(Told(destination="#data", team="data-team", group_by=("site",)), members)
    return split(notice, told, members)


def test_every_group_has_its_message_and_its_thread(broker: EmbeddedBroker, slack: FakeSlack) -> None:
    """Two messages of one incident in one channel; a newer revision edits both, a note goes to both threads."""
    with Running(broker.settings, slack) as notifier:
        publish(broker.settings, *parts(1))
        until(lambda: len(roots(slack, "#data")) == 2)
        note = Note(number=1, at=at(60), kind="handed_over", text="Handed over from it-team to data-team")
        publish(broker.settings, *parts(2, notes=(note,)))
        until(lambda: [version(message) for message in roots(slack, "#data")] == [2, 2])
        until(lambda: len(replies(slack, "#data")) == 2)
    assert notifier.exit_code == 0
    assert {reply["thread_ts"] for reply in replies(slack, "#data")} == {
        m["ts"] for m in roots(slack, "#data")
    }
    shown = [str(message) for message in roots(slack, "#data")]
    assert sorted("feed.stale" in text for text in shown) == [False, True]
