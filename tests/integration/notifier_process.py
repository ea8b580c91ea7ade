"""The notifier as a process of its own, so that tests can kill and freeze it.

Run as a module it is that process: settings come from the environment, as for `router run notifier`.
"""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from router.config.runtime import KafkaSettings, RuntimeSettings
from tests.fake_slack import FakeSlack

ROOT = Path(__file__).resolve().parents[2]
SESSION_MS = 6_000
"""The shortest that a broker allows: how long a dead notifier keeps its partitions."""


class NotifierProcess:
    """A running notifier; its log is in `folder`, named after `name`."""

    def __init__(self, kafka: KafkaSettings, slack: FakeSlack, folder: Path, name: str = "notifier") -> None:
        self.log = folder / f"{name}.log"
        self._environment = {
            **os.environ,
            "ROUTER_KAFKA__BOOTSTRAP": kafka.bootstrap,
            "ROUTER_SLACK__TOKEN": slack.token,
            "ROUTER_SLACK__BASE_URL": slack.api_url,
        }
        self.process = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "tests.integration.notifier_process"]
            return subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=log, stderr=log)

    def send(self, number: signal.Signals) -> None:
        """Send a signal."""
        self.process.send_signal(number)

    def kill(self) -> None:
        """End it as a crash does."""
        self.process.kill()
        self.process.wait()

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


def main() -> int:
    """Run the notifier, in a hurry, until it is told to end."""
    from router.kafka import notifier
    from router.telemetry.logs import configure
    from tests.integration.notifier_running import HASTY
    from tests.unit.render.samples import company

    runtime, stop = RuntimeSettings(), threading.Event()
    configure(runtime)
    notifier.SESSION_MS = SESSION_MS
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    return notifier.run(runtime, company(), stop, HASTY)


if __name__ == "__main__":
    sys.exit(main())
