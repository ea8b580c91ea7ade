"""The hours of a route: what comes while it is quiet is tracked, and told when it is not."""

from router.model.matcher import parse_matcher
from router.model.route import Route
from router.model.time_interval import Span, TimeInterval
from tests.scenarios.muting import a_quiet_company, told
from tests.scenarios.story import Story

HOUR = 3_600
EARLY = TimeInterval(name="early", spans=(Span(times=((8 * 60, 9 * 60),)),))
"""From eight to nine: the story begins at eight."""


def a_story(**route: object) -> Story:
    """What is the islands' is routed with these hours."""
    match = (parse_matcher('cause.component="api.island"'),)
    rules = a_quiet_company(
        time_intervals={"early": EARLY}, routes=(Route(name="island", match=match, **route),)
    )
    return Story(rules)


def test_what_a_route_mutes_now_is_told_when_the_interval_ends():
    """Not before nine o'clock."""
    story = a_story(mute=("early",)).alert(10, "api.island", "api.latency").advance(HOUR - 1)
    assert told(story) == []
    assert story.incident().muted_by == "interval:early"
    assert told(story.advance(HOUR + 1)) == [(HOUR, "#it", "opened")]


def test_a_route_that_is_active_only_later_tells_then():
    """Active from eight to nine, and it is half past nine: told at eight the next day, if it still burns."""
    story = a_story(active=("early",)).alert(1.5 * HOUR, "api.island", "api.latency")
    assert told(story.advance(24 * HOUR - 1)) == []
    assert told(story.advance(24 * HOUR + 1)) == [(24 * HOUR, "#it", "opened")]


def test_other_routes_are_told_at_any_time():
    """The feed is none of its business."""
    story = a_story(mute=("early",)).alert(10, "feed.orders", "feed.stale").advance(200)
    assert told(story) == [(70, "#data", "opened")]


def test_what_is_over_before_the_interval_ends_is_told_to_nobody():
    """And whoever was told before it began hears the end when it is over."""
    story = (
        a_story(mute=("early",))
        .alert(10, "api.island", "api.latency")
        .resolve(600, "api.island", "api.latency")
    )
    assert told(story.advance(2 * HOUR)) == []


def test_nobody_is_escalated_to_while_a_route_is_quiet():
    """The clock begins with the first telling."""
    story = a_story(mute=("early",), escalate_after_seconds=600).alert(10, "api.island", "api.latency")
    assert [t for t, _, kind in told(story.advance(HOUR + 700)) if kind == "escalated"] == [HOUR + 600]
