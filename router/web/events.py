"""What only the web role can tell an operator of."""

from dataclasses import dataclass

from router.telemetry import metrics
from router.telemetry.events import Event


@dataclass(frozen=True, slots=True)
class ReadingTroubled(Event):
    """The incidents cannot be read from Kafka for now: the console shows what it last knew, and says so."""

    name = "web.reading_troubled"
    level = "warning"
    intentional = False
    code: str


@dataclass(frozen=True, slots=True)
class IncidentUnreadable(Event):
    """A record of our own topic does not decode, so the console does not show this incident."""

    name = "web.incident_unreadable"
    level = "error"
    intentional = False
    position: str

    def _count(self) -> None:
        metrics.BUGS.labels("web").inc()


@dataclass(frozen=True, slots=True)
class CommandNotSent(Event):
    """The broker did not acknowledge a command in time: whoever gave it was told so."""

    name = "command.not_sent"
    level = "error"
    intentional = False
    id: str
    via: str
    code: str

    def _count(self) -> None:
        metrics.REFUSED.labels("not_sent").inc()


@dataclass(frozen=True, slots=True)
class RequestRepeated(Event):
    """A request that was handled before came again, and had no effect."""

    name = "request.repeated"
    where: str

    def _count(self) -> None:
        metrics.REFUSED.labels("repeated").inc()


@dataclass(frozen=True, slots=True)
class RequestFailed(Event):
    """A bug: the request was answered with 500. `error` is its type and place, never its data."""

    name = "request.failed"
    level = "error"
    intentional = False
    where: str
    error: str

    def _count(self) -> None:
        metrics.BUGS.labels("web").inc()


@dataclass(frozen=True, slots=True)
class ProfilesUnknown(Event):
    """Slack does not tell who its users are, so members listed by e-mail address cannot be checked."""

    name = "slack.profiles_unknown"
    level = "warning"
    code: str


@dataclass(frozen=True, slots=True)
class PresserNotAnswered(Event):
    """Slack did not take our answer to a press; what the press did is not affected."""

    name = "slack.presser_not_answered"
    level = "warning"
    code: str
