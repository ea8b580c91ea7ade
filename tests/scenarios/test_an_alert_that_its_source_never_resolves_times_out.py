"""Sources that never say "over" do not keep incidents open for ever."""

from tests.scenarios.story import Story


def test_not_heard_for_the_timeout_it_counts_as_over():
    """The record says that it timed out, and the owner sees it resolved."""
    story = Story(settle_seconds=60, alert_timeout_seconds=7_200, escalate_after_seconds=80_000)
    story.alert(0, "feed.orders", "feed.stale").advance(8_000)
    assert story.told == [(60, "#data", "opened"), (7_200, "#data", "resolved")]
    assert "resolved.timed_out" in story.reasons


def test_every_repeat_starts_the_timeout_anew():
    """Still heard of, still open."""
    story = Story(settle_seconds=60, alert_timeout_seconds=7_200, escalate_after_seconds=80_000)
    story.alert(0, "feed.orders", "feed.stale").alert(7_000, "feed.orders", "feed.stale", started=0).advance(
        14_000
    )
    assert story.incident().state.value == "open"
