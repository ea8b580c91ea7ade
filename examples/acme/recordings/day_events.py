"""How the events of a day are written: alerts that repeat until they end, pods that alarm by themselves, changes.

Times are aware datetimes in UTC.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zlib import crc32

from payloads import SENDERS, Json, binary, cloudevent, iso, prometheus_alert, run_results, webhook

MIDNIGHT = datetime(2026, 11, 21, tzinfo=UTC)
STRUCTURED = {"content-type": "application/cloudevents+json; charset=UTF-8"}


class Record(NamedTuple):
    """A Kafka record, before it has an offset."""

    arrives: datetime
    topic: str
    key: str
    headers: Mapping[str, str]
    value: Any


def clock(written: str) -> datetime:
    """A time of the day."""
    hours, minutes, *seconds = (int(part) for part in written.split(":"))
    return MIDNIGHT + timedelta(hours=hours, minutes=minutes, seconds=sum(seconds))


def every(first: str, last: str, seconds: float) -> Iterator[datetime]:
    """Moments from the first to before the last."""
    at, end = clock(first), clock(last)
    while at < end:
        yield at
        at += timedelta(seconds=seconds)


def native(
    name: str, subject: str, at: datetime, data: Json, what: str = "alert", after: float = 2
) -> Record:
    """An event of one of our own senders."""
    sender = SENDERS[name]
    event = cloudevent(sender, what, subject, at, data)
    arrives = at + timedelta(seconds=after)
    if sender.binary:
        value, headers = binary(event)
        return Record(arrives, sender.topic, subject, headers, value)
    return Record(arrives, sender.topic, subject, STRUCTURED, event)


def fires(
    name: str, subject: str, fault: str, at: datetime, since: datetime, text: str, **data: Any
) -> Record:
    """An alert that began at `since`."""
    claim = {
        "fault": fault,
        "status": "firing",
        "severity": "major",
        "summary": text,
        "started_at": iso(since),
    }
    return native(name, subject, at, {**claim, **data})


def ends(name: str, subject: str, fault: str, at: str) -> Record:
    """The end of an alert."""
    return native(name, subject, clock(at), {"fault": fault, "status": "resolved", "summary": "over"})


def trouble(
    name: str, subject: str, fault: str, first: str, last: str, seconds: float, text: str, **data: Any
) -> Iterator[Record]:
    """An alert that is repeated until it ends."""
    for at in every(first, last, seconds):
        yield fires(name, subject, fault, at, clock(first), text, **data)
    yield ends(name, subject, fault, last)


def changed(name: str, subject: str, at: str, kind: str, text: str, **data: Any) -> Record:
    """A change."""
    return native(name, subject, clock(at), {"kind": kind, "summary": text, **data}, "change")


def pods(
    service: str, alertname: str, count: int, first: str, last: str, seconds: float, severity: str = "ticket"
) -> Iterator[Record]:
    """An alert of every pod of a service, each notified by itself, and their ends."""
    told = {
        "alertname": alertname,
        "service": service,
        "severity": severity,
        "text": f"{alertname} on {service}",
    }
    for number in range(count):
        begins = clock(first) + timedelta(seconds=7 * number)
        for at in every(first, last, seconds):
            yield notified(told, number, max(begins, at + timedelta(seconds=number)), begins, None)
        over = clock(last) + timedelta(seconds=5 * number)
        yield notified(told, number, over, begins, over)


def notified(
    told: Mapping[str, str], pod: int, at: datetime, begins: datetime, over: datetime | None
) -> Record:
    """Alertmanager's webhook for one alert of one pod."""
    alert = prometheus_alert(told, begins, over)
    alert["labels"]["pod"] = f"{told['service']}-{pod}"
    alert["fingerprint"] = f"{crc32(json.dumps(alert['labels']).encode()):016x}"
    return Record(at + timedelta(seconds=3), "acme.alertmanager.v1", "prod-eu", {}, webhook([alert]))


def dbt(at: datetime, results: Mapping[str, str]) -> Record:
    """An invocation of dbt."""
    return Record(at + timedelta(seconds=2), "acme.dbt.run-results.v1", "acme", {}, run_results(at, results))
