"""Dead letters: nothing of the original is touched, and attempts are counted."""

from datetime import UTC, datetime

import pytest

from router.kafka.deadletter import DeadLetter, attempt_of, original_headers, replay_headers

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LETTER = DeadLetter("erp", 2, 41, 1_700_000_000_000, "not_json", "é: no", "sap", "1.0", 1, NOW)
ORIGINAL = (("traceparent", b"00-1"), ("x", b"\xff"), ("x", b""))


def test_headers_hold_the_original_s_and_the_reason() -> None:
    """Repeated and binary headers stay as they were; ours come after them, each under `router.dlq.`."""
    headers = LETTER.headers(ORIGINAL)
    assert tuple(headers[:3]) == ORIGINAL
    assert [name for name, _ in headers[3:]] == [
        f"router.dlq.{name}"
        for name in (
            "topic",
            "partition",
            "offset",
            "timestamp_ms",
            "code",
            "message",
            "source",
            "build",
            "attempt",
            "first_failed_at",
        )
    ]
    assert DeadLetter.from_headers(tuple(headers)) == LETTER
    assert original_headers(tuple(headers)) == ORIGINAL


def test_a_replay_says_what_it_repeats_and_counts() -> None:
    """The second attempt knows when the first one failed, and its dead letter holds ours only once."""
    sent = tuple(replay_headers(tuple(LETTER.headers(ORIGINAL)), "router.deadletter.v1/0/7"))
    assert sent[:4] == (*ORIGINAL, ("router.replay_of", b"router.deadletter.v1/0/7"))
    assert attempt_of(sent, datetime.now(UTC)) == (2, NOW)
    again = DeadLetter("erp", 2, 99, 0, "not_json", "", "sap", "1.0", 2, NOW).headers(sent)
    assert len({name for name, _ in again if name.startswith("router.dlq.")}) == 10
    assert DeadLetter.from_headers(tuple(again)).offset == 99
    third = replay_headers(tuple(again), "router.deadletter.v1/0/8")
    assert [value for name, value in third if name == "router.replay_of"] == [b"router.deadletter.v1/0/8"]
    assert attempt_of(tuple(third), datetime.now(UTC)) == (3, NOW)


@pytest.mark.parametrize(
    "headers",
    [
        (),
        (("router.dlq.attempt", b"many"), ("router.dlq.first_failed_at", b"2026-01-01T00:00:00Z")),
        (("router.dlq.attempt", b"3"), ("router.dlq.first_failed_at", b"\xff")),
        (("router.dlq.attempt", b"3"), ("router.dlq.first_failed_at", b"2026-01-01")),
        (("router.dlq.attempt", b"-3"), ("router.dlq.first_failed_at", b"2026-01-01T00:00:00Z")),
    ],
)
def test_what_a_sender_makes_up_counts_as_a_first_attempt(headers: tuple[tuple[str, bytes], ...]) -> None:
    """Headers come from outside: nonsense in them never raises."""
    assert attempt_of(headers, NOW) == (1, NOW)


def test_a_record_that_is_no_dead_letter_is_refused() -> None:
    """The message names the header that is missing."""
    with pytest.raises(ValueError, match=r"router\.dlq\.topic is missing"):
        replay_headers(ORIGINAL, "t/0/0")
