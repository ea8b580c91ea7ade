"""`router demo`: the real roles on the embedded broker, with recorded stories played in fast motion.

Nothing is simulated but the broker and time: events get the timestamps that they were recorded with, and all roles
share a clock that runs through the stories as fast as people can follow, and jumps from one to the next.
"""

import os
import socket
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import orjson
from ruamel.yaml import YAML

from router.config.runtime import KafkaSettings
from router.kafka.codec import decode_decision, decode_incident, decode_ledger
from router.kafka.embedded import EmbeddedBroker
from router.kafka.sender import Sender
from router.kafka.supervisor import Policy, Supervisor
from router.kafka.tail import Tail
from router.kafka.topics import DECISIONS, INCIDENTS, LEDGER
from router.model.decision import Decision
from router.model.incident import Incident
from router.recording import Recorded, read_recordings
from router.stages.intake.record import SourceRecord

ROLES = ("intake", "engine", "notifier")
READY_SECONDS = 60.0
"""How long the roles may take to start."""
EVENT_SECONDS = (0.1, 0.2)
"""Real time between two events of a story: the gap in the recording, squeezed between these."""
SQUEEZE = 7_200.0
"""Recorded seconds in one real second, between the bounds above."""
PAUSE_SECONDS, PAUSE_PLAYED = 0.8, 900.0
"""After a story: so much real time, in which so much of its own time goes on, before the clock jumps to the next."""


class Story(NamedTuple):
    """A recorded story: its title, what happens, and its events in order of arrival."""

    title: str
    text: str
    events: tuple[SourceRecord, ...]


class Played(NamedTuple):
    """What is played when: a moment of real time (Unix seconds) and the event or the story that begins then."""

    at: float
    event: SourceRecord | None
    story: Story | None


def read_stories(folder: Path) -> list[Story]:
    """The stories of `recordings/stories.yaml` below a rules folder, oldest first. Raises RecordingError, OSError."""
    recordings = folder / "recordings"
    listed = YAML(typ="safe").load((recordings / "stories.yaml").read_text())["stories"]
    stories = [
        Story(entry["title"], entry["story"], tuple(_in_order(read_recordings([recordings / entry["file"]]))))
        for entry in listed
    ]
    return sorted(stories, key=lambda story: story.events[0].timestamp_ms)


def _in_order(events: Iterator[Recorded]) -> list[SourceRecord]:
    return sorted((event.record for event in events), key=lambda record: record.timestamp_ms)


def programme(stories: Sequence[Story], began: float) -> tuple[list[Played], tuple[tuple[float, float], ...]]:
    """When each event is played, from real time `began` on, and the clock that all roles share for it."""
    played: list[Played] = []
    clock: list[tuple[float, float]] = []
    now = began
    for story in stories:
        last: float | None = None
        played.append(Played(now, None, story))
        for event in story.events:
            at = event.timestamp_ms / 1_000
            if last is not None:
                now += min(EVENT_SECONDS[1], max(EVENT_SECONDS[0], (at - last) / SQUEEZE))
            last = at
            clock.append((now, at))
            played.append(Played(now, event, None))
        now += PAUSE_SECONDS
        clock.append((now, clock[-1][1] + PAUSE_PLAYED))
        now += EVENT_SECONDS[0]
    return played, tuple(clock)


