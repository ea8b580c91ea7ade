"""Recurring windows: RFC 5545 rules over the clock on the wall."""

# ruff: noqa: DTZ001 what a clock on a wall shows has no zone

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.model.muting import Maintenance, Recurrence
from router.model.recur import Starts, readings

BERLIN = ZoneInfo("Europe/Berlin")


def a_window(
    first: datetime, rule: str, *skipped: str, zone: str = "Europe/Berlin", seconds: int = 7_200
) -> Maintenance:
    """A recurring window; `first` is what the clocks of the zone show."""
    recurrence = Recurrence(rule=rule, zone=zone, skipped=skipped)
    return Maintenance(
        id="w",
        components=("c",),
        starts_at=first.replace(tzinfo=ZoneInfo(zone)),
        seconds=seconds,
        recurrence=recurrence,
    )


def starts(window: Maintenance, days: int = 400) -> list[datetime]:
    """Its starts within so many days of the first."""
    return [
        span.began for span in Starts(window).spans(window.starts_at, window.starts_at + timedelta(days=days))
    ]


def test_it_begins_at_the_same_hour_of_the_wall_before_and_after_clocks_are_set():
    """Every Sunday at four, through the spring change of 2026-03-29."""
    found = starts(a_window(datetime(2026, 3, 15, 4), "FREQ=WEEKLY;BYDAY=SU"), 20)
    assert [f"{at.astimezone(BERLIN):%d %H:%M}" for at in found] == ["15 04:00", "22 04:00", "29 04:00"]
    assert [f"{at:%H:%M}" for at in found] == ["03:00", "03:00", "02:00"]


def test_an_hour_that_a_day_has_not_is_the_first_moment_after_it():
    """At half past two on the day on which there is no such time."""
    found = starts(a_window(datetime(2026, 3, 28, 2, 30), "FREQ=DAILY;COUNT=3"))
    assert [f"{at.astimezone(BERLIN):%d %H:%M}" for at in found] == ["28 02:30", "29 03:00", "30 02:30"]


def test_an_hour_that_a_day_has_twice_is_the_first_of_them():
    """At half past two on the day on which clocks are set back, once."""
    found = starts(a_window(datetime(2026, 10, 24, 2, 30), "FREQ=DAILY;COUNT=3"))
    assert [f"{at:%d %H:%M}" for at in found] == ["24 00:30", "25 00:30", "26 01:30"]


def test_the_first_sunday_of_each_month():
    """BYDAY with a number."""
    found = starts(a_window(datetime(2026, 12, 6, 2), "FREQ=MONTHLY;BYDAY=1SU"), 100)
    assert [f"{at:%m-%d}" for at in found] == ["12-06", "01-03", "02-07", "03-07"]


def test_the_last_weekday_of_the_month():
    """BYSETPOS."""
    rule = "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"
    assert [f"{at:%m-%d}" for at in starts(a_window(datetime(2026, 1, 30, 22), rule), 70)] == [
        "01-30",
        "02-27",
        "03-31",
    ]


def test_days_and_times_that_are_excepted_do_not_take_place():
    """EXDATE by day and by time."""
    window = a_window(datetime(2026, 12, 22, 22), "FREQ=DAILY", "2026-12-24", "2026-12-26T22:00:00")
    assert [f"{at.astimezone(BERLIN):%d}" for at in starts(window, 5)] == ["22", "23", "25", "27"]


def test_until_in_utc_is_understood_as_rfc_5545_writes_it():
    """UNTIL with a Z is in UTC although the starts are local: 22:00Z is 23:00 in Berlin's winter."""
    found = starts(a_window(datetime(2026, 1, 1, 23), "FREQ=DAILY;UNTIL=20260103T220000Z"))
    assert [f"{at:%d}" for at in found] == ["01", "02", "03"]
    assert len(starts(a_window(datetime(2026, 1, 1, 23), "FREQ=DAILY;UNTIL=20260103T215959Z"))) == 2


def test_an_excepted_start_counts_for_count():
    """COUNT counts before EXDATE takes away (RFC 5545, 3.8.5.1)."""
    assert len(starts(a_window(datetime(2026, 1, 1, 1), "FREQ=DAILY;COUNT=3", "2026-01-02"))) == 2


def test_a_rule_that_never_holds_ends():
    """There is no 30th of February, and nobody looks for it for ever."""
    assert starts(a_window(datetime(2026, 1, 1, 1), "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=5")) == []


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "every sunday",
        "FREQ=HOURLY",
        "FREQ=DAILY;COUNT=x",
        "DTSTART:20260101T000000",
        "FREQ=DAILY;NO=1",
        "BYDAY=SU",
    ],
)
def test_what_is_no_rule_is_refused(rule):
    """With a ValueError that says why."""
    with pytest.raises(ValueError, match=r".+"):
        next(readings(Recurrence(rule=rule), datetime(2026, 1, 1)), None)


@given(
    st.integers(0, 800),
    st.integers(0, 23),
    st.sampled_from(["FREQ=DAILY", "FREQ=WEEKLY", "FREQ=MONTHLY;BYDAY=2TU"]),
)
def test_next_after_and_spans_agree(day, hour, rule):
    """What begins next is the first of what begins later."""
    window = a_window(datetime(2026, 1, 1, 2, 30), rule)
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day, hours=hour)
    later = [span.began for span in Starts(window).spans(at, at + timedelta(days=70)) if span.began > at]
    assert Starts(window).next_after(at) == later[0]
