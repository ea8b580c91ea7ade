"""Matching by members: every incident of both sides once, whatever their ids."""

from hypothesis import given
from hypothesis import strategies as st

from router.comparing.facts import Facts, facts_of
from router.comparing.matching import Match, Moved, match
from tests.unit.comparing.documents import document, incident


def facts(**members: list[int]) -> tuple[Facts, ...]:
    """Incidents by name with these members."""
    return facts_of(document(*(incident(name, held) for name, held in members.items())))


def pairs(found: tuple[Match, ...]) -> set[tuple[str, str]]:
    """Who was matched with whom; "" for nobody."""
    return {(one.old.id if one.old else "", one.new.id if one.new else "") for one in found}


def test_members_decide_and_not_names() -> None:
    """Under other rules the same failure may have another id."""
    assert pairs(match(facts(a=[1, 2, 3], b=[4]), facts(b=[1, 2, 3], a=[4]))) == {("a", "b"), ("b", "a")}


def test_the_largest_overlap_is_the_counterpart() -> None:
    """The rest has moved, and says where to."""
    found = match(facts(a=[1, 2, 3, 4]), facts(x=[1], y=[2, 3, 4]))
    assert pairs(found) == {("a", "y"), ("", "x")}
    split = next(one for one in found if one.old)
    assert split.split == (Moved("x", 1),)
    assert split.merged == ()


def test_two_that_become_one_are_a_merge() -> None:
    """The smaller one has no counterpart, and its events are in the other."""
    found = match(facts(a=[1, 2, 3], b=[4, 5]), facts(z=[1, 2, 3, 4, 5]))
    assert pairs(found) == {("a", "z"), ("b", "")}
    assert next(one for one in found if one.new).merged == (Moved("b", 2),)
    assert next(one for one in found if not one.new).split == (Moved("z", 2),)


def test_an_event_of_two_incidents_has_not_moved() -> None:
    """A webhook may carry alerts of two failures; that is no split."""
    sides = facts(a=[1, 2], b=[2, 3])
    assert all(one.split == one.merged == () for one in match(sides, sides))


MEMBERS = st.dictionaries(
    st.sampled_from("abcdef"), st.lists(st.integers(0, 9), min_size=1, max_size=5, unique=True), max_size=5
)


@given(old=MEMBERS, new=MEMBERS)
def test_every_incident_is_in_exactly_one_match(old: dict[str, list[int]], new: dict[str, list[int]]) -> None:
    """Nobody is lost, nobody counted twice."""
    found = match(facts(**old), facts(**new))
    assert sorted(one.old.id for one in found if one.old) == sorted(old)
    assert sorted(one.new.id for one in found if one.new) == sorted(new)


@given(members=MEMBERS)
def test_what_is_the_same_is_matched_with_itself_and_nothing_moved(members: dict[str, list[int]]) -> None:
    """Up to equals: two incidents of the very same events may change places."""
    sides = facts(**members)
    for one in match(sides, sides):
        assert one.old
        assert one.new
        assert one.split == one.merged == ()
