"""One batch of source records read, folded and accounted for; nothing is sent here.

Whatever happens to a record stands in the ledger line: a position is a source of alerts and changes, a
heartbeat, ignored or rejected. A record of many alerts of which some could not be used is both: its usable
ones go on (and stand in `parts`), and the whole of it becomes a dead letter.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson
from confluent_kafka import Message

from router import __version__
from router.kafka.deadletter import PREFIX, attempt_of
from router.model.catalog import UNMAPPED
from router.model.event import Heartbeat, Ignored, IgnoreReason, Rejected
from router.model.ledger import LedgerEntry, SourceConsumed, ranges
from router.model.rules import Rules
from router.stages.identify import Identities
from router.stages.intake.fold import Folder
from router.stages.intake.read import SourceReader
from router.stages.intake.record import Headers, Heard, HeardAlert, HeardChange, Repeat, SourceRecord
from router.stages.intake.stretch import Chunk

MAX_DEAD_LETTER_BYTES = 10_000_000
"""What `router.deadletter.v1` takes; of a larger record the dead letter says where it lies and has no
value.
"""

_NOBODYS = Ignored(reason=IgnoreReason.NOT_FOR_US, detail="no source in sources.yaml reads this topic")


OurHeaders = list[tuple[str, str | bytes | None]]
"""Headers as the producer takes them."""


class DeadRecord(NamedTuple):
    """A dead letter as it is sent: the original key and value, the original headers and ours."""

    key: bytes | None
    value: bytes | None
    headers: OurHeaders


@dataclass(slots=True)
class Tally:
    """What the records of one source were; `first` is the first rejected position a code."""

    events: int = 0
    heartbeats: int = 0
    ignored: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    first: dict[str, str] = field(default_factory=dict)

    def add(self, other: "Tally") -> None:
        """Add up with what came later."""
        self.events += other.events
        self.heartbeats += other.heartbeats
        self.ignored += other.ignored
        self.rejected += other.rejected
        self.first = other.first | self.first


class Batch(NamedTuple):
    """What a batch of records becomes. `next_offsets`: (topic, partition) -> the offset to commit.

    `tallies` by source, `unmapped` alerts by the name that no component has.
    """

    inputs: list[Chunk]
    dead: list[DeadRecord]
    ledger: LedgerEntry
    next_offsets: dict[tuple[str, int], int]
    tallies: dict[str, Tally]
    unmapped: Counter[str]


class BatchReader:
    """Reads batches under one set of rules."""

    def __init__(self, rules: Rules, intake: str) -> None:
        """`intake` names this process in the ledger."""
        self._rules = rules
        self._intake = intake
        self._identities = Identities(rules)
        self._readers: dict[str, SourceReader | None] = {}
        self._skew_ms = rules.settings.skew_seconds * 1000

    def read(self, messages: Iterable[Message], now: datetime) -> Batch:
        """Read these records, in the order of their offsets a partition; `now` is the wall clock."""
        folder = Folder(self._rules.hash)
        dead: list[DeadRecord] = []
        lanes: dict[tuple[str, int], _Lane] = {}
        latest_ms = int(now.timestamp() * 1000)
        for message in messages:
            record = _record(message, latest_ms, self._skew_ms)
            lane = lanes.get((record.topic, record.partition))
            if lane is None:
                reader = self._reader(record.topic)
                lane = lanes[record.topic, record.partition] = _Lane(record, reader, dead, now)
            if record.offset <= lane.last:
                continue  # delivered again after the partition was taken and given back
            lane.last = record.offset
            lane.offsets.append(record.offset)
            if lane.reader is None:
                lane.account(record, (_NOBODYS,))
                continue
            said = lane.reader.read(record)
            if isinstance(said, Repeat):
                folder.repeat(record, said)
                continue
            folder.add(record, said)
            if len(said) != 1 or type(said[0]) is not HeardAlert:
                lane.account(record, said)
        return self._batch(folder.chunks(), dead, list(lanes.values()), now)

    def _batch(
        self,
        inputs: list[Chunk],
        dead: list[DeadRecord],
        lanes: "list[_Lane]",
        now: datetime,
    ) -> Batch:
        tallies: dict[str, Tally] = {}
        for lane in lanes:
            tallies.setdefault(lane.source, Tally()).add(lane.tally())
        sources = tuple(lane.consumed() for lane in lanes)
        return Batch(
            inputs=inputs,
            dead=dead,
            ledger=LedgerEntry(intake=self._intake, rules=self._rules.hash, at=now, sources=sources),
            next_offsets={(lane.topic, lane.partition): lane.last + 1 for lane in lanes},
            tallies=tallies,
            unmapped=_unmapped(inputs),
        )

    def _reader(self, topic: str) -> SourceReader | None:
        """The reader of a topic; None when no source names it (a pattern that Kafka reads otherwise than we
        do).
        """
        if topic not in self._readers:
            source = self._rules.source_of(topic)
            same = (known for known in self._readers.values() if known is not None and known.source is source)
            self._readers[topic] = (
                None
                if source is None
                else next(same, None) or SourceReader(source, self._rules, self._identities)
            )
        return self._readers[topic]


class _Lane:
    """The records of one source partition in a batch."""

    def __init__(
        self, record: SourceRecord, reader: SourceReader | None, dead: list[DeadRecord], now: datetime
    ) -> None:
        self.topic, self.partition = record.topic, record.partition
        self.reader = reader
        self.source = reader.source.name if reader else ""
        self.last = -1
        self.offsets: list[int] = []
        self._dead = dead
        self._now = now
        self._now_text = now.astimezone(UTC).isoformat().encode()
        self._always = (
            (_TOPIC, record.topic.encode()),
            (_PARTITION, b"%d" % record.partition),
            (_SOURCE, self.source.encode()),
            (_BUILD, __version__.encode()),
        )
        self._tally = Tally()
        self._heartbeats: list[int] = []
        self._ignored: list[int] = []
        self._rejected: list[int] = []
        self._parts: dict[int, int] = {}

    def account(self, record: SourceRecord, said: tuple[Heard, ...]) -> None:
        """Note a record that is not exactly one alert or change."""
        observed = sum(type(part) is HeardAlert or type(part) is HeardChange for part in said)
        if observed and (observed > 1 or len(said) > 1):
            self._parts[record.offset] = observed
        for part in said:
            if type(part) is Rejected:
                self._reject(record, part)
            elif type(part) is Ignored:
                self._ignored.append(record.offset)
                self._tally.ignored[part.reason.value] += 1
            elif type(part) is Heartbeat:
                self._heartbeats.append(record.offset)

    def consumed(self) -> SourceConsumed:
        """The partition's part of the ledger line."""
        return SourceConsumed(
            topic=self.topic,
            partition=self.partition,
            consumed=ranges(self.offsets),
            heartbeats=tuple(self._heartbeats),
            ignored=tuple(self._ignored),
            rejected=tuple(self._rejected),
            parts=self._parts,
        )

    def tally(self) -> Tally:
        """What its records were."""
        self._tally.events = len(self.offsets)
        self._tally.heartbeats = len(self._heartbeats)
        return self._tally

    def _reject(self, record: SourceRecord, why: Rejected) -> None:
        self._rejected.append(record.offset)
        code = why.code.value
        if code not in self._tally.rejected:
            self._tally.first[code] = f"{record.topic}/{record.partition}/{record.offset}"
        self._tally.rejected[code] += 1
        self._dead.append(_dead_record(record, why, self._always, self._now, self._now_text))


