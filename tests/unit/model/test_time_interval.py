"""Time intervals: what holds when, in which place, and when that begins and ends."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.model.time_interval import (
    Span,
    TimeInterval,
    parse_days_of_month,
    parse_location,
    parse_months,
    parse_times,
    parse_weekdays,
    parse_years,
)

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = TimeInterval(
    name="office",
    spans=(Span(times=(parse_times("09:00", "17:00"),), weekdays=((1, 5),), location="Europe/Berlin"),),
)


def berlin(text: str) -> datetime:
    """A moment by what the clocks in Berlin show."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("parse", "text", "parsed"),
    [
        (parse_weekdays, "monday:friday", (1, 5)),
        (parse_weekdays, "Sunday", (0, 0)),
        (parse_days_of_month, "1:5", (1, 5)),
        (parse_days_of_month, "-3:-1", (-3, -1)),
        (parse_days_of_month, "15:-1", (15, -1)),
        (parse_months, "january:march", (1, 3)),
        (parse_months, "5", (5, 5)),
        (parse_months, "5:august", (5, 8)),
        (parse_years, "2020:2022", (2020, 2022)),
    ],
)
def test_ranges_are_read_as_alertmanager_writes_them(parse, text, parsed):
    """Names, numbers, and ranges of both with a colon."""
    assert parse(text) == parsed


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (parse_weekdays, "friday:monday"),
        (parse_weekdays, "1:5"),
        (parse_weekdays, "mon"),
        (parse_weekdays, "monday:tuesday:friday"),
        (parse_days_of_month, "0"),
        (parse_days_of_month, "32"),
        (parse_days_of_month, "-3:1"),
        (parse_days_of_month, "20:-20"),
        (parse_months, "13"),
        (parse_months, "march:january"),
        (parse_years, "2022:2020"),
        (parse_years, "soon"),
        (parse_location, "Europe/Atlantis"),
        (parse_location, "../etc/passwd"),
        (parse_location, ""),
    ],
)
def test_a_range_that_can_never_hold_is_refused(parse, text):
    """With a message, not silently empty."""
    with pytest.raises(ValueError, match=r"\w"):
        parse(text)


@pytest.mark.parametrize(
    ("start", "end"), [("09:00", "09:00"), ("22:00", "06:00"), ("9:00", "17:00"), ("00:00", "24:01")]
)
def test_times_of_day_end_after_they_start_within_one_day(start, end):
    """A night is written as two ranges."""
    with pytest.raises(ValueError, match=r"\d"):
        parse_times(start, end)


def test_the_end_of_a_time_is_exclusive_and_24_00_is_the_end_of_the_day():
    """A minute before belongs to it, the minute itself does not."""
    evening = TimeInterval(name="evening", spans=(Span(times=(parse_times("18:00", "24:00"),)),))
    assert evening.contains(datetime(2026, 3, 1, 18, 0, tzinfo=UTC))
    assert evening.contains(datetime(2026, 3, 1, 23, 59, 59, tzinfo=UTC))
    assert not evening.contains(datetime(2026, 3, 2, 0, 0, tzinfo=UTC))
    assert not evening.contains(datetime(2026, 3, 1, 17, 59, 59, tzinfo=UTC))


def test_days_may_count_from_the_end_of_a_month_of_any_length():
    """February has fewer."""
    last = TimeInterval(name="last", spans=(Span(days_of_month=((-3, -1),)),))
    held = [day for day in range(1, 29) if last.contains(datetime(2026, 2, day, 12, tzinfo=UTC))]
    assert held == [26, 27, 28]
    assert last.contains(datetime(2026, 3, 31, 12, tzinfo=UTC))
    assert not TimeInterval(name="x", spans=(Span(days_of_month=((31, 31),)),)).contains(
        datetime(2026, 2, 28, 12, tzinfo=UTC)
    )


def test_the_last_of_march_counts_in_a_place_that_sets_its_clocks_in_march():
    """An hour less in a month takes no day off it."""
    last = TimeInterval(name="last", spans=(Span(days_of_month=((-1, -1),), location="Europe/Berlin"),))
    assert last.contains(berlin("2026-03-31T12:00"))
    assert not last.contains(berlin("2026-03-30T12:00"))


def test_a_span_holds_where_all_its_parts_do_and_an_interval_where_one_span_does():
    """And between the parts, or between ranges and spans."""
    both = TimeInterval(
        name="both", spans=(Span(months=((1, 1), (7, 8)), years=((2026, 2026),)), Span(weekdays=((0, 0),)))
    )
    assert both.contains(datetime(2026, 7, 6, tzinfo=UTC))
    assert not both.contains(datetime(2027, 7, 6, tzinfo=UTC))
    assert both.contains(datetime(2027, 7, 4, tzinfo=UTC))


