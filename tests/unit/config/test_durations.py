"""Spans of time as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.config.durations import parse_delay, parse_duration, write_duration


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("90s", 90),
        ("15m", 900),
        ("6h", 21_600),
        ("2d", 172_800),
        ("1h30m", 5_400),
        ("1d2h3m4s", 93_784),
        (45, 45),
        ("45", 45),
        (" 5m ", 300),
        ("0s", 0),
        (0, 0),
    ],
)
def test_durations_are_whole_seconds(written: object, seconds: int) -> None:
    """Days, hours, minutes and seconds in this order, or a plain number."""
    assert parse_duration(written) == seconds


@pytest.mark.parametrize(
    "written", ["m5", "5 m", "1.5h", "30m1h", "-5m", "5w", "five", "\u0665m", "1" * 10 + "s"]
)
def test_anything_else_is_no_duration(written: object) -> None:
    """The message says how to write one."""
    with pytest.raises(ValueError, match="write it like 90s"):
        parse_duration(written)


@pytest.mark.parametrize("written", [None, True, -1, 1.5, "", [], "9" * 10])
def test_other_values_are_no_durations(written: object) -> None:
    """Neither nothing nor true is a time."""
    with pytest.raises(ValueError, match="write it like"):
        parse_duration(written)


@pytest.mark.parametrize(
    ("written", "delay"),
    [("15m..6h", (900, 21_600)), ("5m", (0, 300)), (60, (0, 60)), ("1h .. 1h", (3_600, 3_600))],
)
def test_delays_are_soonest_and_latest(written: object, delay: tuple[int, int]) -> None:
    """One duration is the latest."""
    assert parse_delay(written) == delay


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("6h..15m", r"the latest \(15m\) is before the soonest \(6h\)"),
        ("..", "15m..6h"),
        ("5m..", "15m..6h"),
        ("5m..6h..7h", "15m..6h"),
        (None, "15m..6h"),
    ],
)
def test_a_bad_delay_says_what_is_wrong(written: object, message: str) -> None:
    """Turned round, or not a delay at all."""
    with pytest.raises(ValueError, match=message):
        parse_delay(written)


@given(st.integers(0, 10**8))
def test_what_is_written_is_read_back(seconds: int) -> None:
    """Writing and reading are inverse."""
    assert parse_duration(write_duration(seconds)) == seconds
