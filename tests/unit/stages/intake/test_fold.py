"""Folding: many records, few inputs, exact positions."""

from itertools import pairwise
from typing import Any

import orjson
import pytest

from router.kafka.codec import decode_input
from router.model.event import AlertStatus
from router.model.input import AlertBatch, ChangeBatch
from router.stages.intake.fold import MAX_BATCH_BYTES, Folder
from router.stages.intake.read import SourceReader
from router.stages.intake.record import Repeat, SourceRecord
from tests.builders import a_company
from tests.unit.stages.intake.documents import ARRIVED_MS, a_reader, a_record, a_source, native
from tests.unit.stages.intake.test_alertmanager import a_webhook, an_alert


def fold(
    records: list[SourceRecord], reader: SourceReader | None = None, **bounds: int
) -> list[AlertBatch | ChangeBatch]:
    """The batches these records become."""
    reader = reader or a_reader()
    folder = Folder("rules", **bounds)
    for record in records:
        said = reader.read(record)
        if isinstance(said, Repeat):
            folder.repeat(record, said)
        else:
            folder.add(record, said)
    batches = []
    for chunk in folder.chunks():
        assert decode_input(chunk.encode()) == chunk.batch()
        batches.append(chunk.batch())
    assert folder.chunks() == []
    return batches


def an_event(offset: int, second: int = 0, key: str = "k", partition: int = 0, **data: Any) -> SourceRecord:
    """A native alert at that second past 08:59."""
    event = native({"dedup_key": key, **data}, id=f"e{offset}", time=f"2026-03-02T08:59:{second:02}.000Z")
    return a_record(event, offset=offset, at_ms=ARRIVED_MS + offset)._replace(partition=partition)


def a_change(offset: int) -> SourceRecord:
    """A native change."""
    data = {"kind": "deploy", "summary": "v2"}
    return a_record(native(type="router.change.v1", id=f"c{offset}") | {"data": data}, offset=offset)


def offsets(batch: AlertBatch | ChangeBatch) -> list[dict[int, tuple[int, ...]]]:
    """Of each item, its offsets by partition."""
    return [{position.partition: position.offsets for position in item.positions} for item in batch.items]


def test_repeats_become_one_item_with_all_positions() -> None:
    """With and without the memory's help; the newest event speaks, the earliest start counts."""
    (batch,) = fold([an_event(number, number) for number in range(10)])
    assert isinstance(batch, AlertBatch)
    assert (batch.scope, batch.rules) == ("main", "rules")
    (item,) = batch.items
    assert [position.offsets for position in item.positions] == [tuple(range(10))]
    assert item.alert.at.second == 9
    assert item.alert.started_at.second == 0
    assert item.alert.arrived_at.microsecond == 9_000


def test_the_newest_event_speaks_whatever_the_order() -> None:
    """Event time decides, not the order of arrival."""
    records = [
        an_event(0, 5, summary="five"),
        an_event(1, 9, summary="nine"),
        an_event(2, 7, summary="seven"),
    ]
    (batch,) = fold(records)
    assert isinstance(batch, AlertBatch)
    assert [(item.alert.summary, item.alert.started_at.second) for item in batch.items] == [("nine", 5)]


@pytest.mark.parametrize(
    "other",
    [{"status": "resolved"}, {"severity": "critical"}, {"fault": "feed.late"}, {"trace_ids": ["t"]}],
)
def test_news_is_an_item_of_its_own(other: dict[str, Any]) -> None:
    """And what comes after it begins another one: repeats fold only with nothing between them."""
    (batch,) = fold([an_event(0), an_event(1), an_event(2, **other), an_event(3), an_event(4)])
    assert offsets(batch) == [{0: (0, 1)}, {0: (2,)}, {0: (3, 4)}]


def test_other_alerts_between_do_not_matter() -> None:
    """Items stand in the order in which each began."""
    (batch,) = fold([an_event(0, key="a"), an_event(1, key="b"), an_event(2, key="a"), an_event(3, key="b")])
    assert offsets(batch) == [{0: (0, 2)}, {0: (1, 3)}]


def test_positions_of_several_partitions_are_kept_apart() -> None:
    """One alert may come on many."""
    records = [an_event(7, 0), an_event(3, 1, partition=1), an_event(8, 2), an_event(4, 3, partition=1)]
    (batch,) = fold(records)
    assert offsets(batch) == [{0: (7, 8), 1: (3, 4)}]


