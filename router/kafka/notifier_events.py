"""What only the notifier can tell an operator of, besides `router.telemetry.edge_events`."""

from dataclasses import dataclass

from router.telemetry import metrics
from router.telemetry.events import Event


@dataclass(frozen=True, slots=True)
class PartitionOpened(Event):
    """The notifier got a partition and knows what its destinations were told; `notices` are newer than that."""

    name = "notifier.opened"
    partition: int
    notices: int
    seconds: float


@dataclass(frozen=True, slots=True)
class PartitionClosed(Event):
    """The partition went to another notifier, or this one ends."""

    name = "notifier.closed"
    partition: int


@dataclass(frozen=True, slots=True)
class RecordUnreadable(Event):
    """A record of our own topic does not decode: what it says is not told."""

    name = "notifier.unreadable"
    level = "error"
    intentional = False
    topic: str
    key: str
    errors: int

    def _count(self) -> None:
        metrics.BUGS.labels("notifier").inc()


@dataclass(frozen=True, slots=True)
class CopiesRemoved(Event):
    """A message was there more than once; the oldest stays, the others were deleted."""

    name = "delivery.copies_removed"
    level = "warning"
    destination: str
    incident: str
    part: str
    copies: int

    def _count(self) -> None:
        metrics.DELIVERIES.labels("copy_removed").inc(self.copies)


@dataclass(frozen=True, slots=True)
class MessageGone(Event):
    """A message of ours was deleted under us; a new one takes its place."""

    name = "delivery.gone"
    level = "warning"
    destination: str
    incident: str
    generation: int

    def _count(self) -> None:
        metrics.DELIVERIES.labels("gone").inc()


@dataclass(frozen=True, slots=True)
class WordsRefused(Event):
    """Slack refused our blocks (a bug), so the words were sent without them."""

    name = "delivery.words_refused"
    level = "error"
    intentional = False
    destination: str
    incident: str
    code: str

    def _count(self) -> None:
        metrics.BUGS.labels("notifier").inc()


@dataclass(frozen=True, slots=True)
class RunbookFailed(Event):
    """A runbook could not be rendered; the message went out with its link. Its author must mend it."""

    name = "runbook.failed"
    level = "warning"
    intentional = False
    runbook: str
    problem: str
