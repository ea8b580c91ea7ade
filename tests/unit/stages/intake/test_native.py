"""The native event: CloudEvents 1.0 in both modes, with our three kinds of data."""

from datetime import timedelta
from typing import Any

import pytest

from router.model.event import AlertStatus, ChangeKind, Heartbeat, RejectCode
from router.model.fault import FAULTS, Severity
from router.stages.intake.record import Observation
from tests.builders import a_company
from tests.unit.stages.intake.documents import (
    ARRIVED,
    a_source,
    alert_of,
    change_of,
    code_of,
    corpus,
    native,
    needs_corpus,
    one,
)


def test_an_alert_is_read_whole() -> None:
    """Every field of the contract, and nothing lost."""
    data: dict[str, Any] = {
        "dedup_key": "orders/stale",
        "started_at": "2026-03-02T08:30:00Z",
        "measure": {"name": "rows", "value": 12, "threshold": 100, "unit": "rows/h"},
        "labels": {"table": "orders", "shard": 3},
        "trace_ids": ["t2", "t1"],
        "links": [{"title": "Dashboard", "url": "https://grafana.example/d/1"}],
        "runbook_url": "https://runbooks.example/stale",
    }
    alert = alert_of(native(data))
    assert (alert.component, alert.fault, alert.status) == ("feed.orders", "feed.stale", AlertStatus.FIRING)
    assert (alert.severity, alert.summary, alert.source) == (Severity.MAJOR, "no new rows", "acme")
    assert alert.at == ARRIVED - timedelta(seconds=30)
    assert alert.started_at == ARRIVED - timedelta(minutes=30)
    assert alert.arrived_at == ARRIVED
    assert not alert.skewed
    assert alert.measure is not None
    assert (alert.measure.name, alert.measure.value, alert.measure.threshold) == ("rows", 12, 100)
    assert alert.labels == {"table": "orders", "shard": "3"}
    assert alert.trace_ids == ("t1", "t2")
    assert [(link.title, link.url) for link in alert.links] == [("Dashboard", "https://grafana.example/d/1")]
    assert alert.runbook_url == "https://runbooks.example/stale"


def test_a_change_is_read_whole() -> None:
    """Its id holds the sender's, so that two senders may count alike."""
    data = {"kind": "deploy", "summary": "v2", "actor": "ci", "version": 42, "link": "https://git.example/1"}
    event = native(type="router.change.v1") | {"data": data}
    change = change_of(event)
    assert (change.kind, change.summary, change.actor, change.version) == (
        ChangeKind.DEPLOY,
        "v2",
        "ci",
        "42",
    )
    assert (change.id, change.link) == ("acme/feed#event-1", "https://git.example/1")
    assert change.at == ARRIVED - timedelta(seconds=30)


def test_a_heartbeat_needs_no_data() -> None:
    """Subject and time are all it says."""
    said = one(native(type="router.heartbeat.v1") | {"data": None})
    assert isinstance(said, Heartbeat)
    assert (said.component, said.source) == ("feed.orders", "acme")


def test_what_the_sender_leaves_to_us_is_filled_in() -> None:
    """Severity and summary from the fault, times from the arrival."""
    alert = alert_of(native({"severity": None, "summary": None}, time=None))
    assert alert.severity is FAULTS["feed.stale"].severity
    assert alert.summary == FAULTS["feed.stale"].meaning
    assert alert.at == alert.started_at == ARRIVED


def test_binary_mode_says_the_same_as_structured_mode() -> None:
    """Attributes in `ce_*` headers, data as the value; Kafka protocol binding."""
    structured = native()
    attributes = {name: value for name, value in structured.items() if name != "data"}
    headers = tuple((f"ce_{name}", value.encode()) for name, value in attributes.items())
    headers += (("content-type", b"application/json"), ("unrelated", None))
    assert alert_of(structured["data"], headers=headers) == alert_of(structured)


@pytest.mark.parametrize(
    "content_type", [b"application/cloudevents+json", b"application/cloudevents+json; charset=utf-8"]
)
def test_the_content_type_marks_structured_mode(content_type: bytes) -> None:
    """Even where stray `ce_*` headers are present."""
    headers = (("content-type", content_type), ("ce_specversion", b"0.3"))
    assert alert_of(native(), headers=headers) == alert_of(native())


