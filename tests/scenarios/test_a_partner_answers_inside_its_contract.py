"""A partner is accountable within scope and hours of its contract, with its clocks; outside, its fallback is."""

import pytest

from router.model.ownership import Shown, TrackRole
from tests.builders import at
from tests.scenarios.duties import CONTRACT, a_company_with_duties
from tests.scenarios.story import Story

HOUR = 3_600


def partner(story: Story) -> dict[str, object]:
    """When each clock of the contract is due."""
    tracks = [track for track in story.incident().also if track.role is TrackRole.PARTNER]
    return {clock.name: clock.due for track in tracks for clock in track.clocks}


def test_inside_it_the_partner_owns_it_and_its_clocks_run_from_the_telling():
    """Half an hour to respond, four hours to resolve; the clocks are its own, no second message."""
    story = Story(a_company_with_duties()).alert(0, "feed.scans", "feed.late", severity="major").advance(100)
    assert story.told == [(60, "#vendor", "opened")]
    assert partner(story) == {"response": at(60 + 1_800), "resolution": at(60 + 4 * HOUR)}
    assert [destination for _, destination, _ in story.also_told] == ["#sales"]


def test_its_acknowledgement_meets_the_response_and_the_end_the_resolution():
    """What passes unmet is said."""
    story = Story(a_company_with_duties()).alert(0, "feed.scans", "feed.late", severity="major")
    story.person(1_000, "acknowledge").advance(5 * HOUR)
    due = [d.text for d in story.simulator.decisions if d.reason.value == "also.due"]
    assert len(due) == 1
    assert "resolve (major)" in due[0]


@pytest.mark.parametrize(
    ("seconds", "why"),
    [
        (10 * HOUR, "2026-03-02 18:01 UTC is outside the hours of vendor's contract"),
        (26 * HOUR, "2026-03-03 10:01 UTC is outside the hours of vendor's contract"),
    ],
)
def test_outside_its_hours_the_fallback_is_accountable_and_the_reason_is_said(seconds: int, why: str):
    """In the evening and on a holiday: the component's other owner."""
    story = Story(a_company_with_duties()).alert(seconds, "feed.scans", "feed.late", severity="major")
    story.advance(seconds + 100)
    assert story.incident().owner.team == "data-team"
    assert why in story.incident().owner.why
    assert "owner.outside_contract" in story.reasons
    assert partner(story) == {}


def test_who_has_it_does_not_change_when_the_hours_end():
    """The hours of the first telling count: a shift's end takes an incident from nobody."""
    story = Story(a_company_with_duties()).alert(8 * HOUR, "feed.scans", "feed.late", severity="major")
    story.alert(10 * HOUR, "feed.scans", "feed.stale").advance(10 * HOUR + 100)
    assert story.incident().owner.team == "vendor"
    assert "handed_over" not in [kind for _, _, kind in story.told]


def test_outside_its_scope_it_is_not_the_partner_s():
    """A fault that the contract does not list is the component's other owner's."""
    story = Story(a_company_with_duties()).alert(0, "feed.scans", "store.stale").advance(100)
    assert story.incident().owner.team == "data-team"
    assert "outside the scope of vendor's contract" in story.incident().owner.why


def test_a_partner_that_says_so_is_out_of_it_for_good():
    """Handed over as not in the contract: the contract's clocks stop."""
    story = Story(a_company_with_duties()).alert(0, "feed.scans", "feed.late", severity="major").advance(100)
    story.person(200, "hand_over", team="data-team", because="not_ours_contract")
    story.alert(400, "feed.scans", "feed.stale").advance(6 * HOUR)
    assert partner(story) == {}
    assert "also.due" not in story.reasons
    assert story.incident().owner.why == "handed over by ada: it is outside their contract"


def test_what_the_partner_reads_is_what_its_contract_shows():
    """The notice that leaves for its channel holds no other component, team, workflow or person."""
    story = Story(a_company_with_duties()).alert(0, "feed.scans", "feed.late", severity="major")
    story.alert(30, "model.claims", "model.data_drift").alert(40, "kpi.claims", "kpi.drop").advance(100)
    theirs = [notice for notice in story.simulator.notices if notice.destination == "#vendor"]
    assert theirs
    for notice in theirs:
        said = notice.model_dump_json()
        for foreign in (
            "model.claims",
            "agent.claims",
            "kpi.claims",
            "data-team",
            "sales",
            "it-team",
            "on kpi",
        ):
            assert foreign not in said
    ours = [notice for notice in story.simulator.notices if notice.destination == "#sales"]
    assert "kpi.claims" in ours[-1].model_dump_json()
    shown = CONTRACT.model_copy(update={"shows": (Shown.SUMMARY,)})
    story = Story(a_company_with_duties(contract=shown)).alert(0, "feed.scans", "feed.late", severity="major")
    story.advance(100)
    (headline,) = next(n for n in story.simulator.notices if n.destination == "#vendor").incident.headlines
    assert headline.summary == "feed.late on feed.scans"
