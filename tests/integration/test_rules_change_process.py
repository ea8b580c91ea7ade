"""An engine's rules change while it works: it goes on without a restart, and what is open goes where it belongs."""

import json
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from router.config.load import load
from router.config.runtime import KafkaSettings
from router.kafka.clients import producer, read_to_end
from router.kafka.codec import decode_decision, decode_incident, decode_notice, encode
from router.kafka.topics import DECISIONS, INCIDENTS, INPUTS, NOTICES
from router.model.decision import Decision, Reason
from router.model.incident import Incident, IncidentState
from router.model.input import AlertBatch
from tests.builders import a_batch, a_command, an_alert
from tests.integration.engine_process import EngineProcess, make_topics, until
from tests.kafka.broker import KafkaCluster, available

_reason = available(own=True)
pytestmark = [pytest.mark.kafka, pytest.mark.skipif(_reason is not None, reason=_reason or "")]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaCluster]:
    with KafkaCluster(data_dir=tmp_path_factory.mktemp("kafka")) as kafka:
        yield kafka


@pytest.fixture
def kafka(cluster: KafkaCluster, request: pytest.FixtureRequest) -> KafkaSettings:
    """Empty topics and a group of the test's own."""
    make_topics(cluster)
    return KafkaSettings(bootstrap=cluster.bootstrap, group=request.node.name[:60])


