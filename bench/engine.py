"""How many distinct alerts a second one engine takes in, on real Kafka, with the real core.

    python -m bench.engine [--alerts 100000] [--per-record 50] [--scopes 8] [--embedded] [--bootstrap HOST:PORT]

`router.inputs.v1` is filled first, then an engine process is started; the rate is taken between its first and its last
commit, so that start-up does not count. The yardstick, in the same run on the same records: a bare
confluent-kafka loop that copies them in transactions of the same size and does nothing else. Prints one JSON line.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from confluent_kafka import Consumer, TopicPartition

from bench.load import a_large_company, distinct_alerts
from router.config.runtime import KafkaSettings, RuntimeSettings
from router.kafka.clients import consumer, producer, read_to_end
from router.kafka.codec import CHECKPOINT_KEY, decode_checkpoint, encode
from router.kafka.embedded import EmbeddedBroker
from router.kafka.shard_footing import ROLE
from router.kafka.shard_host import BATCH_RECORDS
from router.kafka.topics import DECISIONS, INPUTS, STATE
from router.model.input import AlertBatch
from tests.integration.engine_process import make_topics
from tests.kafka.broker import KafkaCluster

ROOT = Path(__file__).resolve().parents[1]
DEADLINE_SECONDS = 600.0


@contextmanager
def a_broker(options: argparse.Namespace) -> Iterator[KafkaSettings]:
    """Where to measure, with our topics, empty."""
    with ExitStack() as stack:
        if options.embedded:
            yield stack.enter_context(EmbeddedBroker()).settings
            return
        if options.bootstrap:
            os.environ["ROUTER_TEST_KAFKA"] = options.bootstrap
        cluster = stack.enter_context(KafkaCluster())
        make_topics(cluster, options.partitions, timestamps="CreateTime")
        yield KafkaSettings(bootstrap=cluster.bootstrap, group=f"bench-{os.getpid()}")


def batches(alerts: int, per_record: int, scopes: int) -> Iterator[AlertBatch]:
    """Batches of distinct alerts, one scope after the other."""
    sources = [distinct_alerts(f"scope-{number}") for number in range(scopes)]
    for number in range(alerts // per_record):
        scope = number % scopes
        items = tuple(next(sources[scope]) for _ in range(per_record))
        yield AlertBatch(scope=f"scope-{scope}", rules="bench", items=items)


def fill(kafka: KafkaSettings, options: argparse.Namespace) -> int:
    """Write the inputs; how many records. Their time runs at 5,000 alerts a second, the target."""
    writer = producer(kafka, **{"message.timeout.ms": 0, "queue.buffering.max.messages": 1_000_000})
    begin = time.time() - options.alerts / 5_000
    records = 0
    for batch in batches(options.alerts, options.per_record, options.scopes):
        at = begin + records * options.per_record / 5_000
        writer.produce(INPUTS, encode(batch), batch.scope, timestamp=round(at * 1_000))
        records += 1
        writer.poll(0)
    assert writer.flush(120) == 0
    return records


class Progress:
    """How many records the shards have committed, asked without reading what they wrote."""

    def __init__(self, kafka: KafkaSettings) -> None:
        self._kafka = kafka
        self._client: Consumer = consumer(kafka, kafka.name(ROLE))
        partitions = self._client.list_topics(INPUTS, timeout=30).topics[INPUTS].partitions
        self._places = [TopicPartition(INPUTS, partition) for partition in partitions]

    def records(self) -> int:
        """Committed so far."""
        if self._kafka.embedded:  # keeps no transactional offsets; the checkpoints are on the state topic
            found = {
                record.partition(): decode_checkpoint(record.value() or b"")
                for record in read_to_end(self._kafka, STATE)
                if record.key() == CHECKPOINT_KEY
            }
            return sum(found.values())
        return sum(max(0, place.offset) for place in self._client.committed(self._places, timeout=30))


def measure(kafka: KafkaSettings, records: int, folder: Path) -> tuple[float, float]:
    """(records a second between the first and the last commit, seconds from the start to the first commit)."""
    environment = {
        **os.environ,
        "ROUTER_KAFKA__BOOTSTRAP": kafka.bootstrap,
        "ROUTER_KAFKA__GROUP": kafka.group,
        "ROUTER_KAFKA__EMBEDDED": str(kafka.embedded),
        "ROUTER_DATA_DIR": str(folder),
        "ROUTER_LOG_LEVEL": "warning",
    }
    progress = Progress(kafka)
    began = time.monotonic()
    engine = subprocess.Popen([sys.executable, "-m", "bench.engine", "--serve"], cwd=ROOT, env=environment)
    try:
        first_at, first = 0.0, 0
        while time.monotonic() - began < DEADLINE_SECONDS:
            done, now = progress.records(), time.monotonic()
            if done and not first:
                first_at, first = now, done
            if done >= records:
                return (records - first) / max(now - first_at, 1e-9), first_at - began
            if engine.poll() is not None:
                raise SystemExit(f"the engine ended with {engine.returncode}")
            time.sleep(0.05)
        raise SystemExit(f"not done within {DEADLINE_SECONDS:.0f} s")
    finally:
        engine.terminate()
        engine.wait(60)


def yardstick(kafka: KafkaSettings, records: int) -> float:
    """Records a second of a loop that copies the same inputs in transactions and does nothing else."""
    reader = consumer(kafka, f"{kafka.group}-yardstick")
    partitions = reader.list_topics(INPUTS, timeout=30).topics[INPUTS].partitions
    reader.assign([TopicPartition(INPUTS, partition, 0) for partition in partitions])
    writer = producer(kafka, **{"transactional.id": f"{kafka.group}-yardstick", "linger.ms": 0})
    writer.init_transactions(60)
    done, began = 0, 0.0
    while done < records:
        found = [record for record in reader.consume(BATCH_RECORDS, 0.05) if record.error() is None]
        if not found:
            continue
        began = began or time.monotonic()
        writer.begin_transaction()
        for record in found:
            writer.produce(DECISIONS, record.value(), record.key())
        writer.send_offsets_to_transaction(
            reader.position(reader.assignment()), reader.consumer_group_metadata(), 60
        )
        writer.commit_transaction(60)
        done += len(found)
    seconds = time.monotonic() - began
    reader.close()
    return done / seconds


def serve() -> int:
    """Be the engine."""
    from router.kafka.engine import run
    from router.telemetry.logs import configure

    runtime = RuntimeSettings()
    configure(runtime)
    return run(runtime, a_large_company())


def main() -> int:
    """Measure, print, judge: 1 if the target is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--alerts", type=int, default=100_000)
    parser.add_argument("--per-record", type=int, default=50)
    parser.add_argument("--scopes", type=int, default=8)
    parser.add_argument("--partitions", type=int, default=4)
    parser.add_argument("--target", type=float, default=5_000, help="alerts a second")
    parser.add_argument("--embedded", action="store_true")
    parser.add_argument("--bootstrap", help="a running broker whose router.* topics may be deleted")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        return serve()
    with a_broker(options) as kafka, tempfile.TemporaryDirectory() as folder:
        records = fill(kafka, options)
        rate, startup = measure(kafka, records, Path(folder))
        bare = yardstick(kafka, records)
    result = {
        "bench": "engine",
        "broker": "embedded" if options.embedded else "apache-kafka",
        "alerts": records * options.per_record,
        "alerts_per_record": options.per_record,
        "scopes": options.scopes,
        "alerts_per_second": round(rate * options.per_record),
        "records_per_second": round(rate),
        "seconds_to_first_commit": round(startup, 2),
        "yardstick_alerts_per_second": round(bare * options.per_record),
        "ratio": round(rate / bare, 4),
        "target_alerts_per_second": options.target,
        "cpus": os.cpu_count(),
    }
    print(json.dumps(result))
    return 0 if result["alerts_per_second"] >= options.target else 1


if __name__ == "__main__":
    sys.exit(main())
