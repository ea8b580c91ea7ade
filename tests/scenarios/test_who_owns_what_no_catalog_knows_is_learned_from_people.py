"""Incidents of a component outside the catalog end up with the team that people handed them to."""

from tests.scenarios.lessons import handed, over, said, trouble
from tests.scenarios.story import Story


def test_after_some_hand_overs_the_team_gets_it_at_once():
    """The triage desk handed five to sales, on the word of three people: the sixth is told to sales, to nobody else."""
    story = Story(settle_seconds=60)
    for day in range(5):
        handed(story, day, ("ann", "bob", "eve")[day % 3], "sales")
    incident = story.simulator.incidents[trouble(story, 5)]
    assert incident.owner.team == "sales"
    assert incident.owner.why.startswith("by experience, ")
    assert incident.owner.why.endswith("on the word of 3 people")
    assert incident.destinations == ("#sales",)
    assert len(said(story, "owner.proposed")) == 1
    assert len(said(story, "experience.learned")) == 5


def test_another_component_outside_the_catalog_is_not_theirs_for_that():
    """That sales gets all there is so far says nothing about what nobody has seen yet."""
    story = Story(settle_seconds=60)
    for day in range(12):
        handed(story, day, ("ann", "bob", "eve")[day % 3], "sales")
    assert story.simulator.incidents[trouble(story, 12, "agent.new", "agent.loop")].owner.team == "triage"


def test_one_person_s_word_is_not_enough():
    """However often the same person hands it over: the triage desk goes on deciding, and sees what that person said."""
    story = Story(settle_seconds=60)
    for day in range(9):
        handed(story, day, "mallory", "sales")
    incident = story.simulator.incidents[trouble(story, 9)]
    assert incident.owner.team == "triage"
    assert incident.cause.evidence[0].startswith("by experience it may be for sales ")
    assert said(story, "owner.proposed") == []


def test_what_the_router_does_by_itself_teaches_nothing():
    """Incidents that come and go without a person leave no lesson."""
    story = Story(settle_seconds=60)
    for day in range(3):
        trouble(story, day)
        over(story, day)
    assert not story.simulator.states["main"].experience.lessons
    assert said(story, "experience.learned") == []


def test_who_acknowledges_and_sees_it_resolved_shows_whose_it_was():
    """An acknowledged incident that ends is a lesson for its owner, with that person as its author."""
    story = Story(settle_seconds=60)
    incident = trouble(story, 0)
    story.person(2_000, "acknowledge", incident, actor="ann")
    over(story, 0)
    (lesson,) = story.simulator.states["main"].experience.lessons.values()
    assert (lesson.team, lesson.actor, lesson.incident) == ("triage", "ann", incident)


def test_a_team_that_the_rules_no_longer_have_is_not_proposed():
    """Lessons may outlive a team: then the triage desk decides."""
    story = Story(settle_seconds=60)
    for day in range(6):
        handed(story, day, ("ann", "bob")[day % 2], "vendor")
    teams = {name: team for name, team in story.rules.teams.items() if name != "vendor"}
    story.simulator.rules = story.rules.model_copy(update={"teams": teams})
    assert story.simulator.incidents[trouble(story, 6)].owner.team == "triage"
