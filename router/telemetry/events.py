"""Everything that can happen inside that an operator may want to know: one small class each.

`emit(event)` counts it and logs it; nobody logs or counts in any other way. Here is what happens in every
role; in `intake_events`, `engine_events` and `edge_events` what happens in one. Fields are names, codes,
numbers and positions, never the contents of a sender's event.
"""

import logging
from contextlib import suppress
from dataclasses import dataclass, fields
from typing import ClassVar, Literal

import structlog

from router.telemetry import metrics

Level = Literal["debug", "info", "warning", "error"]

_LEVELS: dict[Level, int] = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}
_stdlib = logging.getLogger("router")
# Goes through the standard library, so that a program that configured no logging keeps its stdout clean.
_log: structlog.stdlib.BoundLogger = structlog.wrap_logger(
    _stdlib,
    processors=[structlog.stdlib.add_log_level, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    wrapper_class=structlog.stdlib.BoundLogger,
)


@dataclass(frozen=True, slots=True)
class Event:
    """Base of all. `name` is the log's event, dotted: who, what.

    `level`: warning is something unexpected, nothing lost; error is something lost, or an operator is needed.
    `intentional` tells losses that were asked for from those that were not.
    """

    name: ClassVar[str]
    level: ClassVar[Level] = "info"
    intentional: ClassVar[bool] = True

    def tell(self) -> None:
        """Count it, and log it if its level is wanted."""
        self._count()
        level = _LEVELS[self.level]
        if _stdlib.isEnabledFor(level):
            told = {field.name: getattr(self, field.name) for field in fields(self)}
            if not self.intentional:
                told["intentional"] = False
            _log.log(level, self.name, **told)

    def _count(self) -> None:
        """Change the metrics that this event is about."""


def emit(event: Event) -> None:
    """Count and log what happened."""
    event.tell()


@dataclass(frozen=True, slots=True)
class RoleStarted(Event):
    """A role is up and at work."""

    name = "role.started"
    role: str
    build: str
    rules: str

    def _count(self) -> None:
        metrics.ROLE.labels(self.role, self.build, self.rules).set(1)


@dataclass(frozen=True, slots=True)
class RulesChanged(Event):
    """A role works under new rules from now on; the hashes of both stand on the decisions made under them."""

    name = "rules.changed"
    role: str
    build: str
    before: str
    after: str
    components: int

    def _count(self) -> None:
        with suppress(KeyError):
            metrics.ROLE.remove(self.role, self.build, self.before)
        metrics.ROLE.labels(self.role, self.build, self.after).set(1)
        metrics.RULES_CHANGES.labels(self.role).inc()


@dataclass(frozen=True, slots=True)
class RulesRefused(Event):
    """The rules folder has mistakes, so the role goes on with the rules it has; `first` is the first mistake."""

    name = "rules.refused"
    level = "error"
    intentional = False
    role: str
    kept: str
    mistakes: int
    first: str

    def _count(self) -> None:
        metrics.RULES_RELOAD_FAILURES.labels(self.role).inc()
        metrics.RULES_REFUSED.labels(self.role).set(1)

    @staticmethod
    def mended(role: str) -> None:
        """The rules folder can be used again."""
        metrics.RULES_REFUSED.labels(role).set(0)


@dataclass(frozen=True, slots=True)
class RoleStopped(Event):
    """A role ends in order, because it was asked to."""

    name = "role.stopped"
    role: str


@dataclass(frozen=True, slots=True)
class RoleFailed(Event):
    """A role ends because of an error; `error` is its type and place, never its data."""

    name = "role.failed"
    level = "error"
    intentional = False
    role: str
    error: str

    def _count(self) -> None:
        metrics.BUGS.labels(self.role).inc()


@dataclass(frozen=True, slots=True)
class KafkaTroubled(Event):
    """The Kafka client reports an error that it will try to mend, or a fatal one."""

    name = "kafka.troubled"
    level = "warning"
    intentional = False
    code: str
    reason: str
    fatal: bool

    def _count(self) -> None:
        metrics.KAFKA_ERRORS.labels(self.code).inc()


@dataclass(frozen=True, slots=True)
class LagMeasured(Event):
    """How many records of a partition wait."""

    name = "partition.lag"
    level = "debug"
    topic: str
    partition: int
    lag: int

    def _count(self) -> None:
        metrics.LAG.labels(self.topic, str(self.partition)).set(self.lag)
