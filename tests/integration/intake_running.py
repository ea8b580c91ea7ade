"""Intake at work: in a thread of the test, or as a process of its own that can be killed.

Run as a module it is that process: settings come from the environment, as for `router run intake`.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from confluent_kafka import Message, TopicPartition

from router.config.runtime import KafkaSettings, RuntimeSettings
from router.kafka import intake
from router.kafka.clients import consumer, producer, read_to_end
from router.kafka.codec import decode_input, decode_ledger
from router.kafka.rules_watch import RulesWatch
from router.kafka.topics import DEADLETTER, INPUTS, LEDGER
from router.model.input import AlertBatch, ChangeBatch
from router.model.rules import Rules, Source
from tests.builders import a_company
from tests.integration.engine_process import PATIENCE_SECONDS, until

ROOT = Path(__file__).resolve().parents[2]
TOPICS = ("feeds", "prom")


def company(*sources: Source) -> Rules:
    """A company with two sources, or with these."""
    sources = sources or (
        Source(name="feeds", topics=("feeds",), format="native"),
        Source(name="prom", topics=("prom",), format="alertmanager", default_fault="api.error_rate"),
    )
    return a_company().model_copy(update={"sources": {source.name: source for source in sources}})


class Running:
    """`with Running(kafka):` starts an intake in a thread; leaving asks it to stop and takes its exit code."""

    def __init__(
        self, kafka: KafkaSettings, rules: Rules | None = None, watch: RulesWatch | None = None
    ) -> None:
        self.exit_code: int | None = None
        self._watch = watch
        self._runtime = RuntimeSettings(kafka=kafka)
        self._rules = rules or company()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="intake", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(PATIENCE_SECONDS)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        self.exit_code = intake.run(self._runtime, self._rules, self._stop, self._watch)


class IntakeProcess:
    """A running intake process; its log is in `folder`."""

    def __init__(self, kafka: KafkaSettings, folder: Path, name: str = "intake") -> None:
        self.log = folder / f"{name}.log"
        self._environment = {
            **os.environ,
            "ROUTER_KAFKA__BOOTSTRAP": kafka.bootstrap,
            "ROUTER_KAFKA__GROUP": kafka.group,
        }
        self.process = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "tests.integration.intake_running"]
            return subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=log, stderr=log)

    def restart(self) -> None:
        """Kill it as a crash does, and start it again."""
        self.kill()
        self.process = self._start()

    def kill(self) -> None:
        """End it as a crash does."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """Ask it to end; its exit code."""
        self.process.terminate()
        return self.process.wait(PATIENCE_SECONDS)

    def send(self, number: signal.Signals) -> None:
        """Send a signal."""
        self.process.send_signal(number)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()


def send(kafka: KafkaSettings, topic: str, values: Iterable[bytes | None], **extra: Any) -> None:
    """Write these values; those with an even number share a key, the others have none."""
    writer = producer(kafka)
    for number, value in enumerate(values):
        writer.produce(topic, value, f"key-{number % 7}" if number % 2 else None, **extra)
        writer.poll(0)
    assert writer.flush(60) == 0


def ends(kafka: KafkaSettings, *topics: str) -> dict[tuple[str, int], int]:
    """The end of every partition of these topics."""
    return {
        (record.topic() or "", record.partition() or 0): (record.offset() or 0) + 1
        for topic in topics
        for record in read_to_end(kafka, topic)
    }


def committed(kafka: KafkaSettings, places: Iterable[tuple[str, int]]) -> dict[tuple[str, int], int]:
    """What the group has committed; partitions without a commit are left out."""
    reader = consumer(kafka, kafka.name(intake.ROLE))
    try:
        found = reader.committed([TopicPartition(topic, number) for topic, number in places], timeout=30)
    finally:
        reader.close()
    return {(place.topic, place.partition): place.offset for place in found if place.offset >= 0}


def wait_until_read(kafka: KafkaSettings, *topics: str) -> None:
    """Until all that these topics hold now is committed."""
    wanted = ends(kafka, *topics)
    until(lambda: committed(kafka, wanted) == wanted, f"{topics} read")


class Written(NamedTuple):
    """What intake wrote: batches in order, dead letters, and by source partition what the ledger says."""

    batches: list[AlertBatch | ChangeBatch]
    dead: list[Message]
    consumed: dict[str, set[int]]
    rejected: dict[str, set[int]]

    @property
    def positions(self) -> dict[str, list[int]]:
        """Every position in the batches, by source partition, as often as it stands there."""
        found: dict[str, list[int]] = {}
        for batch in self.batches:
            for item in batch.items:
                for position in item.positions:
                    found.setdefault(position.source, []).extend(position.offsets)
        return found


def written(kafka: KafkaSettings) -> Written:
    """Read it all back."""
    inputs = (decode_input(record.value() or b"") for record in read_to_end(kafka, INPUTS))
    consumed: dict[str, set[int]] = {}
    rejected: dict[str, set[int]] = {}
    for record in read_to_end(kafka, LEDGER):
        for part in decode_ledger(record.value() or b"").sources:
            for first, last in part.consumed:
                consumed.setdefault(part.source, set()).update(range(first, last + 1))
            rejected.setdefault(part.source, set()).update(part.rejected)
    return Written(
        [batch for batch in inputs if isinstance(batch, AlertBatch | ChangeBatch)],
        list(read_to_end(kafka, DEADLETTER)),
        consumed,
        rejected,
    )


def fresh(marks: dict[str, int], batch: AlertBatch | ChangeBatch) -> Iterator[tuple[str, int]]:
    """What a scope with these high-water marks takes of a batch, as the engine does; the marks move on."""
    taken = [
        (position.source, offset)
        for item in batch.items
        for position in item.positions
        for offset in position.offsets
        if offset > marks.get(position.source, -1)
    ]
    for source, offset in taken:
        marks[source] = max(marks.get(source, -1), offset)
    yield from taken


def main() -> int:
    """Run intake until SIGTERM."""
    from router.telemetry.logs import configure

    runtime = RuntimeSettings()
    configure(runtime)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    return intake.run(runtime, company(), stop)


if __name__ == "__main__":
    sys.exit(main())
