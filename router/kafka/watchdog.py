"""Ends a process that has work and does none. The supervisor starts it again, and the log says where to go on.

It runs in a thread of its own with a client of its own, so that it sees what a stuck event loop, group or fetcher
would hide: what the brokers hold, and how far the group has come.
"""

import threading
import time
from collections.abc import Callable, Mapping

from confluent_kafka import KafkaException, TopicPartition

from router.config.runtime import KafkaSettings
from router.kafka.clients import ANSWER_SECONDS, consumer, partitions_of
from router.kafka.ending import Exit, end_process
from router.kafka.topics import INPUTS

PERIOD_SECONDS = 5.0
"""Between two looks."""

STALL_SECONDS = 60.0
"""How long a partition of ours may have work and make no progress. Of somebody else's, twice as long."""

OPENING_SECONDS = 900.0
"""How long a shard may take to read its state back: a million records take some minutes."""


class Progress:
    """For how long something that should change has not."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._seen: dict[object, tuple[object, float]] = {}

    def idle_seconds(self, name: object, value: object) -> float:
        """Seconds since `value` was first seen in a row under this name."""
        now = self._clock()
        known = self._seen.get(name)
        if known is None or known[0] != value:
            self._seen[name] = (value, now)
            return 0.0
        return now - known[1]

    def forget(self, name: object) -> None:
        """There is nothing to wait for under this name."""
        self._seen.pop(name, None)

    def restart(self) -> None:
        """Begin all over: what was seen until now proves nothing."""
        self._seen.clear()


class Watchdog:
    """Watches one consumer group's work on `router.inputs.v1`, from one of its members."""

    def __init__(
        self,
        kafka: KafkaSettings,
        group: str,
        owned: Callable[[], Mapping[int, int | None]],
        rebalancing: Callable[[], bool],
        end: Callable[[Exit, str], None] = end_process,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`owned` answers, from any thread, our partitions and the offset each wants next (None: still opening)."""
        self.lag: Mapping[int, int] = {}
        self._kafka = kafka
        self._owned = owned
        self._rebalancing = rebalancing
        self._end = end
        self._progress = Progress(clock)
        self._beats = 0
        self._client = consumer(kafka, group)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Watch no longer."""
        self._stop.set()

    def beat(self) -> None:
        """The event loop says that it turns."""
        self._beats += 1

    def look(self) -> None:
        """Look once. `lag` says afterwards how many inputs wait in each partition of ours."""
        if self._progress.idle_seconds("loop", self._beats) > STALL_SECONDS:
            self._end(Exit.STALLED, f"the event loop has not turned for {STALL_SECONDS:.0f} s")
        owned = self._owned()
        try:
            ends, positions = self._ask()
        except KafkaException:  # an outage is not our stall, and no evidence of one
            self._progress.restart()
            return
        self._check_group()
        self.lag = {p: ends[p] - (positions[p] if at is None else at) for p, at in owned.items() if p in ends}
        for partition, end in ends.items():
            ours = partition in owned
            if ours or not self._kafka.embedded:  # which keeps no offsets of others
                at = max(positions[partition], owned.get(partition) or 0)
                self._check(partition, at, end, ours, opening=ours and owned[partition] is None)

    def _check(self, partition: int, at: int, end: int, ours: bool, opening: bool) -> None:
        name = (partition, ours, opening)
        if at >= end:
            self._progress.forget(name)
            return
        limit = OPENING_SECONDS if opening else STALL_SECONDS if ours else 2 * STALL_SECONDS
        if self._progress.idle_seconds(name, at) > limit:
            whose = "ours" if ours else "nobody seems to have it"
            self._end(
                Exit.STALLED, f"{INPUTS}[{partition}] ({whose}) stays at {at} of {end} for {limit:.0f} s"
            )

    def _check_group(self) -> None:
        if not self._rebalancing():
            self._progress.forget("group")
        elif self._progress.idle_seconds("group", True) > 2 * STALL_SECONDS:
            self._end(Exit.STALLED, f"the consumer group has been rebalancing for {2 * STALL_SECONDS:.0f} s")

    def _ask(self) -> tuple[dict[int, int], dict[int, int]]:
        """The end of each partition, and how far the group has come in it."""
        places = [TopicPartition(INPUTS, p) for p in range(partitions_of(self._client, INPUTS))]
        spans = {p.partition: self._client.get_watermark_offsets(p, timeout=ANSWER_SECONDS) for p in places}
        committed = self._client.committed(places, timeout=ANSWER_SECONDS)
        ends = {partition: end for partition, (_, end) in spans.items()}
        return ends, {place.partition: max(place.offset, spans[place.partition][0]) for place in committed}

    def _run(self) -> None:
        while not self._stop.wait(PERIOD_SECONDS):
            self.look()
