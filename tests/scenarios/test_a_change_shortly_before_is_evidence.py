"""A deploy just before the first symptom speaks for its component."""

from tests.scenarios.story import Story


def test_the_changed_component_upstream_becomes_the_cause_and_the_change_is_named():
    """The ERP raises no alert; it was changed ten minutes before its feed went stale."""
    quiet = Story().alert(600, "feed.orders", "feed.stale").advance(900)
    changed = Story().change(0, "erp.orders", "config").alert(600, "feed.orders", "feed.stale").advance(900)
    assert quiet.incident().cause.component == "feed.orders"
    assert changed.incident().cause.component == "erp.orders"
    assert any(
        "config change 12 of erp.orders 10 min before" in line for line in changed.incident().cause.evidence
    )


def test_a_change_after_the_first_symptom_is_no_evidence():
    """It may be the repair."""
    story = Story().alert(0, "feed.orders", "feed.stale").change(300, "erp.orders").advance(900)
    assert story.incident().cause.component == "feed.orders"
