"""Hard bounds: what breaks one is refused with its code, and nothing is read from it."""

import orjson
import pytest

from router.model.errors import RejectedEvent
from router.model.event import RejectCode
from router.stages.intake.bounds import MAX_BYTES, MAX_DEPTH, MAX_KEYS, MAX_STRING_BYTES, parse


def refusal(value: bytes | None) -> RejectCode:
    with pytest.raises(RejectedEvent) as raised:
        parse(value)
    return RejectCode(raised.value.code)


def nested(levels: int) -> bytes:
    return b'{"a":' * levels + b"1" + b"}" * levels


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (None, RejectCode.EMPTY_VALUE),
        (b"", RejectCode.EMPTY_VALUE),
        (b" " * (MAX_BYTES + 1), RejectCode.TOO_LARGE),
        (nested(MAX_DEPTH + 1), RejectCode.TOO_DEEP),
        (nested(20_000), RejectCode.TOO_DEEP),
        (b'{"a":' + b"[" * 100_000, RejectCode.TOO_DEEP),
        (orjson.dumps({str(n): n for n in range(MAX_KEYS + 1)}), RejectCode.TOO_WIDE),
        (orjson.dumps({"a": [{"b": n, "c": n} for n in range(MAX_KEYS // 2)]}), RejectCode.TOO_WIDE),
        (orjson.dumps({"a": "x" * (MAX_STRING_BYTES + 1)}), RejectCode.STRING_TOO_LONG),
        (orjson.dumps({"a": ["é" * (MAX_STRING_BYTES // 2 + 1)]}), RejectCode.STRING_TOO_LONG),
        (orjson.dumps({"x" * (MAX_STRING_BYTES + 1): 1}), RejectCode.STRING_TOO_LONG),
        (b'{"a": "\xff"}', RejectCode.NOT_UTF8),
        (b'{"a": "\xed\xa0\x80"}', RejectCode.NOT_UTF8),
        ('{"a": 1}'.encode("utf-16"), RejectCode.NOT_UTF8),
        (b'\xef\xbb\xbf{"a": 1}', RejectCode.NOT_JSON),
        (b'{"a": "\\ud800"}', RejectCode.NOT_JSON),
        (b'{"a": NaN}', RejectCode.NOT_JSON),
        (b'{"a": 1e999}', RejectCode.NOT_JSON),
        (b'{"a": 1', RejectCode.NOT_JSON),
        (b'{"a": 1} {"b": 2}', RejectCode.NOT_JSON),
        (b"\x00\x01\x02", RejectCode.NOT_JSON),
        (b"[1, 2]", RejectCode.NOT_AN_OBJECT),
        (b'"text"', RejectCode.NOT_AN_OBJECT),
        (b"null", RejectCode.NOT_AN_OBJECT),
        (b"12", RejectCode.NOT_AN_OBJECT),
    ],
)
def test_what_breaks_a_bound_is_refused_with_its_code(value: bytes | None, code: RejectCode) -> None:
    """One row a rule of bad input."""
    assert refusal(value) is code


@pytest.mark.parametrize(
    "value",
    [
        nested(MAX_DEPTH),
        orjson.dumps({str(n): n for n in range(MAX_KEYS)}),
        orjson.dumps({"a": "x" * MAX_STRING_BYTES}),
        orjson.dumps({"a": ["x" * 16_000] * 15}),
        orjson.dumps({"a": "ж" * (MAX_STRING_BYTES // 2)}),
    ],
)
def test_what_just_keeps_a_bound_is_read(value: bytes) -> None:
    """The bounds themselves are allowed."""
    assert parse(value) == orjson.loads(value)


def test_of_a_doubled_key_the_last_counts() -> None:
    """As with every parser of the standard library; senders must not rely on more."""
    assert parse(b'{"a": 1, "a": 2}') == {"a": 2}


def test_a_format_of_many_events_may_hold_more_keys() -> None:
    """Bytes, depth and strings stay bounded for it too."""
    wide = orjson.dumps({str(n): n for n in range(MAX_KEYS + 1)})
    assert len(parse(wide, max_keys=50_000)) == MAX_KEYS + 1
    with pytest.raises(RejectedEvent) as raised:
        parse(orjson.dumps({"a": "x" * (MAX_STRING_BYTES + 1)}), max_keys=50_000)
    assert raised.value.code == RejectCode.STRING_TOO_LONG


def test_a_message_says_what_to_do_and_quotes_nothing() -> None:
    """A dead letter's headers are read by people who may not see the event."""
    with pytest.raises(RejectedEvent) as raised:
        parse(b'{"password": "hunter2", "a": 1e999}')
    assert "hunter2" not in raised.value.message
    assert "strict JSON" in raised.value.message
