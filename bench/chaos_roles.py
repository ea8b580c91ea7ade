"""The roles under chaos: processes that are killed, end by themselves and are started again."""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).resolve().parents[1]


class Role:
    """One `router run ROLE`, with its log in `folder`."""

    def __init__(self, role: str, name: str, rules: Path, folder: Path, environment: dict[str, str]) -> None:
        self.role = role
        self.name = name
        self.log = folder / f"{name}.log"
        self._command = [sys.executable, "-m", "router.cli.main", "run", role, "--rules", str(rules)]
        self._environment = {**environment, "ROUTER_DATA_DIR": str(folder / name)}
        self.process = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        with self.log.open("ab") as log:
            return subprocess.Popen(self._command, cwd=ROOT, env=self._environment, stdout=log, stderr=log)

    def kill(self) -> None:
        """End it as a crash does, and start it again."""
        self.process.kill()
        self.process.wait()
        self.process = self._start()

    def tend(self) -> int | None:
        """Start it again if it has ended by itself; its exit code then."""
        code = self.process.poll()
        if code is not None:
            self.process = self._start()
        return code

    def says(self, text: str) -> int:
        """How often its log has this text."""
        return self.log.read_text(errors="replace").count(text)


class Fleet:
    """All roles; `ended` counts those that ended by themselves, by name and exit code."""

    def __init__(self, roles: Sequence[str], rules: Path, folder: Path, settings: dict[str, str]) -> None:
        environment = {**os.environ, **settings, "ROUTER_LOG_LEVEL": "info"}
        self.ended: Counter[str] = Counter()
        self.roles = [
            Role(role, f"{role}-{number}", rules, folder, environment) for number, role in enumerate(roles)
        ]

    def tend(self) -> None:
        """Start again who ended by itself, as the supervisor would."""
        for role in self.roles:
            code = role.tend()
            if code is not None:
                self.ended[f"{role.role} {code}"] += 1

    def wait_until_at_work(self, seconds: float = 120.0) -> None:
        """Until each engine hosts a shard. Raises SystemExit after so long."""
        deadline = time.monotonic() + seconds
        while not all(role.says("shard.opened") for role in self.roles if role.role == "engine"):
            self.tend()
            if time.monotonic() > deadline:
                raise SystemExit("the engines do not open their shards")
            time.sleep(0.2)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for role in self.roles:
            role.process.kill()
            role.process.wait()
