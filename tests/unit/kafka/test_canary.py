"""The canary: each one is told, however the last one ended, and the command sees it."""

import json
import logging
import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from router.config.runtime import KafkaSettings
from router.kafka.canary import CanarySender, canary_topic, fly
from router.kafka.codec import encode
from router.kafka.embedded import EmbeddedBroker
from router.kafka.sender import Sender
from router.kafka.tail import Edge, Read, Tail
from router.kafka.topics import DECISIONS, DELIVERIES
from router.model.canary import CANARY, with_canary
from router.model.decision import Decision, Outcome, Reason
from router.model.event import Position
from router.model.notice import Delivery, DeliveryState, NoticeKind
from router.model.rules import Rules, Source
from router.simulator import Simulator
from router.stages.intake.record import SourceRecord
from tests.builders import a_company, at


@pytest.fixture
def kafka() -> Iterator[KafkaSettings]:
    """A broker of its own for each test, with the source topic `ops`."""
    with EmbeddedBroker(("ops",)) as broker:
        yield broker.settings


def sent(kafka: KafkaSettings) -> list[SourceRecord]:
    """What intake would read."""
    with Tail(kafka, ["ops"]) as tail:
        return [SourceRecord(*read) for read in tail.to_end()]


def decision(read: Read) -> Decision:
    """What the engine decides about the event that was read."""
    position = Position(topic=read.topic, partition=read.partition, offsets=(read.offset,))
    return Decision(
        scope=CANARY,
        number=1,
        at=at(0),
        reason=Reason.OPENED_NEW_FAILURE,
        text="",
        rules="r",
        outcome=Outcome.OPENED,
        positions=(position,),
        incident="canary-7",
    )


def delivery(incident: str = "canary-7", state: DeliveryState = DeliveryState.DONE) -> Delivery:
    """What the notifier notes about the incident's message."""
    return Delivery(destination=CANARY, incident=incident, state=state, revision=1, at=at(0))


def roles(kafka: KafkaSettings, *deliveries: Delivery) -> threading.Thread:
    """Engine and notifier: once the canary fires they write these deliveries and then the decision about it."""
    tail = Tail(kafka, ["ops"], Edge.LATEST)

    def work() -> None:
        with tail:
            reads = tail.follow(lambda: False)
            firing = [next(reads), next(reads)][1]
        sender = Sender(kafka)
        for one in deliveries:
            sender.send(DELIVERIES, encode(one))
        sender.send(DECISIONS, encode(decision(firing)))
        sender.finish()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_it_arrives_once_its_own_incident_is_told(kafka: KafkaSettings) -> None:
    """In whichever order decision and delivery are read; started attempts and other incidents do not count."""
    others = (delivery("canary-6"), delivery(state=DeliveryState.ATTEMPT_STARTED))
    thread = roles(kafka, *others, delivery())
    flight = fly(kafka, "ops", 60)
    thread.join(60)
    assert flight.incident == "canary-7"
    assert flight.decided_seconds is not None
    assert flight.told_seconds is not None


def test_decided_and_not_told_is_told_apart(kafka: KafkaSettings) -> None:
    """Then intake and engine work, and the notifier does not."""
    thread = roles(kafka, delivery("canary-6"))
    flight = fly(kafka, "ops", 3)
    thread.join(60)
    assert (flight.decided_seconds is None, flight.told_seconds) == (False, None)


def test_every_canary_is_told_however_the_last_one_ended(kafka: KafkaSettings) -> None:
    """Also when the last command was killed before it could say that it is over."""
    rules = with_canary(a_company()).model_copy(
        update={"sources": {"ops": Source(name="ops", topics=("ops",), format="native")}}
    )
    simulator = Simulator(rules)
    told = []
    for left_firing in (False, True, False):
        for _ in range(2):
            before, heard = len(sent(kafka)), len(simulator.notices)
            fly(kafka, "ops", 0)
            resolved, firing, over = sent(kafka)[before:]
            for record in (resolved, firing) if left_firing else (resolved, firing, over):
                simulator.feed(record)
                simulator.advance(simulator.now + timedelta(milliseconds=100))
            told.append([notice.kind for notice in simulator.notices[heard:]])
        simulator.advance(simulator.now + timedelta(seconds=1))
    assert simulator.rejected == []
    assert all({NoticeKind.OPENED, NoticeKind.REOPENED} & set(kinds) for kinds in told), told


def reading(**sources: Source) -> Rules:
    """A company that reads these sources."""
    return a_company().model_copy(update={"sources": sources})


def native(*topics: str, format: str = "native") -> Source:
    """A source of these topics."""
    return Source(name="source", topics=topics, format=format)


def test_canaries_go_to_the_first_native_topic_that_is_named_in_full() -> None:
    """A pattern names no topic, and other formats do not take it."""
    dbt = native("runs", format="dbt")
    assert canary_topic(reading(a=dbt, b=native("^ops.*", "ops"), c=native("other"))) == "ops"
    assert canary_topic(reading(a=dbt, b=native("^ops.*"))) == ""


def test_the_sender_begins_with_a_resolve_and_then_takes_turns(kafka: KafkaSettings) -> None:
    """Should an earlier one have been left firing, the first firing is news all the same."""
    with CanarySender(kafka, reading(a=native("ops")), 0.05):
        deadline = time.monotonic() + 60
        while len(records := sent(kafka)) < 5:
            assert time.monotonic() < deadline
    statuses = [json.loads(record.value or b"")["data"]["status"] for record in records[:5]]
    assert statuses == ["resolved", "firing", "resolved", "firing", "resolved"]


def test_a_sender_that_cannot_send_says_why_and_one_that_need_not_is_silent(
    kafka: KafkaSettings, caplog: pytest.LogCaptureFixture
) -> None:
    """An interval of 0 asks for nothing; without a topic nothing can be sent."""
    caplog.set_level(logging.INFO, "router")
    with CanarySender(kafka, reading(), 0):
        assert caplog.records == []
    with CanarySender(kafka, reading(), 60):
        assert "no source of format native" in caplog.text
    assert sent(kafka) == []