def test_a_header_that_is_not_utf_8_is_refused() -> None:
    """Attributes are text."""
    headers = (("ce_specversion", b"1.0"), ("ce_id", b"\xff"))
    assert code_of({}, headers=headers) is RejectCode.NOT_UTF8


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"specversion": None}, RejectCode.MISSING_FIELD),
        ({"specversion": ""}, RejectCode.MISSING_FIELD),
        ({"specversion": "0.3"}, RejectCode.UNSUPPORTED_VERSION),
        ({"specversion": 1.0}, RejectCode.INVALID_FIELD),
        ({"id": None}, RejectCode.MISSING_FIELD),
        ({"id": ""}, RejectCode.MISSING_FIELD),
        ({"id": 25}, RejectCode.INVALID_FIELD),
        ({"source": None}, RejectCode.MISSING_FIELD),
        ({"type": None}, RejectCode.MISSING_FIELD),
        ({"type": "router.alert.v2"}, RejectCode.UNSUPPORTED_VERSION),
        ({"type": "router.heartbeat.v10"}, RejectCode.UNSUPPORTED_VERSION),
        ({"type": "router.incident.v1"}, RejectCode.UNSUPPORTED_TYPE),
        ({"type": "com.example.other"}, RejectCode.UNSUPPORTED_TYPE),
        ({"type": ["router.alert.v1"]}, RejectCode.INVALID_FIELD),
        ({"subject": None}, RejectCode.MISSING_FIELD),
        ({"subject": "\u200b"}, RejectCode.INVALID_FIELD),
        ({"time": "lunchtime"}, RejectCode.INVALID_TIME),
        ({"time": 1_772_452_800}, RejectCode.INVALID_TIME),
        ({"datacontenttype": "text/plain"}, RejectCode.INVALID_FIELD),
        ({"datacontenttype": ""}, RejectCode.INVALID_FIELD),
        ({"dataschema": ""}, RejectCode.INVALID_FIELD),
        ({"data_base64": "e30="}, RejectCode.INVALID_FIELD),
        ({"data": None}, RejectCode.MISSING_FIELD),
        ({"data": "text"}, RejectCode.INVALID_FIELD),
        ({"data": []}, RejectCode.INVALID_FIELD),
    ],
)
def test_an_envelope_that_is_not_ours_is_refused(change: dict[str, Any], code: RejectCode) -> None:
    """With the code that says why."""
    event = {**native(), **change}
    assert code_of({name: value for name, value in event.items() if value is not None}) is code


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"fault": None}, RejectCode.MISSING_FIELD),
        ({"fault": "feed.stael"}, RejectCode.UNKNOWN_FAULT),
        ({"fault": 7}, RejectCode.INVALID_FIELD),
        ({"status": None}, RejectCode.MISSING_FIELD),
        ({"status": "open"}, RejectCode.INVALID_FIELD),
        ({"severity": "sev0"}, RejectCode.INVALID_FIELD),
        ({"severity": 1}, RejectCode.INVALID_FIELD),
        ({"summary": {"text": "x"}}, RejectCode.INVALID_FIELD),
        ({"dedup_key": 7}, RejectCode.INVALID_FIELD),
        ({"started_at": "yesterday"}, RejectCode.INVALID_TIME),
        ({"measure": "12"}, RejectCode.INVALID_FIELD),
        ({"measure": {"name": "rows"}}, RejectCode.MISSING_FIELD),
        ({"measure": {"name": "rows", "value": True}}, RejectCode.INVALID_FIELD),
        ({"measure": {"name": "rows", "value": "12"}}, RejectCode.INVALID_FIELD),
        ({"labels": ["a"]}, RejectCode.INVALID_FIELD),
        ({"links": {"url": "https://x"}}, RejectCode.INVALID_FIELD),
        ({"links": ["https://x"]}, RejectCode.INVALID_FIELD),
    ],
)
def test_data_that_decides_must_be_right(change: dict[str, Any], code: RejectCode) -> None:
    """A dead letter tells the sender; a guess would tell the wrong team."""
    assert code_of(native(change)) is code


@pytest.mark.parametrize("change", [{"kind": "reorg"}, {"kind": None}])
def test_a_change_of_unknown_kind_is_refused(change: dict[str, Any]) -> None:
    """Its kind is what it is evidence for."""
    data = {"kind": "deploy", "summary": "x"} | change
    code = code_of(native(type="router.change.v1") | {"data": data})
    assert code is (RejectCode.MISSING_FIELD if change["kind"] is None else RejectCode.INVALID_FIELD)


def test_decoration_that_cannot_be_shown_costs_no_alert() -> None:
    """A bad link is left out."""
    links = [{"title": "x", "url": "javascript:alert(1)"}, {"title": "y", "url": "https://ok.example"}]
    alert = alert_of(native({"links": links, "runbook_url": "file:///etc/passwd"}))
    assert [link.title for link in alert.links] == ["y"]
    assert alert.runbook_url == ""


