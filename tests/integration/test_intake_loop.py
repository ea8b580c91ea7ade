"""The intake loop: what it reads it writes, and it commits only what is written. Embedded broker, and real Kafka."""

import random
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson
import pytest
from confluent_kafka import KafkaError

from router.config.runtime import KafkaSettings, RuntimeSettings
from router.kafka.clients import read_to_end
from router.kafka.deadletter import DeadLetter
from router.kafka.embedded import EmbeddedBroker
from router.kafka.ending import Exit
from router.kafka.intake import Intake, run
from router.kafka.intake_delivery import Undelivered
from router.kafka.topics import DEADLETTER, INPUTS, LEDGER
from router.model.event import RejectCode
from router.model.input import AlertBatch, ChangeBatch
from router.model.rules import Source
from tests.integration.engine_process import make_topics, until
from tests.integration.intake_running import (
    TOPICS,
    IntakeProcess,
    Running,
    committed,
    company,
    ends,
    fresh,
    send,
    wait_until_read,
    written,
)
from tests.kafka.broker import KafkaCluster, available
from tests.unit.stages.intake.documents import native
from tests.unit.stages.intake.test_alertmanager import a_webhook, an_alert

_reason = available(own=True)

KILLS = 8


def an_event(number: int, **data: object) -> bytes:
    """A native alert that arrives now; every third one is an alert of its own."""
    return orjson.dumps(native({"dedup_key": str(number % 3), **data}, id=f"e{number}", time=None))


@pytest.fixture
def kafka() -> Iterator[KafkaSettings]:
    """A broker in memory with the source topics."""
    with EmbeddedBroker(topics=TOPICS) as broker:
        yield broker.settings


def test_everything_read_is_written_and_then_committed(kafka: KafkaSettings) -> None:
    """Alerts and changes as inputs, rubbish as dead letters, all of it in the ledger."""
    change = native(type="router.change.v1") | {"data": {"kind": "deploy", "summary": "x"}}
    send(kafka, "feeds", [*(an_event(number) for number in range(300)), b"{", orjson.dumps(change), None])
    send(kafka, "prom", [orjson.dumps(a_webhook(an_alert(), an_alert(fingerprint="2")))])
    with Running(kafka) as intake:
        wait_until_read(kafka, *TOPICS)
    assert intake.exit_code == Exit.DRAINED
    found = written(kafka)
    assert sum(map(len, found.consumed.values())) == 304
    assert sum(map(len, found.positions.values())) == 303
    assert {type(batch) for batch in found.batches} == {AlertBatch, ChangeBatch}
    assert {batch.scope for batch in found.batches} == {"main"}
    assert sum(map(len, found.rejected.values())) == len(found.dead) == 2


def test_repeats_are_folded(kafka: KafkaSettings) -> None:
    """Hundreds of events become a handful of items."""
    send(kafka, "feeds", [an_event(number) for number in range(900)])
    with Running(kafka):
        wait_until_read(kafka, "feeds")
    items = [item for batch in written(kafka).batches for item in batch.items]
    assert sum(len(position.offsets) for item in items for position in item.positions) == 900
    assert len(items) < 300


def test_a_dead_letter_keeps_the_original_bytes(kafka: KafkaSettings) -> None:
    """Key, value and headers, with ours beside them."""
    send(kafka, "feeds", [b"\xff\x00"], headers=[("trace", b"\x01")])
    with Running(kafka):
        wait_until_read(kafka, "feeds")
    (dead,) = read_to_end(kafka, DEADLETTER)
    carried: Any = dead.headers()
    headers = tuple((name, value) for name, value in carried)
    assert (dead.key(), dead.value(), headers[0]) == (None, b"\xff\x00", ("trace", b"\x01"))
    assert DeadLetter.from_headers(headers).code == RejectCode.NOT_UTF8


def test_a_restart_reads_on_where_it_stopped(kafka: KafkaSettings) -> None:
    """Nothing is read twice after an orderly stop."""
    for part in range(3):
        send(kafka, "feeds", [an_event(number) for number in range(part * 50, part * 50 + 50)])
        with Running(kafka):
            wait_until_read(kafka, "feeds")
    positions = written(kafka).positions
    assert sum(map(len, positions.values())) == 150
    assert all(len(set(offsets)) == len(offsets) for offsets in positions.values())


