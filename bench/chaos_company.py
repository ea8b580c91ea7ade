"""The company that chaos happens to, and what its systems send: failures of many components, repeated and resolved."""

import json
import random
import threading
import time
from pathlib import Path

from confluent_kafka import KafkaError, Message

from router.config.runtime import KafkaSettings
from router.kafka.clients import producer

SOURCE = "chaos.events"
TEAMS = 40
"""Channels: Slack takes one message a second and channel, so what is told must be spread."""

WORKFLOWS = 8
COMPONENTS = 25
"""Of each workflow, unconnected: each failure is an incident of its own."""

CHANNELS = (
    *(f"team-{number}" for number in range(TEAMS)),
    *(f"business-{number}" for number in range(WORKFLOWS)),
    "triage",
)


def write_rules(folder: Path) -> None:
    """A rules folder; incidents are told at once and updated every ten seconds."""
    (folder / "workflows").mkdir(parents=True)
    teams = {f"team-{n}": {"kind": "it", "channel": f"#team-{n}"} for n in range(TEAMS)}
    teams |= {f"business-{n}": {"kind": "business", "channel": f"#business-{n}"} for n in range(WORKFLOWS)}
    teams["triage"] = {"kind": "it", "channel": "#triage"}
    owners = dict.fromkeys(("it", "data", "business", "risk", "partner"), "triage")
    documents: dict[str, object] = {
        "router.yaml": {
            "company": "chaos",
            "triage": "triage",
            "default_owners": owners,
            "settle": 1,
            "critical_settle": 1,
            "hold": 0,
            "critical_hold": 0,
            "update_interval": 10,
        },
        "teams.yaml": {"teams": teams},
        "sources.yaml": {"sources": {"events": {"topics": [SOURCE], "format": "native"}}},
    }
    for workflow in range(WORKFLOWS):
        components = {
            _component(workflow, n): {
                "kind": "api",
                "owners": {"it": f"team-{(workflow * COMPONENTS + n) % TEAMS}"},
            }
            for n in range(COMPONENTS)
        }
        name = f"workflow-{workflow}"
        documents[f"workflows/{name}.yaml"] = {
            "workflow": name,
            "business_owner": f"business-{workflow}",
            "components": components,
        }
    for path, document in documents.items():
        (folder / path).write_text(json.dumps(document))


class Load(threading.Thread):
    """Sends events at a steady rate until told to stop; `acknowledged` counts those the broker has."""

    def __init__(self, kafka: KafkaSettings, rate: float, seed: int) -> None:
        super().__init__(name="load", daemon=True)
        self.acknowledged = 0
        self.errors: list[str] = []
        self._rate = rate
        self._chance = random.Random(seed)
        self._writer = producer(kafka, **{"message.timeout.ms": 0, "queue.buffering.max.messages": 1_000_000})
        self._ending = threading.Event()

    def run(self) -> None:
        """Thread body."""
        began, sent = time.monotonic(), 0
        while not self._ending.is_set():
            while sent < (time.monotonic() - began) * self._rate:
                component, value = self._event(sent)
                self._writer.produce(SOURCE, value, component, on_delivery=self._delivered)
                sent += 1
            self._writer.poll(0.01)
        self._writer.flush(120)

    def end(self) -> int:
        """Stop, wait until the broker has everything; how many events it has."""
        self._ending.set()
        self.join(150)
        return self.acknowledged

    def _delivered(self, error: KafkaError | None, _record: Message) -> None:
        if error is None:
            self.acknowledged += 1
        else:
            self.errors.append(error.str())

    def _event(self, number: int) -> tuple[str, bytes]:
        component = _component(self._chance.randrange(WORKFLOWS), self._chance.randrange(COMPONENTS))
        status = "resolved" if self._chance.random() < 0.1 else "firing"
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        alert = {
            "fault": "api.error_rate",
            "status": status,
            "severity": "major",
            "summary": f"errors of {component}",
            "dedup_key": f"{component}/{self._chance.randrange(3)}",
        }
        envelope = {
            "specversion": "1.0",
            "type": "router.alert.v1",
            "id": str(number),
            "source": "chaos",
            "time": at,
        }
        return component, json.dumps({**envelope, "subject": component, "data": alert}).encode()


def _component(workflow: int, number: int) -> str:
    return f"api.w{workflow}n{number}"
