"""Snooze: not now, but again if it still burns then."""

from tests.scenarios.muting import a_quiet_company, told
from tests.scenarios.story import Story


def a_snoozed_story(seconds: int = 3_600) -> Story:
    """Told at 60, acknowledged at 80, snoozed at 100."""
    story = Story(a_quiet_company(settings={"escalate_after_seconds": 600}))
    story.alert(0, "api.island", "api.latency").person(80, "acknowledge")
    return story.person(100, "snooze", seconds=seconds)


def test_everybody_sees_that_it_is_snoozed_and_hears_of_it_again_at_the_end():
    """The acknowledgement stays."""
    story = a_snoozed_story()
    assert told(story)[-1] == (100, "#it", "updated")
    before = len(told(story))
    assert len(told(story.advance(3_699))) == before
    assert told(story.advance(3_701))[before:] == [(3_700, "#it", "updated")]
    assert story.incident().state.value == "acknowledged"
    assert [note.kind for note in story.incident().notes] == ["snoozed", "unmuted"]


def test_what_ends_while_snoozed_is_told_at_once():
    """There is nothing left to put off."""
    story = a_snoozed_story().resolve(500, "api.island", "api.latency")
    assert told(story)[-1] == (500, "#it", "resolved")
    before = len(told(story))
    assert len(told(story.advance(5_000))) == before


def test_what_gets_worse_is_told_at_once():
    """It is not what was snoozed any more."""
    story = a_snoozed_story()
    before = len(told(story))
    story.alert(500, "api.island", "api.error_rate", severity="critical")
    assert told(story)[before:] != []
    assert story.incident().muted_by == ""


def test_who_takes_it_over_is_told_in_spite_of_the_snooze():
    """One team's snooze is not another's."""
    story = a_snoozed_story().person(500, "hand_over", team="data-team", reason="theirs")
    assert story.incident().muted_by == ""
    assert told(story)[-1][2] == "handed_over"


def test_a_snooze_of_no_time_ends_it():
    """Changed my mind."""
    story = a_snoozed_story().person(500, "snooze", seconds=0)
    assert told(story)[-1] == (500, "#it", "updated")


def test_a_snooze_before_the_first_telling_puts_that_off():
    """Seen on the console, and not urgent."""
    story = Story(a_quiet_company()).alert(0, "api.island", "api.latency").person(10, "snooze", seconds=600)
    assert told(story.advance(609)) == []
    assert told(story.advance(611)) == [(610, "#it", "opened")]


def test_what_is_over_cannot_be_snoozed():
    """Refused, with the reason."""
    story = (
        Story(a_quiet_company()).alert(0, "api.island", "api.latency").resolve(5, "api.island", "api.latency")
    )
    assert story.person(10, "snooze", seconds=600).reasons[-1] == "command.refused.illegal"
