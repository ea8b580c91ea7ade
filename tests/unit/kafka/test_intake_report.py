"""What intake tells its operators, and when."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from router.kafka import intake_report
from router.kafka.intake_batch import Batch, Tally
from router.kafka.intake_report import (
    ALARM_EVENTS,
    MAX_NAMES,
    TELL_SECONDS,
    UNMAPPED_SECONDS,
    WINDOW_SECONDS,
    Report,
    SourceRecovered,
    SourceRejecting,
)
from router.model.ledger import LedgerEntry
from router.telemetry.events import Event
from router.telemetry.intake_events import ComponentUnmapped, EventsConsumed, EventsIgnored, EventsRejected

LEDGER = LedgerEntry(intake="i", rules="r", at=datetime(2026, 3, 2, tzinfo=UTC), sources=())


class Listener:
    """A report on a clock that stands still, and what it told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        self.told: list[Event] = []
        monkeypatch.setattr(intake_report, "emit", self.told.append)
        self.report = Report(lambda: self.now)

    def add(self, events: int = 0, rejected: int = 0, unmapped: dict[str, int] | None = None) -> None:
        """A batch of source `acme`."""
        tally = Tally(events=events, rejected=Counter({"not_json": rejected} if rejected else {}))
        tally.first = {"not_json": "t/0/1"} if rejected else {}
        self.report.add(Batch([], [], LEDGER, {}, {"acme": tally}, Counter(unmapped or {})))

    def take(self) -> list[Event]:
        """What was told since the last time."""
        told, self.told[:] = list(self.told), []
        return told


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Listener:
    return Listener(monkeypatch)


def test_batches_are_added_up_for_a_second(listener: Listener) -> None:
    """A storm makes twenty a second; that is no reason for twenty log lines."""
    tally = Tally(events=3, heartbeats=1, ignored=Counter({"not_a_failure": 2}))
    for _ in range(2):
        listener.report.add(Batch([], [], LEDGER, {}, {"acme": tally}, Counter()))
    listener.report.tell()
    assert listener.take() == []
    listener.now += TELL_SECONDS
    listener.report.tell()
    assert listener.take() == [EventsConsumed("acme", 6, 2), EventsIgnored("acme", "not_a_failure", 4)]
    listener.report.close()
    assert listener.take() == []


def test_rejections_are_told_by_code_with_the_first_position(listener: Listener) -> None:
    """Somewhere to look at."""
    listener.add(5, rejected=3)
    listener.add(5, rejected=1)
    listener.report.close()
    assert EventsRejected("acme", "not_json", 4, "t/0/1") in listener.take()


def test_unmapped_names_are_told_rarely_and_within_bounds(listener: Listener) -> None:
    """Names come from outside: the first thousand by name, the rest together."""
    listener.add(1, unmapped={f"n{number}": 1 for number in range(MAX_NAMES)})
    listener.add(1, unmapped={"n1": 2, "one-more": 5, "another": 6})
    listener.now += UNMAPPED_SECONDS
    listener.report.tell()
    told = {
        event.component: event.alerts for event in listener.take() if isinstance(event, ComponentUnmapped)
    }
    assert (told["n1"], told["other"]) == (3, 11)
    assert "one-more" not in told


@pytest.mark.parametrize(
    ("events", "rejected", "alarm"),
    [
        (ALARM_EVENTS + 1, ALARM_EVENTS + 1, True),
        (2 * ALARM_EVENTS + 1, ALARM_EVENTS + 1, True),
        (2 * ALARM_EVENTS + 2, ALARM_EVENTS + 1, False),
        (ALARM_EVENTS, ALARM_EVENTS, False),
    ],
)
def test_a_source_gone_bad_raises_one_alarm_a_minute(
    listener: Listener, events: int, rejected: int, alarm: bool
) -> None:
    """More than a thousand and more than half: a bad deploy, not a bad event. It is told at once."""
    listener.add(events, rejected)
    listener.add(1, 0)
    alarms = [event for event in listener.take() if isinstance(event, SourceRejecting)]
    assert len(alarms) == alarm


def test_the_alarm_ends_after_a_good_minute(listener: Listener) -> None:
    """And not before; the gauge follows."""
    bad = 2 * ALARM_EVENTS
    listener.add(bad, bad)
    listener.now += WINDOW_SECONDS
    listener.add(bad, bad)
    listener.now += WINDOW_SECONDS
    listener.add(bad, 0)
    assert [type(event) for event in listener.take()] == [SourceRejecting, SourceRejecting]
    listener.now += WINDOW_SECONDS
    listener.add(1, 0)
    assert listener.take() == [SourceRecovered("acme")]


def test_the_gauge_shows_the_alarm() -> None:
    """What docs/alerts watches."""
    SourceRejecting("some-source", 10, 9).tell()
    assert intake_report.REJECTING.labels("some-source")._value.get() == 1
    SourceRecovered("some-source").tell()
    assert intake_report.REJECTING.labels("some-source")._value.get() == 0
