"""`router send`: recorded events as they were, or one native event from flags."""

from pathlib import Path

import orjson
import pytest

from router.cli.send import spans_of
from router.kafka.embedded import PARTITIONS, EmbeddedBroker
from router.kafka.native import NativeAlert, NativeChange
from router.kafka.sender import Landed
from router.kafka.tail import Read, Tail
from tests.unit.cli.conftest import Run

ALERT = ("send", "--topic", "ops", "--component", "erp.orders", "--fault", "erp.batch_failed")


def on_ops(broker: EmbeddedBroker) -> list[Read]:
    """What was sent."""
    with Tail(broker.settings, ["ops"]) as tail:
        return list(tail.to_end())


def test_an_alert_from_flags_is_a_native_event(router: Run, broker: EmbeddedBroker) -> None:
    """Keyed by its component, so that what is said of it stays in order."""
    ran = router(*ALERT, "--severity", "critical", "--summary", "Batch 7", "--label", "region=eu", "--json")
    (read,) = on_ops(broker)
    assert orjson.loads(ran.out) == {"events": 1, "positions": {f"ops/{read.partition}": "0"}}
    event = NativeAlert.model_validate_json(read.value or b"")
    assert (read.key, event.subject, event.data.summary) == (b"erp.orders", "erp.orders", "Batch 7")
    assert (event.data.severity.value, event.data.labels) == ("critical", {"region": "eu"})
    assert read.headers == (("content-type", b"application/cloudevents+json"),)


def test_a_change_from_flags_is_a_native_event_too(router: Run, broker: EmbeddedBroker) -> None:
    """Evidence needs testing as well."""
    assert router("send", "--topic", "ops", "--component", "erp.orders", "--change", "deploy").code == 0
    (read,) = on_ops(broker)
    assert NativeChange.model_validate_json(read.value or b"").data.kind.value == "deploy"


def test_recorded_events_keep_bytes_key_headers_and_order(
    router: Run, broker: EmbeddedBroker, tmp_path: Path
) -> None:
    """Each partition's events stay together, also where there are fewer partitions now."""
    partition = PARTITIONS + 1
    events = [
        {"topic": "ops", "partition": partition, "key": f"k{n}", "timestamp_ms": 1, "value": f"text {n}"}
        for n in range(5)
    ]
    events[0]["headers"] = {"ce_type": "router.alert.v1"}
    recording = tmp_path / "events.jsonl"
    recording.write_bytes(b"\n".join(map(orjson.dumps, events)))
    ran = router("send", str(recording))
    assert ran == (0, "5 events sent.\n  ops/1 at 0-4\n", "")
    reads = on_ops(broker)
    assert [(read.key, read.value) for read in reads] == [
        (f"k{n}".encode(), f"text {n}".encode()) for n in range(5)
    ]
    assert dict(reads[0].headers) == {"ce_type": b"router.alert.v1"}


@pytest.mark.usefixtures("broker")
def test_a_recording_with_a_mistake_is_told_by_line(router: Run, tmp_path: Path) -> None:
    """Where a person can mend it."""
    recording = tmp_path / "events.jsonl"
    recording.write_text("{oops")
    ran = router("send", str(recording))
    assert ran.code == 2
    assert f"{recording}:1: not a recorded event" in ran.err


@pytest.mark.usefixtures("broker")
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "give either recordings or --component"),
        (("--component", "erp.orders"), "needs --topic, and --fault or --change"),
        ((*ALERT[1:], "--label", "region"), "write it like --label region=eu"),
    ],
)
def test_half_an_event_is_refused(router: Run, arguments: tuple[str, ...], told: str) -> None:
    """Nothing is sent, and what is missing is said."""
    ran = router("send", *arguments)
    assert ran.code == 2
    assert told in ran.err


def test_positions_are_told_in_spans() -> None:
    """A thousand events in a line each would tell nothing."""
    landed = [Landed("ops", 0, offset) for offset in (5, 3, 4, 9)] + [Landed("dbt", 1, 7)]
    assert spans_of(landed) == {"dbt/1": "7", "ops/0": "3-5, 9"}
