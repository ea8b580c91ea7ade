"""Children are kept running, given up loudly, drained, and never outlive the supervisor."""

import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from router.kafka.supervisor import Policy, Supervisor

QUICK = Policy(delay_seconds=0.01, longest_delay_seconds=0.05, deaths=3, drain_seconds=20)
PATIENCE_SECONDS = 30.0

STAY = "import time; print('ready', flush=True); time.sleep(600)"
"""A child that runs until it is told to end, and then ends at once."""


def a_child(program: str) -> Callable[[str], Sequence[str]]:
    """Every role is this Python program; `ROLE` in it is the role's name."""
    return lambda role: [sys.executable, "-c", program.replace("ROLE", role)]


def until(condition: Callable[[], bool]) -> None:
    """Wait until it holds."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


class Running:
    """A supervisor at work in a thread."""

    def __init__(self, supervisor: Supervisor, out: io.BytesIO) -> None:
        self.supervisor = supervisor
        self.code: int | None = None
        self._out = out
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        self.code = self.supervisor.run()

    def lines(self, part: str) -> list[str]:
        """Lines of output with this in it, so far."""
        return [line for line in self._out.getvalue().decode().splitlines() if part in line]

    def end(self) -> int | None:
        """Wait for the end; the exit code."""
        self._thread.join(PATIENCE_SECONDS)
        return self.code


@contextmanager
def running(
    program: str,
    roles: Sequence[str] = ("engine",),
    policy: Policy = QUICK,
) -> Iterator[Running]:
    """Supervise children that run this program."""
    out = io.BytesIO()
    run = Running(Supervisor(roles, a_child(program), out, policy), out)
    try:
        yield run
    finally:
        run.supervisor.stop()
        run.end()


def test_lines_carry_the_name_of_their_role() -> None:
    """Whose line it is shows, also for several copies of a role, and for what they write to stderr."""
    program = "import sys, time; print('hello'); print('oh', file=sys.stderr); time.sleep(600)"
    with running(program, ["intake", "engine", "engine"]) as run:
        until(lambda: len(run.lines("oh")) == 3)
        assert sorted(line.split("|")[0].strip() for line in run.lines("hello")) == [
            "engine.1",
            "engine.2",
            "intake",
        ]


def test_dead_child_is_started_again() -> None:
    """Killed, it comes back, and the log says how it ended."""
    with running("import os; print('pid', os.getpid()); " + STAY) as run:
        until(lambda: len(run.lines("ready")) == 1)
        os.kill(int(run.lines("pid ")[0].split()[-1]), signal.SIGKILL)
        until(lambda: len(run.lines("ready")) == 2)
        assert run.lines("was killed by SIGKILL; starts again in 0.01 s")


def test_child_that_keeps_dying_ends_the_whole(tmp_path: Path) -> None:
    """After some deaths in a row it gives up with 1, says so, and takes the healthy roles with it."""
    program = (
        f"import sys, time; open('{tmp_path}/ROLE', 'a').write('x')\n"
        "sys.exit(70) if 'ROLE' == 'engine' else time.sleep(600)"
    )
    with running(program, ["engine", "web"]) as run:
        assert run.end() == 1
        assert run.lines("engine ended with 70 (failed)")
        assert run.lines("GIVING UP")
    assert (tmp_path / "engine").read_text() == "xxx"


def test_restarts_come_later_and_later() -> None:
    """A child that cannot start must not burn the machine."""
    with running("import sys; sys.exit(3)", policy=Policy(0.01, 0.03, deaths=5)) as run:
        assert run.end() == 1
        delays = [line.split(" in ")[1] for line in run.lines("starts again")]
        assert delays == ["0.01 s", "0.02 s", "0.03 s", "0.03 s", "0.03 s"]


def test_deaths_far_apart_are_forgiven() -> None:
    """Only deaths within the window count."""
    with running("import sys; sys.exit(3)", policy=Policy(0.05, 0.05, deaths=3, window_seconds=0.001)) as run:
        until(lambda: len(run.lines("starts again")) >= 6)
        assert not run.lines("GIVING UP")


def test_misconfigured_child_is_not_started_again() -> None:
    """Exit code 2 is the operator's to mend; starting again would only repeat the message."""
    with running("print('mistake'); import sys; sys.exit(2)") as run:
        assert run.end() == 2
        assert len(run.lines("mistake")) == 1


def test_stop_drains_the_children() -> None:
    """Each gets SIGTERM and the time to finish; then the supervisor ends with 0."""
    program = (
        "import signal, sys, time\n"
        "def drain(*_):\n    time.sleep(0.2); print('drained', flush=True); sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, drain); print('ready', flush=True); time.sleep(600)"
    )
    with running(program, ["engine", "web"]) as run:
        until(lambda: len(run.lines("ready")) == 2)
        run.supervisor.stop()
        assert run.end() == 0
        assert len(run.lines("drained")) == 2


def test_child_that_does_not_drain_is_killed() -> None:
    """The deadline holds, and the exit code tells."""
    program = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + STAY
    with running(program, policy=Policy(drain_seconds=0.3)) as run:
        until(lambda: len(run.lines("ready")) == 1)
        run.supervisor.stop()
        assert run.end() == 1
        assert run.lines("did not end within 0.3 s and is killed")


def test_reload_is_passed_on_and_ends_nobody() -> None:
    """The roles look at their rules again while they work; one that cannot hear it yet is not ended by it."""
    told = "import signal; signal.signal(signal.SIGHUP, lambda *_: print('told', flush=True)); "
    with running("import time; time.sleep(0.5); " + told + STAY, ["engine", "web"]) as run:
        run.supervisor.reload()
        until(lambda: len(run.lines("ready")) == 2)
        for told_in_all in (2, 4):
            run.supervisor.reload()
            until(lambda: len(run.lines("told")) == told_in_all)  # noqa: B023
        assert not run.lines("starts again")


def test_children_never_outlive_the_supervisor() -> None:
    """Killed with SIGKILL, it takes them along."""
    program = (
        "import sys; from router.kafka.supervisor import Supervisor\n"
        "child = \"import os, time; print('pid', os.getpid(), flush=True); time.sleep(600)\"\n"
        "Supervisor(['engine'], lambda role: [sys.executable, '-c', child]).run()"
    )
    root = Path(__file__).resolve().parents[3]
    with subprocess.Popen([sys.executable, "-c", program], cwd=root, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline().split()[-1])
        parent.kill()
        parent.wait()
        until(lambda: not _alive(child))


def test_sigterm_ends_it_in_order() -> None:
    """As a process manager asks it to."""
    program = (
        "import sys; from router.kafka.supervisor import Supervisor\n"
        "child = \"import time; print('ready', flush=True); time.sleep(600)\"\n"
        "sys.exit(Supervisor(['engine'], lambda role: [sys.executable, '-c', child]).run())"
    )
    root = Path(__file__).resolve().parents[3]
    with subprocess.Popen([sys.executable, "-c", program], cwd=root, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert b"ready" in parent.stdout.readline()
        parent.terminate()
        assert parent.wait(PATIENCE_SECONDS) == 0


def _alive(pid: int) -> bool:
    """Whether the process runs: one that ended and was not reaped yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
