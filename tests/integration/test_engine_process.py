"""Engines as processes on real Kafka, killed, stopped and fenced: every input is counted exactly once."""

import os
import signal
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from confluent_kafka import Producer

from router.config.runtime import ROLES, KafkaSettings
from router.kafka.clients import producer, read_to_end
from router.kafka.codec import encode
from router.kafka.ending import Exit
from router.kafka.shard_footing import ROLE
from router.kafka.topics import DEADLETTER, INPUTS
from router.model.decision import Reason
from tests.counting import a_count
from tests.integration.engine_process import EngineProcess, counted, make_topics, until
from tests.kafka.broker import KafkaCluster, available
from tests.kafka.node import free_ports

_reason = available(own=True)
pytestmark = [pytest.mark.kafka, pytest.mark.skipif(_reason is not None, reason=_reason or "")]

SCOPES = [f"scope-{number}" for number in range(40)]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaCluster]:
    """A broker that tests may kill."""
    with KafkaCluster(data_dir=tmp_path_factory.mktemp("kafka")) as kafka:
        yield kafka


@pytest.fixture
def kafka(cluster: KafkaCluster, request: pytest.FixtureRequest) -> KafkaSettings:
    """Empty topics and a group of the test's own."""
    make_topics(cluster)
    return KafkaSettings(bootstrap=cluster.bootstrap, group=request.node.name[:60])


class Inputs:
    """Writes inputs to count, c0, c1, ...; `names` are those the broker acknowledged."""

    def __init__(self, kafka: KafkaSettings) -> None:
        self.names: list[str] = []
        self._sent = 0
        self._writer: Producer = producer(kafka, **{"message.timeout.ms": 0})

    def send(self, number: int, seconds: int = 600) -> None:
        """Write so many, over all scopes, and wait for the broker."""
        for _ in range(number):
            name, scope = f"c{self._sent}", SCOPES[self._sent % len(SCOPES)]
            self._writer.produce(INPUTS, encode(a_count(name, scope, seconds)), scope)
            self.names.append(name)
            self._sent += 1
        assert self._writer.flush(60) == 0


def assert_each_counted_once(kafka: KafkaSettings, names: list[str]) -> None:
    """Wait until all are counted; then none may have been counted twice."""
    until(lambda: len(set(counted(kafka))) >= len(names), f"{len(names)} inputs counted")
    counts = Counter(counted(kafka))
    assert set(counts) == set(names)
    assert {name: times for name, times in counts.items() if times > 1} == {}


@pytest.mark.slow
def test_killed_engines_lose_and_double_nothing(kafka: KafkaSettings, tmp_path: Path) -> None:
    """Two engines take turns being killed under load."""
    inputs = Inputs(kafka)
    with ExitStack() as stack:
        engines = [stack.enter_context(EngineProcess(kafka, tmp_path, f"engine-{n}")) for n in range(2)]
        for turn in range(4):
            inputs.send(400)
            until(lambda: len(counted(kafka)) > 100 * turn, "some progress")  # noqa: B023
            engines[turn % 2].kill()
            inputs.send(400)
            engines[turn % 2].restart()
        assert_each_counted_once(kafka, inputs.names)


@pytest.mark.slow
def test_zombie_that_wakes_up_doubles_nothing(kafka: KafkaSettings, tmp_path: Path) -> None:
    """An engine is frozen for longer than its session; its partitions go on elsewhere; then it wakes."""
    inputs = Inputs(kafka)
    with EngineProcess(kafka, tmp_path, "zombie") as zombie, EngineProcess(kafka, tmp_path, "heir") as heir:
        until(lambda: zombie.says("shard.opened") and heir.says("shard.opened"), "both at work")
        inputs.send(300)
        zombie.send(signal.SIGSTOP)
        inputs.send(300)
        assert_each_counted_once(kafka, inputs.names)
        zombie.send(signal.SIGCONT)
        inputs.send(300)
        for _ in range(10):
            time.sleep(0.3)  # gives the zombie the time to do what it must not
            zombie.restart()
        inputs.send(300)
        assert_each_counted_once(kafka, inputs.names)


def test_sigterm_drains_and_leaves_the_group(kafka: KafkaSettings, tmp_path: Path) -> None:
    """It ends with 0 at once, and the other engine goes on without waiting for a session to end."""
    inputs = Inputs(kafka)
    with (
        EngineProcess(kafka, tmp_path, "leaver") as leaver,
        EngineProcess(kafka, tmp_path, "stayer") as stayer,
    ):
        until(lambda: leaver.says("shard.opened") and stayer.says("shard.opened"), "both at work")
        inputs.send(500)
        leaver.send(signal.SIGTERM)
        assert leaver.wait() == Exit.DRAINED
        assert leaver.says("role.stopped")
        inputs.send(100)
        assert_each_counted_once(kafka, inputs.names)


