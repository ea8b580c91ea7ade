"""What was already handled, remembered for a while: replays of a request have no second effect."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum


class Seen(StrEnum):
    """Whether a key is new, being handled by another request at this moment, or handled."""

    NEW = "new"
    UNDER_WAY = "under_way"
    DONE = "done"


class Replays:
    """Keys of requests, each for `ttl_seconds` since it was first seen, the newest `limit` of them.

    For one event loop. Only authentic requests may come in, so that nobody can push others out. What is
    forgotten here (a restart, another process) is still applied once: the scope remembers commands by id.
    """

    def __init__(self, now: Callable[[], datetime], ttl_seconds: float = 600.0, limit: int = 10_000) -> None:
        self._now = now
        self._ttl = timedelta(seconds=ttl_seconds)
        self._limit = limit
        self._known: OrderedDict[str, tuple[datetime, Seen]] = OrderedDict()

    def begin(self, key: str) -> Seen:
        """What the key is; a new one is under way from now until `finish` or `forget`."""
        now = self._now()
        while self._known and (self._oldest() <= now - self._ttl or len(self._known) > self._limit):
            self._known.popitem(last=False)
        found = self._known.get(key)
        if found is not None:
            return found[1]
        self._known[key] = (now, Seen.UNDER_WAY)
        return Seen.NEW

    def finish(self, key: str) -> None:
        """It took effect: from now on the same key is a replay."""
        if key in self._known:
            self._known[key] = (self._known[key][0], Seen.DONE)

    def forget(self, key: str) -> None:
        """It did not take effect: it may be tried again."""
        if self._known.get(key, (None, Seen.DONE))[1] is Seen.UNDER_WAY:
            del self._known[key]

    def _oldest(self) -> datetime:
        return next(iter(self._known.values()))[0]
