"""What happens between us and people: tellings, commands, requests, and the canaries that prove the way."""

from dataclasses import dataclass

from router.telemetry import metrics
from router.telemetry.events import Event


@dataclass(frozen=True, slots=True)
class DeliveryMade(Event):
    """A destination shows what it should; `seconds` since the notice was decided."""

    name = "delivery.made"
    destination: str
    incident: str
    part: str
    seconds: float

    def _count(self) -> None:
        metrics.DELIVERIES.labels("done").inc()
        metrics.DELIVERY_SECONDS.observe(max(0.0, self.seconds))


@dataclass(frozen=True, slots=True)
class DeliveryFailed(Event):
    """An attempt to tell failed; `code` is the service's word. It is tried again if `retryable`."""

    name = "delivery.failed"
    level = "warning"
    intentional = False
    destination: str
    incident: str
    part: str
    code: str
    retryable: bool
    attempts: int

    def _count(self) -> None:
        metrics.DELIVERIES.labels("retried" if self.retryable else "failed").inc()


@dataclass(frozen=True, slots=True)
class DeliveryFound(Event):
    """A telling of which we did not know whether it had worked was found at its destination."""

    name = "delivery.found"
    destination: str
    incident: str
    part: str

    def _count(self) -> None:
        metrics.DELIVERIES.labels("found").inc()


@dataclass(frozen=True, slots=True)
class BacklogMeasured(Event):
    """How many notices are newer than what their destinations show."""

    name = "delivery.backlog"
    level = "debug"
    notices: int

    def _count(self) -> None:
        metrics.UNDELIVERED.set(self.notices)


@dataclass(frozen=True, slots=True)
class CommandSent(Event):
    """A person's command is on its way to the engine."""

    name = "command.sent"
    id: str
    verb: str
    via: str
    actor: str
    scope: str
    incident: str = ""

    def _count(self) -> None:
        metrics.COMMANDS.labels(self.verb, self.via).inc()


@dataclass(frozen=True, slots=True)
class RequestRefused(Event):
    """Somebody asked for what is not theirs to ask: `reason` is one of our codes, `actor` may be unknown."""

    name = "request.refused"
    level = "warning"
    reason: str
    where: str
    actor: str = ""

    def _count(self) -> None:
        metrics.REFUSED.labels(self.reason).inc()


@dataclass(frozen=True, slots=True)
class CanarySent(Event):
    """A test event left for the way through the whole product."""

    name = "canary.sent"
    level = "debug"
    id: str


@dataclass(frozen=True, slots=True)
class CanaryReturned(Event):
    """A test event came out at the end, so long after it was sent."""

    name = "canary.returned"
    level = "debug"
    id: str
    seconds: float

    def _count(self) -> None:
        metrics.CANARY.returned(self.seconds)
