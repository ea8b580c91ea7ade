"""The first telling waits for causes that report late, and happens once."""

from tests.scenarios.story import Story


def test_a_cause_that_reports_within_the_settle_is_told_instead_of_its_effect():
    """The feed alerts first, the ERP a minute later: only the ERP's owner ever hears of it."""
    story = Story(settle_seconds=120)
    story.alert(0, "feed.orders", "feed.stale").alert(
        60, "erp.orders", "erp.batch_failed", started=0
    ).advance(600)
    assert story.told == [(120, "#it", "opened")]
    assert story.incident().cause.component == "erp.orders"


def test_repeats_are_tracked_and_told_to_nobody_again():
    """A hundred repeats of one alert are one telling."""
    story = Story(settle_seconds=120, escalate_after_seconds=7_000)
    for second in range(0, 6_000, 60):
        story.alert(second, "feed.orders", "feed.stale", started=0)
    assert story.told == [(120, "#data", "opened")]
    assert story.simulator.outcomes() == {"opened": 1, "repeated": 99}


def test_what_is_over_before_the_settle_is_told_to_nobody():
    """A blip of a minute wakes nobody, and the record says why."""
    story = (
        Story(settle_seconds=120)
        .alert(0, "feed.orders", "feed.stale")
        .resolve(60, "feed.orders", "feed.stale")
    )
    story.advance(600)
    assert story.told == []
    assert "not_told.resolved_while_settling" in story.reasons


def test_a_critical_incident_waits_shorter():
    """critical_settle_seconds caps the wait."""
    story = Story(settle_seconds=120, critical_settle_seconds=30)
    story.alert(0, "feed.orders", "feed.stale", severity="critical").advance(600)
    assert story.told[0] == (30, "#data", "opened")


def test_an_incident_that_turns_critical_while_settling_is_told_sooner():
    """The worse news shortens the wait that is left."""
    story = Story(settle_seconds=120, critical_settle_seconds=30).alert(0, "feed.orders", "feed.stale")
    story.alert(20, "feed.orders", "feed.stale", started=0, severity="critical").advance(600)
    assert story.told[0] == (30, "#data", "opened")
