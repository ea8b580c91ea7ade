"""The balance of law 1: every consumed source position has exactly the outcomes it must have. No Kafka here.

Consumed is what the ledger says, outcomes are what the decisions say. The order in which either is added does
not matter, and ledger lines may repeat: whoever was killed after writing one reads the same positions again.
A source partition is consumed in order, so a ledger known from some moment on is complete from some offset on.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from router.model.decision import Decision
from router.model.ledger import LedgerEntry, SourceConsumed

CHUNK = 4_096
"""Offsets that share one array: a partition costs eight bytes an offset, wherever its offsets begin."""

ALERTED, HEARTBEAT, IGNORED, REJECTED = 0, 1, 2, 3
"""What intake made of a position: alerts and changes, or one of the outcomes that the ledger itself tells."""

OUTCOMES = {HEARTBEAT: "heartbeat", IGNORED: "ignored", REJECTED: "rejected"}

MOST = 2**24 - 1
"""The largest number of outcomes of one position that is told from a larger one."""


class Kind(StrEnum):
    """What is wrong with a position."""

    MISSING = "missing"
    DOUBLED = "doubled"
    NOT_CONSUMED = "not_consumed"


class Place(NamedTuple):
    """One source position; `source` is `topic/partition`."""

    source: str
    offset: int


class Difference(NamedTuple):
    """A position whose outcomes are not what the ledger makes us expect."""

    place: Place
    kind: Kind
    expected: int
    found: int


class _Words:
    """One number for each offset, 0 where none was set."""

    def __init__(self) -> None:
        self.chunks: dict[int, array[int]] = {}

    def get(self, offset: int) -> int:
        chunk = self.chunks.get(offset // CHUNK)
        return chunk[offset % CHUNK] if chunk else 0

    def put(self, offset: int, word: int) -> None:
        number = offset // CHUNK
        chunk = self.chunks.get(number)
        if chunk is None:
            chunk = self.chunks[number] = array("I", bytes(4 * CHUNK))
        chunk[offset % CHUNK] = word

    def entries(self) -> Iterator[tuple[int, int]]:
        for number in sorted(self.chunks):
            for place, word in enumerate(self.chunks[number]):
                if word:
                    yield number * CHUNK + place, word


class Balance:
    """Add ledger lines and decisions in any order, then ask what differs.

    `since`: the ledger is complete from then on only, so what was consumed before it is not asked for.
    """

    def __init__(self, since: datetime | None = None) -> None:
        self._since = since
        self._first: dict[str, int] = {}
        self._consumed: dict[str, _Words] = {}
        self._found: dict[str, _Words] = {}
        self._readings: dict[Place, set[int]] = {}
        self._outcomes: dict[str, Counter[str]] = {}

    def consume(self, entry: LedgerEntry) -> None:
        """Take in one line of the ledger."""
        if self._since and entry.at < self._since:
            return
        for part in entry.sources:
            if part.consumed:
                first = part.consumed[0][0]
                self._first[part.source] = min(first, self._first.get(part.source, first))
            words = self._consumed.setdefault(part.source, _Words())
            for offset, word in _expected(part):
                known = words.get(offset)
                if known and known != word:
                    # Read under other rules the second time: it may have the outcomes of either reading.
                    self._readings.setdefault(Place(part.source, offset), {known & MOST}).add(word & MOST)
                words.put(offset, word)

    def decide(self, decision: Decision) -> None:
        """Take in one decision."""
        if decision.outcome is None:
            return
        for position in decision.positions:
            words = self._found.setdefault(position.source, _Words())
            for offset in position.offsets:
                words.put(offset, min(words.get(offset) + 1, MOST))
            counts = self._outcomes.setdefault(position.topic, Counter())
            counts[decision.outcome.value] += len(position.offsets)

    def differences(self) -> Iterator[Difference]:
        """Every position that does not balance, by source and offset."""
        for source in sorted(self._consumed.keys() | self._found.keys()):
            consumed, found = self._consumed.get(source, _Words()), self._found.get(source, _Words())
            unequal = [
                offset for offset, word in consumed.entries() if (word & MOST) - 1 != found.get(offset)
            ]
            unequal += [offset for offset, _ in found.entries() if not consumed.get(offset)]
            yield from self.still(Place(source, offset) for offset in sorted(unequal))

    def still(self, places: Iterable[Place]) -> Iterator[Difference]:
        """Those of these positions that do not balance, in their order."""
        for place in places:
            difference = self._difference(place)
            if difference is not None and self._known(place):
                yield difference

    def counts(self) -> Mapping[str, Counter[str]]:
        """By source topic: `consumed` positions, and how many met each outcome.

        With `since`, outcomes of positions consumed shortly before it are counted too.
        """
        counts = {topic: Counter(outcomes) for topic, outcomes in self._outcomes.items()}
        for source, words in self._consumed.items():
            topic = counts.setdefault(source.rpartition("/")[0], Counter())
            for _, word in words.entries():
                topic["consumed"] += 1
                if (what := word >> 24) != ALERTED:
                    topic[OUTCOMES[what]] += 1
        return dict(sorted(counts.items()))

    def _known(self, place: Place) -> bool:
        """Whether the ledger is complete here."""
        if self._since is None:
            return True
        return place.offset >= self._first.get(place.source, place.offset + 1)

    def _difference(self, place: Place) -> Difference | None:
        words, tally = self._consumed.get(place.source), self._found.get(place.source)
        word = words.get(place.offset) if words else 0
        found = tally.get(place.offset) if tally else 0
        expected = (word & MOST) - 1
        if not word:
            return Difference(place, Kind.NOT_CONSUMED, 0, found) if found else None
        if found == expected or found + 1 in self._readings.get(place, ()):
            return None
        return Difference(place, Kind.MISSING if found < expected else Kind.DOUBLED, expected, found)


def _expected(part: SourceConsumed) -> Iterator[tuple[int, int]]:
    """Each consumed offset with its word: what intake made of it, and the decided outcomes to expect plus one."""
    classes = ((HEARTBEAT, part.heartbeats), (IGNORED, part.ignored), (REJECTED, part.rejected))
    told = {offset: what for what, offsets in classes for offset in offsets}
    for first, last in part.consumed:
        for offset in range(first, last + 1):
            what = told.get(offset, ALERTED)
            outcomes = part.parts.get(offset, 1 if what == ALERTED else 0)
            yield offset, what << 24 | min(outcomes + 1, MOST)
