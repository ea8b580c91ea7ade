"""Source topics that Kafka does not let us read: told once each, a reason not to be ready, asked for until
it does.

One source without its right must not keep the others from being read, so this ends nothing.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from confluent_kafka import KafkaException

from router.config.runtime import KafkaSettings
from router.kafka.acls import Acl, Operation, Pattern, Resource, principal_of, refusal
from router.kafka.rights import lacking
from router.telemetry.events import Event, emit

AGAIN_SECONDS = 30.0
"""How often the brokers are asked whether we may read by now."""


@dataclass(frozen=True, slots=True)
class SourceRefused(Event):
    """Kafka does not let us read a source topic; the others are read. An operator must grant the right."""

    name = "intake.source_refused"
    level = "error"
    intentional = False
    topic: str
    error: str
    do: str


@dataclass(frozen=True, slots=True)
class SourceGranted(Event):
    """Kafka lets us read a source topic that it refused before."""

    name = "intake.source_granted"
    topic: str


class SourceRights:
    """The topics that are refused. `problem` may be asked from any thread; `clock` counts seconds."""

    def __init__(self, kafka: KafkaSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self._kafka = kafka
        self._clock = clock
        self._refused: dict[str, str] = {}
        self._asked = clock()

    def refuse(self, topic: str) -> None:
        """Kafka refused to let us read this topic."""
        if topic in self._refused:
            return
        what, do = refusal(principal_of(self._kafka), (_reading(topic),))
        self._refused = {**self._refused, topic: what}
        emit(SourceRefused(topic, what, do))

    def ask(self) -> None:
        """Ask the brokers about what was refused, if that is due."""
        if not self._refused or self._clock() - self._asked < AGAIN_SECONDS:
            return
        self._asked = self._clock()
        try:
            missing = lacking(self._kafka, map(_reading, self._refused), 0.0)
        except KafkaException:  # nobody answers: nothing is known
            return
        left = {acl.name for acl in missing}
        for topic in self._refused.keys() - left:
            emit(SourceGranted(topic))
        self._refused = {topic: what for topic, what in self._refused.items() if topic in left}

    def problem(self) -> str:
        """Which source topics are not read and why, or ""."""
        return "; ".join(self._refused.values())


def _reading(topic: str) -> Acl:
    return Acl(Resource.TOPIC, topic, Pattern.LITERAL, Operation.READ)