def test_members_of_the_group_share_the_work(kafka: KafkaSettings) -> None:
    """Also while one joins and another leaves: the engine's high-water marks leave each event once."""
    stop = threading.Event()

    def keep_sending() -> None:
        number = 0
        while not stop.is_set():
            send(kafka, "feeds", [an_event(number + more) for more in range(50)])
            number += 50

    sender = threading.Thread(target=keep_sending)
    sender.start()
    with Running(kafka):
        until(lambda: bool(committed(kafka, [("feeds", number) for number in range(4)])), "first commit")
        with Running(kafka):
            before = sum(ends(kafka, "feeds").values())
            until(lambda: sum(ends(kafka, "feeds").values()) > before + 500, "more events")
        stop.set()
        sender.join()
        wait_until_read(kafka, "feeds")
    found = written(kafka)
    marks: dict[str, int] = {}
    taken = [place for batch in found.batches for place in fresh(marks, batch)]
    assert len(taken) == len(set(taken))
    wanted = {
        (f"{topic}/{number}", n) for (topic, number), end in ends(kafka, "feeds").items() for n in range(end)
    }
    assert set(taken) == wanted


def test_our_own_topics_are_no_source_whatever_a_pattern_says(kafka: KafkaSettings) -> None:
    """What intake writes would come back to it, for ever."""
    send(kafka, "feeds", [an_event(1)])
    rules = company(Source(name="all", topics=("^.*",), format="native"))
    with Running(kafka, rules):
        wait_until_read(kafka, "feeds")
        first = len(written(kafka).consumed)
        send(kafka, "feeds", [an_event(2)])
        wait_until_read(kafka, "feeds")
    found = written(kafka)
    assert first == 1
    assert {source.partition("/")[0] for source in found.consumed} == {"feeds"}
    assert found.dead == []


def test_a_record_that_is_not_delivered_ends_the_process_before_it_commits(kafka: KafkaSettings) -> None:
    """The next one reads it again."""
    send(kafka, "feeds", [an_event(1)])
    intake = Intake(RuntimeSettings(kafka=kafka), company(), threading.Event())
    intake._delivery._delivered(KafkaError(KafkaError.MSG_SIZE_TOO_LARGE), None)  # type: ignore[arg-type]
    with pytest.raises(Undelivered):
        intake.work()
    intake.close()
    assert committed(kafka, ends(kafka, "feeds")) == {}
    with Running(kafka) as again:
        wait_until_read(kafka, "feeds")
    assert again.exit_code == Exit.DRAINED
    assert sum(map(len, written(kafka).positions.values())) >= 1


class Crashed(Exception):
    """As if the process had ended here."""


class CrashingBeforeCommit(Intake):
    """Its first batch is written and acknowledged, and then it is gone."""

    def _commit(self, next_offsets: dict[tuple[str, int], int]) -> None:
        raise Crashed


def test_a_crash_between_writing_and_committing_leaves_each_event_once(kafka: KafkaSettings) -> None:
    """The next one writes them again, in batches of its own; the engine's marks take each position once."""
    send(kafka, "feeds", [an_event(number) for number in range(200)])
    for _ in range(2):
        crashing = CrashingBeforeCommit(RuntimeSettings(kafka=kafka), company(), threading.Event())
        with pytest.raises(Crashed):
            crashing.work()
        crashing.close()
        send(kafka, "feeds", [an_event(number) for number in range(100)])
    with Running(kafka):
        wait_until_read(kafka, "feeds")
    found = written(kafka)
    marks: dict[str, int] = {}
    taken = [place for batch in found.batches for place in fresh(marks, batch)]
    assert sum(map(len, found.positions.values())) > 400
    assert len(taken) == len(set(taken)) == 400
    assert sum(map(len, found.consumed.values())) == 400


def test_a_commit_that_fails_costs_no_event(kafka: KafkaSettings) -> None:
    """The group may have given our partitions away while we were slow: then somebody else reads them again."""
    intake = Intake(RuntimeSettings(kafka=kafka), company(), threading.Event())
    intake._commit({("no-such-topic", 99): 1})
    intake.close()


def test_without_sources_it_waits_to_be_stopped(kafka: KafkaSettings) -> None:
    """A company may begin with commands and a console."""
    rules = company().model_copy(update={"sources": {}})
    with Running(kafka, rules) as intake:
        pass
    assert intake.exit_code == Exit.DRAINED


def test_it_waits_for_brokers_and_can_be_stopped_meanwhile() -> None:
    """A router may be started before its Kafka."""
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()
    nowhere = RuntimeSettings(kafka=KafkaSettings(bootstrap="127.0.0.1:1"))
    assert run(nowhere, company(), stop) == Exit.DRAINED


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaCluster]:
    """A broker of our own, since our topics' names are fixed."""
    with KafkaCluster(data_dir=tmp_path_factory.mktemp("kafka")) as cluster:
        yield cluster


