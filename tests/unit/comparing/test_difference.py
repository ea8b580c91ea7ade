"""The difference of two replays: what is named, in which words, and when there is none."""

from router.comparing.difference import Aspect, Difference, compare, span
from tests.unit.comparing.documents import document, incident

TOLD = ((120, "#erp-platform", "erp-platform"), (1_020, "#major", "it-duty"))


def changes(found: Difference) -> dict[Aspect, tuple[str, str]]:
    """Of the only incident that differs."""
    (changed,) = found.incidents
    return {change.aspect: (change.old, change.new) for change in changed.changes}


def total(found: Difference, what: str) -> tuple[float | None, float | None]:
    """A sum under the old and the new rules."""
    return next((one.old, one.new) for one in found.totals if one.what == what)


def test_equal_replays_differ_in_nothing() -> None:
    """Whatever the incidents are called."""
    found = compare(document(incident("a", [1], told=TOLD)), document(incident("b", [1], told=TOLD)))
    assert found.same
    assert found.compared == 1
    assert found.incidents == ()


def test_another_owner_is_told_elsewhere() -> None:
    """Both owners, both channels, and how much later."""
    old = document(incident("a", [1], told=TOLD[:1]))
    new = document(incident("a", [1], owner="integration", told=[(720, "#integration", "integration")]))
    found = compare(old, new)
    assert changes(found) == {
        Aspect.OWNER: ("erp-platform", "integration"),
        Aspect.FIRST_TOLD: ("#erp-platform 08:02:00", "#integration 08:12:00 (10 min later)"),
    }
    assert total(found, "incidents with another owner") == (None, 1)
    assert not found.same


def test_a_further_destination_is_named_once() -> None:
    """Later messages there are no news."""
    old = document(incident("a", [1], told=TOLD[:1]))
    new = document(incident("a", [1], told=[*TOLD, (2_000, "#major", "it-duty")]))
    found = changes(compare(old, new))
    assert found[Aspect.TOLD] == ("-", "#major 08:17:00")
    assert found[Aspect.MESSAGES] == ("1", "3")


def test_hand_overs_saved_and_caused_are_counted_apart() -> None:
    """One saved here does not hide one caused there."""
    moved = [("owner.handed_over_by_evidence", "moved")]
    old = document(incident("a", [1], reasons=moved), incident("b", [2]))
    new = document(incident("a", [1]), incident("b", [2], reasons=moved))
    found = compare(old, new)
    assert total(found, "hand-overs saved") == (None, 1)
    assert total(found, "hand-overs caused") == (None, 1)
    assert total(found, "hand-overs") == (1, 1)


def test_what_muted_it_is_named() -> None:
    """The end of a muting is no muting."""
    text = "a silence matches; tracked, not told: s1 by ann"
    reasons = [("muted.silence", text), ("muted.ended", "what muted it is over")]
    found = compare(document(incident("a", [1])), document(incident("a", [1], reasons=reasons)))
    assert changes(found) == {Aspect.MUTED: ("-", "silence: s1 by ann")}


def test_a_duty_that_falls_away_is_named() -> None:
    """Whose it was, and what it asks."""
    duties = [{"team": "risk", "duty": "report it"}, {"team": "risk", "duty": "report it"}]
    found = compare(document(incident("a", [1], duties=duties)), document(incident("a", [1])))
    assert changes(found) == {Aspect.DUTIES: ("risk: report it", "-")}


def test_a_split_says_where_the_events_are() -> None:
    """On the old incident's line, and on the new one's."""
    old = document(incident("a", [1, 2, 3], told=TOLD[:1]))
    new = document(incident("a", [1, 2], told=TOLD[:1]), incident("b", [3], owner="integration"))
    first, second = compare(old, new).incidents
    assert [(c.aspect, c.old, c.new) for c in first.changes] == [(Aspect.INCIDENT, "one", "also b (1 event)")]
    assert [(c.old, c.new) for c in second.changes] == [("part of a (1 event)", "integration, nobody told")]


def test_what_became_of_events_counts_too() -> None:
    """An event that nobody can use any more is a difference, even when no incident shows it."""
    found = compare(document(opened=2), document(opened=1, rejected=1))
    assert not found.same
    assert total(found, "events rejected") == (0, 1)


def test_spans_are_said_in_the_unit_that_fits() -> None:
    """Seconds up to two minutes, then minutes, hours, days."""
    assert span(90) == "90 s later"
    assert span(-900) == "15 min earlier"
    assert span(9_000) == "2.5 h later"
    assert span(-345_600) == "4 d earlier"