class Folder:
    """A rules folder with one workflow, whose scope and team a test changes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        (path / "workflows").mkdir(parents=True)
        self.write("orders", "first")

    def write(self, scope: str, team: str) -> str:
        """Write it anew; the hash of the rules."""
        everything = dict.fromkeys(("it", "data", "business", "risk", "partner"), "desk")
        teams = {name: {"kind": "it", "channel": f"#{name}"} for name in ("desk", "first", "second")}
        documents: dict[str, object] = {
            "router.yaml": {
                "company": "acme",
                "triage": "desk",
                "default_owners": everything,
                "settle": "1s",
            },
            "teams.yaml": {"teams": teams},
            "workflows/orders.yaml": {
                "workflow": "orders",
                "scope": scope,
                "business_owner": team,
                "components": {
                    "erp.orders": {"kind": "erp", "owners": {"it": team}},
                    "feed.orders": {
                        "kind": "feed",
                        "owners": {"it": team},
                        "depends_on": {"erp.orders": "0s..10m"},
                    },
                },
            },
        }
        for name, document in documents.items():
            (self.path / name).write_text(json.dumps(document))
        return load(self.path).hash


class RunningEngine(EngineProcess):
    """`router run engine` on a rules folder."""

    def __init__(self, kafka: KafkaSettings, folder: Path, rules: Path) -> None:
        self.command = [sys.executable, "-m", "router.cli.main", "run", "engine", "--rules", str(rules)]
        super().__init__(kafka, folder)


def decisions(kafka: KafkaSettings) -> list[Decision]:
    """All, in the order of each scope."""
    return [decode_decision(record.value() or b"") for record in read_to_end(kafka, DECISIONS)]


def newest(kafka: KafkaSettings) -> dict[str, Incident]:
    """The newest revision of every incident."""
    found = (decode_incident(record.value() or b"") for record in read_to_end(kafka, INCIDENTS))
    return {incident.id: incident for incident in found}


def send(kafka: KafkaSettings, *batches: AlertBatch, rules: str) -> None:
    """As intake would that has these rules."""
    writer = producer(kafka)
    for batch in batches:
        stamped = batch.model_copy(update={"rules": rules})
        writer.produce(INPUTS, encode(stamped), batch.scope)
    assert writer.flush(30) == 0


def outcomes(found: Sequence[Decision]) -> dict[int, str]:
    """The outcome of every offset; each may have one."""
    counted: dict[int, str] = {}
    for decision in found:
        for position in decision.positions:
            for offset in position.offsets:
                assert offset not in counted, f"offset {offset} was counted twice"
                counted[offset] = str(decision.outcome)
    return counted


def test_new_rules_are_taken_up_and_what_is_open_goes_along(kafka: KafkaSettings, tmp_path: Path) -> None:
    """Routes, owners and scopes change under a running engine; an acknowledged incident stays one, in its message."""
    folder = Folder(tmp_path / "rules")
    one = load(folder.path).hash
    erp = an_alert("erp.orders", "erp.batch_failed", key="1:erp")
    feed = an_alert("feed.orders", "feed.stale", key="1:feed")
    with RunningEngine(kafka, tmp_path, folder.path) as engine:
        send(kafka, a_batch(erp, first=0, scope="orders"), rules=one)
        until(lambda: newest(kafka).get("orders-1") is not None, "opened")
        until(lambda: newest(kafka)["orders-1"].state is IncidentState.OPEN, "told")
        writer = producer(kafka)
        writer.produce(INPUTS, encode(a_command("acknowledge", "orders-1", scope="orders")), "orders")
        writer.flush(30)
        until(lambda: newest(kafka)["orders-1"].state is IncidentState.ACKNOWLEDGED, "acknowledged")

        two = folder.write("sales", "first")
        until(lambda: "sales-1" in newest(kafka), "moved")
        moved = newest(kafka)["sales-1"]
        assert (moved.state, moved.message) == (IncidentState.ACKNOWLEDGED, "orders-1")
        assert newest(kafka)["orders-1"].state is IncidentState.MERGED
        arrived = next(d for d in decisions(kafka) if d.reason is Reason.MOVED_IN)
        assert (arrived.scope, arrived.rules) == ("sales", two)

        # An intake that still has the old rules sends to the old scope; its alert follows the incident.
        send(kafka, a_batch(erp, feed, first=1, scope="orders"), rules=one)
        until(lambda: len(outcomes(decisions(kafka))) == 3, "counted")
        assert outcomes(decisions(kafka)) == {0: "opened", 1: "repeated", 2: "joined"}
        assert newest(kafka)["sales-1"].firing == 2
        shown = {record.key() for record in read_to_end(kafka, NOTICES)}
        assert shown == {b"#first|orders-1"}, "the message goes on, and there is no other"

        three = folder.write("sales", "second")
        engine.send(signal.SIGHUP)
        until(lambda: engine.log.read_text().count("rules.changed") == 2, "the third rules are at work")
        island = an_alert("erp.orders", "erp.interface_error", key="1:other", traces=("x",))
        send(kafka, a_batch(island, first=3, scope="sales"), rules=three)
        until(lambda: len(outcomes(decisions(kafka))) == 4, "counted")
        last = next(d for d in decisions(kafka) if any(3 in p.offsets for p in d.positions))
        assert last.rules == three
        assert engine.process.poll() is None
        assert engine.log.read_text().count("role.started") == 1
        assert engine.log.read_text().count("shard.opened") == 4


def test_rules_with_mistakes_are_refused_and_the_old_ones_stay(kafka: KafkaSettings, tmp_path: Path) -> None:
    """It is said once, with the first mistake; mended rules are taken up."""
    folder = Folder(tmp_path / "rules")
    one = load(folder.path).hash
    with RunningEngine(kafka, tmp_path, folder.path) as engine:
        until(lambda: engine.says("shard.opened"), "at work")
        (folder.path / "workflows" / "orders.yaml").write_text("workflow: [")
        until(lambda: engine.says("rules.refused"), "refused")
        assert engine.says("workflows/orders.yaml:")
        send(kafka, a_batch(an_alert("erp.orders", "erp.batch_failed"), first=0, scope="orders"), rules=one)
        until(lambda: len(outcomes(decisions(kafka))) == 1, "counted")
        assert {decision.rules for decision in decisions(kafka)} == {one}
        folder.write("sales", "first")
        until(lambda: "sales-1" in newest(kafka), "moved under the mended rules")
        assert engine.log.read_text().count("rules.refused") == 1
        assert engine.process.poll() is None


def test_a_hand_off_that_was_not_sent_is_sent_by_the_next_engine(
    kafka: KafkaSettings, tmp_path: Path
) -> None:
    """The engine dies while rules change; whenever that is, the alert ends in its new scope, once."""
    folder = Folder(tmp_path / "rules")
    one = load(folder.path).hash
    alerts = [an_alert("erp.orders", "erp.batch_failed", key=f"1:{n}") for n in range(200)]
    with RunningEngine(kafka, tmp_path, folder.path) as engine:
        send(kafka, a_batch(*alerts, first=0, scope="orders"), rules=one)
        until(lambda: len(outcomes(decisions(kafka))) == 200, "counted")
        for scope in ("sales", "orders", "sales"):
            folder.write(scope, "first")
            engine.send(signal.SIGHUP)
            until(lambda: engine.says("scope.handed_off"), "on its way")
            engine.kill()
            engine.log.write_text("")
            engine.restart()
            until(lambda: engine.says("shard.opened"), "at work again")
        until(lambda: _firing(kafka) == {"sales": 200}, "everything is in the new scope")
        told = [decode_notice(record.value() or b"") for record in read_to_end(kafka, NOTICES)]
        assert {(notice.destination, notice.subject) for notice in told} == {("#first", "orders-1")}
        assert len(outcomes(decisions(kafka))) == 200


def _firing(kafka: KafkaSettings) -> dict[str, int]:
    """How many alerts fire in the live incidents of each scope."""
    found: dict[str, int] = {}
    for incident in newest(kafka).values():
        if incident.live and incident.firing:
            found[incident.scope] = found.get(incident.scope, 0) + incident.firing
    return found
