"""The memory of intake: it makes repeats cheap and changes nothing else."""

from typing import Any

import pytest

from router.stages.intake import memo as module
from router.stages.intake.memo import MAX_MISSED
from router.stages.intake.read import SAMPLE, SourceReader
from router.stages.intake.record import Repeat
from tests.unit.stages.intake.documents import ARRIVED_MS, a_reader, a_record, native


def again(number: int, **attributes: Any) -> dict[str, Any]:
    """The same alert, with another id and time."""
    return native(
        **({"id": f"event-{number}", "time": f"2026-03-02T08:59:{number % 60:02}.500Z"} | attributes)
    )


def a_reader_that_knows(event: dict[str, Any] | None = None) -> SourceReader:
    """A reader that has read this event often enough to recognise it."""
    reader = a_reader()
    for number in range(2):
        assert not isinstance(reader.read(a_record(event or again(number))), Repeat)
    return reader


def test_a_repeat_is_recognised_by_everything_but_id_and_time() -> None:
    """From the third time on: the first of its kind is not remembered, for most never repeat."""
    reader = a_reader_that_knows()
    said = reader.read(a_record(again(3), at_ms=ARRIVED_MS + 7))
    assert isinstance(said, Repeat)
    assert said.at.isoformat() == "2026-03-02T08:59:03.500000+00:00"
    assert said.arrived_ms == ARRIVED_MS + 7
    assert said.template.fields["component"] == "feed.orders"


@pytest.mark.parametrize(
    "event",
    [
        native({"summary": "another"}, id="x"),
        native({"severity": "minor"}, id="x"),
        native({"labels": {"a": "b"}}, id="x"),
        native({"status": "resolved"}, id="x"),
        native(id="x", source="elsewhere"),
        native(id="x", extension="y"),
        native(id=""),
        native(id=7),
        native(id="x", time=None),
        native(id="x", time="lunchtime"),
        native(id="x", time="2026-02-01T00:00:00Z"),
        native(id="x", time="2026-03-02T10:00:00Z"),
        native(id="x") | {"data": "text"},
        native({"dedup_key": ["a"]}, id="x"),
        native({"labels": {"a": ["b"]}}, id="x"),
    ],
)
def test_whatever_else_differs_is_read_in_full(event: dict[str, Any]) -> None:
    """A new word, a bad id, a time that is wrong or needs correction."""
    reader = a_reader_that_knows(native(id="first"))
    record = a_record(event)
    assert reader.read(record) == a_reader().hear(record)


def test_true_is_not_one() -> None:
    """Python holds them for equal, JSON does not; so alerts with such values are not remembered."""
    for first, second in ((1, True), (0, False), (2, 2.0)):
        reader = a_reader_that_knows(native({"labels": {"n": first}}))
        record = a_record(native({"labels": {"n": second}}))
        assert reader.read(record) == a_reader().hear(record)


def test_a_measure_may_repeat_unless_it_could_be_a_boolean() -> None:
    """It is read as a number; only 0 and 1 have a twin that is none."""
    for value, known in ((12.5, True), (1, False), (0, False)):
        event = native({"measure": {"name": "rows", "value": value}})
        assert isinstance(a_reader_that_knows(event).read(a_record(event)), Repeat) is known


def test_an_alert_that_began_after_the_event_is_read_in_full() -> None:
    """Its start needs correction."""
    event = native({"started_at": "2026-03-02T08:59:10Z"})
    reader = a_reader_that_knows(event)
    assert isinstance(reader.read(a_record(event)), Repeat)
    assert not isinstance(reader.read(a_record(event | {"time": "2026-03-02T08:59:09Z"})), Repeat)


def test_a_flood_of_distinct_alerts_is_not_compared_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until something repeats in the sample: then the memory is back at once."""
    monkeypatch.setattr(module, "MAX_MISSED", 50)
    reader = a_reader()
    for number in range(60 * SAMPLE):
        reader.read(a_record(native({"dedup_key": str(number)}), offset=number))
    assert reader._memo.idle
    assert not isinstance(reader.read(a_record(again(1), offset=1)), Repeat)
    for number in range(3):
        reader.read(a_record(again(number), offset=number * SAMPLE))
    assert not reader._memo.idle
    assert isinstance(reader.read(a_record(again(1), offset=1)), Repeat)
    assert MAX_MISSED > 0


def test_the_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a sender makes up cannot fill it."""
    monkeypatch.setattr(module, "MAX_TEMPLATES", 4)
    monkeypatch.setattr(module, "MAX_SEEN", 4)
    reader = a_reader()
    for number in range(40):
        for _ in range(2):
            reader.read(a_record(native({"dedup_key": str(number)})))
    assert len(reader._memo._templates) <= 4
    assert len(reader._memo._seen) <= 4
