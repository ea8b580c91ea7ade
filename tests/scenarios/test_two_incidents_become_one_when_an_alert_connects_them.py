"""A link that appears later makes two incidents one, and whoever was told of the second is told so."""

from tests.builders import a_company, a_component
from tests.scenarios.story import Story

LONG = a_company(
    a_component("feed.a", latest=60),
    a_component("model.b", "feed.a", latest=60),
    a_component("agent.c", "model.b", latest=60),
    a_component("step.d", "agent.c", latest=60),
    a_component("app.e", "step.d", latest=60),
    a_component("kpi.f", "app.e", latest=60),
    settle_seconds=30,
    lateness_seconds=0,
)


def test_the_younger_incident_is_merged_into_the_older():
    """Both ends of a long chain alert; then the middle does."""
    story = Story(LONG).alert(0, "feed.a", "feed.stale").alert(100, "kpi.f", "kpi.drop").advance(140)
    assert story.incident(2).state.value == "open"
    story.alert(150, "agent.c", "agent.stalled", started=60).advance(200)
    assert story.incident(2).state.value == "merged"
    assert story.incident(2).merged_into == "main-1"
    assert story.incident(1).alerts == 3
    assert (150, story.incident(2).destination, "merged") in story.told


def test_the_merged_one_is_forgotten_after_the_reopen_window():
    """Nothing is left of it but the record."""
    story = Story(LONG).alert(0, "feed.a", "feed.stale").alert(100, "kpi.f", "kpi.drop")
    story.alert(150, "agent.c", "agent.stalled", started=60).advance(10_000)
    assert story.incident(2).state.value == "closed"
