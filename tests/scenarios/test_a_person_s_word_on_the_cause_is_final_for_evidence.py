"""Confirmed or corrected by a person, a cause is not moved by evidence any more; the owner follows the cause."""

import pytest

from tests.scenarios.lessons import said
from tests.scenarios.story import Story


def told(**settings: object) -> Story:
    """The feed is stale, and its owner was told."""
    return Story(settle_seconds=60, **settings).alert(0, "feed.orders", "feed.stale").advance(200)


def test_a_confirmed_cause_stays():
    """What would have moved it without that word comes later, and moves nothing."""
    story = told().person(210, "confirm", actor="ann").change(250, "erp.orders")
    story.alert(300, "erp.orders", "erp.batch_failed", started=-60).advance(400)
    incident = story.incident()
    assert (incident.cause.component, incident.cause_by) == ("feed.orders", "ann")
    assert incident.cause.evidence[0] == "ann says that the cause is right: feed.orders (feed.stale)"
    assert incident.owner.team == "data-team"
    assert "owner.handed_over_by_evidence" not in story.reasons
    assert [note.kind for note in incident.notes] == ["judged"]


def test_a_corrected_cause_takes_the_owner_with_it():
    """Both teams see the hand-over, and the thread says who said what."""
    story = told().person(210, "correct", component="erp.orders", fault="erp.batch_failed", actor="ann")
    incident = story.incident()
    assert (incident.cause.component, incident.cause.fault) == ("erp.orders", "erp.batch_failed")
    assert (incident.owner.team, incident.cause.confidence) == ("it-team", 1.0)
    assert story.told == [(60, "#data", "opened"), (210, "#it", "handed_over")]
    assert incident.notes[0].text == (
        "ann says that the cause is erp.orders (erp.batch_failed), not feed.orders (feed.stale)"
    )
    (decision,) = [d for d in story.simulator.decisions if d.reason.value == "cause.corrected"]
    assert (decision.actor, decision.command, decision.component) == ("ann", "c1", "erp.orders")
    assert story.alert(300, "feed.orders", "feed.late").advance(900).incident().cause == incident.cause


def test_without_a_fault_the_likeliest_one_there_is_meant():
    """The fault that the component itself shows, if it shows one."""
    story = told().alert(210, "erp.orders", "erp.batch_failed").person(220, "correct", component="erp.orders")
    assert story.incident().cause.fault == "erp.batch_failed"


def test_the_owner_by_hand_stays_where_the_cause_moves():
    """Whoever was given it by hand keeps it."""
    story = told().person(205, "hand_over", team="vendor", reason="theirs")
    story.person(210, "correct", component="erp.orders")
    assert (story.incident().cause.component, story.incident().owner.team) == ("erp.orders", "vendor")


def test_before_the_telling_the_right_owner_is_told_at_once():
    """Corrected while it settles: only the right team ever hears of it."""
    story = Story(settle_seconds=600).alert(0, "feed.orders", "feed.stale")
    story.person(30, "correct", component="erp.orders", fault="erp.batch_failed").advance(700)
    assert [where for _, where, _ in story.told] == ["#it"]


@pytest.mark.parametrize(
    ("verb", "fields", "reason"),
    [
        ("correct", {"component": "erp.ordrs"}, "command.refused.unknown_component"),
        ("correct", {}, "command.refused.unknown_component"),
        ("correct", {"component": "erp.orders", "fault": "erp.bad"}, "command.refused.invalid"),
        ("confirm", {"incident": "main-7"}, "command.refused.unknown_incident"),
        ("confirm", {"component": "erp.orders"}, "command.refused.illegal"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(verb, fields, reason):
    """Nothing changes, and the answer says why."""
    story = told()
    before = story.incident()
    story.person(210, verb, **fields)
    assert story.reasons[-1] == reason
    assert story.incident() == before


def test_said_twice_is_refused_and_corrected_again_is_not():
    """A second confirmation says nothing new; another person may know better."""
    story = told().person(210, "confirm", actor="ann").person(220, "confirm", actor="bob")
    assert story.reasons[-1] == "command.refused.nothing_new"
    story.person(230, "correct", component="erp.orders", actor="bob").person(
        240, "correct", component="erp.orders"
    )
    assert (story.incident().cause_by, story.reasons[-1]) == ("bob", "command.refused.nothing_new")
    assert len(said(story, "calibration.learned")) <= 1


def test_of_a_component_outside_the_catalog_nothing_can_be_confirmed_but_corrected():
    """What it looked like is remembered with the team that it was for."""
    story = Story(settle_seconds=60).alert(0, "portal.unknown", "api.latency").advance(200)
    story.person(210, "confirm")
    assert story.reasons[-1] == "command.refused.unknown_component"
    story.person(220, "correct", component="api.island", actor="ann")
    assert story.incident().owner.team == "it-team"
    (lesson,) = story.simulator.states["main"].experience.lessons.values()
    assert (lesson.team, dict(lesson.features)["component"]) == ("it-team", "portal.unknown")


def test_an_incident_that_is_over_can_still_be_judged_and_a_merged_one_cannot():
    """People look into it afterwards; nobody is told anew."""
    story = told().resolve(300, "feed.orders", "feed.stale")
    before = len(story.told)
    story.person(400, "correct", component="erp.orders", actor="ann").advance(500)
    assert (story.incident().cause.component, len(story.told)) == ("erp.orders", before)
    assert story.incident().state.value == "resolved"
