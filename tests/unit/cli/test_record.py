"""`router record`: events off Kafka into a file that replays."""

import os
import signal
from pathlib import Path

import orjson
import pytest

from router.cli.record import stopping
from router.kafka.embedded import EmbeddedBroker
from router.recording import read_recordings
from tests.unit.cli.conftest import Run
from tests.unit.cli.writing import write


def test_what_lies_on_kafka_is_in_the_file(router: Run, broker: EmbeddedBroker, tmp_path: Path) -> None:
    """Up to the end, each event as a replay reads it."""
    landed = write(broker, "ops", b'{"a": 1}', b"\xff\xfe", b"plain text", None, key="k")
    out = tmp_path / "ops.jsonl"
    ran = router("record", "--topics", "ops", "--from", "earliest", "--until-end", "--out", str(out))
    assert ran == (0, f"4 events written to {out}\n", "")
    records = {event.record.offset: event.record for event in read_recordings([out])}
    assert [records[place.offset].value for place in landed] == [b'{"a":1}', b"\xff\xfe", b"plain text", None]


def test_recording_stops_after_so_many(router: Run, broker: EmbeddedBroker, tmp_path: Path) -> None:
    """Without waiting for an end."""
    write(broker, "ops", *(b"{}" for _ in range(9)))
    out = tmp_path / "ops.jsonl"
    ran = router("record", "--topics", "ops", "--from", "earliest", "--max", "3", "--out", str(out), "--json")
    assert orjson.loads(ran.out) == {"file": str(out), "events": {"ops": 3}}
    assert len(out.read_bytes().splitlines()) == 3


def test_a_recording_is_never_overwritten(router: Run, broker: EmbeddedBroker, tmp_path: Path) -> None:
    """It may be the only one of last night."""
    out = tmp_path / "ops.jsonl"
    out.write_text("precious")
    ran = router("record", "--topics", "ops", "--from", "earliest", "--until-end", "--out", str(out))
    assert (ran.code, out.read_text()) == (2, "precious")
    assert "File exists" in ran.err


@pytest.mark.usefixtures("broker")
def test_a_time_that_is_none_is_a_problem(router: Run, tmp_path: Path) -> None:
    """With how to write one."""
    ran = router("record", "--topics", "ops", "--from", "noon", "--out", str(tmp_path / "x"))
    assert ran.code == 2
    assert "write earliest, latest or 2026-03-02T08:00Z" in ran.err


def test_an_interrupt_stops_it_in_order() -> None:
    """What was read until then is kept; afterwards an interrupt is one again."""
    before = signal.getsignal(signal.SIGTERM)
    with stopping() as stop:
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop.wait(30)
    assert signal.getsignal(signal.SIGTERM) == before
