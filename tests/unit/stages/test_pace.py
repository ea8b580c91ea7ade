"""The sliding window of first tellings."""

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from router.stages.pace import slot, taken
from tests.builders import at


@given(st.lists(st.integers(0, 50), min_size=1, max_size=60), st.integers(1, 5), st.integers(1, 100))
def test_never_more_than_the_most_in_any_window_and_first_come_first_told(gaps, most, window):
    """Whatever the order in which they come, made and promised tellings keep the pace."""
    slots: tuple[datetime, ...] = ()
    told: list[datetime] = []
    second = 0
    for gap in gaps:
        second += gap
        when = slot(slots, most, window, at(second))
        assert when >= at(second)
        slots = taken(slots, when, most)
        told.append(when)
    assert told == sorted(told)
    for first, later in zip(told, told[most:], strict=False):
        assert (later - first).total_seconds() >= window
