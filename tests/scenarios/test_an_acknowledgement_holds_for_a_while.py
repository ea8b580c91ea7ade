"""Who acknowledges is asked before the end whether they are still on it; else nobody has it again."""

import pytest

from router.model.incident import IncidentState
from tests.scenarios.story import Story
from tests.scenarios.watch import ANN, a_watch, minutes, on_call, team

HOUR = 3_600


def acknowledged(**fields: object) -> Story:
    """A stale feed that ada acknowledged after five minutes; an acknowledgement holds for an hour."""
    settings = {"ack_timeout_seconds": HOUR, "ack_reminder_seconds": 600, **fields}
    story = Story(a_watch(on_call(), minutes(10), team("commander"), **settings))
    return story.alert(0, "feed.orders", "feed.stale").person(300, "acknowledge")


def later(story: Story) -> list[tuple[int, str, str]]:
    """What was told after the acknowledgement, plain repetitions left out."""
    return [entry for entry in story.told if entry[0] > 300 and entry[2] != "repeated"]


def test_the_person_is_asked_before_the_end_and_then_nobody_has_it():
    """The question names them; after it the escalation begins anew."""
    story = acknowledged().advance(300 + HOUR - 601)
    assert later(story) == []
    story.advance(300 + HOUR - 600)
    assert later(story) == [(3300, "#data", "ack_reminder")]
    question = story.incident().notes[-1]
    assert question.text == "Still on it, ada? The acknowledgement holds until 2026-03-02 09:05 UTC"
    assert (question.people, question.mention) == (("ada",), True)
    story.advance(300 + HOUR + 601)
    assert later(story)[1:] == [
        (3900, "#data", "ack_expired"),
        (3900, f"@{ANN}", "escalated"),
        (4500, "#commander", "escalated"),
    ]
    assert story.incident().state is IncidentState.OPEN
    assert story.incident().acknowledged_by == ""


def test_still_on_it_counts_from_now_and_belongs_to_whoever_said_it():
    """The next question comes an hour later less ten minutes."""
    story = acknowledged().person(3400, "renew", actor="bob").advance(3400 + HOUR - 601)
    assert later(story) == [(3300, "#data", "ack_reminder"), (3400, "#data", "updated")]
    assert story.incident().acknowledged_by == "bob"
    story.advance(3400 + HOUR - 599)
    assert later(story)[-1] == (6400, "#data", "ack_reminder")
    assert "ack.renewed" in story.reasons
    story.person(6500, "renew").person(6600, "resolve").advance(99_999)
    assert later(story)[-1] == (6600, "#data", "resolved")


@pytest.mark.parametrize("verb", ["resolve", "hand_over"])
def test_what_is_over_or_somebody_else_s_is_not_asked_about(verb):
    """Its clock ends with the acknowledgement."""
    story = acknowledged().person(600, verb, team="it-team").advance(2 * HOUR)
    assert [kind for *_, kind in story.told if kind.startswith("ack")] == []
    assert story.incident().ack_due is None


def test_an_acknowledgement_that_holds_for_good_is_asked_about_every_so_often():
    """Without a time-out there is no end, only the question."""
    story = acknowledged(ack_timeout_seconds=0).advance(300 + 1_801)
    assert later(story) == [
        (900, "#data", "ack_reminder"),
        (1500, "#data", "ack_reminder"),
        (2100, "#data", "ack_reminder"),
    ]
    assert story.incident().notes[-1].text == "Still on it, ada?"


def test_never_asked_and_never_ended_when_both_are_nought():
    """As in releases that knew no time-out."""
    story = acknowledged(ack_timeout_seconds=0, ack_reminder_seconds=0).advance(20 * HOUR)
    assert later(story) == []
    assert story.incident().ack_due is None


def test_by_default_it_holds_for_a_day_and_is_asked_about_an_hour_before():
    """Long enough for a long repair, short enough that nothing is forgotten over a weekend."""
    story = Story(settle_seconds=60, alert_timeout_seconds=9 * 86_400)
    story.alert(0, "feed.orders", "feed.stale").person(300, "acknowledge").advance(300 + 24 * HOUR)
    assert later(story) == [
        (300 + 23 * HOUR, "#data", "ack_reminder"),
        (300 + 24 * HOUR, "#data", "ack_expired"),
    ]


def test_a_policy_may_say_otherwise_and_a_running_one_keeps_what_it_began_with():
    """The time-out is part of the policy."""
    rules = a_watch(on_call(), policy={"ack_timeout_seconds": 1_800, "ack_reminder_seconds": 0})
    story = Story(rules).alert(0, "feed.orders", "feed.stale").person(300, "acknowledge").advance(2_101)
    assert later(story)[0] == (2100, "#data", "ack_expired")


def test_only_who_is_acknowledged_can_be_renewed():
    """Anything else is refused, and changes nothing."""
    story = Story(a_watch(on_call())).alert(0, "feed.orders", "feed.stale").person(300, "renew")
    assert "command.refused.illegal" in story.reasons


def test_an_acknowledgement_that_ends_while_muted_is_told_when_that_is_over():
    """Nobody has it, and somebody hears of it."""
    story = acknowledged().person(
        400, "silence", "", seconds=2 * HOUR, match=('cause.component=~"feed.*"',), reason="migration"
    )
    story.advance(400 + 2 * HOUR - 1)
    assert later(story) == []
    assert story.incident().state is IncidentState.OPEN
    story.advance(400 + 2 * HOUR + 1)
    assert (400 + 2 * HOUR, f"@{ANN}", "escalated") in later(story)
