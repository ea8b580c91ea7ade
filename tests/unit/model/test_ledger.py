"""Ledger lines: exact about which positions were consumed."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from router.model.ledger import SourceConsumed, ranges

OFFSETS = st.lists(st.integers(0, 60), unique=True).map(sorted)


@given(offsets=OFFSETS)
def test_ranges_hold_exactly_the_offsets_they_were_made_of(offsets: list[int]) -> None:
    """None more, none less, in as few ranges as possible; and a ledger takes them."""
    spans = ranges(offsets)
    assert [offset for first, last in spans for offset in range(first, last + 1)] == offsets
    assert all(last + 1 < first for (_, last), (first, _) in pairwise(spans))
    entry = SourceConsumed(topic="t", partition=1, consumed=spans)
    assert (entry.count, entry.source) == (len(offsets), "t/1")


@pytest.mark.parametrize("consumed", [((3, 2),), ((1, 4), (4, 5)), ((5, 6), (1, 2)), ((-1, 2),)])
def test_ranges_that_overlap_or_go_back_are_refused(consumed: tuple[tuple[int, int], ...]) -> None:
    """They would count a position twice."""
    with pytest.raises(ValidationError):
        SourceConsumed(topic="t", partition=0, consumed=consumed)
