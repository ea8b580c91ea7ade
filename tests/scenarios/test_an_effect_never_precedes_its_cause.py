"""Law 9: what began before it was not caused by it, beyond what clocks may differ."""

from tests.scenarios.story import Story


def test_an_upstream_failure_that_began_much_later_is_another_incident():
    """The feed was stale an hour before the ERP failed: each has its own cause."""
    story = Story(skew_seconds=300).alert(0, "feed.orders", "feed.stale")
    story.alert(3_600, "erp.orders", "erp.batch_failed").advance(4_000)
    assert [story.incident(n).cause.component for n in (1, 2)] == ["feed.orders", "erp.orders"]


def test_a_later_upstream_failure_explains_nothing_of_what_was_there_before():
    """Joined by a trace all the same, the ERP is credited with its own alert only."""
    story = Story(skew_seconds=300).alert(0, "feed.orders", "feed.stale", traces=("t",))
    story.alert(3_600, "erp.orders", "erp.batch_failed", traces=("t",)).advance(4_000)
    assert not any("feed.orders shows" in line for line in story.incident().cause.evidence)


def test_within_the_allowed_skew_it_may_be():
    """Two clocks, four minutes apart."""
    story = Story(skew_seconds=300).alert(0, "feed.orders", "feed.stale")
    story.alert(240, "erp.orders", "erp.batch_failed").advance(600)
    assert story.incident().cause.component == "erp.orders"
