"""The roles as processes, as an operator runs them: `router run ROLE` with an environment, output kept, ended by pid.

    with Roles(rules, folder, environment) as roles:
        roles.start("intake", "engine", "notifier")
        roles.wait_until_ready()

Each role may get settings of its own, as a login: `roles.start("intake", KAFKA__SASL_USERNAME="router-intake")`.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeVar

from router.config.runtime import ROLES, KafkaSettings
from tests.kafka.node import free_ports

ROOT = Path(__file__).resolve().parents[2]

PATIENCE_SECONDS = 90.0
"""For whatever a role does on a busy machine; it is waited for no longer than needed."""

T = TypeVar("T")


def until(question: Callable[[], T], what: str, seconds: float = PATIENCE_SECONDS) -> T:
    """The first true answer, asked for again and again."""
    deadline = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}; last: {answer!r}"
        time.sleep(0.1)
    return answer


def environment_of(kafka: KafkaSettings) -> dict[str, str]:
    """The settings as the environment variables that a process reads them from; secrets in the open."""
    dumped = kafka.model_dump(exclude_defaults=True, exclude_none=True)
    password = kafka.sasl_password.get_secret_value() if kafka.sasl_password else None
    given = {**dumped, "sasl_password": password}
    return {f"ROUTER_KAFKA__{name.upper()}": str(value) for name, value in given.items() if value is not None}


class Readiness(NamedTuple):
    """What /readyz says: the HTTP status (0: nobody listens) and the problems by check."""

    status: int
    problems: Mapping[str, str]


class RoleProcess:
    """One `router run ROLE`; what it writes to stdout and stderr goes to `log`, over all its restarts."""

    def __init__(
        self, role: str, name: str, rules: Path, folder: Path, environment: Mapping[str, str]
    ) -> None:
        """`environment`: variables besides those of this process."""
        self.role = role
        self.name = name
        self.log = folder / f"{name}.log"
        self._port = free_ports(1)[0]
        self._command = [sys.executable, "-m", "router.cli.main", "run", role, "--rules", str(rules)]
        ours = {name: value for name, value in os.environ.items() if not name.startswith("ROUTER_")}
        self._environment = {
            **ours,
            "ROUTER_DATA_DIR": str(folder / name),
            "ROUTER_METRICS__PORT": str(self._port - ROLES.index(role)),
            **environment,
        }
        self.process = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        with self.log.open("ab") as log:
            return subprocess.Popen(
                self._command,
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    @property
    def running(self) -> bool:
        """Whether the process has not ended."""
        return self.process.poll() is None

    def output(self) -> str:
        """Everything it has written so far."""
        return self.log.read_text(errors="replace")

    def says(self, text: str) -> bool:
        """Whether its output has this text."""
        return text in self.output()

    def readiness(self) -> Readiness:
        """What it answers at /readyz."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/readyz", timeout=5) as answer:
                return Readiness(answer.status, json.load(answer)["problems"])
        except urllib.error.HTTPError as refused:
            return Readiness(refused.code, json.load(refused)["problems"])
        except OSError:
            return Readiness(0, {})

    def metric(self, name: str) -> float | None:
        """The value of a metric without labels; None while there is none."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/metrics", timeout=5) as answer:
                lines = answer.read().decode().splitlines()
        except OSError:
            return None
        return next((float(line.split()[1]) for line in lines if line.startswith(f"{name} ")), None)

    def kill(self) -> None:
        """End it as a crash does."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """Ask it to end; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self, seconds: float = PATIENCE_SECONDS) -> int:
        """Its exit code, once it has ended by itself."""
        return self.process.wait(seconds)

    def restart(self) -> int | None:
        """Start it again, as the supervisor would, if it has ended: then its exit code."""
        code = self.process.poll()
        if code is not None:
            self.process = self._start()
        return code


class Roles:
    """Role processes that share rules, a folder for their logs, and an environment; the end of `with` kills all."""

    def __init__(self, rules: Path, folder: Path, environment: Mapping[str, str]) -> None:
        self._rules = rules
        self._folder = folder
        self._environment = {"ROUTER_LOG_LEVEL": "info", **environment}
        self.all: dict[str, RoleProcess] = {}

    def __getitem__(self, name: str) -> RoleProcess:
        return self.all[name]

    def start(self, role: str, settings: Mapping[str, str] | None = None, name: str = "") -> RoleProcess:
        """Start one more process of a role; `settings` are variables of its own, `name` is the role's unless given."""
        name = name or role
        process = RoleProcess(
            role, name, self._rules, self._folder, {**self._environment, **(settings or {})}
        )
        self.all[name] = process
        return process

    def wait_until_ready(self) -> None:
        """Until every one answers 200 at /readyz; one that ends meanwhile fails the test with its output."""

        def ready() -> bool:
            for process in self.all.values():
                assert process.running, f"{process.name} ended:\n{process.output()[-3000:]}"
            return all(process.readiness().status == 200 for process in self.all.values())

        until(ready, "all ready")

    @contextmanager
    def kept_running(self) -> Iterator[list[tuple[str, int]]]:
        """While the block lasts, whoever ends by itself is started again, as the supervisor does: names, exit codes."""
        ended: list[tuple[str, int]] = []
        over = threading.Event()

        def tend() -> None:
            while not over.wait(0.2):
                for name, process in self.all.items():
                    if (code := process.restart()) is not None:
                        ended.append((name, code))

        thread = threading.Thread(target=tend, name="tending", daemon=True)
        thread.start()
        try:
            yield ended
        finally:
            over.set()
            thread.join()

    def output(self) -> str:
        """What all have written."""
        return "\n".join(process.output() for process in self.all.values())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self.all.values():
            process.process.terminate()
        deadline = time.monotonic() + 15
        for process in self.all.values():
            try:
                process.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()


def router(environment: Mapping[str, str], *arguments: str) -> tuple[int, dict[str, Any], str]:
    """Run a command with `--json`: exit code, its document, and what it wrote to stderr."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("ROUTER_")}
    done = subprocess.run(
        [sys.executable, "-m", "router.cli.main", *arguments, "--json"],
        cwd=ROOT, env={**ours, **environment}, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS,
    )  # fmt: skip
    return done.returncode, json.loads(done.stdout) if done.stdout else {}, done.stderr


def apply_topics(environment: Mapping[str, str], *options: str) -> None:
    """`router topics apply` until it succeeds: brokers that have just started may take too long for one answer."""

    def applied() -> bool:
        code, _, errors = router(environment, "topics", "apply", *options)
        assert code == 0 or "timed out" in errors.lower(), errors
        return code == 0

    until(applied, "topics made")
