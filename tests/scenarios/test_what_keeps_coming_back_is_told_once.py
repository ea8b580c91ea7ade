"""Flapping: an incident that keeps ending and coming back is told so once, and again when it is stable."""

from tests.scenarios.muting import a_quiet_company, told
from tests.scenarios.story import Story


def a_flapping_story(times: int = 3) -> Story:
    """It comes back so often, every 200 seconds, having been told first at 60."""
    story = Story(
        a_quiet_company(
            settings={"flapping_count": 3, "flapping_window_seconds": 3_600, "flapping_stable_seconds": 900}
        )
    )
    story.alert(0, "api.island", "api.latency").advance(100)
    for turn in range(times):
        story.resolve(100 + 200 * turn, "api.island", "api.latency")
        story.alert(200 + 200 * turn, "api.island", "api.latency")
    return story


def kinds(story: Story) -> list[str]:
    """What was told, in order."""
    return [kind for _, _, kind in told(story)]


def test_the_third_return_is_told_as_flapping_and_then_nothing_more():
    """Two returns are told one by one, with the third comes the note; further ones are noise."""
    story = a_flapping_story(7)
    assert kinds(story) == ["opened", "resolved", "reopened", "resolved", "reopened", "resolved", "reopened"]
    assert story.incident().muted_by == "flapping"
    assert [note.kind for note in story.incident().notes].count("flapping") == 1


def test_when_it_has_been_stable_for_a_time_and_burns_it_is_told():
    """The last return was at 1,400; 900 seconds later it counts as stable."""
    story = a_flapping_story(7).advance(1_400 + 899)
    before = len(told(story))
    story.advance(1_400 + 901)
    assert told(story)[before:] == [(2_300, "#it", "reopened")]
    assert story.incident().muted_by == ""


def test_when_it_has_been_stable_for_a_time_and_is_over_its_end_is_told():
    """Either way people hear how it ended."""
    story = a_flapping_story(7).resolve(1_500, "api.island", "api.latency")
    before = len(told(story))
    assert told(story.advance(1_500 + 901))[before:] == [(2_400, "#it", "resolved")]


def test_what_gets_worse_while_it_flaps_is_told():
    """Damping is for more of the same."""
    story = a_flapping_story(4)
    before = len(told(story))
    story.alert(1_000, "api.island", "api.error_rate", severity="critical")
    assert len(told(story)) > before


def test_slow_returns_are_no_flapping():
    """Three in more than the window."""
    story = Story(a_quiet_company(settings={"flapping_count": 3, "flapping_window_seconds": 600}))
    story.alert(0, "api.island", "api.latency").advance(100)
    for turn in range(4):
        story.resolve(100 + 1_000 * turn, "api.island", "api.latency")
        story.alert(600 + 1_000 * turn, "api.island", "api.latency")
    assert kinds(story).count("reopened") == 4


def test_after_it_was_stable_counting_begins_anew():
    """One more return is an ordinary one."""
    story = a_flapping_story(4).advance(3_000).resolve(3_000, "api.island", "api.latency")
    story.alert(3_100, "api.island", "api.latency")
    assert kinds(story)[-2:] == ["resolved", "reopened"]


def test_what_ends_before_every_settle_is_told_when_it_flaps():
    """Nobody was told, since each spell was over within the settle; the third return in an hour is a failure itself."""
    story = Story(a_quiet_company(settings={"flapping_count": 3, "flapping_window_seconds": 3_600}))
    for turn in range(4):
        story.alert(200 * turn, "api.island", "api.latency").resolve(
            200 * turn + 30, "api.island", "api.latency"
        )
    assert [(at, kind) for at, _, kind in told(story)] == [(600, "opened")]
    assert story.incident().muted_by == "flapping"
