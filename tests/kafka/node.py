"""One Kafka node: its folder, its ports, its Java process."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import SystemRandom

from .jars import HERE, KafkaUnavailable

HOST = "127.0.0.1"

JVM = ("-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto")
"""Small heap and the quick compiler only: a test broker starts often and lives for seconds."""

FORMAT_DEADLINE = 120.0
"""Seconds that formatting may take; about one on an idle machine."""

STOP_DEADLINE = 30.0
"""Seconds that a node has to shut down in order before it is killed."""

PORTS = range(15_000, 32_000)
"""Below the range from which Linux takes outgoing ports, so that none is lost while its node is down."""

# On Linux a node dies with the test run, however that ends; elsewhere only if the run ends in order.
_setpriv = shutil.which("setpriv")
_DIE_WITH_PARENT = [_setpriv, "--pdeathsig", "KILL", "--"] if _setpriv else []

# That signal comes when the *thread* that started the child ends. All are therefore started by this one, which
# lives as long as the test run: a test may start a node from a thread of its own.
_starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="kafka-starter")


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody listens on. Not reserved: another process may still take one."""
    chance = SystemRandom()  # pytest-randomly gives each process the same seed, hence the same ports
    found: list[int] = []
    while len(found) < count:
        port = chance.choice(PORTS)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
        if port not in found:
            found.append(port)
    return found


def until(condition: Callable[[], bool], deadline: float, failure: Callable[[], str]) -> None:
    """Ask `condition` again and again until it holds. Raises KafkaUnavailable after `deadline` seconds."""
    end = time.monotonic() + deadline
    while not condition():
        if time.monotonic() > end:
            raise KafkaUnavailable(f"Not within {deadline:.0f} s: {failure()}")
        time.sleep(0.05)


class Node:
    """A combined broker and controller. `ports` maps a listener's name to its port."""

    def __init__(self, number: int, folder: Path, ports: Mapping[str, int], libs: Path) -> None:
        self.number = number
        self.folder = folder
        self.ports = ports
        self.data = folder / "data"
        self.config = folder / "server.properties"
        self.log = folder / "server.log"
        self._java = ["java", *JVM, f"-Dlog4j2.configurationFile={HERE / 'log4j2.xml'}", "-cp", f"{libs}/*"]
        self._process: subprocess.Popen[bytes] | None = None

    def address(self, listener: str) -> str:
        """`host:port` of this listener."""
        return f"{HOST}:{self.ports[listener]}"

    def configure(self, properties: Mapping[str, str]) -> None:
        """Write server.properties: what is the same on every node, and what is this node's own."""
        listeners = ",".join(f"{name}://{self.address(name)}" for name in self.ports)
        own = {"node.id": str(self.number), "listeners": listeners, "log.dirs": str(self.data)}
        self.folder.mkdir(parents=True, exist_ok=True)
        lines = [f"{key}={value}\n" for key, value in (own | dict(properties)).items()]
        self.config.touch(mode=0o600)  # it may hold passwords
        self.config.write_text("".join(lines))

    @property
    def formatted(self) -> bool:
        """Whether the data folder is ready for the first start."""
        return (self.data / "meta.properties").exists()

    def format(self, cluster_id: str) -> None:
        """Prepare an empty data folder. Raises KafkaUnavailable with what the tool said."""
        command = [*self._java, "kafka.tools.StorageTool", "format", "-t", cluster_id, "-c", str(self.config)]
        try:
            run = subprocess.run(
                command, capture_output=True, text=True, check=False, timeout=FORMAT_DEADLINE
            )
        except subprocess.TimeoutExpired as error:
            raise KafkaUnavailable(f"Kafka's storage tool did not end: {error}") from error
        if run.returncode != 0:
            raise KafkaUnavailable(f"Kafka's storage tool failed:\n{(run.stdout + run.stderr)[-2000:]}")

    @property
    def running(self) -> bool:
        """Whether the process that we started lives. It may not be ready yet."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Process id. Raises KafkaUnavailable if the node is not running."""
        if self._process is None or not self.running:
            raise KafkaUnavailable(f"Node {self.number} is not running.{self.tail()}")
        return self._process.pid

    def start(self) -> None:
        """Start the process; returns at once. Nothing happens if it runs already."""
        if not self.running:
            self._process = _starter.submit(self._spawn).result()

    def _spawn(self) -> subprocess.Popen[bytes]:
        command = [*_DIE_WITH_PARENT, *self._java, "kafka.Kafka", str(self.config)]
        with self.log.open("ab") as log:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
            )

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        """End the process and wait for its end; SIGTERM becomes SIGKILL after STOP_DEADLINE seconds."""
        if self._process is None:
            return
        self._process.send_signal(how)  # Popen signals only a process that it has not reaped
        try:
            self._process.wait(STOP_DEADLINE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def tail(self) -> str:
        """The end of the node's log, for error messages."""
        if not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            log.seek(max(0, os.fstat(log.fileno()).st_size - 3000))
            return f"\nEnd of {self.log}:\n{log.read().decode(errors='replace')}"
