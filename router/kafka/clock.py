"""What time it is: the wall clock, or in a demo a played one that all roles share."""

import time
from bisect import bisect_right
from collections.abc import Callable, Sequence

Clock = Callable[[], float]
"""Answers Unix seconds."""


def clock_of(points: Sequence[tuple[float, float]], wall: Clock = time.time) -> Clock:
    """The wall clock; or, with pairs of (real, played) seconds, both ascending, the time played now.

    Between two pairs time runs evenly; before the first and after the last one it runs as in reality.
    """
    if not points:
        return wall
    real = [point[0] for point in points]

    def played() -> float:
        now = wall()
        place = bisect_right(real, now)
        if place == 0:
            return points[0][1] - (points[0][0] - now)
        began, shown = points[place - 1]
        if place == len(points):
            return shown + now - began
        ends, then = points[place]
        return shown + (then - shown) * (now - began) / (ends - began)

    return played


def stamp_ms(points: Sequence[tuple[float, float]]) -> Callable[[], int]:
    """The timestamp to give a record, in milliseconds; 0, which leaves it to the client, when time is real."""
    if not points:
        return lambda: 0
    clock = clock_of(points)
    return lambda: int(clock() * 1_000)
