"""Our own format: CloudEvents 1.0, structured (`application/cloudevents+json`) or binary (`ce_*` headers).

CloudEvents JSON format 1.0.2 and its Kafka protocol binding 1.0.2; what `data` holds is in the table
"Native event" of docs/events.md. Extension attributes and fields of `data` that we do not know are kept as
labels.
"""

import math
import re
from datetime import datetime
from typing import Any

from router.model.errors import RejectedEvent
from router.model.event import AlertStatus, ChangeKind, RejectCode
from router.model.fault import Severity
from router.model.rules import Source
from router.stages.intake.bounds import parse
from router.stages.intake.claim import AlertClaim, ChangeClaim, Claim, Context, HeartbeatClaim
from router.stages.intake.fields import (
    MAX_LINKS,
    clean,
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

ALERT, CHANGE, HEARTBEAT = "router.alert.v1", "router.change.v1", "router.heartbeat.v1"
_TYPES = (ALERT, CHANGE, HEARTBEAT)

_VERSIONED = re.compile(r"router\.(?:alert|change|heartbeat)\.v[0-9]+")
_JSON = re.compile(r"(?:application/json|[^/;\s]+/[^/;\s]+\+json)\s*(?:;.*)?", re.IGNORECASE)
_STATUSES = {status.value: status for status in AlertStatus}
_STRUCTURED = "application/cloudevents"
_REQUIRED = frozenset(("specversion", "id", "source", "type"))
_OPTIONAL = frozenset(("subject", "time", "datacontenttype", "dataschema", "data", "data_base64"))
_ATTRIBUTES = _REQUIRED | _OPTIONAL
_COMMON = frozenset(
    ("fault", "status", "severity", "summary", "dedup_key", "started_at", "labels", "trace_ids")
)
_DECORATION = frozenset(("measure", "links", "runbook_url"))
_ALERT_FIELDS = _COMMON | _DECORATION


def unwrap(record: SourceRecord) -> Document:
    """The event in structured form, whichever way it was sent. Raises RejectedEvent."""
    if not record.headers:
        return parse(record.value)
    headers = {name.casefold(): value for name, value in record.headers if value is not None}
    content_type = headers.get("content-type", b"")
    if content_type.lower().startswith(_STRUCTURED.encode()) or "ce_specversion" not in headers:
        return parse(record.value)
    try:
        event: Document = {
            name[3:]: value.decode() for name, value in headers.items() if name.startswith("ce_")
        }
        if content_type:
            event["datacontenttype"] = content_type.decode()
    except UnicodeDecodeError:
        raise RejectedEvent(RejectCode.NOT_UTF8, "a header is not UTF-8; send attributes as UTF-8") from None
    event["data"] = parse(record.value)
    return event


def claims(event: Document, context: Context) -> list[Claim]:
    """What the event says: one alert, change or heartbeat. Raises RejectedEvent."""
    kind = event.get("type")
    # What is right is seen at a glance; the words are for what is wrong.
    named, sender = event.get("id"), event.get("source")
    if not (
        event.get("specversion") == "1.0"
        and kind in _TYPES
        and (type(named) is str and named.strip())
        and (type(sender) is str and sender.strip())
    ):
        raise _refusal(event)
    if event.get("datacontenttype") is not None or "data_base64" in event or "dataschema" in event:
        _check_content(event)
    subject = required(event, "subject", hint="send the component's id or name")
    time = event.get("time")
    at = None if time is None else moment(time, "time")
    if kind == HEARTBEAT:
        return [HeartbeatClaim((subject,), at)]
    data = event.get("data")
    if data is None:
        raise missing("data", "send the fields of the alert or change")
    if type(data) is not dict:
        raise invalid("data", "send an object")
    if kind == CHANGE:
        return [_change(event, data, subject, at)]
    return [_alert(event, data, subject, at, context.source)]


def _refusal(event: Document) -> RejectedEvent:
    """Why this is no CloudEvent of ours."""
    try:
        version = required(event, "specversion", hint='send "1.0"')
        if version != "1.0":
            return RejectedEvent(
                RejectCode.UNSUPPORTED_VERSION, "specversion is not known here; send CloudEvents 1.0"
            )
        required(event, "id", hint="send an id that is unique within source")
        required(event, "source", hint="send a URI reference that names the sender")
        kind = required(event, "type", hint=f"send one of {', '.join(_TYPES)}")
    except RejectedEvent as refusal:
        return refusal
    if _VERSIONED.fullmatch(kind):
        return RejectedEvent(RejectCode.UNSUPPORTED_VERSION, "this version of the type is not known; send v1")
    return RejectedEvent(
        RejectCode.UNSUPPORTED_TYPE, f"type is none of ours; send one of {', '.join(_TYPES)}"
    )


def _check_content(event: Document) -> None:
    """Raises RejectedEvent unless data is, as far as the attributes say, JSON."""
    if event.get("data_base64") is not None:
        raise invalid("data_base64", "send the fields as JSON in data")
    if event.get("dataschema") == "":
        raise invalid("dataschema", "leave it out or say what it is")
    content_type = event.get("datacontenttype")
    if content_type is not None and not _JSON.fullmatch(text(event, "datacontenttype")):
        raise invalid("datacontenttype", "send data as application/json")


def _alert(event: Document, data: Document, subject: str, at: datetime | None, source: Source) -> AlertClaim:
    fault, summary, sender_key = data.get("fault"), data.get("summary"), data.get("dedup_key")
    if not (type(fault) is str and type(summary) is str and type(sender_key) is str):
        fault = text(data, "fault", "data.fault")
        summary = text(data, "summary", "data.summary")
        sender_key = text(data, "dedup_key", "data.dedup_key")
    own = data.get("labels")
    given = labels(mapping(data, "labels", "data.labels")) if own else {}
    started_at = data.get("started_at")
    claim = AlertClaim(
        names=(subject,),
        identity=("key", sender_key) if sender_key else ("fault", fault, *flat(given)),
        status=_status(data),
        words=(fault,) if fault else (),
        fault=fault,
        severity=_severity(data, source),
        summary=summary,
        at=at,
        started_at=None if started_at is None else moment(started_at, "data.started_at"),
        labels=given,
    )
    if not (_ATTRIBUTES.issuperset(event) and _ALERT_FIELDS.issuperset(data)):
        claim.labels = labels({**_unknown(event, data), **(own or {})})
    if "trace_ids" in data or "traceparent" in event:
        claim.trace_ids = _traces(event, data)
    if not _DECORATION.isdisjoint(data):
        claim.links = _links(data)
        claim.runbook_url = url(data.get("runbook_url"))
        claim.measure = _measure(data)
    return claim


def _change(event: Document, data: Document, subject: str, at: datetime | None) -> ChangeClaim:
    kind = required(data, "kind", "data.kind", f"send one of {', '.join(ChangeKind)}")
    version = data.get("version")
    try:
        known = ChangeKind(kind)
    except ValueError:
        raise invalid("data.kind", f"send one of {', '.join(ChangeKind)}") from None
    return ChangeClaim(
        names=(subject,),
        id=f"{event['source']}#{event['id']}",
        kind=known,
        summary=text(data, "summary", "data.summary"),
        at=at,
        actor=text(data, "actor", "data.actor"),
        version=str(version) if type(version) in (int, float) else text(data, "version", "data.version"),
        link=url(data.get("link")),
    )


def _status(data: Document) -> AlertStatus:
    given = data.get("status")
    known = _STATUSES.get(given) if type(given) is str else None
    if known is not None:
        return known
    given = required(data, "status", "data.status", "send firing or resolved")
    if given.casefold() not in _STATUSES:
        raise invalid("data.status", "send firing or resolved")
    return _STATUSES[given.casefold()]


def _severity(data: Document, source: Source) -> Severity | None:
    """None leaves it to the fault."""
    word = text(data, "severity", "data.severity")
    if not word:
        return None
    known = severity(word, source)
    if known is None:
        raise invalid(
            "data.severity",
            f"send one of {', '.join(Severity)}, or explain it under sources.{source.name}.severities",
        )
    return known


def _measure(data: Document) -> dict[str, Any] | None:
    given = mapping(data, "measure", "data.measure")
    if not given:
        return None
    value, threshold = given.get("value"), given.get("threshold")
    for number, name in ((value, "value"), (threshold, "threshold")):
        if not (number is None or type(number) is int or (type(number) is float and math.isfinite(number))):
            raise invalid(f"data.measure.{name}", "send a number")
    if value is None:
        raise missing("data.measure.value", "send a number")
    name = clean(required(given, "name", "data.measure.name"), 256)
    unit = clean(text(given, "unit", "data.measure.unit"), 64)
    return {"name": name or "value", "value": value, "threshold": threshold, "unit": unit}


def _links(data: Document) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for entry in sequence(data, "links", "data.links")[:MAX_LINKS]:
        if type(entry) is not dict:
            raise invalid("data.links", "send objects with title and url")
        found += link(text(entry, "title", "data.links.title"), entry.get("url"))
    return found


def _traces(event: Document, data: Document) -> tuple[str, ...]:
    """The sender's trace ids, and the one in CloudEvents' distributed tracing extension."""
    found = traces(data.get("trace_ids")) if "trace_ids" in data else ()
    parent = event.get("traceparent")
    parts = parent.split("-") if type(parent) is str else []
    if len(parts) == 4 and len(parts[1]) == 32:
        found = traces([*found, parts[1]])
    return found


def _unknown(event: Document, data: Document) -> Document:
    """What a later version of the sender added."""
    extra = {name: value for name, value in event.items() if name not in _ATTRIBUTES}
    return extra | {name: value for name, value in data.items() if name not in _ALERT_FIELDS}
