"""The whole router under random `kill -9` of its roles and of the broker; then: was anything lost, doubled or mistold?

    python -m bench.chaos [--kills 40] [--broker-restarts 4] [--freezes 4] [--rate 300] [--seed 1]

A freeze stops a role for longer than its session, then lets it go on: a zombie, whose partitions others have.

Two intakes, two engines and a notifier run as `router run ROLE` on Apache Kafka, with a stand-in for Slack. Prints one
JSON line; exits with 1 if anything is wrong. No failure in n kills bounds the failure rate at 3/n (95 %).
"""

import argparse
import json
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.chaos_checks import consumed, decisions_numbered, posted_twice, reconciled, told
from bench.chaos_company import CHANNELS, SOURCE, Load, write_rules
from bench.chaos_roles import Fleet
from router.config.runtime import KafkaSettings, RuntimeSettings
from router.telemetry.logs import configure
from tests.fake_slack.fake import FakeSlack
from tests.integration.engine_process import make_topics
from tests.kafka.broker import KafkaCluster

ROLES = ("engine", "engine", "intake", "intake", "notifier")
PAUSE_SECONDS = (2.0, 6.0)
"""Between two strikes; chance decides where between."""

OUTAGE_SECONDS = 2.0
FREEZE_SECONDS = 12.0
SETTLE_SECONDS = 180.0
"""How long everything may take to come to rest after the last strike."""


def strike(cluster: KafkaCluster, fleet: Fleet, what: str, chance: random.Random) -> str:
    """Kill the broker, or a role, and start it again, or freeze a role; what was hit."""
    if what == "broker":
        cluster.kill()
        time.sleep(OUTAGE_SECONDS)
        cluster.start()
        return "broker"
    victim = chance.choice(fleet.roles)
    if what == "freeze":
        victim.process.send_signal(signal.SIGSTOP)
        _wait(fleet, FREEZE_SECONDS)
        victim.process.send_signal(signal.SIGCONT)
        return f"{victim.role} frozen"
    victim.kill()
    return victim.role


def run(
    kills: int, broker_restarts: int, freezes: int, rate: float, seed: int, folder: Path
) -> dict[str, object]:
    """One run; `problems` in the result is empty if all is well. Logs of the roles are left in `folder`."""
    chance = random.Random(seed)
    strikes = ["role"] * kills + ["broker"] * broker_restarts + ["freeze"] * freezes
    chance.shuffle(strikes)
    write_rules(folder / "rules")
    began = time.monotonic()
    with ExitStack() as stack:
        cluster = stack.enter_context(KafkaCluster(data_dir=folder / "kafka"))
        make_topics(cluster)
        cluster.create_topic(SOURCE, 4)
        slack = stack.enter_context(FakeSlack(channels=CHANNELS))
        kafka = KafkaSettings(bootstrap=cluster.bootstrap)
        settings = {
            "ROUTER_KAFKA__BOOTSTRAP": cluster.bootstrap,
            "ROUTER_SLACK__BASE_URL": slack.api_url,
            "ROUTER_SLACK__TOKEN": slack.token,
        }
        fleet = stack.enter_context(Fleet(ROLES, folder / "rules", folder, settings))
        fleet.wait_until_at_work()
        load = Load(kafka, rate, seed)
        load.start()
        hit: Counter[str] = Counter()
        for what in strikes:
            _wait(fleet, chance.uniform(*PAUSE_SECONDS))
            hit[strike(cluster, fleet, what, chance)] += 1
        _wait(fleet, PAUSE_SECONDS[1])
        sent = load.end()
        settling = time.monotonic()
        stack.enter_context(tended(fleet))
        problems = load.errors[:3] + consumed(kafka, sent, SETTLE_SECONDS)
        problems += reconciled(kafka, sent, SETTLE_SECONDS)
        problems += decisions_numbered(kafka)
        wrong, messages = told(kafka, slack, SETTLE_SECONDS)
        return {
            "bench": "chaos",
            "seed": seed,
            "events": sent,
            "rate": rate,
            "hit": dict(hit),
            "ended_by_themselves": dict(fleet.ended),
            "messages": messages,
            "posted_twice": posted_twice(slack),
            "problems": problems + wrong,
            "failure_rate_below": round(3 / max(1, len(strikes)), 4),
            "settle_seconds": round(time.monotonic() - settling, 1),
            "seconds": round(time.monotonic() - began, 1),
        }


@contextmanager
def tended(fleet: Fleet) -> Iterator[None]:
    """Roles that end by themselves are started again, as the supervisor would, while the checks wait."""
    done = threading.Event()

    def tend() -> None:
        while not done.wait(0.2):
            fleet.tend()

    thread = threading.Thread(target=tend, name="tend")
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _wait(fleet: Fleet, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        fleet.tend()
        time.sleep(0.2)


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--broker-restarts", type=int, default=4)
    parser.add_argument("--freezes", type=int, default=4)
    parser.add_argument("--rate", type=float, default=300, help="events a second")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a folder for the logs of the roles, kept")
    options = parser.parse_args()
    configure(RuntimeSettings(log_level="error"))  # our own clients see the broker die, too
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        o = options
        result = run(o.kills, o.broker_restarts, o.freezes, o.rate, o.seed, folder)
    print(json.dumps(result))
    return 1 if result["problems"] else 0


if __name__ == "__main__":
    sys.exit(main())
