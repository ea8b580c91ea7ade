"""What time it is: the wall clock, or in a demo a played one that all roles share."""

import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from pathlib import Path

import orjson

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


def clock_from(path: Path | None) -> Clock:
    """The wall clock; or, given a file, the time that its pairs of seconds play (JSON), once it is written."""
    if path is None:
        return time.time
    loaded: list[Clock] = []

    def played() -> float:
        if not loaded:
            if not path.exists():
                return time.time()
            loaded.append(clock_of(orjson.loads(path.read_bytes())))
        return loaded[0]()

    return played


def stamp_from(path: Path | None) -> Callable[[], int]:
    """The timestamp to give a record, in milliseconds; 0, which leaves it to the client, when time is real."""
    if path is None:
        return lambda: 0
    clock = clock_from(path)
    return lambda: int(clock() * 1_000)
