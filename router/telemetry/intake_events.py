"""What happens in intake: one event a batch and kind, never one a record."""

from dataclasses import dataclass

from router.telemetry import metrics
from router.telemetry.events import Event


@dataclass(frozen=True, slots=True)
class EventsConsumed(Event):
    """A batch of a source was read."""

    name = "intake.consumed"
    level = "debug"
    source: str
    events: int
    heartbeats: int = 0

    def _count(self) -> None:
        metrics.CONSUMED.labels(self.source).inc(self.events)
        metrics.HEARTBEATS.labels(self.source).inc(self.heartbeats)


@dataclass(frozen=True, slots=True)
class EventsIgnored(Event):
    """Events of a batch that need nothing from us, by reason."""

    name = "intake.ignored"
    level = "debug"
    source: str
    reason: str
    events: int

    def _count(self) -> None:
        metrics.IGNORED.labels(self.source, self.reason).inc(self.events)


@dataclass(frozen=True, slots=True)
class EventsRejected(Event):
    """Events of a batch that became dead letters, by code; the position is the first one's."""

    name = "intake.rejected"
    level = "warning"
    intentional = False
    source: str
    code: str
    events: int
    position: str

    def _count(self) -> None:
        metrics.DEAD_LETTERS.labels(self.code, self.source).inc(self.events)


@dataclass(frozen=True, slots=True)
class ComponentUnmapped(Event):
    """Alerts of a name that no component of the catalog has: they go to the triage desk."""

    name = "intake.unmapped"
    component: str
    alerts: int = 1

    def _count(self) -> None:
        metrics.UNMAPPED.labels(metrics.UNMAPPED_NAMES(self.component)).inc(self.alerts)
