"""The command line on Apache Kafka: a router is set up, run, used and checked as an operator does it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pytest

from router.config.runtime import KafkaSettings
from router.kafka.codec import encode
from router.kafka.sender import Sender
from router.kafka.topics import DECISIONS, LEDGER
from router.model.decision import Decision, Outcome, Reason
from router.model.event import Position
from router.model.ledger import LedgerEntry, SourceConsumed
from tests.kafka.broker import KafkaCluster, available

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.slow,
    pytest.mark.skipif(available(own=True) is not None, reason=available(own=True) or ""),
]

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 120.0

RULES = {
    "router.yaml": "company: Test\ntriage: desk\nsettle: 0s\ncritical_settle: 0s\n",
    "teams.yaml": (
        "teams:\n"
        '  desk: {kind: it, channel: "#desk"}\n'
        '  erp: {kind: it, channel: "#erp"}\n'
        '  sales: {kind: business, channel: "#sales"}\n'
    ),
    "sources.yaml": "sources:\n  ops: {topics: [ops], format: native}\n",
    "workflows/orders.yaml": (
        "workflow: orders\nbusiness_owner: sales\n"
        "components:\n  erp.orders: {kind: erp, owners: {it: erp, business: sales}}\n"
    ),
}


class Ran(NamedTuple):
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Of `--json`."""
        return orjson.loads(self.out)


Cli = Callable[..., Ran]


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaCluster]:
    """A cluster of our own with the source topic, and none of the router's."""
    with KafkaCluster(data_dir=tmp_path_factory.mktemp("kafka")) as cluster:
        cluster.create_topic("ops", partitions=2)
        yield cluster


@pytest.fixture(scope="module")
def environment(kafka: KafkaCluster) -> dict[str, str]:
    """What the shell of an operator holds."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("ROUTER_")}
    return {**plain, "ROUTER_KAFKA__BOOTSTRAP": kafka.bootstrap, "ROUTER_WEB__PORT": "0", "USER": "ada"}


@pytest.fixture(scope="module")
def cli(environment: dict[str, str]) -> Cli:
    """`cli("topics", "plan")` runs that command line as a process."""

    def run(*arguments: str) -> Ran:
        command = [sys.executable, "-m", "router.cli.main", *arguments]
        ended = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        return Ran(ended.returncode, ended.stdout, ended.stderr)

    return run


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A small company's rules folder."""
    folder = tmp_path_factory.mktemp("rules")
    for name, content in RULES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(content)
    return str(folder)


@pytest.fixture(scope="module")
def setting_up(cli: Cli, rules: str) -> dict[str, Ran]:
    """What each command said on the way to a cluster that has our topics."""
    size = ("--replication", "1", "--partitions", "2")
    return {
        "plan before": cli("topics", "plan", *size, "--json"),
        "run before": cli("run", "intake", "--rules", rules),
        "apply": cli("topics", "apply", *size, "--json"),
        "plan after": cli("topics", "plan", *size),
    }


