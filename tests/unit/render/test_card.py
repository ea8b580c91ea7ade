"""What is said, most important first, before any medium writes it."""

import pytest

from router.model.fault import ComponentKind
from router.model.incident import Impact, IncidentState
from router.render.card import MAX_HEADLINES, MAX_SENTENCE, card_of
from router.render.line import plain
from tests.builders import at, minutes
from tests.unit.render.samples import NOT_SURE, a_notice, company


def test_a_sure_cause_is_named_with_its_confidence_in_words_and_per_cent() -> None:
    """Nobody has to know what 0.82 means."""
    assert plain(card_of(a_notice(), company()).cause) == (
        "feed.orders: schema change, very likely (82 %): fields added, removed, renamed or retyped"
    )


def test_an_abstained_cause_is_candidates_and_never_a_claim() -> None:
    """What we are not sure about says so, with what it could be."""
    card = card_of(a_notice(cause=NOT_SURE), company())
    assert card.cause == ()
    assert card.doubt == "Not sure of the cause: three candidates"
    assert plain(card.candidates[0]) == "erp.orders: interface error, 31 %"
    assert "cause not sure" in card.title


@pytest.mark.parametrize(
    ("hit", "expected", "words"),
    [
        (True, None, "kpi.revenue is hit"),
        (False, minutes(300), "kpi.revenue expected from about 13:00 UTC"),
        (False, minutes(24 * 60), "kpi.revenue expected from about 2026-03-03 08:00 UTC"),
        (False, minutes(10), "kpi.revenue not seen yet, possible since about 08:10 UTC"),
        (False, None, "kpi.revenue may follow"),
    ],
)
def test_impact_is_told_by_when_it_shows(hit: bool, expected: float | None, words: str) -> None:
    """What is hit, what will be, and what should have been by now."""
    moment = None if expected is None else at(expected)
    impact = Impact(
        workflow="main", component="kpi.revenue", kind=ComponentKind.KPI, hit=hit, expected_at=moment
    )
    card = card_of(a_notice(impacts=(impact,)), company())
    assert [plain(line) for line in card.impacts] == [words]


def test_of_much_evidence_the_strongest_and_what_else_it_could_be_stay_each_in_bounds() -> None:
    """The last sentence says what is next best and why not; a sentence of very long names is cut."""
    told = (*(f"sentence {number}" for number in range(8)), "next best: erp.orders with 11%")
    cause = NOT_SURE.model_copy(update={"evidence": ("long " * 100, *told)})
    shown = [plain(line) for line in card_of(a_notice(cause=cause), company()).evidence]
    assert shown[1:] == ["sentence 0", "sentence 1", "sentence 2", "next best: erp.orders with 11%"]
    assert len(shown[0]) <= MAX_SENTENCE


def test_long_lists_are_cut_and_say_by_how_much() -> None:
    """A message is read in a minute; the rest is counted, not hidden."""
    many = a_notice().incident.headlines * 4
    card = card_of(a_notice(headlines=many), company())
    assert len(card.headlines) == MAX_HEADLINES + 1
    assert plain(card.headlines[-1]) == "and 7 more"


@pytest.mark.parametrize(
    ("kind", "role", "fields", "words"),
    [
        ("opened", "owner", {}, "data-team owns this"),
        ("reopened", "owner", {}, "data-team, it is back"),
        ("handed_over", "owner", {}, "data-team takes over"),
        ("handed_over", "former_owner", {}, "Now with data-team"),
        ("escalated", "escalation", {}, "has not acknowledged it"),
        ("updated", "escalation", {"state": IncidentState.ACKNOWLEDGED}, "has it now"),
        ("merged", "owner", {"state": IncidentState.MERGED, "merged_into": "main-3"}, "Part of main-3"),
        ("resolved", "owner", {"state": IncidentState.RESOLVED}, "nothing fires any more"),
        ("resolved", "owner", {"state": IncidentState.RESOLVED, "resolved_by": "ada"}, "by ada"),
        ("opened", "owner", {"cause": NOT_SURE}, "please decide who owns this"),
    ],
)
def test_the_lead_says_why_this_team_is_told(
    kind: str, role: str, fields: dict[str, object], words: str
) -> None:
    """The first sentence answers "is it mine, and what am I to do"."""
    assert words in plain(card_of(a_notice(kind, role, **fields), company()).lead)  # type: ignore[arg-type]


def test_the_state_line_says_who_has_it() -> None:
    """Acknowledged by whom, or not at all and to whom it went up."""
    open_ = card_of(a_notice(escalated_to="commander"), company())
    assert plain(open_.state).startswith("Not acknowledged, escalated to commander. Began 08:00 UTC")
    taken = a_notice(
        state=IncidentState.ACKNOWLEDGED, acknowledged_by="ada", acknowledged_at=at(minutes(5)), reopened=1
    )
    assert plain(card_of(taken, company()).state) == (
        "Acknowledged by ada at 08:05 UTC. Began 08:00 UTC, 7 alerts, 3 firing, re-opened 1 time"
    )
