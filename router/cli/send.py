"""`router send`: recorded events, or one native event made from flags, to Kafka."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import typer

from router.cli.connection import JsonOption, KafkaOption, connect
from router.cli.output import count, print_json, say
from router.cli.problem import Problem
from router.model.event import AlertStatus, ChangeKind
from router.model.fault import Severity

if TYPE_CHECKING:
    from router.kafka.native import NativeAlert, NativeChange
    from router.kafka.sender import Landed, Sender

CONTENT_TYPE = (("content-type", b"application/cloudevents+json"),)


def send(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Recordings (JSON Lines), in this order.")
    ] = None,
    topic: Annotated[str, typer.Option(help="Where to; recorded events have a topic of their own.")] = "",
    component: Annotated[str, typer.Option(help="One event: the component that it is about.")] = "",
    fault: Annotated[str, typer.Option(help="An alert: what is wrong, as in feed.schema_change.")] = "",
    status: Annotated[AlertStatus, typer.Option(help="An alert: is it so, or over?")] = AlertStatus.FIRING,
    severity: Annotated[Severity, typer.Option(help="An alert: how bad it is.")] = Severity.MAJOR,
    change: Annotated[ChangeKind | None, typer.Option(help="A change instead: what was changed.")] = None,
    summary: Annotated[str, typer.Option(help="What people read.")] = "",
    label: Annotated[list[str] | None, typer.Option(help="A label as name=value; may be repeated.")] = None,
    rate: Annotated[float, typer.Option(min=0, help="Events a second at most; 0 is as fast as they go.")] = 0,
    kafka: KafkaOption = "",
    json: JsonOption = False,
) -> int:
    """Send recorded events, or one event made from flags, and print where they landed.

    Recorded events keep key, headers, bytes and their order in each partition; they get the time of now.

    router send --topic ops.native --component erp.orders --fault erp.batch_failed --summary "Batch 7 failed"
    """
    from router.kafka.sender import Sender

    if bool(files) is bool(component):
        raise Problem("router send", "give either recordings or --component", "see `router send --help`")
    if component and not (topic and (fault or change)):
        raise Problem("router send", "one event needs --topic, and --fault or --change")
    labels = _labels(label or [])
    sender = Sender(connect(kafka), rate)
    if files:
        _send_recorded(sender, files, topic)
    else:
        if change:
            event = change_event(component, change, summary)
        else:
            event = alert_event(component, fault, status, severity, summary, labels)
        _send(sender, topic, event, key=component.encode(), headers=CONTENT_TYPE)
    _tell(sender.finish(), json)
    return 0


def alert_event(
    component: str, fault: str, status: AlertStatus, severity: Severity, summary: str, labels: dict[str, str]
) -> bytes:
    """An alert as a native event; `component` is its id or any name that the catalog identifies."""
    from router.kafka.native import NativeAlert, NativeAlertData

    words = summary or f"{fault} is {status.value} at {component}"
    data = NativeAlertData(fault=fault, status=status, severity=severity, summary=words, labels=labels)
    return _written(NativeAlert(type="router.alert.v1", data=data, **_envelope(component)))


def change_event(component: str, kind: ChangeKind, summary: str) -> bytes:
    """A change as a native event."""
    from router.kafka.native import NativeChange, NativeChangeData

    data = NativeChangeData(kind=kind, summary=summary or f"{kind.value} of {component}")
    return _written(NativeChange(type="router.change.v1", data=data, **_envelope(component)))


def _envelope(component: str) -> dict[str, Any]:
    at = datetime.now(UTC)
    return {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": "router/send",
        "subject": component,
        "time": at,
    }


def _written(event: "NativeAlert | NativeChange") -> bytes:
    return event.model_dump_json(exclude_defaults=True).encode()


def spans_of(landed: "Iterable[Landed]") -> dict[str, str]:
    """`topic/partition` -> the offsets there, as `3-5, 9`."""
    from router.model.ledger import ranges

    offsets: dict[str, list[int]] = {}
    for place in landed:
        offsets.setdefault(f"{place.topic}/{place.partition}", []).append(place.offset)
    return {
        source: ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in ranges(sorted(found)))
        for source, found in sorted(offsets.items())
    }


def _tell(landed: "Sequence[Landed]", json: bool) -> None:
    spans = spans_of(landed)
    if json:
        print_json({"events": len(landed), "positions": spans})
    else:
        places = (f"  {source} at {offsets}" for source, offsets in spans.items())
        say(f"{count(len(landed), 'event')} sent.", *places)


def _send_recorded(sender: "Sender", files: list[Path], topic: str) -> None:
    from router.recording import read_recordings

    for recorded in read_recordings(files):
        record = recorded.record
        _send(
            sender,
            topic or record.topic,
            record.value,
            key=record.key,
            headers=record.headers,
            partition=record.partition,
        )


def _send(sender: "Sender", topic: str, value: bytes | None, **record: Any) -> None:
    """Send to a topic that exists; a typing error must not make a new one."""
    from router.kafka.clients import TopicMissing

    try:
        sender.partitions(topic)
    except TopicMissing:
        raise Problem(f"topic {topic}", "does not exist", "correct the name, or create it first") from None
    sender.send(topic, value, **record)


def _labels(written: list[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in written]
    for name, equals, _ in pairs:
        if not name or not equals:
            raise Problem("--label", f"{name!r} has no value", "write it like --label region=eu")
    return {name: value for name, _, value in pairs}
