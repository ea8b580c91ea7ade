"""How long until an engine works again after `kill -9`, and how long a large state takes to be read back.

    python -m bench.recovery [--incidents 100000] [--kills 3]

The state topic is filled with open incidents, copies of one that the real core made. Then a lone engine is killed and
started again: measured is the time from the kill until an alert that is written right after it is decided. It has
two large parts: the group waits for the session of the dead to end, and the state is read back. The yardstick, in
the same run, is a bare confluent-kafka read of the same topic. Prints one JSON line; exits with 1 if it is too slow.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from confluent_kafka import Consumer, Producer, TopicPartition

from bench.engine import ROOT, a_broker
from bench.load import SCOPES, a_large_company, distinct_alerts
from router import pipeline
from router.config.runtime import KafkaSettings
from router.kafka.carrier import SESSION_SECONDS
from router.kafka.clients import consumer, partitions_of, producer, read_to_end
from router.kafka.codec import encode, state_key
from router.kafka.shard_footing import place_of
from router.kafka.topics import DECISIONS, INPUTS, STATE
from router.model.input import AlertBatch, ObservedAlert
from router.model.record import AnyRecord, IncidentRecord, OpenAlert
from router.model.state import State

DEADLINE_SECONDS = 300.0
TARGET_SECONDS = 15.0
"""Working again after a kill, with little state."""

READ_BACK_TARGET_SECONDS = 60.0
"""Reading 100,000 incidents back, all shards in one engine."""


def sample() -> tuple[OpenAlert, IncidentRecord]:
    """An open incident with its alert, as the real core makes them now."""
    state, rules, now = State("scope-0"), a_large_company(), datetime.now(UTC)
    batch = AlertBatch(scope="scope-0", rules="bench", items=(next(distinct_alerts("scope-0")),))
    pipeline.step(state, batch, rules, now)
    records = list(state.records.values())
    alert = next(record for record in records if isinstance(record, OpenAlert))
    incident = next(record for record in records if isinstance(record, IncidentRecord))
    return alert, incident


def fill(kafka: KafkaSettings, incidents: int) -> int:
    """Write the state of so many open incidents; how many records."""
    writer = producer(kafka, **{"queue.buffering.max.messages": 1_000_000})
    partitions = partitions_of(writer, STATE)
    alert, incident = sample()
    for number in range(incidents):
        scope = f"scope-{number % SCOPES}"
        name = f"{scope}-{number}"
        body = incident.incident.model_copy(update={"id": name, "scope": scope, "settle_due": None})
        heard = alert.alert.model_copy(update={"key": f"1:{name}"})
        records: tuple[AnyRecord, ...] = (
            IncidentRecord(incident=body),
            alert.model_copy(update={"alert": heard, "incident": name}),
        )
        for record in records:
            place = place_of(scope, partitions)
            writer.produce(STATE, encode(record), state_key(scope, record.key), place)
        writer.poll(0)
    assert writer.flush(120) == 0
    return 2 * incidents


class Probe:
    """Writes an alert and waits until it is decided."""

    def __init__(self, kafka: KafkaSettings) -> None:
        self._alerts = distinct_alerts("scope-1")
        self._writer: Producer = producer(kafka, **{"linger.ms": 0})
        self._reader: Consumer = consumer(kafka, f"{kafka.group}-probe")
        places = [TopicPartition(DECISIONS, n) for n in range(partitions_of(self._reader, DECISIONS))]
        self._reader.assign([TopicPartition(p.topic, p.partition, 0) for p in places])

    def send(self) -> ObservedAlert:
        """Write one that was not there before."""
        alert = next(self._alerts)
        batch = AlertBatch(scope="scope-1", rules="bench", items=(alert,))
        self._writer.produce(INPUTS, encode(batch), batch.scope)
        assert self._writer.flush(30) == 0
        return alert

    def wait(self, alert: ObservedAlert) -> None:
        """Return when it is decided."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < deadline:
            for record in self._reader.consume(100, 0.1):
                if alert.alert.key.encode() in (record.value() or b""):
                    return
        raise SystemExit(f"no decision within {DEADLINE_SECONDS:.0f} s")


def start(kafka: KafkaSettings, folder: Path) -> "subprocess.Popen[bytes]":
    """An engine; its log is `engine.log` in the folder."""
    environment = {
        **os.environ,
        "ROUTER_KAFKA__BOOTSTRAP": kafka.bootstrap,
        "ROUTER_KAFKA__GROUP": kafka.group,
        "ROUTER_DATA_DIR": str(folder),
    }
    with (folder / "engine.log").open("ab") as log:
        command = [sys.executable, "-m", "bench.engine", "--serve"]
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)


def read_back_seconds(folder: Path) -> list[float]:
    """How long each shard took to open, from the engine's log."""
    lines = (folder / "engine.log").read_text().splitlines()
    return [json.loads(line)["seconds"] for line in lines if '"shard.opened"' in line]


def measure(kafka: KafkaSettings, kills: int, folder: Path) -> list[float]:
    """Seconds from each kill to the decision of an alert written right after it."""
    probe, found = Probe(kafka), []
    engine = start(kafka, folder)
    try:
        probe.wait(probe.send())
        for _ in range(kills):
            began = time.monotonic()
            engine.kill()
            engine.wait()
            engine = start(kafka, folder)
            probe.wait(probe.send())
            found.append(time.monotonic() - began)
    finally:
        engine.kill()
        engine.wait()
    return found


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--incidents", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--partitions", type=int, default=4)
    parser.add_argument("--bootstrap", help="a running broker whose router.* topics may be deleted")
    options = parser.parse_args()
    options.embedded = False
    with a_broker(options) as kafka, tempfile.TemporaryDirectory() as scratch:
        records = fill(kafka, options.incidents)
        seconds = measure(kafka, options.kills, Path(scratch))
        opened = max(read_back_seconds(Path(scratch)))
        began = time.monotonic()
        bare_records = sum(1 for _ in read_to_end(kafka, STATE))
        bare = time.monotonic() - began
    result = {
        "bench": "recovery",
        "incidents": options.incidents,
        "state_records": records,
        "recovery_seconds": [round(one, 2) for one in seconds],
        "session_seconds": SESSION_SECONDS,
        "read_back_seconds": round(opened, 2),
        "yardstick_read_seconds": round(bare, 2),
        "yardstick_records": bare_records,
        "ratio": round(opened / bare, 1),
        "target_seconds": TARGET_SECONDS + READ_BACK_TARGET_SECONDS * options.incidents / 100_000,
        "cpus": os.cpu_count(),
    }
    print(json.dumps(result))
    return 0 if max(seconds) <= result["target_seconds"] else 1


if __name__ == "__main__":
    sys.exit(main())
