"""Starts the roles as child processes and keeps them running: what crash-only processes need beside them.

A child that ends is started again, later and later if it keeps ending; one that ends again and again, or says that it
was misconfigured, ends the whole: loudly, so that whoever runs us notices. Children never outlive the supervisor.
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import BinaryIO

from router.kafka.ending import Exit

MISCONFIGURED = 2
"""A child's exit code that another start would not mend."""

LOOK_SECONDS = 0.1
LINE_BYTES = 65_536
"""A longer line of a child is cut into several."""

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Policy:
    """When to start again and when to give up: `deaths` within `window_seconds`.

    The first restart waits `delay_seconds`, every further one within the window twice as long, up to
    `longest_delay_seconds`. `drain_seconds` is how long a child may take to end when asked to.
    """

    delay_seconds: float = 0.5
    longest_delay_seconds: float = 30.0
    deaths: int = 8
    window_seconds: float = 300.0
    drain_seconds: float = 30.0


@dataclass(slots=True)
class _Child:
    name: str
    argv: Sequence[str]
    process: "subprocess.Popen[bytes] | None" = None
    start_at: float = 0.0
    deaths: deque[float] = field(default_factory=deque)
    pump: threading.Thread | None = None


class Supervisor:
    """Runs one set of roles. `run` blocks; `stop` and `reload` may be called from any thread or signal handler."""

    def __init__(
        self,
        roles: Sequence[str],
        argv: Callable[[str], Sequence[str]],
        out: BinaryIO | None = None,
        policy: Policy = Policy(),
    ) -> None:
        """`roles` may name one several times; `argv` makes a role's command line; `out` gets all output."""
        self._children = [_Child(name, argv(role)) for role, name in zip(roles, _names(roles), strict=True)]
        self._width = max(len(name) for name in (*_names(roles), "supervisor"))
        self._out = out or sys.stdout.buffer
        self._writing = threading.Lock()
        self._policy = policy

        self._stop = threading.Event()
        self._reload = threading.Event()
        self._parent = os.getpid()

    def run(self) -> int:
        """Until `stop`, SIGTERM or SIGINT (0; 1 if a child had to be killed), or giving up (1; 2: misconfigured).

        SIGHUP is passed on: the roles look at their rules again. Signals are handled only in the main thread.
        """
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, lambda *_: self.stop())
            signal.signal(signal.SIGINT, lambda *_: self.stop())
            signal.signal(signal.SIGHUP, lambda *_: self.reload())
        code = None
        try:
            while code is None and not self._stop.wait(LOOK_SECONDS):
                if self._reload.is_set():
                    self._pass_on()
                code = self._look()
        finally:
            drained = self._drain(self._children)
        return code if code is not None else int(not drained)

    def stop(self) -> None:
        """End all children in order, and `run`."""
        self._stop.set()

    def reload(self) -> None:
        """Have all children look at their rules again."""
        self._reload.set()

    def _look(self) -> int | None:
        """Start who should run; the exit code if it is time to give up."""
        for child in self._children:
            if child.process is None:
                if time.monotonic() >= child.start_at:
                    self._start(child)
            elif (code := child.process.poll()) is not None:
                self._ended(child, code)
                if code == MISCONFIGURED:
                    self._say(f"{child.name} is misconfigured: see its message above; not starting it again")
                    return MISCONFIGURED
                if len(child.deaths) >= self._policy.deaths:
                    self._say(
                        f"{child.name} died {len(child.deaths)} times in a row: GIVING UP, ending all roles"
                    )
                    return 1
        return None

    def _start(self, child: _Child) -> None:
        child.process = subprocess.Popen(  # noqa: S603 - a command line of our own
            child.argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            process_group=0,  # a Ctrl-C of the terminal is ours to pass on, once
            preexec_fn=self._bind,
        )
        assert child.process.stdout is not None
        child.pump = threading.Thread(target=self._pump, args=(child.name, child.process.stdout), daemon=True)
        child.pump.start()

    def _bind(self) -> None:
        """In the child: end when the supervisor does, however that ends; SIGHUP waits until it is understood."""
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        if _libc is not None:
            _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != self._parent:  # it ended before we said so
            os._exit(Exit.FAILED)

    def _ended(self, child: _Child, code: int) -> None:
        now = time.monotonic()
        child.process = None
        child.start_at = now

        while child.deaths and now - child.deaths[0] > self._policy.window_seconds:
            child.deaths.popleft()
        delay = min(self._policy.delay_seconds * 2 ** len(child.deaths), self._policy.longest_delay_seconds)
        child.deaths.append(now)
        child.start_at = now + delay
        self._say(f"{child.name} {_how(code)}; starts again in {delay:g} s")

    def _pass_on(self) -> None:
        self._reload.clear()
        for child in self._children:
            if child.process is not None and child.process.poll() is None:
                child.process.send_signal(signal.SIGHUP)

    def _drain(self, children: Sequence[_Child]) -> bool:
        """Ask them to end and wait until they have; False if one had to be killed."""
        running = [child for child in children if child.process is not None]
        for child in running:
            if child.process is not None and child.process.poll() is None:
                child.process.terminate()
        deadline = time.monotonic() + self._policy.drain_seconds
        drained = True
        for child in running:
            assert child.process is not None
            try:
                child.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self._say(f"{child.name} did not end within {self._policy.drain_seconds:g} s and is killed")
                child.process.kill()
                child.process.wait()
                drained = False
            if child.pump is not None:
                child.pump.join(1.0)
            child.process = None
        return drained

    def _pump(self, name: str, source: BinaryIO) -> None:
        with source:
            while line := source.readline(LINE_BYTES):
                self._write(name, line)

    def _say(self, text: str) -> None:
        self._write("supervisor", text.encode())

    def _write(self, name: str, line: bytes) -> None:
        # Nobody may be reading any more; the children must not block on a full pipe for that.
        with self._writing, suppress(OSError, ValueError):
            self._out.write(f"{name:<{self._width}} | ".encode() + line.rstrip(b"\n") + b"\n")
            self._out.flush()


def _names(roles: Sequence[str]) -> list[str]:
    """Each role's name; numbered from 1 where a role is there several times."""
    seen: dict[str, int] = {}
    names = []
    for role in roles:
        seen[role] = seen.get(role, 0) + 1
        names.append(f"{role}.{seen[role]}" if roles.count(role) > 1 else role)
    return names


def _how(code: int) -> str:
    """An exit code in words."""
    if code < 0:
        return f"was killed by {signal.Signals(-code).name}"
    known = {int(member): member.name.lower() for member in Exit}
    return f"ended with {code}" + (f" ({known[code]})" if code in known else "")
