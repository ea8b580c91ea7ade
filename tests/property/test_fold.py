"""Folding conserves positions, keeps the order that high-water marks rely on, and changes nothing but counts."""

from collections import Counter
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from router.kafka.codec import decode_input
from router.model.event import Alert
from router.model.input import AlertBatch, ChangeBatch
from router.model.rules import Source
from router.stages.dedupe import merge
from router.stages.identify import Identities
from router.stages.intake.fold import Folder
from router.stages.intake.read import SourceReader, read
from router.stages.intake.record import Observation, Repeat, SourceRecord
from tests.builders import a_company
from tests.unit.stages.intake.documents import ARRIVED_MS, a_record, native

SOURCE = Source(name="acme", topics=("events",), format="native")
RULES = a_company()
Batches = list[AlertBatch | ChangeBatch]
NEWS: list[dict[str, Any]] = [
    *({} for _ in range(6)),
    {"status": "resolved"},
    {"severity": "critical"},
    {"summary": "another"},
    {"started_at": "2026-03-02T08:59:02Z"},
    {"trace_ids": ["t"]},
]


@st.composite
def events(draw: st.DrawFn) -> list[SourceRecord]:
    """A batch as it may come off Kafka: several partitions, offsets with gaps, repeats, news, changes, rubbish."""
    count = draw(st.integers(1, 40))
    next_offset = dict.fromkeys(range(2), 0)
    records = []
    for _ in range(count):
        partition = draw(st.integers(0, 1))
        offset = next_offset[partition] + draw(st.integers(0, 2))
        next_offset[partition] = offset + 1
        at_ms = ARRIVED_MS + draw(st.integers(0, 3))
        record = a_record(draw(documents()), offset=offset, at_ms=at_ms)
        records.append(record._replace(partition=partition))
    return records


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any] | bytes:
    """Mostly repeats of few alerts."""
    kind = draw(st.sampled_from(["alert"] * 8 + ["change", "heartbeat", "rubbish"]))
    subject = draw(st.sampled_from(["feed.orders", "model.pricing", "nobody"]))
    time = f"2026-03-02T08:59:{draw(st.integers(0, 5)):02}.000Z"
    event = native({"dedup_key": "k"}, subject=subject, time=time, id=str(draw(st.integers(0, 9))))
    if kind == "rubbish":
        return b"{"
    if kind == "heartbeat":
        return event | {"type": "router.heartbeat.v1"}
    if kind == "change":
        return event | {"type": "router.change.v1", "data": {"kind": "deploy", "summary": "x"}}
    news: dict[str, Any] = draw(st.sampled_from(NEWS))
    event["data"] = {**event["data"], **news}
    return event


def fold(records: list[SourceRecord], memory: bool = True, max_bytes: int = 900_000) -> Batches:
    """The batches, as the engine will decode them."""
    reader = SourceReader(SOURCE, RULES, Identities(RULES))
    folder = Folder(RULES.hash, max_bytes)
    for record in records:
        said = reader.read(record) if memory else reader.hear(record)
        folder.repeat(record, said) if isinstance(said, Repeat) else folder.add(record, said)
    batches = [decode_input(chunk.encode()) for chunk in folder.chunks()]
    return [batch for batch in batches if isinstance(batch, AlertBatch | ChangeBatch)]


def observations(records: list[SourceRecord]) -> list[tuple[SourceRecord, Observation]]:
    """Each record read by itself."""
    return [
        (record, said)
        for record in records
        for said in read(record, SOURCE, RULES)
        if isinstance(said, Observation)
    ]


def positions(batch: AlertBatch | ChangeBatch) -> list[tuple[str, int]]:
    """Every (source partition, offset) of a batch, as often as it stands there."""
    return [
        (position.source, offset)
        for item in batch.items
        for position in item.positions
        for offset in position.offsets
    ]


@given(events(), st.sampled_from([2_000, 8_000, 900_000]))
def test_positions_are_conserved(records: list[SourceRecord], max_bytes: int) -> None:
    """Every alert and change is in exactly one item of its scope, wherever batches are cut."""
    folded = Counter(
        (batch.scope, *place) for batch in fold(records, max_bytes=max_bytes) for place in positions(batch)
    )
    expected = Counter(
        (said.scope, f"{record.topic}/{record.partition}", record.offset)
        for record, said in observations(records)
    )
    assert folded == expected


@given(events(), st.sampled_from([2_000, 8_000, 900_000]))
def test_batches_of_a_scope_rise_in_every_source_partition(
    records: list[SourceRecord], max_bytes: int
) -> None:
    """The high-water mark of one batch drops nothing of the next; alerts and changes share it."""
    for scope in ("main", "unmapped"):
        spans: list[dict[str, tuple[int, int]]] = []
        for batch in fold(records, max_bytes=max_bytes):
            if batch.scope == scope:
                found: dict[str, list[int]] = {}
                for source, offset in positions(batch):
                    found.setdefault(source, []).append(offset)
                spans.append({source: (min(offsets), max(offsets)) for source, offsets in found.items()})
        for number, span in enumerate(spans):
            for later in spans[number + 1 :]:
                assert all(span[source][1] < later[source][0] for source in span.keys() & later.keys())


@given(events())
def test_items_stand_in_source_order(records: list[SourceRecord]) -> None:
    """By the first record of each, in the order in which they were consumed."""
    place = {(f"{record.topic}/{record.partition}", record.offset): n for n, record in enumerate(records)}
    for batch in fold(records):
        first = [
            min(place[position.source, offset] for position in item.positions for offset in position.offsets)
            for item in batch.items
        ]
        assert all(before < after for before, after in pairwise(first))
        for item in batch.items:
            for position in item.positions:
                assert all(before < after for before, after in pairwise(position.offsets))


@given(events())
def test_the_memory_changes_nothing(records: list[SourceRecord]) -> None:
    """A reader that recognises repeats and one that reads each in full fold to the same batches, byte for byte."""
    assert fold(records + records_again(records)) == fold(records + records_again(records), memory=False)


def records_again(records: list[SourceRecord]) -> list[SourceRecord]:
    """The same events once more, later: now the memory knows them."""
    return [record._replace(offset=record.offset + 1_000) for record in records]


@given(events())
def test_folding_changes_nothing_but_counts(records: list[SourceRecord]) -> None:
    """An item is its alerts merged one by one, and no two neighbours of a key could have been merged."""
    single: dict[tuple[str, int], Alert] = {
        (f"{record.topic}/{record.partition}", record.offset): said.alert
        for record, said in observations(records)
        if said.alert is not None
    }
    for batch in fold(records):
        if isinstance(batch, ChangeBatch):
            continue
        last: dict[str, Alert] = {}
        for item in batch.items:
            parts = [
                single[position.source, offset] for position in item.positions for offset in position.offsets
            ]
            merged = parts[0]
            for part in parts[1:]:
                merged = merge(merged, part)
            assert likeness(merged) == likeness(item.alert)
            assert (merged.at, merged.started_at, merged.arrived_at) == (
                item.alert.at,
                item.alert.started_at,
                item.alert.arrived_at,
            )
            assert item.alert.model_copy(update={"started_at": item.alert.at}) in [
                part.model_copy(update={"started_at": part.at}) for part in parts
            ]
            assert item.alert.key not in last or likeness(last[item.alert.key]) != likeness(item.alert)
            last[item.alert.key] = item.alert


def likeness(alert: Alert) -> tuple[object, ...]:
    """What must be equal for two alerts of a key to fold."""
    return (alert.key, alert.status, alert.severity, alert.fault, alert.trace_ids)
