"""Where the catalog names an owner, experience may only say that the catalog should be mended."""

from tests.scenarios.lessons import handed, said, trouble
from tests.scenarios.story import Story

FEED = ("feed.orders", "feed.stale")


def test_what_is_handed_on_time_and_again_is_a_suggestion():
    """The catalog's owner gets it as ever, and reads what usually becomes of it; the decision is there once."""
    story = Story(settle_seconds=60)
    for day in range(8):
        handed(story, day, ("ann", "bob", "eve")[day % 3], "vendor", *FEED)
    suggested = len(said(story, "owner.suggested"))
    incident = story.simulator.incidents[trouble(story, 8, *FEED)]
    assert incident.owner.team == "data-team"
    assert incident.cause.evidence[-1].endswith(
        "not with data-team: if that is right, make vendor the owner of feed.orders"
    )
    story.advance(9 * 86_400 - 60)
    assert len(said(story, "owner.suggested")) == suggested + 1


def test_a_team_that_keeps_it_is_left_alone():
    """Hand-overs of another component say nothing about this one."""
    story = Story(settle_seconds=60)
    for day in range(8):
        handed(story, day, ("ann", "bob", "eve")[day % 3], "vendor", *FEED)
    incident = story.simulator.incidents[trouble(story, 8, "api.island", "api.latency")]
    assert incident.owner.team == "it-team"
    assert not any("make vendor" in line for line in incident.cause.evidence)


def test_an_incident_that_was_told_stays_where_it_is():
    """New lessons move nothing that somebody was told of."""
    story = Story(settle_seconds=60)
    incident = trouble(story, 0, "portal.slow", "api.latency")
    for day in range(6):
        handed(story, day, ("ann", "bob", "eve")[day % 3], "vendor", "portal.slow2", "api.latency")
    story.alert(6 * 86_400, "portal.slow", "api.error_rate", key="again")
    assert story.simulator.incidents[incident].owner.team == "triage"