@pytest.fixture
def apache(cluster: KafkaCluster) -> KafkaSettings:
    """Apache Kafka with our topics empty, the source topics new, and a group nobody used."""
    make_topics(cluster)
    name = f"router-{time.monotonic_ns()}"
    existing = cluster.admin.list_topics(timeout=30).topics.keys() & set(TOPICS)
    if existing:
        for done in cluster.admin.delete_topics(list(existing)).values():
            done.result(30)
        until(lambda: not cluster.admin.list_topics(timeout=30).topics.keys() & set(TOPICS), "topics gone")
    for topic in TOPICS:
        cluster.create_topic(topic, partitions=4)
    return KafkaSettings(bootstrap=cluster.bootstrap, group=name)


class Load:
    """Sends events to `feeds` for as long as the `with` block lasts, every tenth of them bad."""

    def __init__(self, kafka: KafkaSettings) -> None:
        self.bad = 0
        self._kafka = kafka
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        number = 0
        while not self._stop.is_set():
            values = [
                b"{" if n % 10 == 0 else an_event(n, dedup_key=str(n)) for n in range(number, number + 400)
            ]
            send(self._kafka, "feeds", values)
            self.bad += values.count(b"{")
            number += 400

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()


def wait_for_progress(kafka: KafkaSettings) -> None:
    """Until inputs were written that were not there before."""
    before = sum(ends(kafka, INPUTS).values())
    until(lambda: sum(ends(kafka, INPUTS).values()) > before, "progress")


@pytest.mark.kafka
@pytest.mark.slow
@pytest.mark.skipif(_reason is not None, reason=_reason or "")
def test_killed_again_and_again_it_loses_nothing(apache: KafkaSettings, tmp_path: Path) -> None:
    """Under kill -9, and frozen until the group has given its partitions away: each event is written, and the
    engine's marks leave it once.
    """
    chance = random.Random(7)
    with IntakeProcess(apache, tmp_path, "one") as one, IntakeProcess(apache, tmp_path, "two") as two:
        with Load(apache) as load:
            for number in range(KILLS):
                wait_for_progress(apache)
                victim, other = chance.sample((one, two), 2)
                time.sleep(chance.random() / 5)  # anywhere in a batch
                if number % 4 == 3:
                    victim.send(signal.SIGSTOP)
                    other.restart()
                    wait_for_progress(apache)
                    victim.send(signal.SIGCONT)
                else:
                    victim.restart()
        wait_until_read(apache, "feeds")
        assert (one.stop(), two.stop()) == (Exit.DRAINED, Exit.DRAINED)
    found = written(apache)
    wanted = {
        (f"{topic}/{number}", n) for (topic, number), end in ends(apache, "feeds").items() for n in range(end)
    }
    assert {(source, n) for source, offsets in found.consumed.items() for n in offsets} == wanted
    rejected = {(source, n) for source, offsets in found.rejected.items() for n in offsets}
    assert len(rejected) == load.bad
    marks: dict[str, int] = {}
    taken = [place for batch in found.batches for place in fresh(marks, batch)]
    assert len(taken) == len(set(taken))
    assert set(taken) | rejected == wanted
    letters = {
        (header(dead, "topic"), header(dead, "partition"), header(dead, "offset")) for dead in found.dead
    }
    assert len(letters) == load.bad


def header(dead: object, name: str) -> bytes:
    """One of our headers of a dead letter."""
    return dict(dead.headers())[f"router.dlq.{name}"]  # type: ignore[attr-defined, no-any-return]


@pytest.mark.kafka
@pytest.mark.skipif(_reason is not None, reason=_reason or "")
def test_on_apache_kafka_offsets_of_inputs_are_contiguous(apache: KafkaSettings, tmp_path: Path) -> None:
    """Intake writes without transactions: a marker would be a gap to the engine."""
    send(apache, "feeds", [an_event(number, dedup_key=str(number)) for number in range(2_000)])
    with IntakeProcess(apache, tmp_path) as intake:
        wait_until_read(apache, "feeds")
        assert intake.stop() == Exit.DRAINED
    offsets: dict[int, list[int]] = {}
    for record in read_to_end(apache, INPUTS, isolation="read_uncommitted"):
        offsets.setdefault(record.partition() or 0, []).append(record.offset() or 0)
    assert offsets
    assert all(found == list(range(len(found))) for found in offsets.values())
    assert list(read_to_end(apache, LEDGER))
