"""An alert that nothing else speaks for is not told at once: most of them are over before anybody has to know."""

from tests.builders import a_company
from tests.scenarios.story import Story

HOUR = 3_600
HOLDING = {"settle_seconds": 60, "hold_seconds": 6 * HOUR, "critical_hold_seconds": HOUR}


def test_a_lone_alert_that_is_soon_over_is_told_to_nobody():
    """It is on record, and in the console, like every other."""
    story = Story(**HOLDING).alert(0, "feed.orders", "feed.stale").resolve(1_500, "feed.orders", "feed.stale")
    assert story.advance(2 * HOUR).told == []
    assert story.reasons.count("not_told.resolved_while_settling") == 1


def test_a_lone_alert_that_lasts_is_told_when_the_hold_ends():
    """Six hours of the same are no noise, whatever the model thinks."""
    story = Story(**HOLDING).alert(0, "feed.orders", "feed.stale").advance(7 * HOUR)
    assert story.told[0] == (6 * HOUR, "#data", "opened")
    assert "not_told.yet" in story.reasons


def test_a_critical_alert_is_held_for_less():
    """The bound is the operator's."""
    story = Story(**HOLDING).alert(0, "feed.orders", "feed.stale", severity="critical").advance(2 * HOUR)
    assert story.told[0][0] == HOUR


def test_a_second_component_that_the_first_explains_ends_the_wait():
    """Two that fit together are no coincidence."""
    story = Story(**HOLDING).alert(0, "erp.orders", "erp.batch_failed").advance(300)
    assert story.told == []
    story.alert(360, "feed.orders", "feed.stale").advance(HOUR)
    assert story.told[0][::2] == (360, "opened")


def test_a_hold_of_zero_holds_nothing():
    """Then the settle alone decides, as it does for a route that gives one."""
    told = Story(**{**HOLDING, "hold_seconds": 0}).alert(0, "feed.orders", "feed.stale").advance(HOUR).told
    assert told[0] == (60, "#data", "opened")


def test_what_the_catalog_does_not_know_is_told_after_the_settle():
    """There is nothing to hold it against."""
    told = Story(a_company(**HOLDING)).alert(0, "fax", "feed.stale").advance(HOUR).told
    assert told[0] == (60, "#triage", "opened")