@contextmanager
def a_router(environment: dict[str, str], log: Path, *arguments: str) -> "Iterator[subprocess.Popen[bytes]]":
    """`router run`, ended by SIGTERM, or killed when that does not end it."""
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "router.cli.main", "run", *arguments],
            cwd=ROOT,
            env=environment,
            stdout=out,
            stderr=out,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def running(
    setting_up: dict[str, Ran],
    environment: dict[str, str],
    rules: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> "Iterator[subprocess.Popen[bytes]]":
    """All roles, at work; `router run` is this process."""
    assert setting_up["apply"].code == 0
    with a_router(environment, tmp_path_factory.mktemp("log") / "run.log", "--rules", rules) as process:
        yield process


def eventually(cli: Cli, *arguments: str, until: Callable[[Ran], bool]) -> Ran:
    """The command, again and again until it prints what is waited for."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not until(ran := cli(*arguments)):
        assert time.monotonic() < deadline, ran
    return ran


def alert(cli: Cli, fault: str) -> None:
    """An alert of the one component."""
    assert cli("send", "--topic", "ops", "--component", "erp.orders", "--fault", fault).code == 0


def test_topics_are_planned_applied_and_then_fit(setting_up: dict[str, Ran]) -> None:
    """1 says that something differs, 0 that nothing does."""
    before, apply, after = (setting_up[name] for name in ("plan before", "apply", "plan after"))
    assert [ran.code for ran in (before, apply, after)] == [1, 0, 0]
    assert {found["kind"] for found in before.document["differences"]} == {"create"}
    assert len(apply.document["differences"]) == len(before.document["differences"]) == 8


def test_no_role_starts_without_its_topics(setting_up: dict[str, Ran]) -> None:
    """It names them and the command that makes them."""
    ran = setting_up["run before"]
    assert ran.code == 2
    assert "8 topics missing: router.inputs.v1, " in ran.err
    assert "router topics apply" in ran.err


@pytest.mark.usefixtures("running")
def test_a_canary_goes_all_the_way_again_and_again(cli: Cli, rules: str) -> None:
    """The second one finds the first one's incident resolved, and is told all the same."""
    for _ in range(2):
        ran = cli("canary", "--rules", rules, "--wait", "90", "--json")
        assert (ran.code, ran.document["arrived"], ran.document["incident"]) == (0, True, "canary-1")
        assert ran.document["decided_seconds"] <= ran.document["told_seconds"]


@pytest.mark.usefixtures("running")
def test_an_incident_is_listed_acknowledged_and_handed_over(cli: Cli) -> None:
    """Each command waits for its decision; what was done already, or cannot be done, is refused."""
    alert(cli, "erp.batch_failed")

    def open_ones(ran: Ran) -> list[Any]:
        return [one for one in ran.document["incidents"] if one["scope"] == "orders" and one["told_at"]]

    listed = eventually(cli, "incidents", "--live", "--json", until=lambda ran: bool(open_ones(ran)))
    (incident,) = open_ones(listed)
    assert (incident["cause"]["component"], incident["owner"]["team"]) == ("erp.orders", "erp")
    first, again = (cli("ack", incident["id"], "--wait", "--timeout", "90", "--json") for _ in range(2))
    assert (first.code, first.document["decision"]["applied"]) == (0, True)
    assert (again.code, again.document["decision"]["reason"]) == (1, "command.refused.illegal")
    unknown = cli("handover", incident["id"], "--to", "nobody", "--reason", "r", "--wait", "--timeout", "90")
    assert (unknown.code, unknown.out.startswith("Refused: the rules know no such team")) == (1, True)
    moved = cli("handover", incident["id"], "--to", "sales", "--reason", "r", "--wait", "--timeout", "90")
    assert moved.code == 0
    assert cli("resolve", incident["id"], "--wait", "--timeout", "90").code == 0
    (now,) = [one for one in cli("incidents", "--json").document["incidents"] if one["id"] == incident["id"]]
    assert (now["state"], now["owner"]["team"], now["resolved_by"]) == ("resolved", "sales", "ada")


@pytest.mark.usefixtures("running")
def test_a_silence_is_made_and_ended_early(cli: Cli) -> None:
    """By the id that was printed."""
    scope = ("--scope", "orders", "--wait", "--timeout", "90")
    made = cli("silence", *scope, "--match", "severity=info", "--for", "2h", "--reason", "r", "--json")
    assert (made.code, made.document["decision"]["applied"]) == (0, True)
    assert cli("unsilence", made.document["silence"], *scope).code == 0
    assert cli("unsilence", made.document["silence"], *scope).code == 1


@pytest.mark.usefixtures("running")
def test_a_dead_letter_is_listed_sent_again_and_in_the_end_left_alone(cli: Cli, tmp_path: Path) -> None:
    """Each replay counts an attempt; after three it is for people."""
    recording = tmp_path / "bad.jsonl"
    recording.write_bytes(orjson.dumps({"topic": "ops", "key": "k", "timestamp_ms": 1, "value": "{oops"}))
    assert cli("send", str(recording)).code == 0
    listing = ("deadletter", "list", "--code", "not_json", "--json")
    for attempt in (1, 2, 3):

        def arrived(ran: Ran, attempt: int = attempt) -> bool:
            return attempt in {letter["attempt"] for letter in ran.document["dead_letters"]}

        ran = eventually(cli, *listing, until=arrived)
        assert ran.document["dead_letters"][-1]["preview"] == "{oops"
        replay = cli("deadletter", "replay", "--code", "not_json", "--json")
        assert (replay.code, replay.document["sent"]) == (0, 1 if attempt < 3 else 0)
    assert replay.document["left"]["failed 3 times"] == 1


@pytest.mark.usefixtures("running")
def test_everything_that_was_consumed_balances(cli: Cli) -> None:
    """While the router runs, within the wait."""
    for fault in ("erp.batch_failed", "erp.interface_error", "not.a.fault"):
        alert(cli, fault)

    def counted(ran: Ran) -> bool:
        return bool(ran.document["topics"].get("ops", {}).get("consumed", 0) >= 3)

    ran = eventually(cli, "reconcile", "--wait", "60", "--json", until=counted)
    assert (ran.code, ran.document["balanced"]) == (0, True), ran.out
    since = cli("reconcile", "--wait", "60", "--since", "1h")
    assert (since.code, "Balanced: " in since.out) == (0, True), since.out


def test_a_lost_event_is_found(cli: Cli, kafka: KafkaCluster, setting_up: dict[str, Ran]) -> None:
    """An intake that wrote its ledger line and an engine that never decided: exit code 1, and its name."""
    assert setting_up["apply"].code == 0
    source = SourceConsumed(topic="lost", partition=0, consumed=((17, 17),))
    entry = LedgerEntry(intake="i", rules="r", at=datetime.now(UTC), sources=(source,))
    sender = Sender(KafkaSettings(bootstrap=kafka.bootstrap))
    sender.send(LEDGER, encode(entry))
    sender.finish()
    found = cli("reconcile", "--json")
    assert found.code == 1
    lost = {"source": "lost/0", "offset": 17, "kind": "missing", "expected": 1, "found": 0}
    assert lost in found.document["differences"]["first"]
    sender.send(DECISIONS, encode(_decided("lost", 17)))
    sender.finish()


def _decided(topic: str, offset: int) -> Decision:
    return Decision(
        scope="s",
        number=1,
        at=datetime.now(UTC),
        reason=Reason.OPENED_NEW_FAILURE,
        text="",
        rules="r",
        outcome=Outcome.OPENED,
        positions=(Position(topic=topic, partition=0, offsets=(offset,)),),
    )


def test_recording_begins_at_a_time(cli: Cli, kafka: KafkaCluster, tmp_path: Path) -> None:
    """Found by Kafka's index, not by reading everything."""
    kafka.create_topic("timed", partitions=1)
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    sender = Sender(KafkaSettings(bootstrap=kafka.bootstrap))
    for minutes in range(10):
        stamp = int((noon + timedelta(minutes=minutes)).timestamp() * 1000)
        sender.send("timed", str(minutes).encode(), timestamp_ms=stamp)
    sender.finish()
    out = tmp_path / "timed.jsonl"
    ran = cli("record", "--topics", "timed", "--from", "2026-03-02T12:07Z", "--until-end", "--out", str(out))
    assert ran.code == 0, ran.err
    assert [orjson.loads(line)["value"] for line in out.read_bytes().splitlines()] == [7, 8, 9]


def test_an_unknown_topic_is_told_before_anything_is_sent(cli: Cli, tmp_path: Path) -> None:
    """Kafka would make topics of typing errors, where it is allowed to."""
    sent = cli("send", "--topic", "opps", "--component", "erp.orders", "--fault", "erp.batch_failed")
    recorded = cli("record", "--topics", "opps", "--until-end", "--out", str(tmp_path / "x"))
    assert [(ran.code, "topic opps: does not exist" in ran.err) for ran in (sent, recorded)] == [
        (2, True)
    ] * 2
    assert not (tmp_path / "x").exists()


@pytest.mark.usefixtures("setting_up")
@pytest.mark.parametrize("role", ["intake", "engine", "notifier", "web"])
def test_a_role_ends_in_order_on_sigterm(
    role: str, environment: dict[str, str], rules: str, tmp_path: Path
) -> None:
    """Exit code 0, once it was up."""
    log = tmp_path / "role.log"
    own = {**environment, "ROUTER_KAFKA__GROUP": f"sigterm-{role}"}
    with a_router(own, log, role, "--rules", rules) as process:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while b"role.started" not in log.read_bytes():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0, log.read_text()


@pytest.mark.usefixtures("setting_up")
def test_all_roles_end_in_order_on_sigterm(environment: dict[str, str], rules: str, tmp_path: Path) -> None:
    """And none outlives the supervisor; stdout stays clean."""
    log = tmp_path / "run.log"
    own = {**environment, "ROUTER_KAFKA__GROUP": "sigterm-all"}
    with a_router(own, log, "--rules", rules) as process:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while log.read_bytes().count(b"role.started") < 4:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        assert process.wait(90) == 0, log.read_text()
    assert log.read_bytes().count(b"role.stopped") == 4
