"""Rules change under running roles: nothing restarts, nothing is lost or doubled, and one message goes on."""

import json
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from router.config.runtime import KafkaSettings
from router.kafka.clients import producer, read_to_end
from router.kafka.codec import decode_decision, decode_delivery, decode_incident
from router.kafka.reconcile import reconcile
from router.kafka.topics import DECISIONS, DELIVERIES, INCIDENTS
from router.model.incident import Incident
from router.model.notice import DeliveryState
from tests.e2e.roles import Roles, environment_of, until
from tests.integration.engine_process import make_topics
from tests.kafka.broker import KafkaCluster, available

_reason = available(own=True)
pytestmark = [
    pytest.mark.kafka, pytest.mark.slow, pytest.mark.skipif(_reason is not None, reason=_reason or "")
]  # fmt: skip

ROLES = ("intake", "engine", "notifier")


@pytest.fixture
def kafka(tmp_path: Path) -> Iterator[KafkaSettings]:
    with KafkaCluster(data_dir=tmp_path / "kafka") as cluster:
        make_topics(cluster)
        for topic in ("acme.events", "acme.more"):
            cluster.create_topic(topic, partitions=2)
        yield KafkaSettings(bootstrap=cluster.bootstrap)


def write(folder: Path, scope: str, topics: list[str]) -> None:
    """The rules of a small company, with its one workflow in this scope."""
    (folder / "workflows").mkdir(parents=True, exist_ok=True)
    everything = dict.fromkeys(("it", "data", "business", "risk", "partner"), "ops")
    documents: dict[str, object] = {
        "router.yaml": {
            "company": "acme",
            "triage": "ops",
            "default_owners": everything,
            "settle": "1s",
            "hold": "0s",
            "critical_hold": "0s",
        },
        "teams.yaml": {"teams": {"ops": {"kind": "it", "channel": "#ops"}}},
        "sources.yaml": {"sources": {"events": {"topics": topics, "format": "native"}}},
        "workflows/orders.yaml": {
            "workflow": "orders",
            "scope": scope,
            "business_owner": "ops",
            "components": {"erp.orders": {"kind": "erp", "owners": {"it": "ops"}}},
        },
    }
    for name, document in documents.items():
        (folder / name).write_text(json.dumps(document))


def send(kafka: KafkaSettings, topic: str, number: int, status: str = "firing") -> None:
    """So many events of one alert."""
    writer = producer(kafka)
    for _ in range(number):
        event = {
            "specversion": "1.0",
            "id": "one",
            "source": "test",
            "type": "router.alert.v1",
            "subject": "erp.orders",
            "time": datetime.now(UTC).isoformat(),
            "data": {
                "fault": "erp.batch_failed",
                "status": status,
                "severity": "critical",
                "summary": "It failed",
                "dedup_key": "k",
            },
        }
        headers = [("content-type", b"application/cloudevents+json")]
        writer.produce(topic, json.dumps(event).encode(), headers=headers)
    assert writer.flush(30) == 0


def live(kafka: KafkaSettings) -> dict[str, Incident]:
    """Incidents in which something is wrong, as they stand."""
    found = (decode_incident(record.value() or b"") for record in read_to_end(kafka, INCIDENTS))
    newest = {incident.id: incident for incident in found}
    return {name: incident for name, incident in newest.items() if incident.live}


def shown(kafka: KafkaSettings) -> dict[str, int]:
    """Each message that was made, by its subject, and the revision that it shows."""
    records = (decode_delivery(record.value() or b"") for record in read_to_end(kafka, DELIVERIES))
    done = [r for r in records if r.part == "root" and r.state is DeliveryState.DONE]
    return {record.incident: record.revision for record in done}


def test_three_roles_take_new_rules_up_while_they_work(kafka: KafkaSettings, tmp_path: Path) -> None:
    """Another scope, another source topic, a folder with mistakes; and all of it balances in the end."""
    rules = tmp_path / "rules"
    write(rules, "orders", ["acme.events"])
    with Roles(rules, tmp_path, environment_of(kafka)) as roles:
        for role in ROLES:
            roles.start(role)
        roles.wait_until_ready()
        send(kafka, "acme.events", 20)
        until(lambda: "orders-1" in shown(kafka), "told")

        write(rules, "sales", ["acme.events", "acme.more"])
        until(lambda: list(live(kafka)) == ["sales-1"], "moved")
        send(kafka, "acme.events", 20)  # intake has the old rules still
        until(lambda: roles["intake"].says("rules.changed"), "intake has the new ones")
        send(kafka, "acme.events", 20)
        send(kafka, "acme.more", 20)

        (rules / "teams.yaml").write_text("teams: [")
        until(lambda: all(roles[role].says("rules.refused") for role in ROLES), "all refuse them")
        send(kafka, "acme.more", 5)
        write(rules, "sales", ["acme.events", "acme.more"])
        for role in ROLES:
            roles[role].process.send_signal(signal.SIGHUP)
        send(kafka, "acme.more", 5, status="resolved")
        until(lambda: not live(kafka), "over")

        assert reconcile(kafka, wait_seconds=30).differences == ()
        decisions = [decode_decision(record.value() or b"") for record in read_to_end(kafka, DECISIONS)]
        offsets = [o for d in decisions for position in d.positions for o in position.offsets]
        assert len(offsets) == 90
        until(lambda: all(roles[role].says("rules.changed") for role in ROLES), "all changed")
        assert all(roles[role].output().count("role.started") == 1 for role in ROLES)
        assert all(roles[role].running for role in ROLES)
        assert set(shown(kafka)) == {"orders-1"}, "one message, from the first telling to the end"
