"""When does a maintenance window begin, on and on? RFC 5545 rules over what clocks on the wall show.

A rule is the value of an RRULE (RFC 5545, 3.3.10), its DTSTART what the clocks of the zone show at the first start.
Starts stay at their hour of the wall when clocks are set; `router.model.wall_clock` says what becomes of an hour that
a day has not, or has twice. FREQ is DAILY or longer; hours of a day go under BYHOUR.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice

from dateutil.rrule import rrulestr

from router.model.muting import Maintenance, Recurrence, Span
from router.model.wall_clock import moment, reading

MAX_STARTS = 100_000
"""Starts of one window that are worked out at most."""

YEARS = 40
"""How far ahead starts are worked out."""

_PART = re.compile(r"([A-Z]+)=([A-Z0-9,+:-]+)(?:;|$)")


def readings(recurrence: Recurrence, first: datetime) -> Iterator[datetime]:
    """What the clocks show at each start, naive, ascending; `first` is what they show at DTSTART.

    It ends YEARS after the first start, so that a rule that never holds (the 30th of February) is no endless search.

    Raises:
        ValueError: the rule cannot be read; the message says why.
    """
    parts = _parts(recurrence.rule)
    count = parts.pop("COUNT", None)
    last = first.replace(year=min(first.year + YEARS, 9_999), day=min(first.day, 28))
    parts["UNTIL"] = _local(parts["UNTIL"], recurrence.zone) if "UNTIL" in parts else f"{last:%Y%m%dT%H%M%S}"
    try:
        most = MAX_STARTS if count is None else min(int(count), MAX_STARTS)
        found = rrulestr(";".join(f"{name}={value}" for name, value in parts.items()), dtstart=first)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{recurrence.rule} cannot be read: {error}") from None
    return _without(islice(iter(found), most), frozenset(recurrence.skipped))


def _without(found: Iterator[datetime], skipped: frozenset[str]) -> Iterator[datetime]:
    for shown in found:
        if shown.isoformat() not in skipped and shown.date().isoformat() not in skipped:
            yield shown


def _parts(rule: str) -> dict[str, str]:
    """The parts of the rule by name. Raises ValueError where it is none, or repeats within a day."""
    text = rule.strip().upper().removeprefix("RRULE:").strip(";")
    parts = dict(_PART.findall(text))
    if ";".join(f"{name}={value}" for name, value in parts.items()) != text or "FREQ" not in parts:
        raise ValueError("write the value of an RRULE, such as FREQ=WEEKLY;BYDAY=SU")
    if parts["FREQ"] not in ("DAILY", "WEEKLY", "MONTHLY", "YEARLY"):
        raise ValueError("FREQ is DAILY, WEEKLY, MONTHLY or YEARLY; give hours of a day as BYHOUR")
    return parts


def _local(written: str, zone: str) -> str:
    """UNTIL is in UTC where DTSTART has a zone (RFC 5545, 3.3.10); ours is what the clocks show."""
    if not written.endswith("Z"):
        return written
    at = datetime.strptime(written, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return reading(at, zone).strftime("%Y%m%dT%H%M%S")


class Starts:
    """The moments at which a window begins, worked out as far as anybody asked."""

    def __init__(self, window: Maintenance) -> None:
        self._seconds = window.seconds
        self._found: list[datetime] = []
        self._more: Iterator[datetime] = iter(())
        if window.recurrence is None:
            self._found.append(window.starts_at)
        else:
            zone = window.recurrence.zone
            first = reading(window.starts_at, zone)
            self._more = (moment(shown, zone) for shown in readings(window.recurrence, first))

    def spans(self, after: datetime, until: datetime) -> tuple[Span, ...]:
        """The spans that begin at `after` or later, and not after `until`, ascending."""
        self._reach(until)
        place = bisect_left(self._found, after)
        spans = []
        while place < len(self._found) and self._found[place] <= until:
            spans.append(Span.of(self._found[place], self._seconds))
            place += 1
        return tuple(spans)

    def next_after(self, at: datetime) -> datetime | None:
        """The first start after this moment; None: there is none any more."""
        while not self._found or self._found[-1] <= at:
            start = next(self._more, None)
            if start is None:
                break
            self._found.append(start)
        place = bisect_left(self._found, at)
        while place < len(self._found) and self._found[place] <= at:
            place += 1
        return self._found[place] if place < len(self._found) else None

    def _reach(self, until: datetime) -> None:
        while not self._found or self._found[-1] <= until:
            start = next(self._more, None)
            if start is None:
                return
            self._found.append(start)


@lru_cache(maxsize=1_024)
def starts_of(window: Maintenance) -> Starts:
    """The starts of this window, worked out once."""
    return Starts(window)
