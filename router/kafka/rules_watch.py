"""Watches the rules folder while a role works, and has the new rules ready when the role next asks.

A change is taken up when two looks in a row saw the same files, so that a copy under way is not taken for the whole;
SIGHUP (`nudge`) looks at once. Reading and checking happen in a thread of their own. Rules with mistakes are refused
loudly, and the role goes on with those it has until the files change again.
"""

import os
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from pathlib import Path

from router import __version__
from router.kafka.ending import describe
from router.model.errors import RulesError
from router.model.rules import Rules
from router.telemetry.events import RulesChanged, RulesRefused, emit

POLL_SECONDS = 2.0
"""Between two looks."""

INTAKE_WAITS_SECONDS = 10.0
"""Intake takes new rules up so much later than the engine: alerts then follow their incidents to another scope."""

MAX_FILES, MAX_DEPTH = 20_000, 4
"""Bounds of a look, should a link lead in a circle."""


def files_of(folder: Path) -> Hashable:
    """What tells one state of the folder from another, without reading it: name, time and size of each file."""
    return tuple(_files(str(folder), MAX_DEPTH))[:MAX_FILES]


def _files(folder: str, depth: int) -> Iterator[tuple[str, int, int]]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        try:
            if entry.is_dir():
                if depth:
                    yield from _files(entry.path, depth - 1)
                continue
            found = entry.stat()
        except OSError:  # it is being replaced
            yield (entry.path, 0, -1)
            continue
        yield (entry.path, found.st_mtime_ns, found.st_size)


class RulesWatch:
    """The newest good rules of a folder, for one role. `news` and `nudge` may be called from any thread.

    `hold_seconds`: how long rules that were read are held back from the role.
    """

    def __init__(
        self,
        role: str,
        rules: Rules,
        load: Callable[[], Rules],
        files: Callable[[], Hashable],
        *,
        seen: Hashable,
        hold_seconds: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`rules` were read by `load`, which raises RulesError; `files` tells states of the folder apart.

        `seen` is what `files` answered before the rules were read: they may have changed since.
        """
        self._role = role
        self._newest = rules
        self._load = load
        self._files = files
        self._hold_seconds = hold_seconds
        self._clock = clock
        self._known = self._last = seen
        self._ready_at = clock()
        self._asked = threading.Event()
        self._wake = threading.Event()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="rules", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def close(self) -> None:
        """Watch no longer."""
        self._closed = True
        self._wake.set()

    def nudge(self) -> None:
        """Look now, and do not wait for a second look."""
        self._asked.set()
        self._wake.set()

    def news(self, current: Rules) -> Rules | None:
        """Other rules than these, if there are any for the role to take up from now on; to be asked between batches."""
        newest = self._newest
        if newest.hash == current.hash or self._clock() < self._ready_at:
            return None
        emit(RulesChanged(self._role, __version__, current.hash, newest.hash, len(newest.components)))
        return newest

    def look(self) -> None:
        """Look once."""
        asked = self._asked.is_set()
        self._asked.clear()
        seen = self._files()
        settled = seen == self._last
        self._last = seen
        if not asked and (seen == self._known or not settled):
            return
        try:
            rules = self._load()
            rules.topology  # noqa: B018 - worked out here, not while alerts wait
        except RulesError as error:
            self._refuse(seen, len(error.findings), str(error.findings[0]))
        except Exception as error:  # whatever it is, the role has rules to go on with
            self._refuse(seen, 1, describe(error))
        else:
            if self._files() != seen:
                return  # they changed while they were read: look again
            self._known = seen
            self._accept(rules)

    def _accept(self, rules: Rules) -> None:
        if rules.hash != self._newest.hash:
            self._newest, self._ready_at = rules, self._clock() + self._hold_seconds
        RulesRefused.mended(self._role)

    def _refuse(self, seen: Hashable, mistakes: int, first: str) -> None:
        self._known = seen
        emit(RulesRefused(self._role, self._newest.hash, mistakes, first))

    def _run(self) -> None:
        while not self._closed:
            self._wake.wait(POLL_SECONDS)
            self._wake.clear()
            if not self._closed:
                self.look()
