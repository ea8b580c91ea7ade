"""Silences: made, edited, ended by people and by nobody else."""

import pytest

from tests.builders import at
from tests.scenarios.muting import a_quiet_company, told
from tests.scenarios.story import Story

FEEDS = {"match": ('cause.component=~"feed.*"',), "reason": "migration"}


def a_story() -> Story:
    """Owners are told after a minute."""
    return Story(a_quiet_company())


def silences(story: Story) -> dict[str, str]:
    """The state of each silence that the scope remembers, by id."""
    records = story.simulator.states["main"].records.values()
    now = story.simulator.now
    return {record.id: record.stands(now) for record in records if record.record == "silence"}


def test_a_silence_that_begins_later_mutes_nothing_before():
    """Pending, then active, then expired."""
    story = a_story().person(0, "silence", "", silence="s", seconds=600, starts_at=at(300), **FEEDS)
    story.alert(10, "feed.orders", "feed.stale").advance(100)
    assert (told(story), silences(story)) == ([(70, "#data", "opened")], {"s": "pending"})
    story.resolve(310, "feed.orders", "feed.stale").advance(800)
    assert (told(story)[1:], silences(story)) == ([], {"s": "active"})
    story.advance(1_000)
    assert (told(story)[1:], silences(story)) == ([(900, "#data", "resolved")], {"s": "expired"})


def test_an_edit_of_the_end_keeps_the_id():
    """As in Alertmanager: the same matchers, another end."""
    story = a_story().person(0, "silence", "", silence="s", seconds=600, **FEEDS)
    story.alert(10, "feed.orders", "feed.stale")
    story.person(300, "silence", "", silence="t", replaces="s", seconds=600, **FEEDS)
    assert told(story.advance(899)) == []
    assert told(story.advance(901)) == [(900, "#data", "opened")]
    assert silences(story) == {"s": "expired"}


def test_a_shorter_end_ends_it_sooner():
    """Nobody has to end it and make a new one."""
    story = a_story().person(0, "silence", "", silence="s", seconds=6_000, **FEEDS)
    story.alert(10, "feed.orders", "feed.stale")
    story.person(300, "silence", "", silence="t", replaces="s", seconds=60, **FEEDS)
    assert told(story.advance(400)) == [(360, "#data", "opened")]


def test_an_edit_of_what_it_covers_ends_it_and_makes_another():
    """As in Alertmanager: other matchers are another silence."""
    story = a_story().person(0, "silence", "", silence="s", seconds=600, **FEEDS)
    story.alert(10, "feed.orders", "feed.stale").advance(200)
    story.person(
        300, "silence", "", silence="t", replaces="s", seconds=600, match=('owner="it-team"',), reason="r"
    )
    assert silences(story) == {"s": "expired", "t": "active"}
    assert told(story) == [(300, "#data", "opened")]


def test_a_silence_that_is_over_is_not_edited():
    """Whoever wants it back makes a new one."""
    story = a_story().person(0, "silence", "", silence="s", seconds=60, **FEEDS)
    story.person(100, "silence", "", silence="t", replaces="s", seconds=60, **FEEDS)
    assert story.reasons[-1] == "command.refused.invalid"


def test_nobody_extends_a_silence():
    """It burns on, and the silence ends all the same."""
    story = a_story().person(0, "silence", "", silence="s", seconds=600, **FEEDS)
    for second in range(10, 1_000, 50):
        story.alert(second, "feed.orders", "feed.stale", started=10)
    assert told(story) == [(600, "#data", "opened")]


def test_an_expired_silence_is_looked_up_for_five_days():
    """Then it is forgotten."""
    story = a_story().person(0, "silence", "", silence="s", seconds=60, **FEEDS).advance(5 * 86_400)
    assert silences(story) == {"s": "expired"}
    assert silences(story.advance(5 * 86_400 + 61)) == {}


@pytest.mark.parametrize(
    "match",
    [(), ("owner=~a(",), ('owner!="x"',), ('owner=~".*"',)],
    ids=["none", "broken", "negative", "all"],
)
def test_a_silence_that_covers_everything_or_nothing_is_refused(match):
    """As in Alertmanager: at least one matcher must not match an empty value."""
    story = a_story().person(0, "silence", "", silence="s", seconds=60, match=match)
    assert story.reasons == ["command.refused.invalid"]


def test_when_its_labels_change_a_silence_covers_it_no_more():
    """The island's alert is major now; only minor ones are silenced."""
    story = a_story().person(
        0, "silence", "", silence="s", seconds=6_000, match=('severity="minor"',), reason="r"
    )
    story.alert(10, "api.island", "api.latency", severity="minor").advance(100)
    assert told(story) == []
    story.alert(200, "api.island", "api.latency", severity="major", started=10)
    assert told(story) == [(200, "#it", "opened")]


def test_the_next_team_is_not_called_while_a_silence_mutes():
    """And has its whole time again afterwards."""
    story = Story(a_quiet_company(settings={"escalate_after_seconds": 300}))
    story.alert(0, "api.island", "api.latency").advance(100)
    story.person(
        100, "silence", "", silence="s", seconds=600, match=('owner="it-team"',), reason="r"
    ).advance(699)
    assert told(story) == [(60, "#it", "opened")]
    story.advance(999)
    assert told(story)[1:] == [(700, "#it", "updated")]
    story.advance(1_001)
    assert told(story)[2:] == [(1_000, "#commander", "escalated")]


def test_one_who_was_told_hears_the_end_however_long_the_silence_lasts():
    """The incident is not forgotten before."""
    story = a_story().alert(0, "feed.orders", "feed.stale").advance(100)
    story.person(100, "silence", "", silence="s", seconds=86_400, **FEEDS)
    story.resolve(200, "feed.orders", "feed.stale").advance(86_400 + 200)
    assert told(story) == [(60, "#data", "opened"), (86_500, "#data", "resolved")]
    assert story.advance(86_400 + 10_000).incident().state.value == "closed"


def test_a_silence_of_one_alert_covers_no_incident_in_which_another_fires():
    """Silenced is the alert of one instance; the other instance's is told."""
    story = a_story().person(
        0, "silence", "", silence="s", seconds=6_000, match=('instance="a"',), reason="r"
    )
    story.alert(10, "api.island", "api.latency", key="a", labels={"instance": "a"}).advance(200)
    assert told(story) == []
    story.alert(300, "api.island", "api.latency", key="b", labels={"instance": "b"})
    assert told(story) == [(300, "#it", "opened")]


def test_two_silences_may_cover_an_incident_together_until_one_ends():
    """Each covers one of its alerts."""
    story = a_story()
    story.person(0, "silence", "", silence="s", seconds=6_000, match=('instance="a"',), reason="r")
    story.person(0, "silence", "", silence="t", seconds=7_000, match=('instance="b"',), reason="r")
    story.alert(10, "api.island", "api.latency", key="a", labels={"instance": "a"})
    story.alert(20, "api.island", "api.latency", key="b", labels={"instance": "b"}).advance(200)
    assert told(story) == []
    story.person(300, "expire_silence", "", silence="t")
    assert told(story) == [(300, "#it", "opened")]
