"""What intake tells its operators: counts by source, names nobody mapped, and the alarm about a source gone
bad.

A source of which most events are refused has usually had a bad deploy. Intake raises an alarm and reads on:
the dead letters keep every byte, the rest of the source goes on being routed, and `router deadletter
replay` brings the refused ones back once the sender, or the rules, are mended.
"""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from prometheus_client import Gauge

from router.kafka.intake_batch import Batch, Tally
from router.telemetry.events import Event, emit
from router.telemetry.intake_events import ComponentUnmapped, EventsConsumed, EventsIgnored, EventsRejected
from router.telemetry.metrics import Bounded

WINDOW_SECONDS = 60.0
ALARM_EVENTS = 1_000
"""The alarm is raised when more than this many events of a source in a window, and more than half, are
refused.
"""

TELL_SECONDS = 1.0
UNMAPPED_SECONDS = 10.0
"""What batches were is counted up for so long before it is told, unmapped names longer: a storm is not
worth a log line a batch.
"""

MAX_NAMES = 1_000

REJECTING = Gauge(
    "router_source_rejecting", "1 while most of a source's events cannot be used: a bad deploy?", ["source"]
)


@dataclass(frozen=True, slots=True)
class SourceRejecting(Event):
    """Most of what a source sends cannot be used; see its dead letters."""

    name = "intake.source_rejecting"
    level = "error"
    intentional = False
    source: str
    events: int
    rejected: int

    def _count(self) -> None:
        REJECTING.labels(self.source).set(1)


@dataclass(frozen=True, slots=True)
class SourceRecovered(Event):
    """What a source sends can be used again."""

    name = "intake.source_recovered"
    source: str

    def _count(self) -> None:
        REJECTING.labels(self.source).set(0)


class Report:
    """Not thread-safe; `clock` counts seconds and never goes back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._windows: dict[str, _Window] = {}
        self._tallies: dict[str, Tally] = {}
        self._unmapped: Counter[str] = Counter()
        self._told_at = self._unmapped_told_at = clock()

    def add(self, batch: Batch) -> None:
        """Take note of a batch; the alarm is judged at once."""
        for source, tally in batch.tallies.items():
            self._tallies.setdefault(source, Tally()).add(tally)
            window = self._windows.setdefault(source, _Window())
            window.add(source, tally.events, tally.rejected.total(), self._clock())
        for name, alerts in batch.unmapped.items():
            known = name in self._unmapped or len(self._unmapped) < MAX_NAMES
            self._unmapped[name if known else Bounded.OTHER] += alerts

    def tell(self) -> None:
        """Tell what is due."""
        now = self._clock()
        if now - self._told_at >= TELL_SECONDS:
            self._told_at = now
            self._tell_tallies()
        if now - self._unmapped_told_at >= UNMAPPED_SECONDS:
            self._unmapped_told_at = now
            self._tell_unmapped()

    def close(self) -> None:
        """Tell all that was held back."""
        self._tell_tallies()
        self._tell_unmapped()

    def _tell_tallies(self) -> None:
        for source, tally in self._tallies.items():
            emit(EventsConsumed(source, tally.events, tally.heartbeats))
            for reason, events in tally.ignored.items():
                emit(EventsIgnored(source, reason, events))
            for code, events in tally.rejected.items():
                emit(EventsRejected(source, code, events, tally.first[code]))
        self._tallies = {}

    def _tell_unmapped(self) -> None:
        for name, alerts in self._unmapped.items():
            emit(ComponentUnmapped(name, alerts))
        self._unmapped = Counter()


class _Window:
    """Events of one source since `since`; the alarm is judged as they come, its end when a window closes."""

    def __init__(self) -> None:
        self.since = float("-inf")
        self.events = 0
        self.rejected = 0
        self.alarmed = False
        self.was_alarmed = False

    def add(self, source: str, events: int, rejected: int, now: float) -> None:
        if now - self.since >= WINDOW_SECONDS:
            if self.was_alarmed and not self.alarmed:
                emit(SourceRecovered(source))
            self.was_alarmed = self.alarmed
            self.since, self.events, self.rejected, self.alarmed = now, 0, 0, False
        self.events += events
        self.rejected += rejected
        if not self.alarmed and self.rejected > ALARM_EVENTS and self.rejected * 2 > self.events:
            self.alarmed = True
            emit(SourceRejecting(source, self.events, self.rejected))
