"""Days on which people teach the router: the same trouble again and again, and what somebody does about it."""

from tests.scenarios.story import Story

DAY = 86_400.0
PORTAL = ("portal.unknown", "api.latency")
"""A component that no catalog knows, and what is wrong with it."""


def trouble(story: Story, day: int, component: str = PORTAL[0], fault: str = PORTAL[1]) -> str:
    """This fails on the morning of that day, and is told; the incident's id."""
    story.alert(day * DAY, component, fault, key=f"{component}/{day}").advance(day * DAY + 1_200)
    return list(story.simulator.incidents)[-1]


def over(story: Story, day: int, component: str = PORTAL[0], fault: str = PORTAL[1]) -> Story:
    """And its source says in the afternoon that it is over."""
    return story.resolve(day * DAY + 20_000, component, fault, key=f"{component}/{day}")


def handed(story: Story, day: int, actor: str, team: str, *failure: str, reason: str = "not ours") -> str:
    """A day on which this fails, one person hands it to another team, and it ends."""
    incident = trouble(story, day, *failure)
    story.person(day * DAY + 2_000, "hand_over", incident, actor=actor, team=team, reason=reason)
    over(story, day, *failure)
    return incident


def said(story: Story, reason: str) -> list[str]:
    """The texts of all decisions with this reason."""
    return [decision.text for decision in story.simulator.decisions if decision.reason.value == reason]
