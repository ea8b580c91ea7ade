"""Which record is due next? One timer a record at most; the newest time that it was set to counts."""

import heapq

from router.model.value import Moment


class Timers:
    """Timers by record key.

    A timer that is put later stays queued where it is and moves on when it comes up, so an alert repeated a million
    times has one entry, not a million.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[Moment, str]] = []
        self._due: dict[str, Moment] = {}
        self._queued: dict[str, Moment] = {}

    def set(self, key: str, due: Moment | None) -> None:
        """Set the timer of a record; None stops it."""
        if due is None:
            self._due.pop(key, None)
        else:
            self._due[key] = due
            self._queue(due, key)

    def due_of(self, key: str) -> Moment | None:
        """When this record is due, or None."""
        return self._due.get(key)

    def next_due(self) -> Moment | None:
        """When the next timer is due, or None."""
        while self._heap:
            at, key = self._heap[0]
            due = self._due.get(key)
            if due == at and self._queued.get(key) == at:
                return at
            heapq.heappop(self._heap)
            if self._queued.get(key) == at:
                del self._queued[key]
                if due is not None:
                    self._queue(due, key)
        return None

    def pop_due(self, now: Moment) -> str | None:
        """The record whose timer is due first, if it is due; its timer is gone until it is set again."""
        at = self.next_due()
        if at is None or at > now:
            return None
        _, key = heapq.heappop(self._heap)
        del self._due[key], self._queued[key]
        return key

    def _queue(self, due: Moment, key: str) -> None:
        queued = self._queued.get(key)
        if queued is None or due < queued:
            self._queued[key] = due
            heapq.heappush(self._heap, (due, key))
