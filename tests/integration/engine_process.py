"""The engine as a process of its own, with the counting core, so that tests can kill it.

    with EngineProcess(kafka, tmp_path) as engine: ...

Run as a module it is that process: settings come from the environment, as for `router run engine`.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from confluent_kafka import KafkaException

from router.config.runtime import KafkaSettings, RuntimeSettings
from router.kafka.clients import read_to_end
from router.kafka.codec import decode_decision
from router.kafka.topics import DECISIONS, INPUTS, TOPICS, adjusted, topics
from router.kafka.topics_plan import apply
from router.model.decision import Reason
from tests.builders import a_company
from tests.counting import count
from tests.kafka.broker import KafkaCluster

ROOT = Path(__file__).resolve().parents[2]

PATIENCE_SECONDS = 120.0
"""For whatever an engine does on a busy machine."""


class EngineProcess:
    """A running engine; its log is in `folder`, named after `name`. `settings` are further ROUTER_* variables."""

    command: Sequence[str] = (sys.executable, "-m", "tests.integration.engine_process")

    def __init__(self, kafka: KafkaSettings, folder: Path, name: str = "engine", **settings: str) -> None:
        self.log = folder / f"{name}.log"
        self._environment = {
            **os.environ,
            "ROUTER_KAFKA__BOOTSTRAP": kafka.bootstrap,
            "ROUTER_KAFKA__GROUP": kafka.group,
            "ROUTER_KAFKA__EMBEDDED": str(kafka.embedded),
            "ROUTER_DATA_DIR": str(folder / "data"),
            **settings,
        }
        self.process = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        with self.log.open("ab") as log:
            return subprocess.Popen(self.command, cwd=ROOT, env=self._environment, stdout=log, stderr=log)

    def send(self, number: signal.Signals) -> None:
        """Send a signal."""
        self.process.send_signal(number)

    def kill(self) -> None:
        """End it as a crash does."""
        self.process.kill()
        self.process.wait()

    def wait(self) -> int:
        """Its exit code, once it has ended by itself."""
        return self.process.wait(PATIENCE_SECONDS)

    def restart(self) -> None:
        """Start it again, as the supervisor would; nothing happens if it runs."""
        if self.process.poll() is not None:
            self.process = self._start()

    def says(self, text: str) -> bool:
        """Whether its log has this text."""
        return text in self.log.read_text()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()


def make_topics(cluster: KafkaCluster, partitions: int = 4, timestamps: str = "LogAppendTime") -> None:
    """All our topics, empty, as `router topics apply` makes them; `timestamps` says whose inputs bear."""
    existing = cluster.admin.list_topics(timeout=30).topics.keys() & set(TOPICS)
    if existing:
        for done in cluster.admin.delete_topics(list(existing)).values():
            done.result(30)
        until(lambda: not cluster.admin.list_topics(timeout=30).topics.keys() & set(TOPICS), "topics gone")
    config = {INPUTS: {"message.timestamp.type": timestamps}}
    wanted = adjusted(topics(), partitions=partitions, replication=1, config=config)
    kafka = KafkaSettings(bootstrap=cluster.bootstrap)

    def made() -> bool:
        try:
            return [one for one in apply(kafka, wanted) if one.refused] == []
        except KafkaException:  # a broker that has just deleted them may not lead the new ones yet
            return False

    until(made, "topics made")


def until(condition: Callable[[], bool], what: str) -> None:
    """Ask again and again until it holds."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"not within {PATIENCE_SECONDS:.0f} s: {what}"
        time.sleep(0.1)


def counted(kafka: KafkaSettings, reason: Reason = Reason.COMMAND_APPLIED) -> list[str]:
    """Ids of the inputs that were committed as counted (or, with INCIDENT_CLOSED, whose timer ran)."""
    decisions = (decode_decision(record.value() or b"") for record in read_to_end(kafka, DECISIONS))
    return [decision.command for decision in decisions if decision.reason is reason]


def main() -> int:
    """Run the engine until it is told to end."""
    from router.kafka.engine import run
    from router.telemetry.logs import configure

    runtime = RuntimeSettings()
    configure(runtime)
    return run(runtime, a_company(), count)


if __name__ == "__main__":
    sys.exit(main())
