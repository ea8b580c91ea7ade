"""A failure that comes back shortly after is the same incident."""

from router.model.route import Route
from tests.builders import a_company
from tests.scenarios.story import Story


def test_the_same_alert_again_reopens_and_tells_at_once():
    """Who was told hears that it is back, without a new settle."""
    story = Story(settle_seconds=60, reopen_seconds=1_800).alert(0, "feed.orders", "feed.stale")
    story.resolve(300, "feed.orders", "feed.stale").alert(900, "feed.orders", "feed.stale").advance(1_000)
    assert story.told == [(60, "#data", "opened"), (300, "#data", "resolved"), (900, "#data", "reopened")]
    assert story.incident().reopened == 1


def test_a_failure_over_before_it_was_told_settles_anew_when_it_is_back():
    """Nobody heard of the first time; of the second they do, after the same wait."""
    story = Story(settle_seconds=60).alert(0, "feed.orders", "feed.stale")
    story.resolve(10, "feed.orders", "feed.stale").alert(100, "feed.orders", "feed.stale").advance(200)
    assert story.told == [(160, "#data", "opened")]


def test_the_settle_that_a_route_gives_begins_anew_as_well():
    """The first time does not count towards the wait of the second."""
    route = Route(name="slow", settle_seconds=60)
    story = Story(a_company().model_copy(update={"routes": (route,)})).alert(0, "feed.orders", "feed.stale")
    story.resolve(10, "feed.orders", "feed.stale").alert(100, "feed.orders", "feed.stale").advance(200)
    assert story.told == [(160, "#data", "opened")]


def test_after_the_window_it_is_a_new_incident():
    """Half an hour later nobody thinks of the old one."""
    story = Story(settle_seconds=60, reopen_seconds=1_800).alert(0, "feed.orders", "feed.stale")
    story.resolve(300, "feed.orders", "feed.stale").alert(2_200, "feed.orders", "feed.stale").advance(2_300)
    assert [kind for _, _, kind in story.told] == ["opened", "resolved", "opened"]
    assert story.incident(1).state.value == "closed"
    assert story.incident(2).state.value == "open"


def test_an_escalation_starts_anew_after_reopening():
    """An acknowledgement of yesterday's trouble does not cover today's."""
    story = Story(settle_seconds=60, escalate_after_seconds=600).alert(0, "feed.orders", "feed.stale")
    story.person(100, "acknowledge").resolve(300, "feed.orders", "feed.stale")
    story.alert(900, "feed.orders", "feed.stale").advance(1_600)
    assert story.told[-1] == (1_500, "#commander", "escalated")
