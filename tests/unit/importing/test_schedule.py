"""Schedules in their plain forms say how often; any other form says nothing."""

import pytest

from router.importing.schedule import period_of

HOUR, DAY = 3_600, 86_400


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("@hourly", HOUR),
        ("@daily", DAY),
        ("*/15 * * * *", 900),
        ("5 * * * *", HOUR),
        ("0 */6 * * *", 6 * HOUR),
        ("30 2 * * *", DAY),
        ("0 6 * * 1-5", 3 * DAY),
        ("0 6 * * 1", 7 * DAY),
        ("0 6 1 * *", 31 * DAY),
        ("1 day, 0:00:00", DAY),
        ("0:30:00", 1_800),
        ("", None),
        ("@once", None),
        ("0 6,18 * * *", None),
        ("0 6 * 1 *", None),
        ("*/0 * * * *", None),
        ("0:00:00", None),
        ("Dataset", None),
    ],
)
def test_a_plain_schedule_has_a_period(written: str, seconds: int | None) -> None:
    """The longest time between two runs: Friday to Monday for weekdays."""
    assert period_of(written) == seconds
