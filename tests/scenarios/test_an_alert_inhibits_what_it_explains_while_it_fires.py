"""Inhibition: while an alert of one incident fires, another incident that it explains is told to nobody."""

from router.model.matcher import parse_matcher
from router.model.muting import Inhibition
from tests.builders import CHAIN, a_component
from tests.scenarios.muting import a_quiet_company, told
from tests.scenarios.story import Story

NORTH = (*CHAIN, a_component("api.north"))


def a_story(*, wait: int = 60, settle: int = 60, **rule: object) -> Story:
    """The island being down inhibits what is slow in the north."""
    inhibition = Inhibition(
        name="island",
        source=(parse_matcher('cause.component="api.island"'),),
        target=(parse_matcher('cause.component="api.north"'),),
        wait_seconds=wait,
        **rule,
    )
    return Story(a_quiet_company(*NORTH, settings={"settle_seconds": settle}, inhibition=(inhibition,)))


def test_a_target_is_told_when_its_source_ends_if_it_still_burns():
    """And not before."""
    story = (
        a_story().alert(0, "api.island", "api.error_rate").alert(10, "api.north", "api.latency").advance(500)
    )
    assert told(story) == [(60, "#it", "opened")]
    assert story.incident(2).muted_by == "inhibition:island"
    story.resolve(600, "api.island", "api.error_rate")
    assert told(story)[1:] == [(600, "#it", "resolved"), (600, "#it", "opened")]


def test_a_target_that_ends_before_its_source_is_told_to_nobody():
    """It was the island all along."""
    story = a_story().alert(0, "api.island", "api.error_rate").alert(10, "api.north", "api.latency")
    story.resolve(300, "api.north", "api.latency").resolve(600, "api.island", "api.error_rate").advance(5_000)
    assert [telling[2] for telling in told(story)] == ["opened", "resolved"]


def test_a_target_waits_while_its_source_may_still_arrive():
    """No settle, but a minute for the source: it comes after half of it, and nobody was told in vain."""
    story = a_story(settle=0).alert(0, "api.north", "api.latency").alert(30, "api.island", "api.error_rate")
    assert told(story.advance(500)) == [(30, "#it", "opened")]
    assert story.incident(1).muted_by == "inhibition:island"
    assert "not_told.source_awaited" in story.reasons


def test_a_target_without_source_is_told_after_the_wait():
    """Nothing explains it."""
    assert told(a_story(settle=0).alert(0, "api.north", "api.latency").advance(500)) == [
        (60, "#it", "opened")
    ]


def test_nothing_else_waits():
    """The rule is no matter of the feed."""
    assert told(a_story(settle=0).alert(0, "feed.orders", "feed.stale").advance(30)) == [
        (0, "#data", "opened")
    ]


def test_a_source_that_comes_later_mutes_what_was_told_already():
    """As in Alertmanager: from then on, until the source ends."""
    story = (
        a_story().alert(0, "api.north", "api.latency").alert(100, "api.island", "api.error_rate").advance(200)
    )
    story.alert(300, "api.north", "api.error_rate").advance(500)
    assert [telling for telling in told(story) if telling[0] > 160] == []
    story.resolve(600, "api.island", "api.error_rate")
    assert (600, "#it", "updated") in told(story)


def test_labels_that_must_be_equal_and_are_not_leave_it_told():
    """`equal` compares the labels of both."""
    story = a_story(equal=("cause.fault",))
    story.alert(0, "api.island", "api.error_rate").alert(10, "api.north", "api.latency").advance(500)
    assert told(story) == [(60, "#it", "opened"), (70, "#it", "opened")]


def test_an_incident_does_not_inhibit_itself():
    """Source and target in one incident: it is told."""
    story = Story(
        a_quiet_company(
            inhibition=(
                Inhibition(
                    name="chain",
                    source=(parse_matcher('component="erp.orders"'),),
                    target=(parse_matcher('component="feed.orders"'),),
                ),
            )
        )
    )
    story.alert(0, "erp.orders", "erp.idoc_stuck").alert(30, "feed.orders", "feed.stale").advance(500)
    assert len(story.simulator.incidents) == 1
    assert told(story) == [(60, "#it", "opened")]


def test_a_target_with_an_alert_that_nothing_inhibits_is_told():
    """One more symptom that is nobody's target."""
    story = Story(
        a_quiet_company(
            *NORTH,
            inhibition=(
                Inhibition(
                    name="latency",
                    source=(parse_matcher('component="api.island"'),),
                    target=(parse_matcher('component="api.north"'), parse_matcher('fault="api.latency"')),
                ),
            ),
        )
    )
    story.alert(0, "api.island", "api.error_rate").alert(10, "api.north", "api.latency").advance(500)
    assert told(story) == [(60, "#it", "opened")]
    story.alert(600, "api.north", "api.error_rate").advance(700)
    assert told(story)[1:] == [(600, "#it", "opened")]
