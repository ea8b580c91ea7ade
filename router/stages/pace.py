"""May a destination be told of one more incident now, where so many in a while are enough?

A sliding window over the first tellings, made or promised: what is held back gets the moment at which it will be told,
so it never asks again.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta


def slot(slots: Sequence[datetime], most: int, seconds: float, now: datetime) -> datetime:
    """When the next first telling may be, `now` or later: never more than `most` in any `seconds`."""
    if len(slots) < most:
        return now
    return max(now, slots[-most] + timedelta(seconds=seconds))


def taken(slots: Sequence[datetime], at: datetime, most: int) -> tuple[datetime, ...]:
    """The slots with this one; only the last ones are needed."""
    return (*slots, at)[-most:]
