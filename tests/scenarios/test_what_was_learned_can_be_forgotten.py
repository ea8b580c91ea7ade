"""Lessons and verdicts have authors and components, and go with them when a person asks for it."""

from tests.scenarios.lessons import DAY, PORTAL, handed, over, said, trouble
from tests.scenarios.story import Story


def taught() -> Story:
    """Ann, Bob and Eve handed the portal to sales, twice each."""
    story = Story(settle_seconds=60)
    for day in range(6):
        handed(story, day, ("ann", "bob", "eve")[day % 3], "sales")
    return story


def test_a_component_is_reset():
    """Its lessons are gone, and the next incident is the triage desk's again; who asked is on record."""
    story = taught().person(6 * DAY - 10, "forget", "", component=PORTAL[0], actor="root")
    assert said(story, "experience.forgotten")[0].endswith(f"of {PORTAL[0]}: 6 lessons")
    assert story.simulator.decisions[-1].actor == "root"
    assert story.simulator.incidents[trouble(story, 6)].owner.team == "triage"


def test_background_rates_of_a_component_go_with_it():
    """A monitor was mended: what it cried before says nothing any more."""
    story = Story(settle_seconds=60)
    trouble(story, 0, "feed.orders", "feed.stale")
    over(story, 0, "feed.orders", "feed.stale")
    state = story.simulator.states["main"]
    assert [key for key in state.records if key.startswith("background|")] != []
    story.person(DAY, "forget", "", component="feed.orders")
    assert [key for key in state.records if key.startswith("background|")] == []


def test_everything_by_one_person_is_taken_back():
    """Lessons and the part of the calibration, and nobody else's."""
    story = taught()
    incident = trouble(story, 6, "feed.orders", "feed.stale")
    story.person(6 * DAY + 2_000, "correct", incident, component="erp.orders", actor="eve")
    state = story.simulator.states["main"]
    assert state.calibration is not None
    assert state.calibration.bias(story.simulator.now) < 0
    story.person(6 * DAY + 3_000, "forget", "", taught_by="eve", actor="root")
    assert {lesson.actor for lesson in state.experience.lessons.values()} == {"ann", "bob"}
    assert state.calibration.bias(story.simulator.now) == 0


def test_what_was_never_learned_cannot_be_forgotten():
    """Refused, so that a misspelled name is noticed."""
    story = taught().person(6 * DAY - 20, "forget", "", component="portal.unknwon")
    assert story.reasons[-1] == "command.refused.nothing_new"
    story.person(6 * DAY - 10, "forget", "")
    assert story.reasons[-1] == "command.refused.invalid"
