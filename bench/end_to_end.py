"""How long an event takes from its source topic to Slack, at a steady rate, on real Kafka with all roles.

    python -m bench.end_to_end [--rate 50] [--seconds 20]

Each event is a failure of its own island, told at once (settle 0) in one of several channels. Measured from the moment
the event is sent to the moment Slack's stand-in receives the first call that names its incident. Prints one JSON line:
p50, p99 and maximum in seconds; the yardstick is a bare produce-to-consume round trip on the same broker.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from router.config.runtime import KafkaSettings
from router.kafka.clients import consumer, producer
from router.kafka.topics import TOPICS
from tests.fake_slack.fake import FakeSlack
from tests.kafka.broker import KafkaCluster

TEAMS = 40
"""Channels: Slack takes one message a second and channel, so the rate must be spread."""
ISLANDS = 4_000
READY_SECONDS = 90.0
ROLES = ("intake", "engine", "notifier")
ROOT = Path(__file__).resolve().parents[1]


def write_rules(folder: Path) -> None:
    """A company of islands: every component its own failure, its own incident."""
    (folder / "workflows").mkdir()
    teams = {f"team-{n}": {"kind": "it", "channel": f"#team-{n}"} for n in range(TEAMS)}
    teams["triage"] = {"kind": "it", "channel": "#triage"}
    components = {f"api.n{n}": {"kind": "api", "owners": {"it": f"team-{n % TEAMS}"}} for n in range(ISLANDS)}
    everything = dict.fromkeys(("it", "data", "business", "risk", "partner"), "triage")
    documents = {
        "router.yaml": {"company": "bench", "triage": "triage", "settle": 0, "default_owners": everything},
        "teams.yaml": {"teams": teams},
        "sources.yaml": {"sources": {"events": {"topics": ["bench.events"], "format": "native"}}},
        "workflows/islands.yaml": {
            "workflow": "islands",
            "business_owner": "triage",
            "components": components,
        },
    }
    for name, document in documents.items():
        (folder / name).write_text(json.dumps(document))


def event(number: int, sent_at: float) -> bytes:
    """A native alert of island `number`."""
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(sent_at))
    data = {"fault": "api.error_rate", "status": "firing", "severity": "major", "summary": f"island {number}"}
    envelope = {
        "specversion": "1.0",
        "type": "router.alert.v1",
        "id": str(number),
        "source": "bench",
        "time": at,
    }
    return json.dumps({**envelope, "subject": f"api.n{number}", "data": data}).encode()


@contextmanager
def roles(kafka: str, slack: FakeSlack, rules: Path, port: int) -> Iterator[None]:
    """The roles as processes, ready."""
    environment = {
        **os.environ,
        "ROUTER_KAFKA__BOOTSTRAP": kafka,
        "ROUTER_SLACK__BASE_URL": slack.api_url,
        "ROUTER_SLACK__TOKEN": slack.token,
        "ROUTER_METRICS__PORT": str(port),
    }
    with ExitStack() as stack:
        for role in ROLES:
            command = [sys.executable, "-m", "router.cli.main", "run", role, "--rules", str(rules)]
            process = subprocess.Popen(command, env=environment, cwd=ROOT, stderr=subprocess.DEVNULL)
            stack.callback(process.wait, 30)
            stack.callback(process.terminate)
        wait_until_ready(port)
        yield


def wait_until_ready(port: int) -> None:
    """Poll every role's readiness."""
    import urllib.request

    deadline = time.monotonic() + READY_SECONDS
    waiting = {port + place for place in range(len(ROLES))}
    while waiting:
        for one in sorted(waiting):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{one}/readyz", timeout=2):
                    waiting.discard(one)
            except OSError:
                time.sleep(0.2)
        if time.monotonic() > deadline:
            raise SystemExit(f"roles on ports {sorted(waiting)} are not ready after {READY_SECONDS:.0f} s")


def round_trip(kafka: KafkaSettings, samples: int = 100) -> float:
    """Median seconds of producing one record with acks=all and consuming it."""
    reader = consumer(kafka, "bench-round-trip", **{"auto.offset.reset": "latest"})
    reader.subscribe(["bench.events.yardstick"])
    while not reader.assignment():
        reader.poll(0.1)
    writer, seconds = producer(kafka, **{"linger.ms": 0}), []
    for number in range(samples):
        began = time.perf_counter()
        writer.produce("bench.events.yardstick", str(number))
        writer.poll(0)
        while (message := reader.poll(5)) is None or message.error():
            continue
        seconds.append(time.perf_counter() - began)
    reader.close()
    return statistics.median(seconds)


def measure(rate: float, seconds: float) -> dict[str, object]:
    """One run."""
    channels = (*(f"team-{n}" for n in range(TEAMS)), "triage")
    with ExitStack() as stack:
        cluster = stack.enter_context(KafkaCluster())
        for topic in (*TOPICS, "bench.events", "bench.events.yardstick"):
            cluster.create_topic(topic, 4)
        slack = stack.enter_context(FakeSlack(channels=channels))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        write_rules(folder)
        kafka = KafkaSettings(bootstrap=cluster.bootstrap)
        stack.enter_context(roles(cluster.bootstrap, slack, folder, 29_400))
        baseline = round_trip(kafka)
        sent: dict[int, float] = {}
        writer, began = producer(kafka, **{"linger.ms": 0}), time.monotonic()
        for number in range(int(rate * seconds)):
            time.sleep(max(0.0, began + number / rate - time.monotonic()))
            sent[number] = time.time()
            writer.produce("bench.events", event(number, sent[number]), f"api.n{number}")
            writer.poll(0)
        writer.flush(30)
        arrived = wait_for(slack, len(sent))
    latencies = sorted(arrived[number] - at for number, at in sent.items() if number in arrived)
    return {
        "bench": "end_to_end",
        "rate": rate,
        "events": len(sent),
        "told": len(latencies),
        "p50_seconds": round(statistics.median(latencies), 3),
        "p99_seconds": round(latencies[int(len(latencies) * 0.99) - 1], 3),
        "max_seconds": round(latencies[-1], 3),
        "round_trip_seconds": round(baseline, 4),
        "ratio_p50_to_round_trip": round(statistics.median(latencies) / baseline, 1),
    }


def wait_for(slack: FakeSlack, expected: int) -> dict[int, float]:
    """Island number -> when its message was first posted."""
    deadline = time.monotonic() + 60
    while True:
        found: dict[int, float] = {}
        for message in slack.messages():
            text = json.dumps(message, default=str)
            place = text.find("api.n")
            if place >= 0:
                number = int("".join(c for c in text[place + 5 : place + 10] if c.isdigit()))
                posted = float(message["posted_at"])
                found[number] = min(found.get(number, posted), posted)
        if len(found) >= expected or time.monotonic() > deadline:
            return found
        time.sleep(0.5)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--seconds", type=float, default=20)
    arguments = parser.parse_args()
    print(json.dumps(measure(arguments.rate, arguments.seconds)))


if __name__ == "__main__":
    main()
