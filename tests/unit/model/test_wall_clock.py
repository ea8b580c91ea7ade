"""When a clock on the wall first shows a reading, on the days when clocks are set."""
# ruff: noqa: DTZ001 - what a wall clock shows has no zone

from datetime import UTC, datetime

import pytest

from router.model.wall_clock import moment, reading


@pytest.mark.parametrize(
    ("zone", "shown", "expected"),
    [
        ("Europe/Berlin", "2026-01-05T09:00", "2026-01-05T08:00"),
        ("Europe/Berlin", "2026-07-06T09:00", "2026-07-06T07:00"),
        # 02:00 to 03:00 does not show on 29 March: the clock passes it at 01:00 UTC.
        ("Europe/Berlin", "2026-03-29T02:00", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-03-29T03:00", "2026-03-29T01:00"),
        # 02:30 shows twice on 25 October: the first counts.
        ("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30"),
        ("America/New_York", "2026-03-08T02:15", "2026-03-08T07:00"),
        # Lord Howe's clocks are set by half an hour.
        ("Australia/Lord_Howe", "2026-10-04T02:10", "2026-10-03T15:30"),
        ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45"),
        # Samoa had no 30 December 2011 at all.
        ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00"),
    ],
)
def test_a_reading_is_at_the_first_moment_that_shows_it_or_a_later_one(zone, shown, expected):
    """Skipped readings are when the clock passes them, doubled ones the first time."""
    assert moment(datetime.fromisoformat(shown), zone) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_a_moment_reads_as_the_wall_shows_it():
    """Both halves of a doubled hour read alike."""
    for utc in ("2026-10-25T00:30", "2026-10-25T01:30"):
        at = datetime.fromisoformat(utc).replace(tzinfo=UTC)
        assert reading(at, "Europe/Berlin") == datetime(2026, 10, 25, 2, 30)
