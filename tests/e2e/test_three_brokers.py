"""Three brokers, three copies of everything: leaders die under load, and nothing is lost, doubled or told twice."""

import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import KafkaError, Message

from router.config.runtime import KafkaSettings
from router.kafka.clients import producer, read_to_end
from router.kafka.codec import decode_notice
from router.kafka.ending import Exit
from router.kafka.topics import INPUTS, NOTICES
from tests.e2e.roles import Roles, apply_topics, environment_of, router, until
from tests.fake_slack import FakeSlack
from tests.kafka.broker import KafkaCluster, available

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.slow,
    pytest.mark.skipif(available(own=True) is not None, reason=available(own=True) or ""),
]

SOURCE = "acme.events"
SCOPES, COMPONENTS = 4, 25
TEAMS = 10
RATE = 100
"""Events a second."""
PARTITIONS = 3
BETWEEN_SECONDS = 6.0
"""Load before a leader dies, while it is dead, and after it came back."""


@pytest.fixture(scope="module")
def cluster() -> Iterator[KafkaCluster]:
    """Three nodes; a write needs two of three copies."""
    with KafkaCluster(nodes=3) as started:
        environment = environment_of(KafkaSettings(bootstrap=started.bootstrap))
        apply_topics(environment, "--partitions", str(PARTITIONS))
        started.create_topic(SOURCE, PARTITIONS)
        yield started


def write_rules(folder: Path) -> Path:
    """A company of unconnected components: each failure is an incident of its own, told at once."""
    (folder / "workflows").mkdir(parents=True)
    teams = {f"team-{n}": {"kind": "it", "channel": f"#team-{n}"} for n in range(TEAMS)}
    everything = dict.fromkeys(("it", "data", "business", "risk", "partner"), "team-0")
    documents: dict[str, object] = {
        "router.yaml": {
            "company": "acme",
            "triage": "team-0",
            "default_owners": everything,
            "settle": 0,
            "update_interval": 5,
            # One channel for all that a workflow suffers would be told slower than Slack lets it be within the test.
            "also": {"business": "never"},
        },
        "teams.yaml": {"teams": teams},
        "sources.yaml": {"sources": {"events": {"topics": [SOURCE], "format": "native"}}},
    }
    for scope in range(SCOPES):
        numbers = range(scope * COMPONENTS, (scope + 1) * COMPONENTS)
        components = {f"api.n{n}": {"kind": "api", "owners": {"it": f"team-{n % TEAMS}"}} for n in numbers}
        workflow = {"workflow": f"flow-{scope}", "business_owner": "team-0", "components": components}
        documents[f"workflows/flow-{scope}.yaml"] = workflow
    for name, document in documents.items():
        (folder / name).write_text(json.dumps(document))
    return folder


class Load(threading.Thread):
    """Sends events of all components in turn at RATE; every fifth round says that all is well again."""

    def __init__(self, kafka: KafkaSettings) -> None:
        super().__init__(name="load", daemon=True)
        self.acknowledged = 0
        self.errors: list[str] = []
        self.sent = 0
        self._writer = producer(kafka, **{"message.timeout.ms": 0, "linger.ms": 20})
        self._ending = threading.Event()

    def run(self) -> None:
        """Thread body."""
        began = time.monotonic()
        while not self._ending.is_set():
            while self.sent < (time.monotonic() - began) * RATE:
                self._send(self.sent)
                self.sent += 1
            self._writer.poll(0.01)
        self._writer.flush(90)

    def go_on(self, seconds: float) -> None:
        """Return when so many more seconds' worth of events were sent."""
        enough = self.sent + RATE * seconds
        until(lambda: self.sent >= enough, "events sent", seconds + 60)

    def end(self) -> int:
        """Stop, wait for the brokers; how many events they have."""
        self._ending.set()
        self.join(120)
        assert (self.errors, self.acknowledged) == ([], self.sent)
        return self.acknowledged

    def _send(self, number: int) -> None:
        turn, component = divmod(number, SCOPES * COMPONENTS)
        status = "resolved" if turn % 5 == 4 else "firing"
        data = {"fault": "api.error_rate", "status": status, "severity": "major", "summary": "errors"}
        event = {
            "specversion": "1.0",
            "type": "router.alert.v1",
            "id": str(number),
            "source": "load",
            "subject": f"api.n{component}",
            "time": datetime.now(UTC).isoformat(),
            "data": data,
        }
        self._writer.produce(SOURCE, json.dumps(event), f"api.n{component}", on_delivery=self._delivered)

    def _delivered(self, error: KafkaError | None, _message: Message) -> None:
        if error is not None:
            self.errors.append(error.str())
        else:
            self.acknowledged += 1