def test_engine_is_ready_once_its_shards_are_open(kafka: KafkaSettings, tmp_path: Path) -> None:
    """/readyz says so to whoever starts it, and /metrics counts the shards."""
    (port,) = free_ports(1)
    with EngineProcess(kafka, tmp_path, ROUTER_METRICS__PORT=str(port - ROLES.index(ROLE))):
        until(lambda: answer(port, "readyz")[0] == 200, "ready")
        assert "router_shards_open 4.0" in answer(port, "metrics")[1]


def answer(port: int, path: str) -> tuple[int, str]:
    """Status and body; (0, "") while nobody listens."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=5) as found:
            return found.status, found.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, ""
    except OSError:
        return 0, ""


def test_sighup_ends_nobody(kafka: KafkaSettings, tmp_path: Path) -> None:
    """It has the rules looked at again, where they are watched."""
    inputs = Inputs(kafka)
    with EngineProcess(kafka, tmp_path) as engine:
        until(lambda: engine.says("shard.opened"), "at work")
        engine.send(signal.SIGHUP)
        inputs.send(40)
        assert_each_counted_once(kafka, inputs.names)
        assert engine.process.poll() is None


@pytest.mark.slow
def test_timers_run_without_inputs_and_across_restarts(kafka: KafkaSettings, tmp_path: Path) -> None:
    """A timer set before a crash fires after it although nothing else arrives."""
    inputs = Inputs(kafka)
    with EngineProcess(kafka, tmp_path) as engine:
        inputs.send(40, seconds=4)
        until(lambda: len(counted(kafka)) == 40, "inputs counted")
        engine.kill()
        engine.restart()
        until(lambda: len(counted(kafka, Reason.INCIDENT_CLOSED)) >= 40, "timers run")
        assert sorted(counted(kafka, Reason.INCIDENT_CLOSED)) == sorted(inputs.names)


def test_undecodable_inputs_are_buried_and_stop_nothing(kafka: KafkaSettings, tmp_path: Path) -> None:
    """Bad JSON, bad UTF-8, a tombstone and an unknown type among good inputs: all of them handled, in any partition."""
    inputs = Inputs(kafka)
    bad: list[bytes | None] = [b"{", b"\xff\xfe\x00", None, b'{"type":"nonsense"}', b""]
    writer = producer(kafka)
    with EngineProcess(kafka, tmp_path):
        for value in bad * 8:
            inputs.send(5)
            writer.produce(INPUTS, value, os.urandom(4))
            writer.flush(30)
        assert_each_counted_once(kafka, inputs.names)
        until(lambda: len(list(read_to_end(kafka, DEADLETTER))) == len(bad) * 8, "dead letters")


def test_bug_ends_the_process_before_it_commits(kafka: KafkaSettings, tmp_path: Path) -> None:
    """An input that hits a bug is neither skipped nor half applied; the exit code says that it was a failure."""
    inputs = Inputs(kafka)
    inputs.send(10)
    writer = producer(kafka)
    with EngineProcess(kafka, tmp_path) as engine:
        assert_each_counted_once(kafka, inputs.names)
        writer.produce(INPUTS, encode(a_count("bad", SCOPES[0], reason="bug")), SCOPES[0])
        writer.flush(30)
        assert engine.wait() == Exit.FAILED
        assert engine.says("KeyError at")
        assert not engine.says("a bug of ours")
    assert_each_counted_once(kafka, inputs.names)


def all_counted_by(engines: list[EngineProcess], kafka: KafkaSettings, inputs: Inputs) -> bool:
    """Whether every input is; engines that ended are started again, as the supervisor would."""
    for engine in engines:
        engine.restart()
    return len(set(counted(kafka))) >= len(inputs.names)


@pytest.mark.slow
def test_broker_killed_under_load(cluster: KafkaCluster, kafka: KafkaSettings, tmp_path: Path) -> None:
    """The broker dies and comes back twice while two engines work."""
    inputs = Inputs(kafka)
    with ExitStack() as stack:
        engines = [stack.enter_context(EngineProcess(kafka, tmp_path, f"engine-{n}")) for n in range(2)]
        until(lambda: all(engine.says("shard.opened") for engine in engines), "both at work")
        for _ in range(2):
            inputs.send(500)
            cluster.kill()
            cluster.start()
            inputs.send(500)
        until(lambda: all_counted_by(engines, kafka, inputs), "all counted")
        assert_each_counted_once(kafka, inputs.names)
