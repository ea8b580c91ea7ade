"""How many source events a second one intake takes in, whole: consume, read, fold, produce, acknowledged, commit.

    python -m bench.intake [--events 200000] [--bootstrap HOST:PORT]

Two loads of native events: a storm (one alert, only ids and times differ) and distinct alerts. The yardsticks, in
the same run on the same distinct events: a bare confluent-kafka loop that validates each with pydantic and does
nothing else, once with the published model of the event (`ratio`) and once with a model of no more than the fields that
these events have (`lean_ratio`). Rates are of the wall clock, best of `--rounds`, taken in turn; `per_core` divides by
the processor time of the whole process, which on the embedded broker includes the broker. Prints one JSON line.
"""

import argparse
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple

import orjson
from confluent_kafka import Message
from pydantic import AwareDatetime, BaseModel

from bench.load import SCOPES, a_large_company
from router.config.runtime import KafkaSettings, RuntimeSettings
from router.kafka.clients import consumer, producer
from router.kafka.embedded import EmbeddedBroker
from router.kafka.intake import BATCH_RECORDS, BATCH_SECONDS, Intake, _fewer_collections
from router.kafka.native import NativeAlert
from router.model.rules import Rules, Source

COMPONENTS = 200
JOIN_SECONDS = 60.0


class _Data(BaseModel):
    """What the lean yardstick validates."""

    fault: str
    status: Literal["firing", "resolved"]
    severity: Literal["critical", "major", "minor", "warning", "info"]
    summary: str
    dedup_key: str = ""
    started_at: AwareDatetime | None = None
    labels: dict[str, str] = {}


class LeanEvent(BaseModel):
    """The events of this benchmark, and nothing else."""

    specversion: Literal["1.0"]
    id: str
    source: str
    type: str
    subject: str
    time: AwareDatetime
    data: _Data


class Measured(NamedTuple):
    """Events, and the seconds of wall clock and of processor that they took."""

    events: int
    seconds: float
    cpu_seconds: float

    @property
    def rate(self) -> float:
        """Events a second."""
        return self.events / self.seconds


def an_event(number: int, component: str, dedup_key: str, at: datetime) -> bytes:
    """A native alert; `number` makes its id."""
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": f"event-{number}",
            "source": "acme/feed",
            "type": "router.alert.v1",
            "subject": component,
            "time": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "data": {
                "fault": "feed.stale",
                "status": "firing",
                "severity": "major",
                "summary": f"no new rows in {component} since the load of this morning",
                "dedup_key": dedup_key,
                "started_at": "2026-01-05T09:00:00.000Z",
                "labels": {"table": "orders", "region": "eu"},
            },
        }
    )


def events(count: int, distinct: bool) -> Iterator[tuple[str, bytes]]:
    """(key, value) of so many alerts: all different, or one alert again and again."""
    start = datetime.now(UTC) - timedelta(minutes=1)
    for number in range(count):
        place = number % COMPONENTS if distinct else 0
        component = f"feed.scope-{place % SCOPES}-{place // SCOPES}"
        key = f"{component}/{number}" if distinct else component
        yield component, an_event(number, component, key, start + timedelta(milliseconds=number % 60_000))


def fill(kafka: KafkaSettings, topic: str, load: Iterator[tuple[str, bytes]]) -> None:
    """Write a load to its topic."""
    writer = producer(kafka, **{"linger.ms": 50, "queue.buffering.max.messages": 2_000_000})
    for key, value in load:
        writer.produce(topic, value, key)
        writer.poll(0)
    if writer.flush(120):
        raise TimeoutError(f"{topic} could not be filled")


def rules_for(topic: str) -> Rules:
    """The benchmark's company, with one source that reads this topic."""
    source = Source(name=topic, topics=(topic,), format="native")
    return a_large_company().model_copy(update={"sources": {topic: source}})