def test_an_interval_without_spans_never_holds_and_an_empty_span_always():
    """Nothing is never; no condition is always."""
    now = datetime(2026, 3, 1, tzinfo=UTC)
    assert not TimeInterval(name="never").contains(now)
    always = TimeInterval(name="always", spans=(Span(),))
    assert always.contains(now)
    assert always.ends(now) is None
    assert always.begins_after(now) is None


@pytest.mark.parametrize(
    ("day", "utc_hour"), [("2026-03-27", 8), ("2026-03-30", 7), ("2026-10-23", 7), ("2026-10-26", 8)]
)
def test_nine_o_clock_stays_nine_o_clock_when_the_clocks_are_set(day, utc_hour):
    """The wall's clock decides, in summer and winter."""
    begins = OFFICE.begins_after(berlin(f"{day}T01:00"))
    assert begins == datetime.fromisoformat(f"{day}T{utc_hour:02}:00+00:00")
    assert OFFICE.ends(begins) == begins + timedelta(hours=8)


def test_a_range_across_the_setting_of_clocks_is_an_hour_shorter_or_longer():
    """01:00 to 05:00 on the wall lasts three hours in March and five in October."""
    night = TimeInterval(
        name="night", spans=(Span(times=(parse_times("01:00", "05:00"),), location="Europe/Berlin"),)
    )
    for day, hours in (("2026-03-29", 3), ("2026-10-25", 5), ("2026-06-01", 4)):
        begins = night.begins_after(berlin(f"{day}T00:00"))
        assert night.ends(begins) - begins == timedelta(hours=hours)


def test_an_hour_that_comes_twice_holds_twice_and_one_that_never_comes_does_not():
    """02:00 to 03:00 in Berlin."""
    hour = TimeInterval(
        name="hour", spans=(Span(times=(parse_times("02:00", "03:00"),), location="Europe/Berlin"),)
    )
    assert hour.begins_after(berlin("2026-03-29T00:00")) == berlin("2026-03-30T02:00")
    begins = hour.begins_after(berlin("2026-10-25T00:00"))
    assert hour.ends(begins) - begins == timedelta(hours=2)


def test_a_far_beginning_is_found_within_the_bound_and_not_beyond():
    """Once a year is; in three years is not."""
    yearly = TimeInterval(name="yearly", spans=(Span(days_of_month=((31, 31),), months=((12, 12),)),))
    assert yearly.begins_after(datetime(2026, 1, 1, tzinfo=UTC)) == datetime(2026, 12, 31, tzinfo=UTC)
    far = TimeInterval(name="far", spans=(Span(years=((2030, 2030),)),))
    assert far.begins_after(datetime(2026, 1, 1, tzinfo=UTC)) is None


ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kolkata", "Africa/Cairo", "Australia/Lord_Howe"]
)


@st.composite
def ranges(draw: st.DrawFn, low: int, high: int, unit: int = 1) -> tuple[tuple[int, int], ...]:
    """None to two ranges between the bounds."""
    pairs = st.tuples(st.integers(low, high), st.integers(low, high)).filter(lambda pair: pair[0] < pair[1])
    return tuple((a * unit, b * unit) for a, b in draw(st.lists(pairs, max_size=2)))


@st.composite
def intervals(draw: st.DrawFn) -> TimeInterval:
    """One or two spans in any place."""
    spans = [
        Span(
            times=draw(ranges(0, 48, 30)),
            weekdays=draw(ranges(0, 6)),
            days_of_month=draw(ranges(1, 31)),
            location=draw(ZONES),
        )
        for _ in range(draw(st.integers(1, 2)))
    ]
    return TimeInterval(name="drawn", spans=tuple(spans))


EPOCH = datetime(2018, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 9 * 365 * 96).map(
    lambda quarters: EPOCH + timedelta(minutes=15 * quarters)
) | st.sampled_from(
    [
        datetime(*day, tzinfo=UTC)
        for day in ((2026, 3, 28), (2026, 10, 24), (2018, 11, 3), (2026, 4, 4), (2026, 4, 23))
    ]
)


@settings(max_examples=60, deadline=None)
@given(intervals(), MOMENTS)
def test_ends_and_begins_are_the_very_moments_at_which_it_changes(interval, at):
    """Looked at every quarter of an hour for four days, nothing changes but there."""
    quarter = timedelta(minutes=15)
    held = [interval.contains(at + quarter * n) for n in range(4 * 96)]
    changes = [at + quarter * n for n in range(1, len(held)) if held[n] != held[n - 1]]
    beginnings = [change for change in changes if interval.contains(change)]
    ends, begins = interval.ends(at), interval.begins_after(at)
    if held[0] and changes:
        assert ends == changes[0]
    if beginnings:
        assert begins == beginnings[0]
    bound = at + quarter * (len(held) - 1)
    assert (held[0] and bool(changes)) or ends is None or (ends > bound and not interval.contains(ends))
    assert beginnings or begins is None or (begins > bound and interval.contains(begins))
