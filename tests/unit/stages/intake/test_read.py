"""The door of intake: nothing that comes in raises, and what comes out is accounted for."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.model.event import Alert, Change, Heartbeat, Ignored, RejectCode, Rejected
from router.stages.intake.claim import Claim
from router.stages.intake.formats import FORMATS
from router.stages.intake.read import read
from router.stages.intake.record import HeardAlert, Observation, Repeat, SourceRecord
from tests.builders import a_company
from tests.unit.stages.intake.documents import (
    ARRIVED_MS,
    a_reader,
    a_record,
    a_source,
    code_of,
    native,
    one,
)
from tests.unit.stages.intake.test_alertmanager import a_webhook
from tests.unit.stages.intake.test_alertmanager import an_alert as an_alert_of_a_webhook
from tests.unit.stages.intake.test_dbt import a_result, run_results
from tests.unit.stages.intake.test_openlineage import a_dataset, a_run, an_assertion

SEEDS: dict[str, list[Any]] = {
    "native": [
        native({"labels": {"a": "b"}, "links": [{"title": "t", "url": "https://x.example"}]}, time=None)
    ],
    "alertmanager": [a_webhook(an_alert_of_a_webhook(), an_alert_of_a_webhook(status="resolved"))],
    "openlineage": [
        a_run("FAIL", inputs=[a_dataset("orders", an_assertion(True))], outputs=[a_dataset("orders")])
    ],
    "dbt": [run_results(a_result(), a_result("test.shop.not_null_orders_id.5c9bf9911d", "fail"))],
}

numbers = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
json = st.recursive(
    st.none() | st.booleans() | numbers | st.text(),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(), children, max_size=4),
    max_leaves=8,
)  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn, document: Any) -> Any:
    """The document with something put somewhere where it does not belong, or left out."""
    copy = orjson.loads(orjson.dumps(document))
    place = copy
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            return copy
        key = draw(st.sampled_from(keys))
        if isinstance(place[key], dict | list) and place[key] and draw(st.booleans()):
            place = place[key]
            continue
        if isinstance(place, dict) and draw(st.booleans()):
            del place[key]
        else:
            place[key] = draw(json)
        return copy


def assert_accounted_for(said: tuple[object, ...]) -> None:
    """At least one thing, of the kinds there are, Ignored alone, one Rejected at most."""
    assert said
    kinds = [type(part) for part in said]
    assert set(kinds) <= {Observation, Heartbeat, Ignored, Rejected}
    assert kinds.count(Rejected) <= 1
    assert Ignored not in kinds or len(kinds) == 1
    for part in said:
        if isinstance(part, Observation):
            assert (part.alert is None) is not (part.change is None)


@pytest.mark.parametrize("format_name", sorted(FORMATS))
@given(data=st.data())
def test_damaged_documents_never_raise_and_never_meet_a_defect(data: st.DataObject, format_name: str) -> None:
    """Each is read, ignored or refused with a reason that is the sender's, not ours."""
    document = data.draw(st.sampled_from(SEEDS[format_name]).flatmap(damaged))
    said = read(a_record(document), a_source(format_name), a_company())
    assert_accounted_for(said)
    assert not any(isinstance(part, Rejected) and "failed to read" in part.message for part in said)


@pytest.mark.parametrize("format_name", sorted(FORMATS))
@given(
    value=st.none() | st.binary(max_size=200) | json.map(orjson.dumps), at_ms=st.integers(-(2**63), 2**63 - 1)
)
def test_any_bytes_at_any_time_are_accounted_for(value: bytes | None, at_ms: int, format_name: str) -> None:
    """Keys, values and timestamps are whatever a producer wrote."""
    assert_accounted_for(
        read(SourceRecord("events", 0, 0, at_ms, None, value), a_source(format_name), a_company())
    )


@given(st.lists(st.tuples(st.text(), st.none() | st.binary(max_size=20)), max_size=5), st.booleans())
def test_any_headers_are_accounted_for(headers: list[tuple[str, bytes | None]], binary: bool) -> None:
    """Header names may repeat, values may be missing."""
    own = [("ce_specversion", b"1.0"), ("ce_type", b"router.alert.v1")] if binary else []
    assert_accounted_for(read(a_record(native()["data"], headers=(*own, *headers)), a_source(), a_company()))


@pytest.mark.parametrize("format_name", sorted(FORMATS))
def test_an_empty_value_is_refused_in_every_format(format_name: str) -> None:
    """A tombstone on a source topic deletes nothing."""
    for value in (None, b""):
        assert code_of(value, a_source(format_name)) is RejectCode.EMPTY_VALUE


def test_a_defect_of_ours_costs_one_event(monkeypatch: pytest.MonkeyPatch) -> None:
    """It becomes a dead letter that says so; the others are not held up."""
    reader = a_reader()

    def broken(*_: object) -> list[Claim]:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(reader, "_format", FORMATS["native"]._replace(claims=broken))
    for said in (reader.parse(a_record(native())), reader.read(a_record(native()))):
        refused = said[0]
        assert isinstance(refused, Rejected)
        assert "ZeroDivisionError" in refused.message
        assert "secret" not in refused.message


def test_a_record_that_would_become_too_large_is_refused() -> None:
    """It could not be sent on in one piece, and is never split."""
    job = {"namespace": "n", "name": "漢" * 1_000}
    for count, small in ((200, True), (450, False)):
        dataset = a_dataset("orders", *(an_assertion(name=f"test_{number}") for number in range(count)))
        value = orjson.dumps(a_run("FAIL", job=job, inputs=[dataset]))
        said = read(a_record(value), a_source("openlineage"), a_company())
        assert (len(said) == count) is small
        assert small or code_of(value, a_source("openlineage")) is RejectCode.TOO_LARGE


@pytest.mark.parametrize("format_name", sorted(FORMATS))
def test_fields_are_exactly_those_of_the_alert(format_name: str) -> None:
    """What production sends as JSON is what `Alert` holds."""
    reader = a_reader(a_source(format_name))
    for seed in SEEDS[format_name]:
        heard = reader.hear(a_record(seed))
        parsed = reader.parse(a_record(seed))
        for raw, said in zip(heard, parsed, strict=True):
            if isinstance(raw, HeardAlert) and isinstance(said, Observation) and said.alert is not None:
                assert Alert.model_validate_json(orjson.dumps(raw.fields)) == said.alert
                assert raw.scope == said.scope


def test_a_change_and_a_heartbeat_pass_the_memory_by() -> None:
    """Only alerts repeat in storms."""
    reader = a_reader()
    change = native(type="router.change.v1") | {"data": {"kind": "deploy", "summary": "x"}}
    for _ in range(3):
        assert not isinstance(reader.read(a_record(change)), Repeat)
        (beat,) = reader.read(a_record(native(type="router.heartbeat.v1")))  # type: ignore[misc]
        assert isinstance(beat, Heartbeat)
    said = one(change)
    assert isinstance(said, Observation)
    assert isinstance(said.change, Change)


def test_the_arrival_is_the_records_own() -> None:
    """Also when a later record of the batch is older."""
    reader = a_reader()
    for at_ms in (ARRIVED_MS, ARRIVED_MS + 1_000, ARRIVED_MS):
        (heard,) = reader.hear(a_record(native(), at_ms=at_ms))
        assert isinstance(heard, HeardAlert)
        assert heard.fields["arrived_at"].timestamp() * 1000 == at_ms
