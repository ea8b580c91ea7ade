"""Logs a library's complaint once in a while and not once per attempt: aiokafka has 80 a second to say of an outage."""

import logging
import time
from collections.abc import Callable

PERIOD_SECONDS = 30.0
"""The same complaint is let through so often at most."""


class Repeats(logging.Filter):
    """Lets a message (by its text before the arguments are put in) pass once per period, with how many were not."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` counts seconds."""
        super().__init__()
        self._clock = clock
        self._last: dict[tuple[str, int, str], float] = {}
        self._held: dict[tuple[str, int, str], int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to log it."""
        what = (record.name, record.levelno, str(record.msg))
        now = self._clock()
        if now - self._last.get(what, -PERIOD_SECONDS) < PERIOD_SECONDS:
            self._held[what] = self._held.get(what, 0) + 1
            return False
        self._last[what] = now
        held = self._held.pop(what, 0)
        if held:
            record.msg = f"{record.msg} (and {held} times before)"
        return True


def quieten(library: str) -> None:
    """Let no logger of this library, which is imported already, repeat itself."""
    repeats = Repeats()
    for name in [library, *(n for n in logging.root.manager.loggerDict if n.startswith(f"{library}."))]:
        logging.getLogger(name).addFilter(repeats)
