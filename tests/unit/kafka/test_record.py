"""Recorded events: whatever lies on Kafka comes back out of a recording byte for byte, or as an equal document."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from router.kafka.record import recorded
from router.kafka.tail import Read
from router.recording import record_of

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


def a_read(
    value: bytes | None, key: bytes | None = None, headers: tuple[tuple[str, bytes | None], ...] = ()
) -> Read:
    """A record with this value."""
    return Read("ops", 3, 17, 1_700_000_000_123, key, value, headers)


def through_a_file(read: Read) -> Any:
    """The record as a replay reads it from the line that was written."""
    return record_of(orjson.loads(orjson.dumps(recorded(read))))


@given(st.binary(max_size=60) | st.text(max_size=30).map(str.encode))
@example(b"null")
@example(b'"text"')
@example(b"")
@example(b" 12 ")
@example(b'{"a": 1, "a": 2}')
@example(b"12345678901234567890123")
@example(b"-0")
@example(b"1.0E2")
@example(b'"\\ud800"')
@example(b"[" * 2_000 + b"]" * 2_000)
@example(b'\xef\xbb\xbf{"a": 1}')
@example(b'{"a": NaN}')
def test_the_value_comes_back_as_it_was(value: bytes) -> None:
    """Bytes for bytes, or the same document in other white space."""
    replayed = through_a_file(a_read(value)).value
    if replayed != value:
        assert replayed is not None
        assert orjson.loads(replayed) == orjson.loads(value)
        assert json.loads(replayed, object_pairs_hook=list, parse_float=str) == json.loads(
            value, object_pairs_hook=list, parse_float=str
        )


@given(json_values, st.sampled_from((None, 2)))
def test_a_document_comes_back_equal(value: Any, indent: int | None) -> None:
    """However it was laid out."""
    written = json.dumps(value, indent=indent).encode()
    replayed = through_a_file(a_read(written)).value
    assert replayed is not None
    assert json.loads(replayed) == value


def test_a_document_is_recorded_as_json_so_that_people_can_read_and_edit_it() -> None:
    """Not as a string with escaped quotes."""
    assert recorded(a_read(b'{"a":  [1, 2.5]}'))["value"] == {"a": [1, 2.5]}


@pytest.mark.parametrize("value", [b"not json", b'"json text"', b"null", b'{"a":1,"a":2}', b"1.50"])
def test_what_json_cannot_say_again_is_recorded_as_text(value: bytes) -> None:
    """A sender's mistake must be the same mistake in the replay."""
    assert recorded(a_read(value))["value"] == value.decode()


def test_binary_values_are_recorded_in_base64() -> None:
    """Text would not keep them."""
    document = recorded(a_read(b"\xff\x00"))
    assert document["value_base64"] == "/wA="
    assert "value" not in document


def test_a_tombstone_stays_one() -> None:
    """No value is not an empty value."""
    assert through_a_file(a_read(None)).value is None
    assert through_a_file(a_read(b"")).value == b""


def test_key_headers_and_position_come_back() -> None:
    """Intake sees the same record, so it decides the same."""
    read = a_read(
        b"{}", b"erp.orders", (("ce_type", b"router.alert.v1"), ("content-type", b"application/json"))
    )
    record = through_a_file(read)
    assert (record.topic, record.partition, record.offset) == ("ops", 3, 17)
    assert (record.timestamp_ms, record.key, record.headers) == (read.timestamp_ms, read.key, read.headers)


def test_binary_keys_and_headers_are_kept_beside_the_text_ones() -> None:
    """Nothing is dropped in silence."""
    document = recorded(a_read(b"{}", b"\xff", (("a", b"1"), ("b", b"\xfe"), ("c", None))))
    assert document["key_base64"] == "/w=="
    assert document["headers"] == {"a": "1", "c": None}
    assert document["headers_base64"] == {"b": "/g=="}


def test_a_record_without_key_and_headers_has_none() -> None:
    """Short lines: only what is there."""
    assert set(recorded(a_read(b"{}"))) == {"topic", "partition", "offset", "timestamp_ms", "value"}
