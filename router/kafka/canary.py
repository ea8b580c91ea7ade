"""Sends an alert of our own through a source topic, to see whether it comes out at the far end.

Every canary is the same alert: resolved first, should an earlier one have been left firing, then firing, and in the
end resolved. What it becomes stands in decisions and deliveries like that of any other alert. `fly` waits for one,
for `router canary`; `CanarySender` sends them for ever, and the notifier measures when one last came out.
"""

import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import NamedTuple, Self
from uuid import uuid4

from confluent_kafka import KafkaException

from router.config.runtime import KafkaSettings
from router.kafka.acls import Acl, Operation, Pattern, Resource, principal_of, refusal
from router.kafka.clients import TopicMissing
from router.kafka.codec import decode_decision, decode_delivery
from router.kafka.ending import describe
from router.kafka.native import NativeAlert, NativeAlertData
from router.kafka.rights import lacking
from router.kafka.sender import Landed, Sender
from router.kafka.tail import Edge, Read, Tail
from router.kafka.topics import DECISIONS, DELIVERIES
from router.model.canary import CANARY, CANARY_COMPONENT, CANARY_FAULT
from router.model.decision import Decision
from router.model.event import AlertStatus
from router.model.fault import Severity
from router.model.notice import DeliveryState
from router.model.rules import Rules
from router.telemetry.edge_events import CanarySent
from router.telemetry.events import Event, emit

CONTENT_TYPE = (("content-type", b"application/cloudevents+json"),)


class Flight(NamedTuple):
    """How far a canary got: where it was sent, and when, in seconds, it was decided about and told (None: never)."""

    sent: Landed
    incident: str
    decided_seconds: float | None
    told_seconds: float | None


def fly(kafka: KafkaSettings, topic: str, wait_seconds: float) -> Flight:
    """Send one through `topic`, which a source of format `native` reads. Raises TopicMissing or KafkaException."""
    sender = Sender(kafka)
    sender.partitions(topic)
    now = datetime.now(UTC)
    with Tail(kafka, [DECISIONS, DELIVERIES], Edge.LATEST) as tail:
        _send(sender, topic, AlertStatus.RESOLVED, now - timedelta(milliseconds=1))
        _send(sender, topic, AlertStatus.FIRING, now)
        sent = max(sender.finish())
        watch = _Watch(sent)
        begun = time.monotonic()
        for read in tail.follow(lambda: watch.told or time.monotonic() - begun > wait_seconds):
            watch.see(read, time.monotonic() - begun)
    _send(sender, topic, AlertStatus.RESOLVED, datetime.now(UTC))
    sender.finish()
    return Flight(sent, watch.incident, watch.decided_at, watch.told_at)


class _Watch:
    """What was seen of the canary that landed at `sent`."""

    def __init__(self, sent: Landed) -> None:
        self._sent = sent
        self._told: dict[str, float] = {}
        self.incident = ""
        self.decided_at: float | None = None

    @property
    def told_at(self) -> float | None:
        """When its incident was told."""
        return self._told.get(self.incident)

    @property
    def told(self) -> bool:
        """Whether it has arrived."""
        return self.told_at is not None

    def see(self, read: Read, seconds: float) -> None:
        """Take in a decision or a delivery; deliveries may be read before the decision that they follow from."""
        if read.value is None:
            return
        if read.topic == DELIVERIES:
            delivery = decode_delivery(read.value)
            if delivery.destination == CANARY and delivery.state is DeliveryState.DONE:
                self._told[delivery.incident] = seconds
        elif self._is_about_it(decision := decode_decision(read.value)):
            self.incident, self.decided_at = decision.incident, seconds

    def _is_about_it(self, decision: Decision) -> bool:
        topic, partition, offset = self._sent
        return any(
            (position.topic, position.partition) == (topic, partition) and offset in position.offsets
            for position in decision.positions
        )


def canary_topic(rules: Rules) -> str:
    """The source topic that canaries go to: the first that is named in full and read as `native`; "" if none is."""
    named = (
        topic
        for source in rules.sources.values()
        if source.format == "native"
        for topic in source.topics
        if not topic.startswith("^")
    )
    return next(named, "")


@dataclass(frozen=True, slots=True)
class CanaryOff(Event):
    """Canaries are asked for, and there is no way to send any."""

    name = "canary.off"
    level = "warning"
    intentional = False
    reason: str


@dataclass(frozen=True, slots=True)
class CanaryNotSent(Event):
    """A canary could not be sent; the next one is tried when it is due."""

    name = "canary.not_sent"
    level = "warning"
    intentional = False
    topic: str
    error: str


class CanarySender:
    """`with` sends a canary now and every `interval_seconds`, firing and resolved in turn, from a thread of its own.

    Many may send at once: it is one alert, and each of its firings after a resolve is told. 0 seconds: none is sent.
    """

    def __init__(self, kafka: KafkaSettings, rules: Rules, interval_seconds: float) -> None:
        self._kafka = kafka
        self._topic = canary_topic(rules)
        self._interval = interval_seconds
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="canary", daemon=True)

    def __enter__(self) -> Self:
        if self._interval and self._topic:
            self._thread.start()
        elif self._interval:
            emit(CanaryOff("no source of format native names a topic in full, see sources.yaml"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """The thread may be waiting for brokers: it ends by itself, or with the process."""
        self._ending.set()

    def _run(self) -> None:
        sender: Sender | None = None
        status = AlertStatus.FIRING
        while not self._ending.is_set():
            try:
                if sender is None:
                    sender = Sender(self._kafka)
                    sender.partitions(self._topic)
                    before = datetime.now(UTC) - timedelta(milliseconds=1)
                    _send(sender, self._topic, AlertStatus.RESOLVED, before)
                    status = AlertStatus.FIRING
                name = _send(sender, self._topic, status, datetime.now(UTC))
                sender.finish()
            except (KafkaException, SystemError, TopicMissing, TimeoutError) as failure:
                emit(CanaryNotSent(self._topic, self._words(failure)))
                sender = None  # a client that failed may have failed for ever
            else:
                emit(CanarySent(name))
                status = AlertStatus.FIRING if status is AlertStatus.RESOLVED else AlertStatus.RESOLVED
            self._ending.wait(self._interval)

    def _words(self, failure: BaseException) -> str:
        """What went wrong, and what to do if it is a right that is missing."""
        writing = Acl(Resource.TOPIC, self._topic, Pattern.LITERAL, Operation.WRITE)
        try:
            missing = lacking(self._kafka, (writing,), 0.0)
        except KafkaException:  # nobody answers
            missing = ()
        said = describe(failure)
        return ": ".join((said, "; ".join(refusal(principal_of(self._kafka), missing)))) if missing else said


def _send(sender: Sender, topic: str, status: AlertStatus, at: datetime) -> str:
    """Its id."""
    event = NativeAlert(
        specversion="1.0",
        id=str(uuid4()),
        source="router/canary",
        type="router.alert.v1",
        subject=CANARY_COMPONENT,
        time=at,
        data=NativeAlertData(
            fault=CANARY_FAULT,
            status=status,
            severity=Severity.INFO,
            summary="A test of the way from here to there; nothing is wrong.",
            dedup_key=CANARY,
        ),
    )
    value = event.model_dump_json(exclude_defaults=True).encode()
    sender.send(topic, value, key=CANARY.encode(), headers=CONTENT_TYPE)
    return event.id
