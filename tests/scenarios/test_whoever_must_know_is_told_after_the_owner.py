"""Parallel tracks: one owner, and any number of teams that must know, each told once, for its own reason."""

import pytest

from router.model.fault import Severity
from router.model.incident import Incident
from router.model.notice import NoticeRole
from router.model.ownership import TrackRole
from tests.builders import a_company, a_component
from tests.scenarios.story import Story

QUIET = {TrackRole.SUSPECT: None}
"""Whoever may be the cause as well is not told here, so that the others are seen."""


def tracks(incident: Incident) -> dict[str, str]:
    """Role and team of each track -> why."""
    return {f"{track.role} {track.team}": track.why for track in incident.also}


def test_the_owner_is_told_first_and_the_business_at_the_same_moment():
    """The outcome will be hit, so its owner hears of it; the notice says whose it is."""
    story = Story(settle_seconds=60, also=QUIET).alert(0, "feed.orders", "feed.stale").advance(100)
    assert story.told == [(60, "#data", "opened")]
    assert story.also_told == [(60, "#sales", "sales")]
    roles = {notice.destination: notice.role for notice in story.simulator.notices}
    assert roles == {"#data": NoticeRole.OWNER, "#sales": NoticeRole.ALSO}


def test_nobody_else_is_told_of_minor_noise():
    """Below the least severity of its role a team is on the record, and is not told."""
    story = Story(settle_seconds=60, also=QUIET).alert(0, "feed.orders", "feed.late").advance(100)
    assert story.told == [(60, "#data", "opened")]
    assert story.also_told == []
    assert "business sales" in tracks(story.incident())


def test_it_is_told_when_it_gets_bad_enough():
    """The same incident becomes major: the business hears of it then."""
    story = Story(settle_seconds=60, also=QUIET).alert(0, "feed.orders", "feed.late").advance(100)
    story.alert(200, "feed.orders", "feed.late", key="2:other", severity="major")
    assert story.also_told == [(200, "#sales", "sales")]


@pytest.mark.parametrize(
    ("least", "told"), [(Severity.CRITICAL, False), (None, False), (Severity.INFO, True)]
)
def test_who_is_told_from_which_severity_is_a_setting(least: Severity | None, told: bool):
    """Per role, or never."""
    story = Story(settle_seconds=60, also={**QUIET, TrackRole.BUSINESS: least})
    story.alert(0, "feed.orders", "feed.stale").advance(100)
    assert bool(story.also_told) is told


def test_a_team_that_appears_later_is_told_later_and_each_only_once():
    """A victim joins after the first telling: its owner hears that somebody works on the cause."""
    story = Story(settle_seconds=60, also=QUIET).alert(0, "feed.orders", "feed.schema_change")
    story.alert(300, "agent.quotes", "agent.stalled").alert(400, "agent.quotes", "agent.tool_failure")
    story.advance(2_000)
    assert story.also_told == [(60, "#sales", "sales"), (300, "#it", "it-team")]
    why = tracks(story.incident())["affected it-team"]
    assert why == "agent.quotes is a victim: data-team works on the cause, feed.orders"


def test_one_destination_has_one_message_and_the_owner_s_comes_first():
    """The business owner is accountable here, so it is told as owner only."""
    alone = a_company(a_component("kpi.revenue", business="sales"), settle_seconds=60)
    story = Story(alone).alert(0, "kpi.revenue", "kpi.drop").advance(100)
    assert story.told == [(60, "#sales", "opened")]
    assert story.also_told == []
    assert [told.destination for told in story.incident().told] == ["#sales"]


def test_a_muted_incident_is_told_to_nobody_and_to_all_when_it_ends():
    """The teams that must know are muted with the owner."""
    story = Story(settle_seconds=60, also=QUIET)
    story.person(0, "silence", "", match=('scope="main"',), seconds=600, silence="s1", reason="work")
    story.alert(10, "feed.orders", "feed.stale").advance(500)
    assert (story.told, story.also_told) == ([], [])
    story.advance(700)
    assert story.told == [(600, "#data", "opened")]
    assert story.also_told == [(600, "#sales", "sales")]


def test_it_ends_with_the_incident():
    """Everybody who was told sees that it is over."""
    story = Story(settle_seconds=60, also=QUIET).alert(0, "feed.orders", "feed.stale")
    story.resolve(200, "feed.orders", "feed.stale")
    shown = {notice.destination: notice.incident.state.value for notice in story.simulator.notices}
    assert shown == {"#data": "resolved", "#sales": "resolved"}


def test_a_team_that_is_not_concerned_any_more_is_told_so():
    """The cause moved: what looked like a victim's team owns the cause now, the other one is one."""
    story = Story(settle_seconds=60, also=QUIET).alert(0, "feed.orders", "feed.stale").advance(100)
    story.person(200, "correct", component="api.island", fault="api.latency")
    ended = [track for track in story.incident().also if track.ended_at]
    assert [(track.team, track.role) for track in ended] == [("sales", TrackRole.BUSINESS)]


def test_whoever_owns_what_may_be_the_cause_as_well_is_told_so():
    """A suspect is told of a major incident, with how likely it is."""
    story = Story(settle_seconds=60).alert(0, "feed.orders", "feed.stale").advance(100)
    assert (60, "#it", "it-team") in story.also_told
    assert tracks(story.incident())["suspect it-team"].endswith("may be the cause as well")


def test_whoever_appears_while_it_is_muted_is_told_when_that_ends():
    """Muting stops telling, never tracking: nobody is forgotten."""
    story = Story(settle_seconds=60, also=QUIET).alert(0, "feed.orders", "feed.schema_change").advance(100)
    story.person(120, "silence", "", match=('scope="main"',), seconds=600, silence="s1", reason="work")
    story.alert(300, "agent.quotes", "agent.stalled").advance(700)
    assert (60, "#sales", "sales") in story.also_told
    assert "#it" not in [destination for _, destination, _ in story.also_told]
    story.advance(900)
    assert story.also_told[-1] == (720, "#it", "it-team")
