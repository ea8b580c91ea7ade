"""Overrides: a re-organisation at noon, and follow the sun; what was told before stays where it is."""

from router.model.matcher import parse_matcher
from router.model.ownership import Hours, Override
from router.model.rules import Rules
from router.model.time_interval import Span, TimeInterval
from tests.builders import a_company, at
from tests.scenarios.story import Story

HOUR = 3_600
REORG = Override(
    name="reorg",
    team="it-team",
    match=(parse_matcher('owner="data-team"'),),
    starts=at(4 * HOUR),
    why="merged",
)
SUN = Override(
    name="sun",
    team="commander",
    hours=Hours(
        interval=TimeInterval(name="night", spans=(Span(times=((1_080, 1_440), (0, 360))),)),
    ),
)


def with_overrides(*overrides: Override) -> Rules:
    """The chain, with these overrides."""
    return a_company(settle_seconds=60).model_copy(update={"overrides": overrides})


def test_at_noon_another_team_takes_over_what_comes_and_nothing_moves():
    """An incident of before stays with its owner, whatever comes to it; a new one goes to the new team."""
    story = Story(with_overrides(REORG)).alert(3 * HOUR, "feed.orders", "feed.stale")
    story.alert(4 * HOUR + 60, "feed.orders", "feed.null_surge").advance(4 * HOUR + 200)
    assert story.incident().owner.team == "data-team"
    story.resolve(4 * HOUR + 300, "feed.orders", "feed.stale")
    story.resolve(4 * HOUR + 310, "feed.orders", "feed.null_surge").advance(40 * HOUR)
    story.alert(41 * HOUR, "feed.orders", "feed.stale", key="2:new").advance(41 * HOUR + 100)
    assert story.incident(2).owner.team == "it-team"
    assert "override reorg gives it to it-team, not to data-team: merged" in story.incident(2).owner.why
    assert "owner.overridden" in story.reasons


def test_following_the_sun_it_is_for_whoever_works_when_it_is_told():
    """The hours of the first telling decide."""
    story = Story(with_overrides(SUN)).alert(0, "feed.orders", "feed.stale").advance(100)
    assert story.incident().owner.team == "data-team"
    night = Story(with_overrides(SUN)).alert(11 * HOUR, "feed.orders", "feed.stale").advance(11 * HOUR + 100)
    assert night.incident().owner.team == "commander"
