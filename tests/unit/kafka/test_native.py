"""The native event as a schema: exactly the fields that intake reads."""

import json

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it ships no types

from router.kafka.native import NativeAlert, NativeAlertData, NativeChange, NativeHeartbeat
from router.kafka.schemas import schema
from router.stages.intake import native

ENVELOPE = {"specversion": "1.0", "id": "1", "source": "/erp", "subject": "erp.orders"}
ALERT = {"fault": "erp.batch_failed", "status": "firing", "severity": "major", "summary": "no orders"}


def test_the_schema_and_the_reader_know_the_same_fields() -> None:
    """A field in one of them only would be documented and ignored, or read and undocumented."""
    assert set(NativeAlertData.model_fields) == native._ALERT_FIELDS
    attributes = set(NativeAlert.model_fields)
    assert attributes <= native._ATTRIBUTES
    assert attributes > native._REQUIRED
    kinds = (NativeAlert, NativeChange, NativeHeartbeat)
    described = {kind.model_json_schema()["properties"]["type"]["const"] for kind in kinds}
    assert described == {native.ALERT, native.CHANGE, native.HEARTBEAT}


@pytest.mark.parametrize(
    ("name", "event"),
    [
        ("native-alert", {**ENVELOPE, "type": "router.alert.v1", "data": ALERT}),
        (
            "native-alert",
            {**ENVELOPE, "type": "router.alert.v1", "data": {**ALERT, "plant": "Graz"}, "team": "x"},
        ),
        (
            "native-change",
            {**ENVELOPE, "type": "router.change.v1", "data": {"kind": "deploy", "summary": "v2"}},
        ),
        ("native-heartbeat", {**ENVELOPE, "type": "router.heartbeat.v1", "time": "2026-11-21T12:00:00Z"}),
    ],
)
def test_an_event_as_the_docs_show_it_is_valid(name: str, event: dict[str, object]) -> None:
    """With fields of the sender's own, which are kept."""
    Draft202012Validator(schema(name)).validate(json.loads(json.dumps(event)))


@pytest.mark.parametrize("missing", ["specversion", "id", "source", "subject", "type", "data"])
def test_an_event_without_a_required_attribute_is_not(missing: str) -> None:
    """A sender can test its events before it sends them."""
    event = {**ENVELOPE, "type": "router.alert.v1", "data": ALERT}
    del event[missing]
    assert not Draft202012Validator(schema("native-alert")).is_valid(event)


@pytest.mark.parametrize("missing", sorted(ALERT))
def test_an_alert_says_what_how_bad_and_since_when(missing: str) -> None:
    """The four fields every alert has."""
    data = {name: value for name, value in ALERT.items() if name != missing}
    event = {**ENVELOPE, "type": "router.alert.v1", "data": data}
    assert not Draft202012Validator(schema("native-alert")).is_valid(event)
