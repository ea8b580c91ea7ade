"""Obligations: the clock starts by its rule, reminds before, says when its time is over, and is met by being seen."""

from datetime import timedelta

from router.model.fault import Severity
from router.model.ownership import ClockStart, Track, TrackRole
from router.model.rules import Rules
from tests.builders import at
from tests.scenarios.duties import BREACH, a_company_with_duties
from tests.scenarios.story import Story

HOUR = 3_600


def leak(rules: Rules | None = None) -> Story:
    """A leak of personal data that began ten minutes before its alert."""
    story = Story(rules or a_company_with_duties())
    return story.alert(0, "model.claims", "genai.pii_leak", started=-600)


def duty(story: Story) -> Track:
    """The track of the duty."""
    return next(track for track in story.incident().also if track.role is TrackRole.OBLIGATION)


def changed(**fields: object) -> Rules:
    """The company, with another duty."""
    return a_company_with_duties().model_copy(
        update={"obligations": {"gdpr-33": BREACH.model_copy(update=fields)}}
    )


def test_the_company_is_aware_when_somebody_was_told_first():
    """72 hours from the first telling, for the risk owner, who owns the failure here as well."""
    story = leak().advance(100)
    (clock,) = duty(story).clocks
    assert (clock.started_at, clock.due) == (at(60), at(60 + 72 * HOUR))
    assert story.incident().owner.team == "risk"


def test_it_may_count_from_the_first_alert_or_from_the_acknowledgement():
    """The start rule is part of the duty; before it the clock does not run."""
    began = leak(changed(starts=ClockStart.BEGAN)).advance(100)
    assert duty(began).clocks[0].due == at(72 * HOUR - 600)
    story = leak(changed(starts=ClockStart.ACKNOWLEDGED)).advance(100)
    assert duty(story).clocks[0].due is None
    story.person(500, "acknowledge")
    assert duty(story).clocks[0].due == at(500 + 72 * HOUR)


def test_it_reminds_before_and_says_when_its_time_is_over_once_each():
    """At three quarters of the time, and at its end: a decision, a line in the thread, the message."""
    story = leak(changed(within_seconds=4 * HOUR)).advance(6 * HOUR)
    said = [
        (d.at - at(60), d.reason.value)
        for d in story.simulator.decisions
        if d.reason.value in ("also.reminded", "also.due")
    ]
    assert said == [
        (timedelta(hours=3), "also.reminded"),
        (timedelta(hours=4), "also.due"),
    ]
    notes = [note for note in story.incident().notes if note.kind in ("reminded", "due")]
    assert [note.kind for note in notes] == ["reminded", "due"]
    assert notes[1].text == (
        "risk: notify the authority, time is over: was due 2026-03-02 12:01 UTC, "
        "counted from 2026-03-02 08:01 UTC, by GDPR Art. 33(1)"
    )


def test_whoever_sees_it_stops_its_clock():
    """Seen is recorded with its person; nobody is reminded."""
    story = leak(changed(within_seconds=4 * HOUR)).person(600, "seen", team="risk", actor="helen")
    track = duty(story.advance(6 * HOUR))
    assert (track.acknowledged_by, track.clocks[0].met_at) == ("helen", at(600))
    assert not {"also.reminded", "also.due"} & set(story.reasons)
    assert "also.seen" in story.reasons
    assert story.person(7 * HOUR, "seen", team="risk").reasons[-1] == "command.refused.nothing_new"


def test_acknowledging_the_failure_is_not_seeing_the_duty():
    """Somebody mends it; the authority still waits."""
    story = leak(changed(within_seconds=4 * HOUR)).person(600, "acknowledge").advance(6 * HOUR)
    assert "also.due" in story.reasons


def test_a_hand_over_and_a_reopening_do_not_restart_it():
    """The company is aware since the first telling, whoever has it."""
    story = leak().advance(100)
    due = duty(story).clocks[0].due
    story.person(1_000, "hand_over", team="it-team").resolve(2_000, "model.claims", "genai.pii_leak")
    story.alert(2_500, "model.claims", "genai.pii_leak", key="2:again")
    assert duty(story).clocks[0].due == due
    assert "risk" not in [team for _, _, team in story.also_told], "it was told as the owner"


def test_a_duty_of_a_symptom_is_told_beside_the_owner():
    """The cause is a feed; the leak that it led to is risk & compliance's to report."""
    story = Story(a_company_with_duties())
    story.alert(0, "feed.scans", "feed.schema_change").alert(30, "model.claims", "genai.pii_leak")
    story.alert(40, "agent.claims", "agent.stalled").advance(200)
    owner = story.incident().owner.team
    assert owner != "risk"
    assert "risk" in [team for _, _, team in story.also_told]
    assert duty(story).clocks[0].due == at(60 + 72 * HOUR)


def test_two_incidents_that_become_one_keep_the_earlier_start():
    """What was known first counts."""
    story = Story(a_company_with_duties())
    story.alert(0, "model.claims", "genai.pii_leak", traces=("t1",)).advance(300)
    first = duty(story).clocks[0].due
    story.alert(400, "model.claims", "genai.pii_leak", key="2:x", traces=("t1",)).advance(900)
    assert duty(story).clocks[0].due == first
    assert story.incident().severity is Severity.CRITICAL
