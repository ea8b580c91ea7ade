"""Keeps Python's search for cyclic garbage away from the state, which is large, lives long and holds no cycles.

Untamed, it walks all of the state again and again while alerts come in: a fifth of the time at 100,000 open alerts,
in pauses that grow with the state. Reference counting frees what the state lets go of, so little is left for it.
"""

import gc
import time
from collections.abc import Callable

SEARCH_SECONDS = 900.0
"""How often everything is searched, at most."""

IDLE_SECONDS = 1.0
"""And only after so long without work, for everything else waits meanwhile."""


class Memory:
    """The garbage collector of this process, tamed."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` counts seconds."""
        self._clock = clock
        self._worked = self._searched = clock()
        gc.set_threshold(50_000, 20, 100)

    def restored(self) -> None:
        """Much was just read back that will stay."""
        gc.freeze()

    def worked(self) -> None:
        """There was something to do just now."""
        self._worked = self._clock()

    def rest(self) -> None:
        """There may be time to search."""
        now = self._clock()
        if now - self._worked > IDLE_SECONDS and now - self._searched > SEARCH_SECONDS:
            gc.unfreeze()
            gc.collect()
            gc.freeze()
            self._searched = self._clock()
