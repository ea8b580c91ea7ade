"""The reader brings the read model up to date, keeps it there, and says when it cannot."""

import time
from collections.abc import Callable, Iterator

import pytest

from router.config.runtime import KafkaSettings
from router.kafka import clients
from router.kafka.clients import producer
from router.kafka.codec import encode
from router.kafka.embedded import EmbeddedBroker
from router.kafka.topics import INCIDENTS
from router.model.incident import Incident
from router.web.read_model import ReadModel
from router.web.reader import IncidentReader
from tests.builders import at
from tests.unit.render.samples import an_incident


@pytest.fixture
def broker() -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker() as started:
        yield started


def write(kafka: KafkaSettings, *records: tuple[str, bytes | None]) -> None:
    client = producer(kafka, **{"linger.ms": 0})
    for key, value in records:
        client.produce(INCIDENTS, key=key.encode(), value=value)
    assert client.flush(10) == 0


def incident(number: int, **fields: object) -> Incident:
    return an_incident(id=f"main-{number}", **fields)


def until(true: Callable[[], object], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not become true in time"
        time.sleep(0.02)


@pytest.fixture
def model(broker: EmbeddedBroker) -> Iterator[ReadModel]:
    """A read model that a reader keeps up to date; the topic holds twenty incidents beforehand."""
    write(broker.settings, *[(f"main-{n}", encode(incident(n))) for n in range(1, 21)])
    filled = ReadModel()
    reader = IncidentReader(broker.settings, filled, lambda: at(0))
    reader.start()
    yield filled
    reader.close()
    assert reader.failed is None


def test_everything_that_was_there_is_read_before_it_says_complete(model: ReadModel) -> None:
    """All partitions, to their ends."""
    until(lambda: model.freshness.complete)
    assert len(model.live()) == 20


def test_what_comes_later_is_taken_in(broker: EmbeddedBroker, model: ReadModel) -> None:
    """New incidents, new revisions, and deletions."""
    until(lambda: model.freshness.complete)
    newer = incident(2, revision=9, updated_at=at(10_000))
    write(broker.settings, ("main-1", None), ("main-2", encode(newer)), ("main-21", encode(incident(21))))
    until(lambda: model.get("main-21") and model.get("main-1") is None and model.get("main-2") == newer)


def test_a_record_that_cannot_be_read_takes_nothing_else_away(
    broker: EmbeddedBroker, model: ReadModel
) -> None:
    """A bug of ours in one record must not blind everybody, at every start again."""
    until(lambda: model.freshness.complete)
    write(broker.settings, *[(f"main-{n}", b"not an incident") for n in range(30, 40)], ("x", b"\xff"))
    write(broker.settings, *[(f"main-{n}", encode(incident(n))) for n in range(40, 60)])
    until(lambda: len(model.live()) == 40)


def test_without_brokers_it_is_troubled_not_complete_and_not_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes on trying; the console says what it does not know."""
    monkeypatch.setattr(clients, "ANSWER_SECONDS", 0.5)
    nowhere = ReadModel()
    reader = IncidentReader(KafkaSettings(bootstrap="127.0.0.1:1"), nowhere, lambda: at(0))
    assert reader.problem() == "reading the incidents"
    reader.start()
    try:
        until(lambda: nowhere.freshness.trouble)
        assert not nowhere.freshness.complete
        assert reader.problem() == nowhere.freshness.trouble
    finally:
        reader.close()
    assert reader.failed is None


def test_a_bug_ends_the_reader_and_is_kept_for_the_process_to_end_by(broker: EmbeddedBroker) -> None:
    """A thread that died silently would leave a console that never changes."""

    class Broken(ReadModel):
        def put(self, incident: Incident) -> None:
            raise ZeroDivisionError

    write(broker.settings, ("main-1", encode(incident(1))))
    reader = IncidentReader(broker.settings, Broken(), lambda: at(0))
    reader.start()
    until(lambda: reader.failed)
    reader.close()
    assert isinstance(reader.failed, ZeroDivisionError)
    assert "ZeroDivisionError" in reader.problem()
