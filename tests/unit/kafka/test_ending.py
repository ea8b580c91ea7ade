"""The last words of a process say enough, and nothing that an event held."""

import subprocess
import sys

from confluent_kafka import KafkaError, KafkaException

from router.kafka.ending import Exit, describe


def test_bug_is_described_by_type_and_place_alone() -> None:
    """Its message may quote an event."""
    try:
        dict[str, str]()["customer 4711"]
    except KeyError as error:
        told = describe(error)
    assert "KeyError at" in told
    assert "test_ending.py:" in told
    assert "4711" not in told


def test_errors_meant_for_the_operator_keep_their_message() -> None:
    """They say what to do."""
    assert describe(RuntimeError("run `router topics apply`")) == "RuntimeError: run `router topics apply`"
    assert (
        "fenced" in describe(KafkaException(KafkaError(KafkaError._FENCED, "fenced by a newer one"))).lower()
    )


def test_process_ends_at_once_with_its_code() -> None:
    """No handler runs and no thread is waited for; the reason is on stderr."""
    program = (
        "import atexit, threading, time; from router.kafka.ending import Exit, end_process\n"
        "atexit.register(print, 'cleaning up'); threading.Thread(target=time.sleep, args=(600,)).start()\n"
        "end_process(Exit.STALLED, 'no progress')"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == Exit.STALLED
    assert "no progress" in ended.stderr
    assert "cleaning up" not in ended.stdout