def shown(slack: FakeSlack) -> list[tuple[str, int]]:
    """Incident and revision of every message that is there, without the replies in threads."""
    messages: list[dict[str, Any]] = [m for m in slack.messages() if m["thread_ts"] in (None, m["ts"])]
    payloads = [message["metadata"]["event_payload"] for message in messages]
    return sorted((payload["incident_id"], payload["version"]) for payload in payloads)


def wanted(kafka: KafkaSettings) -> list[tuple[str, int]]:
    """Incident and revision of the newest notice of each."""
    newest = {}
    for record in read_to_end(kafka, NOTICES):
        if record.value() is not None:
            notice = decode_notice(record.value() or b"")
            newest[notice.key] = (notice.incident.id, notice.incident.revision)
    return sorted(newest.values())


def test_leaders_that_die_under_load_cost_nothing(cluster: KafkaCluster, tmp_path: Path) -> None:
    """The leader of inputs is killed, comes back, and the next one is: all is accounted for and told once."""
    kafka = KafkaSettings(bootstrap=cluster.bootstrap)
    channels = tuple(f"team-{n}" for n in range(TEAMS))
    with FakeSlack(channels=channels, posts_per_second=50, burst=50) as slack:
        environment = {
            **environment_of(kafka),
            "ROUTER_SLACK__TOKEN": slack.token,
            "ROUTER_SLACK__BASE_URL": slack.api_url,
            "ROUTER_WEB__PORT": "0",
        }
        with Roles(write_rules(tmp_path / "rules"), tmp_path, environment) as roles:
            for role in ("intake", "engine", "notifier", "web"):
                roles.start(role)
            roles.start("engine", name="engine-2")
            roles.wait_until_ready()
            with roles.kept_running() as ended:
                load = Load(kafka)
                load.start()
                for partition in range(2):
                    load.go_on(BETWEEN_SECONDS)
                    leader = cluster.leader_of(INPUTS, partition)
                    assert_transactions_run(roles)
                    cluster.kill(leader)
                    load.go_on(BETWEEN_SECONDS)
                    cluster.start(leader)
                load.go_on(BETWEEN_SECONDS)
                events = load.end()
                code, document, errors = router(environment, "reconcile", "--wait", "80")
                assert (code, document["balanced"], errors) == (0, True, "")
                assert document["topics"][SOURCE]["consumed"] == events > 4 * BETWEEN_SECONDS * RATE
                until(lambda: shown(slack) == wanted(kafka), "the newest of everything told")
                incidents = [incident for incident, _ in shown(slack)]
                assert len(incidents) == len(set(incidents)) == SCOPES * COMPONENTS
    assert Exit.STALLED not in [code for _, code in ended], ended


def assert_transactions_run(roles: Roles) -> None:
    """Wait until one more was committed by any engine: the next one is under way at this rate."""

    def committed() -> float:
        counts = (roles[name].metric("router_transaction_seconds_count") for name in ("engine", "engine-2"))
        return sum(count or 0 for count in counts)

    before = committed()
    until(lambda: committed() > before, "transactions")
