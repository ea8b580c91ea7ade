"""Values of the model survive the wire exactly, and keys and partitions are stable for ever."""

import types
import typing
from collections.abc import Callable
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel, StringConstraints, ValidationError
from pydantic.fields import FieldInfo

from router.kafka import codec
from router.model.decision import Decision
from router.model.event import Measure
from router.model.incident import Incident
from router.model.input import AlertBatch, ChangeBatch, Command, Tick
from router.model.ledger import LedgerEntry, SourceConsumed
from router.model.notice import Delivery, Notice
from router.model.record import (
    AppliedCommand,
    IncidentRecord,
    Moved,
    Moving,
    OpenAlert,
    RecentChange,
    ScopeHeader,
    Silence,
)

URLS = st.sampled_from(["http://a", "https://é.example/?q=|%"])
MOMENTS = st.datetimes(timezones=st.just(UTC))


def _constraint(metadata: list[Any], name: str) -> Any:
    """A bound such as `ge` or `max_length`, wherever pydantic keeps it."""
    for item in metadata:
        found = getattr(item, name, None)
        if found is not None:
            return found
    return None


def values(annotation: Any, metadata: list[Any]) -> st.SearchStrategy[Any]:
    """Any value that a field of this annotation may hold."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        inner, *more = arguments
        flat = [item for part in more for item in (part.metadata if isinstance(part, FieldInfo) else [part])]
        return values(inner, [*metadata, *flat])
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*(values(one, metadata) for one in arguments))
    if origin is typing.Literal:
        return st.sampled_from(arguments)
    if origin is tuple:
        if arguments[1:] != (...,):
            return st.tuples(*(values(one, []) for one in arguments)).map(lambda pair: tuple(sorted(pair)))
        return st.lists(values(arguments[0], []), max_size=2).map(tuple)
    if origin is dict:
        return st.dictionaries(values(arguments[0], []), values(arguments[1], []), max_size=2)
    return _plain(annotation, metadata)


def _plain(kind: Any, metadata: list[Any]) -> st.SearchStrategy[Any]:
    low, high = _constraint(metadata, "ge"), _constraint(metadata, "le")
    if kind is type(None):
        return st.none()
    if kind is bool:
        return st.booleans()
    if kind is int:
        return st.integers(0 if low is None else low, 2**53 if high is None else high)
    if kind is float:
        return st.floats(low, high, allow_nan=False, allow_infinity=False)
    if kind in (datetime, AwareDatetime):
        return MOMENTS
    if kind is date:
        return st.dates()
    if kind is str:
        if any(isinstance(item, StringConstraints) and item.pattern for item in metadata):
            return URLS
        least = _constraint(metadata, "min_length") or 0
        return st.text(st.characters(exclude_categories=["Cs"]), min_size=least, max_size=12)
    if issubclass(kind, StrEnum):
        return st.sampled_from(list(kind))
    return model(kind)


def model(kind: type[BaseModel]) -> st.SearchStrategy[Any]:
    """Any value of this model, some fields left at their defaults."""
    drawn = {
        name: values(field.annotation, list(field.metadata)) for name, field in kind.model_fields.items()
    }
    needed = {name: drawn.pop(name) for name, field in kind.model_fields.items() if field.is_required()}
    return st.fixed_dictionaries(needed, optional=drawn).map(lambda given: _valid(kind, given)).filter(bool)


def _valid(kind: type[BaseModel], given: dict[str, Any]) -> BaseModel | None:
    try:
        return kind(**given)
    except ValidationError:
        return None


WIRE: list[tuple[type[BaseModel], Callable[[bytes], BaseModel]]] = [
    *((kind, codec.decode_input) for kind in (AlertBatch, ChangeBatch, Command, Tick, Moved)),
    *(
        (kind, codec.decode_record)
        for kind in (ScopeHeader, OpenAlert, IncidentRecord, RecentChange, Silence, AppliedCommand, Moving)
    ),
    (Decision, codec.decode_decision),
    (Notice, codec.decode_notice),
    (Incident, codec.decode_incident),
    (Delivery, codec.decode_delivery),
    (LedgerEntry, codec.decode_ledger),
]


@pytest.mark.parametrize(("kind", "decode"), WIRE, ids=lambda item: getattr(item, "__name__", None))
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_decoding_gives_back_exactly_what_was_encoded(
    kind: type[BaseModel], decode: Callable[[bytes], BaseModel], data: st.DataObject
) -> None:
    """Whatever the fields hold, and whichever are at their defaults."""
    value = data.draw(model(kind))
    again = decode(codec.encode(value))
    assert (type(again), again) == (kind, value)
    assert codec.encode(again) == codec.encode(value)


def test_fields_of_a_newer_version_are_passed_over() -> None:
    """After a roll-back, records that a newer version wrote can still be read."""
    assert codec.decode_input(b'{"type":"tick","since":"2030"}') == Tick()
    newer = b'{"record":"scope","scope":"s","later":{"a":[1]},"applied":{"t/0":4}}'
    assert codec.decode_record(newer) == ScopeHeader(scope="s", applied={"t/0": 4})


@pytest.mark.parametrize("value", [b"", b"{}", b"nonsense", b'{"type":"other"}', b"\xff"])
def test_what_we_never_wrote_is_an_error(value: bytes) -> None:
    """A record on our own topic that is none of ours is a bug, and says so."""
    with pytest.raises(ValidationError):
        codec.decode_input(value)


@pytest.mark.parametrize("number", [float("inf"), float("-inf"), float("nan")])
def test_numbers_that_json_cannot_say_never_become_values(number: float) -> None:
    """They would be written as null and could not be read back: a shard that cannot open."""
    with pytest.raises(ValidationError):
        Measure(name="m", value=number)


@given(scope=st.text(st.characters(exclude_categories=["Cs"])), record=st.text(max_size=9))
def test_a_state_key_splits_into_what_it_was_made_of(scope: str, record: str) -> None:
    """Whatever the names hold, bars and percent signs too; and it is never the checkpoint's key."""
    record = record.encode(errors="replace").decode()
    key = codec.state_key(scope, record)
    assert codec.split_state_key(key) == (scope, record)
    assert key != codec.CHECKPOINT_KEY


def test_an_ordinary_state_key_reads_as_it_is() -> None:
    """Keys are part of the format on disk: they never change."""
    assert codec.state_key("order-to-cash", "alert|v1:abc") == b"order-to-cash|alert|v1:abc"
    with pytest.raises(ValueError, match="not a state key"):
        codec.split_state_key(codec.CHECKPOINT_KEY)


def test_the_checkpoint_is_the_next_offset() -> None:
    """Its format never changes either."""
    assert codec.encode_checkpoint(7) == b'{"next":7}'
    assert codec.decode_checkpoint(b'{"next":7}') == 7


def test_a_destination_stays_on_its_partition() -> None:
    """crc32 of the name: known values, because a change would move every channel's delivery log."""
    assert [codec.notice_partition(name, 4) for name in ("#erp", "#data", "C0123456")] == [3, 2, 3]


def test_defaults_are_not_written() -> None:
    """What every reader knows takes no room; the tag that tells values apart stays."""
    assert codec.encode(Tick()) == b'{"type":"tick"}'
    assert codec.encode(ScopeHeader(scope="s")) == b'{"record":"scope","scope":"s"}'
    entry = SourceConsumed(topic="t", partition=0, consumed=((1, 2),))
    assert codec.encode(entry) == b'{"topic":"t","partition":0,"consumed":[[1,2]]}'
