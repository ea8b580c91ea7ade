"""Alertmanager's webhook: many alerts in one record, each with its own status."""

from typing import Any

import pytest

from router.model.event import AlertStatus, Ignored, RejectCode, Rejected
from router.model.fault import Severity
from router.stages.intake.alertmanager import MAX_ALERTS
from router.stages.intake.interpret import ASSUMED
from router.stages.intake.record import Observation
from tests.builders import a_company
from tests.unit.stages.intake.documents import (
    ARRIVED,
    a_source,
    alert_of,
    alerts_of,
    code_of,
    corpus,
    known_as,
    needs_corpus,
    one,
    parse,
)

SOURCE = a_source("alertmanager", default_fault="api.error_rate")


def an_alert(**fields: Any) -> dict[str, Any]:
    """One alert of a webhook, as Alertmanager 0.25 writes it."""
    alert = {
        "status": "firing",
        "labels": {"alertname": "HighErrorRate", "service": "api.island", "severity": "page"},
        "annotations": {"summary": "errors above 5 %", "runbook_url": "https://runbooks.example/errors"},
        "startsAt": "2026-03-02T08:50:00.123456789Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus.example/graph?g0.expr=x",
        "fingerprint": "5a30e4bf4e6598a2",
    }
    return {name: value for name, value in (alert | fields).items() if value is not None}


def a_webhook(*alerts: object, **fields: Any) -> dict[str, Any]:
    """A webhook of version 4."""
    return {"version": "4", "status": "firing", "receiver": "kafka", "alerts": list(alerts), **fields}


def test_an_alert_is_read_whole() -> None:
    """Its time is its arrival, for nothing says when it was sent; startsAt is when it began."""
    alert = alert_of(a_webhook(an_alert()), SOURCE)
    assert (alert.component, alert.fault, alert.status) == (
        "api.island",
        "api.error_rate",
        AlertStatus.FIRING,
    )
    assert (alert.severity, alert.summary) == (Severity.CRITICAL, "errors above 5 %")
    assert alert.at == ARRIVED
    assert alert.started_at.isoformat() == "2026-03-02T08:50:00.123456+00:00"
    assert [link.url for link in alert.links] == ["http://prometheus.example/graph?g0.expr=x"]
    assert alert.runbook_url == "https://runbooks.example/errors"
    assert alert.labels["alertname"] == "HighErrorRate"
    assert not alert.skewed


def test_every_alert_counts_by_its_own_status() -> None:
    """The webhook says firing as long as one of them fires."""
    over = an_alert(status="resolved", fingerprint="2", endsAt="2026-03-02T08:59:00Z")
    alerts = alerts_of(a_webhook(an_alert(), over), SOURCE)
    assert [alert.status for alert in alerts] == [AlertStatus.FIRING, AlertStatus.RESOLVED]


def test_the_fingerprint_makes_the_alert() -> None:
    """What fires under it resolves under it, whatever its annotations say by then."""
    fired, resolved = alerts_of(a_webhook(an_alert(), an_alert(status="resolved", annotations={})), SOURCE)
    assert fired.key == resolved.key
    assert alert_of(a_webhook(an_alert(fingerprint="other")), SOURCE).key != fired.key


def test_without_a_fingerprint_the_labels_make_the_alert() -> None:
    """Some proxies strip it."""
    one_, same = alerts_of(a_webhook(an_alert(fingerprint=None), an_alert(fingerprint="")), SOURCE)
    assert one_.key == same.key
    labels = {"alertname": "HighErrorRate", "service": "api.island", "instance": "b"}
    assert alert_of(a_webhook(an_alert(fingerprint=None, labels=labels)), SOURCE).key != one_.key


def test_component_labels_are_tried_in_order_until_one_is_known() -> None:
    """The first that is there is the name, if none of them is known."""
    source = SOURCE.model_copy(update={"component_labels": ("team", "service", "job")})
    labels = {"alertname": "A", "job": "api.island", "service": "unheard-of"}
    assert alert_of(a_webhook(an_alert(labels=labels)), source).component == "api.island"
    labels = {"alertname": "A", "job": "nobody", "service": "unheard-of"}
    assert alert_of(a_webhook(an_alert(labels=labels)), source).component == "unheard-of"
    assert alert_of(a_webhook(an_alert(labels={"alertname": "Watchdog"})), source).component == "Watchdog"


@pytest.mark.parametrize(
    ("labels", "fault"),
    [
        ({"alertname": "FeedStale"}, "feed.stale"),
        ({"alertname": "Other", "fault": "feed.late"}, "feed.late"),
        ({"alertname": "feed.null_surge"}, "feed.null_surge"),
        ({"alertname": "Other", "fault": "unheard-of"}, "api.error_rate"),
    ],
)
def test_the_fault_is_mapped_named_or_the_default(labels: dict[str, str], fault: str) -> None:
    """In this order: the operator's mapping of the alert name, the fault label, default_fault."""
    source = SOURCE.model_copy(update={"faults": {"Feed.*": "feed.stale"}})
    assert alert_of(a_webhook(an_alert(labels={"service": "api.island"} | labels)), source).fault == fault


def test_without_any_mapping_the_kind_of_the_component_decides() -> None:
    """A doubtful fault at the right owner is better than a dead letter; a label says that it is doubtful."""
    source = a_source("alertmanager")
    alert = alert_of(a_webhook(an_alert()), source)
    assert (alert.fault, alert.labels[ASSUMED]) == ("api.error_rate", "assumed")
    unmapped = alert_of(a_webhook(an_alert(labels={"alertname": "NodeDown"})), source)
    assert (unmapped.component, unmapped.fault) == ("NodeDown", "app.error_rate")


