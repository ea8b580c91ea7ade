"""Intake takes new rules up between two batches: nothing is lost or doubled, also when it reads other topics then."""

from collections.abc import Iterator

import orjson
import pytest

from router.config.runtime import KafkaSettings
from router.kafka.clients import read_to_end
from router.kafka.codec import decode_ledger
from router.kafka.embedded import EmbeddedBroker
from router.kafka.ending import Exit
from router.kafka.rules_watch import RulesWatch
from router.kafka.topics import LEDGER
from router.model.rules import Rules, Source
from tests.integration.intake_running import Running, company, send, wait_until_read, written
from tests.unit.stages.intake.documents import native


@pytest.fixture
def kafka() -> Iterator[KafkaSettings]:
    with EmbeddedBroker(topics=("feeds", "more")) as broker:
        yield broker.settings


class Changing:
    """Rules that a test changes, and the watch that says so."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.watch = RulesWatch("intake", rules, lambda: self.rules, lambda: self.rules.hash, seen=rules.hash)

    def change(self, rules: Rules) -> None:
        """From now on."""
        self.rules = rules
        self.watch.nudge()
        self.watch.look()


def reading(version: str, *topics: str) -> Rules:
    """A company with one source for these topics."""
    source = Source(name="feeds", topics=topics, format="native")
    return company(source).model_copy(update={"hash": version})


def events(first: int, number: int) -> list[bytes]:
    """So many alerts."""
    return [
        orjson.dumps(native({"dedup_key": str(n)}, id=f"e{n}", time=None))
        for n in range(first, first + number)
    ]


def test_nothing_is_lost_or_doubled_and_each_batch_bears_its_rules(kafka: KafkaSettings) -> None:
    """Also of a topic that only the new rules name, and of one that they name no more."""
    one, two = reading("one", "feeds"), reading("two", "feeds", "more")
    changing = Changing(one)
    with Running(kafka, one, changing.watch) as intake:
        send(kafka, "feeds", events(0, 300))
        wait_until_read(kafka, "feeds")
        send(kafka, "more", events(1_000, 100))
        changing.change(two)
        send(kafka, "feeds", events(300, 300))
        wait_until_read(kafka, "feeds", "more")
        changing.change(reading("three", "more"))
        send(kafka, "more", events(1_100, 100))
        wait_until_read(kafka, "more")
    assert intake.exit_code == Exit.DRAINED
    positions = written(kafka).positions
    assert sum(map(len, positions.values())) == 800
    assert all(len(set(offsets)) == len(offsets) for offsets in positions.values())
    rules = {decode_ledger(record.value() or b"").rules for record in read_to_end(kafka, LEDGER)}
    assert rules == {"one", "two", "three"}
    assert {batch.rules for batch in written(kafka).batches} == rules


def test_rules_without_sources_are_waited_out(kafka: KafkaSettings) -> None:
    """It reads nothing then, and reads on when there are sources again."""
    one = reading("one", "feeds")
    changing = Changing(one)
    with Running(kafka, one, changing.watch):
        send(kafka, "feeds", events(0, 50))
        wait_until_read(kafka, "feeds")
        changing.change(company().model_copy(update={"hash": "none", "sources": {}}))
        send(kafka, "feeds", events(50, 50))
        changing.change(reading("back", "feeds"))
        wait_until_read(kafka, "feeds")
    assert sum(map(len, written(kafka).positions.values())) == 100
