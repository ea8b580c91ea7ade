"""Escalation: one step up when nobody acknowledged in time."""

from tests.scenarios.story import Story


def test_the_next_team_is_told_after_the_time_and_once():
    """The owner keeps the incident; the next team joins."""
    story = Story(settle_seconds=60, escalate_after_seconds=900)
    story.alert(0, "feed.orders", "feed.stale").advance(9_000)
    assert story.told == [(60, "#data", "opened"), (960, "#commander", "escalated")]
    assert story.incident().owner.team == "data-team"


def test_an_acknowledgement_stops_the_escalation():
    """Somebody has it."""
    story = Story(settle_seconds=60, escalate_after_seconds=900).alert(0, "feed.orders", "feed.stale")
    story.person(500, "acknowledge").advance(9_000)
    assert story.told == [(60, "#data", "opened"), (500, "#data", "updated")]
    assert story.incident().acknowledged_by == "ada"


def test_a_team_without_a_next_team_is_said_so():
    """The record says that nobody was left to tell."""
    story = Story(settle_seconds=60).alert(0, "kpi.revenue", "kpi.drop").advance(9_000)
    assert "escalated.nobody_left" in story.reasons


def test_a_resolved_incident_does_not_escalate():
    """It is over."""
    story = (
        Story(settle_seconds=60)
        .alert(0, "feed.orders", "feed.stale")
        .resolve(120, "feed.orders", "feed.stale")
    )
    story.advance(9_000)
    assert story.told == [(60, "#data", "opened"), (120, "#data", "resolved")]