class TimedIntake(Intake):
    """Intake that stops after so many events and knows how long they took, from the first batch on."""

    def __init__(self, kafka: KafkaSettings, topic: str, count: int) -> None:
        self.ended = threading.Event()
        super().__init__(RuntimeSettings(kafka=kafka), rules_for(topic), self.ended)
        self.left = self.count = count
        self.began: tuple[float, float] | None = None
        self.measured: Measured | None = None

    def _take(self, messages: list[Message]) -> None:
        self.began = self.began or (time.perf_counter(), time.process_time())
        super()._take(messages)
        self.left -= len(messages)
        if self.left <= 0:
            wall, cpu = time.perf_counter() - self.began[0], time.process_time() - self.began[1]
            self.measured = Measured(self.count, wall, cpu)
            self.ended.set()


def measure_intake(kafka: KafkaSettings, topic: str, count: int, group: str) -> Measured:
    """One whole intake on a filled topic, in a consumer group of its own."""
    intake = TimedIntake(kafka.model_copy(update={"group": group}), topic, count)
    try:
        with _fewer_collections():
            intake.work()
    finally:
        intake.close()
    assert intake.measured is not None
    return intake.measured


def measure_bare(
    kafka: KafkaSettings, topic: str, count: int, group: str, model: type[BaseModel]
) -> Measured:
    """The yardstick on a filled topic."""
    reader = consumer(kafka, group)
    reader.subscribe([topic])
    batch: list[Message] = []
    deadline = time.monotonic() + JOIN_SECONDS
    while not batch and time.monotonic() < deadline:
        batch = reader.consume(BATCH_RECORDS, BATCH_SECONDS)
    wall, cpu, left = time.perf_counter(), time.process_time(), count
    while left > 0:
        for message in batch:
            model.model_validate_json(message.value() or b"")
        left -= len(batch)
        batch = reader.consume(BATCH_RECORDS, BATCH_SECONDS) if left > 0 else []
    measured = Measured(count, time.perf_counter() - wall, time.process_time() - cpu)
    reader.close()
    return measured


@contextmanager
def a_broker(bootstrap: str) -> Iterator[KafkaSettings]:
    """The broker to measure on."""
    if bootstrap:
        yield KafkaSettings(bootstrap=bootstrap, group=f"bench-{os.getpid()}")
        return
    with EmbeddedBroker() as broker:
        yield broker.settings


def best(measures: list[Measured]) -> Measured:
    """The one that was disturbed least."""
    return max(measures, key=lambda measured: measured.rate)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--bootstrap", default="", help="an Apache Kafka with our topics; default: embedded")
    options = parser.parse_args()
    run = f"bench-intake-{os.getpid()}"
    with a_broker(options.bootstrap) as kafka:
        fill(kafka, f"{run}-storm", events(options.events, distinct=False))
        fill(kafka, f"{run}-distinct", events(options.events, distinct=True))
        # In turn, so that a busy moment of the machine does not meet one of them alone.
        measures: dict[str, list[Measured]] = {name: [] for name in ("bare", "lean", "storm", "distinct")}
        for number in range(options.rounds):
            group = f"{run}-{number}"
            for name, model in (("bare", NativeAlert), ("lean", LeanEvent)):
                bare = measure_bare(kafka, f"{run}-distinct", options.events, f"{group}-{name}", model)
                measures[name].append(bare)
            for load in ("storm", "distinct"):
                measured = measure_intake(kafka, f"{run}-{load}", options.events, f"{group}-{load}")
                measures[load].append(measured)
    bare, lean, storm, distinct = (best(found) for found in measures.values())
    print(
        json.dumps(
            {
                "benchmark": "intake",
                "events": options.events,
                "broker": options.bootstrap or "embedded",
                "storm_per_second": round(storm.rate),
                "storm_per_core": round(storm.events / storm.cpu_seconds),
                "distinct_per_second": round(distinct.rate),
                "distinct_per_core": round(distinct.events / distinct.cpu_seconds),
                "bare_per_second": round(bare.rate),
                "ratio": round(distinct.rate / bare.rate, 3),
                "lean_per_second": round(lean.rate),
                "lean_ratio": round(distinct.rate / lean.rate, 3),
            }
        )
    )


if __name__ == "__main__":
    main()