class Demo:
    """The roles on an embedded broker; `with` starts and ends them. What they print goes to `log`."""

    def __init__(self, rules: Path, stories: Sequence[Story]) -> None:
        topics = sorted({event.topic for story in stories for event in story.events})
        self._rules = rules
        self._broker = EmbeddedBroker(tuple(topics))
        self._stories = stories
        self._clock_file = Path()
        self.log = Path(tempfile.gettempdir()) / f"router-demo-{os.getpid()}.log"

    @property
    def kafka(self) -> KafkaSettings:
        """How to reach the broker."""
        return self._broker.settings

    @contextmanager
    def running(self) -> Iterator[None]:
        """Broker and roles, ready, for as long as the block lasts. Raises TimeoutError."""
        with (
            self._broker,
            tempfile.TemporaryDirectory(prefix="router-demo-") as folder,
            self.log.open("wb") as log,
        ):
            self._clock_file = Path(folder) / "clock.json"
            settings = {
                "ROUTER_KAFKA__BOOTSTRAP": self._broker.bootstrap,
                "ROUTER_KAFKA__EMBEDDED": "true",
                "ROUTER_CLOCK_FILE": str(self._clock_file),
                "ROUTER_METRICS__PORT": str(_free_ports(len(ROLES))),
                "ROUTER_LOG_FORMAT": "console",
            }
            before = {name: os.environ.get(name) for name in settings}
            os.environ.update(settings)
            supervisor = Supervisor(ROLES, self._command, log, Policy(drain_seconds=5))
            thread = threading.Thread(target=supervisor.run, name="supervisor")
            thread.start()
            try:
                self._wait_until_ready(int(settings["ROUTER_METRICS__PORT"]))
                yield
            finally:
                supervisor.stop()
                thread.join()
                _restore(before)

    def _wait_until_ready(self, port: int) -> None:
        deadline = time.monotonic() + READY_SECONDS
        waiting = {role: port + place for place, role in enumerate(ROLES)}
        while waiting:
            waiting = {role: port for role, port in waiting.items() if not _ready(port)}
            if time.monotonic() > deadline:
                raise TimeoutError(
                    f"{', '.join(waiting)} not ready after {READY_SECONDS:.0f} s; read {self.log}"
                )
            time.sleep(0.1)

    def _command(self, role: str) -> Sequence[str]:
        return (sys.executable, "-m", "router.cli.main", "run", role, "--rules", str(self._rules))

    def play(self, tell: Callable[[Story], None]) -> int:
        """Send every event at its moment; `tell` hears of each story as it begins. Returns how many were sent."""
        sender = Sender(self.kafka)
        sent = 0
        listed, clock = programme(self._stories, time.time() + 0.5)
        self._clock_file.write_bytes(orjson.dumps(clock))
        for played in listed:
            time.sleep(max(0.0, played.at - time.time()))
            if played.story is not None:
                tell(played.story)
            if played.event is not None:
                event = played.event
                sender.send(
                    event.topic,
                    event.value,
                    key=event.key,
                    headers=event.headers,
                    timestamp_ms=event.timestamp_ms,
                )
                sent += 1
        sender.finish()
        return sent

    def follow(self, hear: Callable[[Decision], None], done: threading.Event) -> None:
        """Every decision as it is taken, until `done`."""
        with Tail(self.kafka, [DECISIONS]) as tail:
            for read in tail.follow(done.is_set):
                if read.value is not None:
                    hear(decode_decision(read.value))

    def wait_until_read(self, sent: int, seconds: float) -> None:
        """Until intake has read so many events, or so many seconds are over: nothing can be balanced before that."""
        deadline = time.monotonic() + seconds
        with Tail(self.kafka, [LEDGER]) as tail:
            count = 0
            while count < sent and time.monotonic() < deadline:
                lines = [decode_ledger(read.value) for read in tail.to_end() if read.value is not None]
                count += sum(source.count for line in lines for source in line.sources)
                time.sleep(0.1)

    def incidents(self) -> list[Incident]:
        """The newest revision of every incident that was not merged into another, oldest first."""
        newest: dict[str, Incident] = {}
        with Tail(self.kafka, [INCIDENTS]) as tail:
            for read in tail.to_end():
                if read.value is not None:
                    incident = decode_incident(read.value)
                    newest[incident.id] = incident
        return sorted((i for i in newest.values() if not i.merged_into), key=lambda i: (i.opened_at, i.id))


def _ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _free_ports(count: int) -> int:
    """The first of so many consecutive free ports on the loopback."""
    for base in range(20_000, 60_000, 100):
        with ExitStack() as stack:
            try:
                for port in range(base, base + count):
                    stack.enter_context(socket.socket()).bind(("127.0.0.1", port))
            except OSError:
                continue
            return base
    raise OSError("no free ports on 127.0.0.1")


def _restore(before: dict[str, str | None]) -> None:
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