def test_names_are_looked_up_in_the_namespace_of_the_source() -> None:
    """The format's own name, unless the source says another."""
    rules = a_company(known_as("store.features", alertmanager="feature-store", prod="fs"))
    labels = {"alertname": "A", "service": "feature-store"}
    assert alert_of(a_webhook(an_alert(labels=labels)), SOURCE, rules).component == "store.features"
    prod = SOURCE.model_copy(update={"namespace": "prod"})
    labels = {"alertname": "A", "service": "FS"}
    assert alert_of(a_webhook(an_alert(labels=labels)), prod, rules).component == "store.features"


@pytest.mark.parametrize(
    ("alert", "code"),
    [
        ("text", RejectCode.INVALID_FIELD),
        (an_alert(status="pending"), RejectCode.INVALID_FIELD),
        (an_alert(status=None), RejectCode.MISSING_FIELD),
        (an_alert(startsAt=None), RejectCode.MISSING_FIELD),
        (an_alert(startsAt="now"), RejectCode.INVALID_TIME),
        (an_alert(labels={}), RejectCode.MISSING_FIELD),
        (an_alert(labels=["a"]), RejectCode.INVALID_FIELD),
        (an_alert(fingerprint=5), RejectCode.INVALID_FIELD),
    ],
)
def test_a_bad_alert_does_not_take_its_neighbours_with_it(alert: object, code: RejectCode) -> None:
    """The good ones go on; the record also becomes a dead letter, with the first reason."""
    good, refused = parse(a_webhook(an_alert(), alert), SOURCE)
    assert isinstance(good, Observation)
    assert isinstance(refused, Rejected)
    assert refused.code is code
    assert code_of(a_webhook(alert), SOURCE) is code


def test_the_refusal_counts_the_bad_alerts() -> None:
    """One dead letter a record, however much of it is bad."""
    *_, refused = parse(a_webhook("a", an_alert(), "b", "c"), SOURCE)
    assert isinstance(refused, Rejected)
    assert refused.message == "alerts[0] is not usable; send an object (and 2 more parts of it)"


@pytest.mark.parametrize(
    ("webhook", "code"),
    [
        ({"alerts": []}, RejectCode.MISSING_FIELD),
        ({"version": "3", "alerts": []}, RejectCode.UNSUPPORTED_VERSION),
        ({"version": "5", "alerts": []}, RejectCode.UNSUPPORTED_VERSION),
        ({"version": 4, "alerts": []}, RejectCode.INVALID_FIELD),
        ({"version": "4"}, RejectCode.MISSING_FIELD),
        ({"version": "4", "alerts": {}}, RejectCode.INVALID_FIELD),
    ],
)
def test_a_webhook_that_is_not_version_4_is_refused(webhook: dict[str, Any], code: RejectCode) -> None:
    """Alerta's recorded version 3 and whatever comes after 4."""
    assert code_of(webhook, SOURCE) is code


def test_a_webhook_without_alerts_says_nothing() -> None:
    """It is well formed, and its position is accounted for."""
    assert isinstance(one(a_webhook(), SOURCE), Ignored)


def test_a_webhook_may_hold_a_thousand_alerts() -> None:
    """More keys than one event may have; but not more alerts than fit into one record of ours."""
    small = {"status": "firing", "labels": {"alertname": "A"}, "startsAt": "2026-03-02T08:50:00Z"}
    alerts = [small | {"fingerprint": str(number)} for number in range(MAX_ALERTS)]
    assert len(parse(a_webhook(*alerts), SOURCE)) == MAX_ALERTS
    assert code_of(a_webhook(*alerts, small), SOURCE) is RejectCode.TOO_WIDE


@needs_corpus
def test_a_recorded_life_of_two_alerts_is_read() -> None:
    """Alertmanager's own webhooks: two fire, one resolves, then the other."""
    rules = a_company(
        known_as("store.features", alertmanager="feature-store"), known_as("model.churn", am="churn-model")
    )
    steps = ["1_firing2", "2_one_resolved", "3_all_resolved"]
    said = [
        alerts_of(corpus(f"alertmanager/am_live_webhook_{step}.json")["body"], SOURCE, rules)
        for step in steps
    ]
    assert [[alert.status for alert in alerts] for alerts in said] == [
        [AlertStatus.FIRING, AlertStatus.FIRING],
        [AlertStatus.RESOLVED, AlertStatus.FIRING],
        [AlertStatus.RESOLVED],
    ]
    keys = {alert.component: alert.key for alerts in said for alert in alerts}
    assert set(keys) == {"store.features", "model.churn"}
    assert all(keys[alert.component] == alert.key for alerts in said for alert in alerts)


@needs_corpus
def test_recorded_webhooks_of_others_are_read_or_refused_for_their_version() -> None:
    """Times with offsets, no fingerprint; and a webhook of version 3."""
    alert = alert_of(corpus("alertmanager/alerta_prometheus_v4_alert.json"), SOURCE)
    assert alert.component == "thing_dead"
    assert alert.started_at.isoformat() == "2017-08-03T19:17:37.804000+00:00"
    assert (
        code_of(corpus("alertmanager/alerta_prometheus_v3_alert.json"), SOURCE)
        is RejectCode.UNSUPPORTED_VERSION
    )