def test_unknown_fields_are_kept_as_labels() -> None:
    """A newer sender's fields and CloudEvents' extensions; the sender's own labels win."""
    event = native(
        {"team_hint": "blue", "labels": {"region": "eu"}, "detail": {"a": 1}}, partitionkey="k", region="us"
    )
    assert alert_of(event).labels == {
        "region": "eu",
        "team_hint": "blue",
        "detail": '{"a":1}',
        "partitionkey": "k",
    }


def test_unknown_fields_do_not_change_which_alert_it_is() -> None:
    """A sender that adds a field still resolves what it opened before."""
    assert alert_of(native({"added": "x"}, sequence="7")).key == alert_of(native()).key


def test_the_trace_of_the_tracing_extension_counts() -> None:
    """CloudEvents' distributed tracing extension carries a W3C traceparent."""
    trace = "0af7651916cd43dd8448eb211c80319c"
    event = native({"trace_ids": ["z"]}, traceparent=f"00-{trace}-b7ad6b7169203331-01")
    assert alert_of(event).trace_ids == (trace, "z")


def test_the_senders_key_makes_the_alert() -> None:
    """Same component and key: same alert, whatever else changes. Without a key: fault and labels."""
    keyed = native({"dedup_key": "k"})
    assert (
        alert_of(keyed).key
        == alert_of(native({"dedup_key": "k", "fault": "feed.late", "status": "resolved"})).key
    )
    assert alert_of(keyed).key != alert_of(native({"dedup_key": "other"})).key
    assert alert_of(keyed).key != alert_of(native({"dedup_key": "k"}, subject="feed.other")).key
    plain = native({"labels": {"a": "1", "b": "2"}})
    assert alert_of(plain).key == alert_of(native({"labels": {"b": "2", "a": "1"}})).key
    assert alert_of(plain).key != alert_of(native({"labels": {"a": "1"}})).key
    assert alert_of(plain).key != alert_of(native({"labels": {"a": "1", "b": "2"}, "fault": "feed.late"})).key
    assert alert_of(plain).key.startswith("1:")


def test_the_key_outlives_a_change_of_the_catalog() -> None:
    """What fired before the component was mapped can be resolved after it."""
    unmapped = alert_of(native(subject="Orders Feed"), rules=a_company())
    mapped = a_company()
    component = mapped.components["feed.orders"].model_copy(update={"known_as": {"native": ("orders feed",)}})
    rules = mapped.model_copy(update={"components": {**mapped.components, "feed.orders": component}})
    alert = alert_of(native(subject="Orders Feed"), rules=rules)
    assert (unmapped.component, alert.component) == ("Orders Feed", "feed.orders")
    assert unmapped.key == alert.key


def test_an_unmapped_name_goes_to_its_own_scope() -> None:
    """The triage desk gets it under the name the sender used."""
    said = one(native(subject="feed.nobody"))
    assert isinstance(said, Observation)
    assert said.scope == "unmapped"
    assert said.alert is not None
    assert said.alert.component == "feed.nobody"


def test_the_sources_own_word_for_a_fault_is_mapped() -> None:
    """By regular expressions, anchored; then the default."""
    source = a_source(faults={"Rows.*": "feed.volume_drop"}, default_fault="feed.late")
    assert alert_of(native({"fault": "RowsMissing"}), source).fault == "feed.volume_drop"
    assert alert_of(native({"fault": "NoRows"}), source).fault == "feed.late"
    assert alert_of(native({"fault": None}), source).fault == "feed.late"


@needs_corpus
def test_every_invalid_event_of_the_conformance_suite_is_refused() -> None:
    """Made ours by type and data, so that only the flaw it is there for can refuse it."""
    tolerated = {
        "invalidCapitalizedExtension",
        "invalidPunctuatedExtension",
        "invalidNonIntegerExtensionValue",
    }
    for case in corpus("cloudevents/conformance_invalid-events.json")["tests"]:
        event = {**case["event"]}
        if event.get("type"):
            event["type"] = "router.alert.v1"
        if case["id"] != "invalidBothDataAndDataBase64":
            event["data"] = native()["data"]
        event.setdefault("subject", "feed.orders")
        said = one(event)
        # A tolerant reader: names of extensions are the sender's business.
        assert isinstance(said, Observation) is (case["id"] in tolerated), case["id"]


@needs_corpus
def test_every_valid_event_of_the_conformance_suite_is_read() -> None:
    """Made ours by type and data; minimal, with nulls, with times of every form, with all extension types."""
    for case in corpus("cloudevents/conformance_valid-events.json")["tests"]:
        event = {
            **case["event"],
            "type": "router.alert.v1",
            "data": native()["data"],
            "subject": "feed.orders",
        }
        if event.get("datacontenttype") == "text/plain":
            event["datacontenttype"] = "application/json"
        assert isinstance(one(event), Observation), case["id"]
