"""What a clock on the wall of a place shows, and the moments at which it first shows it.

Clocks are set twice a year, so a reading may never show (spring) or show twice (autumn). What is meant by "at 02:30"
is here the first moment at which the clock shows 02:30 or later: later readings never come earlier, and a shift that
changes at an hour of the wall changes at that hour on every day that has it. (RFC 5545, 3.3.5, reads an hour that a
spring day has not by the offset before, an hour after everybody's clock passed it.)
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    """The IANA zone of this name, read once. Raises ZoneInfoNotFoundError for one that nobody knows."""
    return ZoneInfo(name)


def reading(at: datetime, zone: str) -> datetime:
    """What the clocks of `zone` show at this aware moment, as a naive datetime."""
    return at.astimezone(zone_of(zone)).replace(tzinfo=None, fold=0)


def moment(shown: datetime, zone: str) -> datetime:
    """The first moment (UTC) at which the clocks of `zone` show this naive reading or a later one."""
    place = zone_of(zone)
    first = shown.replace(tzinfo=place, fold=0).astimezone(UTC)
    if first.astimezone(place).replace(tzinfo=None, fold=0) == shown:
        return first
    # The reading is skipped. By the offset after the change it would be before it, by the one before, after it.
    before, after = shown.replace(tzinfo=place, fold=1).astimezone(UTC), first
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        if middle.astimezone(place).replace(tzinfo=None) < shown:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)