def _record(message: Message, now_ms: int, skew_ms: int) -> SourceRecord:
    """A record as intake reads it. A timestamp from the future (a producer's wrong clock), or none, is now."""
    timestamp_ms = message.timestamp()[1]
    headers: Any = message.headers()  # a list of pairs, whatever the stubs allow for producing
    return SourceRecord(
        message.topic() or "",
        message.partition() or 0,
        message.offset() or 0,
        timestamp_ms if 0 < timestamp_ms <= now_ms + skew_ms else now_ms,
        message.key(),
        message.value(),
        tuple(headers) if headers else (),
    )


def _dead_record(
    record: SourceRecord, why: Rejected, always: tuple[tuple[str, bytes], ...], now: datetime, now_text: bytes
) -> DeadRecord:
    """The headers are those of `DeadLetter.headers`, made without its detour: in a storm of bad events it
    counts.
    """
    headers: OurHeaders = [
        *always,
        (_OFFSET, b"%d" % record.offset),
        (_TIMESTAMP_MS, b"%d" % record.timestamp_ms),
        (_CODE, why.code.encode()),
        (_MESSAGE, why.message.encode()),
    ]
    if record.headers:
        attempt, first_failed_at = attempt_of(_filled(record.headers), now)
        headers += (
            (_ATTEMPT, b"%d" % attempt),
            (_FIRST_FAILED_AT, first_failed_at.astimezone(UTC).isoformat().encode()),
        )
        headers = [*(header for header in record.headers if not header[0].startswith(PREFIX)), *headers]
    else:
        headers += ((_ATTEMPT, b"1"), (_FIRST_FAILED_AT, now_text))
    if record.value is not None and len(record.value) > MAX_DEAD_LETTER_BYTES:
        headers = [header for header in headers if header[0] != _MESSAGE]
        headers.append((_MESSAGE, f"{why.message}; too large to be kept, read it at its position".encode()))
        return DeadRecord(record.key, None, headers)
    return DeadRecord(record.key, record.value, headers)


_TOPIC, _PARTITION, _OFFSET = PREFIX + "topic", PREFIX + "partition", PREFIX + "offset"
_TIMESTAMP_MS, _CODE, _MESSAGE = PREFIX + "timestamp_ms", PREFIX + "code", PREFIX + "message"
_SOURCE, _BUILD, _ATTEMPT = PREFIX + "source", PREFIX + "build", PREFIX + "attempt"
_FIRST_FAILED_AT = PREFIX + "first_failed_at"


def _filled(headers: Headers) -> tuple[tuple[str, bytes], ...]:
    return tuple((name, value) for name, value in headers if value is not None)


def _unmapped(inputs: list[Chunk]) -> Counter[str]:
    found: Counter[str] = Counter()
    for chunk in inputs:
        if chunk.scope == UNMAPPED and chunk.type == "alerts":
            for item in orjson.loads(chunk.encode())["items"]:
                alerts = sum(len(position["offsets"]) for position in item["positions"])
                found[item["alert"]["component"]] += alerts
    return found