def test_changes_and_alerts_of_a_scope_stay_in_order() -> None:
    """They share a high-water mark, so a batch ends where the kind changes."""
    batches = fold([an_event(0), a_change(1), a_change(2), an_event(3), an_event(4)])
    assert [type(batch) for batch in batches] == [AlertBatch, ChangeBatch, AlertBatch]
    assert [offsets(batch) for batch in batches] == [[{0: (0,)}], [{0: (1,)}, {0: (2,)}], [{0: (3, 4)}]]


def test_scopes_get_batches_of_their_own() -> None:
    """Each in source order."""
    unmapped = a_record(native(subject="nobody"), offset=1)
    batches = fold([an_event(0), unmapped, an_event(2)])
    assert [(batch.scope, offsets(batch)) for batch in batches] == [
        ("main", [{0: (0, 2)}]),
        ("unmapped", [{0: (1,)}]),
    ]


def test_one_alert_twice_in_one_record_is_counted_twice() -> None:
    """The ledger says how many alerts an offset became, and the positions add up to it."""
    reader = a_reader(a_source("alertmanager", default_fault="api.error_rate"))
    (batch,) = fold([a_record(a_webhook(an_alert(), an_alert()), offset=5)], reader)
    assert offsets(batch) == [{0: (5, 5)}]


def test_a_record_is_never_split_over_two_batches() -> None:
    """A batch is cut between records, also when a webhook does not fit."""
    reader = a_reader(a_source("alertmanager", default_fault="api.error_rate"))
    webhooks = [
        a_record(a_webhook(*(an_alert(fingerprint=f"{offset}-{n}") for n in range(20))), offset=offset)
        for offset in range(10)
    ]
    batches = fold(webhooks, reader, max_bytes=50_000)
    seen = [{offset for item in offsets(batch) for offset in item[0]} for batch in batches]
    assert len(batches) > 2
    assert sum(map(len, seen)) == 10
    assert all(max(before) < min(after) for before, after in pairwise(seen))


def test_no_batch_is_larger_than_a_broker_takes() -> None:
    """Whatever is folded: distinct alerts, repeats without end, and the longest texts there are."""
    long = '漢\\"' * 330
    records = [an_event(number, key=str(number), summary=long, labels={"l": long}) for number in range(600)]
    reader = a_reader()
    records += [an_event(number, number % 60, key="storm") for number in range(600, 60_000, 7)]
    folder = Folder("rules")
    for record in records:
        said = reader.read(record)
        folder.repeat(record, said) if isinstance(said, Repeat) else folder.add(record, said)
    sizes = [len(chunk.encode()) for chunk in folder.chunks()]
    assert len(sizes) > 2
    assert max(sizes) <= MAX_BATCH_BYTES


def test_repeats_alone_are_cut_too() -> None:
    """Their offsets take room."""
    batches = fold([an_event(number, number % 60) for number in range(3_000)], max_bytes=20_000)
    assert len(batches) > 2
    assert sum(len(item[0]) for batch in batches for item in offsets(batch)) == 3_000


def test_a_repeat_known_from_an_earlier_batch_begins_an_item() -> None:
    """The memory outlives the batch, and its old times do not come back."""
    reader = a_reader()
    fold([an_event(number, number) for number in range(5)], reader)
    (batch,) = fold([an_event(5, 30), an_event(6, 31)], reader)
    assert isinstance(batch, AlertBatch)
    (item,) = batch.items
    assert (item.alert.started_at.second, item.alert.at.second) == (30, 31)


def test_a_repeat_of_a_skewed_alert_is_not_skewed() -> None:
    """Its template was corrected, it was not."""
    reader = a_reader()
    skewed = native({"dedup_key": "k"}, time="2026-03-02T12:00:00.000Z")
    for _ in range(2):
        fold([a_record(skewed)], reader)
    (batch,) = fold([an_event(2, 10)], reader)
    assert isinstance(batch, AlertBatch)
    assert not batch.items[0].alert.skewed
    assert batch.items[0].alert.at.second == 10


def test_the_json_is_what_the_codec_reads() -> None:
    """Tag, scope and rules first; nothing else than the fields of the batch."""
    folder = Folder("rules")
    record = an_event(0)
    said = a_reader().read(record)
    assert not isinstance(said, Repeat)
    folder.add(record, said)
    (chunk,) = folder.chunks()
    assert set(orjson.loads(chunk.encode())) == {"type", "scope", "rules", "items"}
    batch = chunk.batch()
    assert isinstance(batch, AlertBatch)
    assert batch.items[0].alert.status is AlertStatus.FIRING
    assert a_company().hash
