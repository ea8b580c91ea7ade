"""Law 5: a silenced incident lives on, and what is still true is told when the silence ends."""

from tests.scenarios.story import Story

SILENCE = {"match": ('cause.component=~"feed.*"',), "reason": "migration"}


def silenced(story: Story, at: float, seconds: int) -> Story:
    """A silence on the feeds for so long."""
    return story.person(at, "silence", "", seconds=seconds, **SILENCE)


def test_a_silenced_incident_is_told_when_the_silence_ends_if_it_still_burns():
    """Nothing for ten minutes, then the first telling."""
    story = silenced(Story(settle_seconds=60), 0, 600).alert(10, "feed.orders", "feed.stale")
    story.advance(599)
    assert story.told == []
    assert "muted.silence" in story.reasons
    assert story.incident().firing == 1
    story.advance(601)
    assert story.told == [(600, "#data", "opened")]


def test_what_ended_under_the_silence_is_told_to_nobody():
    """It came and went; the record has it."""
    story = silenced(Story(settle_seconds=60), 0, 600).alert(10, "feed.orders", "feed.stale")
    story.resolve(300, "feed.orders", "feed.stale").advance(2_000)
    assert story.told == []


def test_a_resolve_under_the_silence_reaches_whoever_was_told_before():
    """They saw it open, so they see it end: when the silence is over."""
    story = Story(settle_seconds=60).alert(0, "feed.orders", "feed.stale")
    silenced(story, 100, 600).resolve(300, "feed.orders", "feed.stale").advance(2_000)
    assert story.told == [(60, "#data", "opened"), (700, "#data", "resolved")]


def test_ending_a_silence_early_tells_at_once():
    """Unsilence is as good as the end."""
    story = silenced(Story(settle_seconds=60), 0, 6_000).alert(10, "feed.orders", "feed.stale").advance(300)
    story.person(400, "expire_silence", "", silence="c1").advance(500)
    assert story.told == [(400, "#data", "opened")]


def test_a_silence_covers_nothing_else():
    """Another component is told as ever."""
    story = silenced(Story(settle_seconds=60), 0, 600).alert(10, "api.island", "api.latency").advance(300)
    assert story.told == [(70, "#it", "opened")]


def test_a_silence_without_matchers_is_refused():
    """Nobody silences everything by accident."""
    story = Story().person(0, "silence", "", seconds=600)
    assert story.reasons == ["command.refused.invalid"]
