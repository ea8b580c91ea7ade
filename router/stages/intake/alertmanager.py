"""Prometheus Alertmanager's webhook, version 4: one record, many alerts.

https://prometheus.io/docs/alerting/latest/configuration/#webhook_config. Nothing in a webhook says when it
was sent, so an alert's time is its arrival; `startsAt` is when it began. Every alert counts by its own
status: the status of the webhook is "firing" as long as one of them fires.
"""

from router.model.errors import RejectedEvent
from router.model.event import AlertStatus, IgnoreReason, RejectCode
from router.stages.intake.bounds import parse
from router.stages.intake.claim import AlertClaim, Claim, Context, Nothing
from router.stages.intake.fields import (
    flat,
    invalid,
    labels,
    link,
    mapping,
    missing,
    moment,
    required,
    sequence,
    severity,
    text,
    traces,
    url,
)
from router.stages.intake.record import Document, SourceRecord

MAX_ALERTS = 1_000
MAX_KEYS = 50_000
"""A webhook of MAX_ALERTS needs more keys than one event may have; its bytes are bounded all the same."""

_VERSION = "4"


def unwrap(record: SourceRecord) -> Document:
    """The webhook. Raises RejectedEvent."""
    return parse(record.value, MAX_KEYS)


def claims(webhook: Document, context: Context) -> list[Claim]:
    """One claim an alert. Raises RejectedEvent."""
    if required(webhook, "version", hint=f'send "{_VERSION}"') != _VERSION:
        raise RejectedEvent(
            RejectCode.UNSUPPORTED_VERSION,
            f"version is not known here; send version {_VERSION} of the webhook",
        )
    if webhook.get("alerts") is None:
        raise missing("alerts", "send an array")
    alerts = sequence(webhook, "alerts")
    if len(alerts) > MAX_ALERTS:
        raise RejectedEvent(
            RejectCode.TOO_WIDE,
            f"more than {MAX_ALERTS} alerts; set max_alerts in Alertmanager's webhook_config",
        )
    if not alerts:
        return [Nothing(IgnoreReason.NOT_A_FAILURE, "the webhook holds no alerts")]
    return [_claim_or_refusal(alert, f"alerts[{place}]", context) for place, alert in enumerate(alerts)]


def _claim_or_refusal(alert: object, path: str, context: Context) -> Claim:
    if type(alert) is not dict:
        return invalid(path, "send an object")
    try:
        return _claim(alert, path, context)
    except RejectedEvent as refusal:
        return refusal


def _claim(alert: Document, path: str, context: Context) -> AlertClaim:
    source = context.source
    given = labels(mapping(alert, "labels", f"{path}.labels"))
    notes = labels(mapping(alert, "annotations", f"{path}.annotations"))
    name = given.get("alertname", "")
    names = tuple(given[label] for label in source.component_labels if given.get(label)) or (name,)
    if not names[0]:
        raise missing(f"{path}.labels", f"send alertname, or one of {', '.join(source.component_labels)}")
    fingerprint = text(alert, "fingerprint", f"{path}.fingerprint")
    word = severity(given.get("severity", ""), source)
    return AlertClaim(
        names=names,
        identity=("fingerprint", fingerprint) if fingerprint else ("labels", *flat(given)),
        status=_status(alert, path),
        words=(name,) if name else (),
        fault=given.get(source.fault_label) or name,
        guess=True,
        severity=word,
        summary=notes.get("summary") or notes.get("description") or notes.get("message") or name,
        started_at=moment(required(alert, "startsAt", f"{path}.startsAt"), f"{path}.startsAt"),
        labels=given,
        trace_ids=traces(notes.get("trace_id") or given.get("trace_id")),
        links=link("Alert's source", alert.get("generatorURL"))
        + link("Dashboard", notes.get("dashboard_url")),
        runbook_url=url(notes.get("runbook_url")),
    )


def _status(alert: Document, path: str) -> AlertStatus:
    given = required(alert, "status", f"{path}.status", "send firing or resolved")
    try:
        return AlertStatus(given.casefold())
    except ValueError:
        raise invalid(f"{path}.status", "send firing or resolved") from None
