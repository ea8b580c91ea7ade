"""Sends an alert of our own through a source topic and sees whether it comes out at the far end.

Every canary is the same alert: resolved first, should an earlier one have been left firing, then firing, and in the
end resolved. What it becomes stands in decisions and deliveries like that of any other alert.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import uuid4

from router.config.runtime import KafkaSettings
from router.kafka.codec import decode_decision, decode_delivery
from router.kafka.native import NativeAlert, NativeAlertData
from router.kafka.sender import Landed, Sender
from router.kafka.tail import Edge, Read, Tail
from router.kafka.topics import DECISIONS, DELIVERIES
from router.model.canary import CANARY, CANARY_COMPONENT, CANARY_FAULT
from router.model.decision import Decision
from router.model.event import AlertStatus
from router.model.fault import Severity
from router.model.notice import DeliveryState

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


def _send(sender: Sender, topic: str, status: AlertStatus, at: datetime) -> None:
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
