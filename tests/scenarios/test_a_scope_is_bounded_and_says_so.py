"""Reaching a bound is a decision with a reason, never an exception, and loses nothing."""

from tests.builders import a_company, a_component
from tests.scenarios.story import Story


def test_incidents_beyond_the_bound_share_one_overflow_incident():
    """The third failure and all after it are in one incident that names the bound."""
    islands = [a_component(f"api.n{number}") for number in range(6)]
    story = Story(a_company(*islands, max_open_incidents=2))
    for number in range(6):
        story.alert(number, f"api.n{number}", "api.latency")
    assert len(story.simulator.incidents) == 3
    assert story.incident(3).alerts == 4
    assert story.simulator.outcomes() == {"opened": 3, "joined": 3}
    assert story.reasons.count("joined.scope_full") == 4


def test_new_alerts_beyond_the_rate_share_the_overflow_incident():
    """A storm of new keys within one second does not open an incident each."""
    islands = [a_component(f"api.n{number}") for number in range(6)]
    story = Story(a_company(*islands, max_new_alerts_per_second=3))
    for number in range(6):
        story.alert(0, f"api.n{number}", "api.latency")
    assert len(story.simulator.incidents) == 4
