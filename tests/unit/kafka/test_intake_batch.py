"""A batch of records: what is sent on, what is buried, and the ledger line that accounts for all of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from confluent_kafka import Message
from hypothesis import given
from hypothesis import strategies as st

from router.kafka.balance import Balance
from router.kafka.codec import decode_ledger, encode
from router.kafka.deadletter import PREFIX, DeadLetter, replay_headers
from router.kafka.intake_batch import MAX_DEAD_LETTER_BYTES, Batch, BatchReader
from router.model.decision import Decision, Outcome, Reason
from router.model.event import RejectCode
from router.model.ledger import SourceConsumed
from router.model.rules import Rules, Source
from tests.builders import a_company
from tests.unit.stages.intake.documents import native
from tests.unit.stages.intake.test_alertmanager import a_webhook, an_alert

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)
SOURCES = (
    Source(name="feeds", topics=("feeds", "^more\\..*"), format="native"),
    Source(name="prom", topics=("prom",), format="alertmanager", default_fault="api.error_rate"),
)


def rules() -> Rules:
    """The company with two sources."""
    return a_company().model_copy(update={"sources": {source.name: source for source in SOURCES}})


def a_message(value: object, offset: int, topic: str = "feeds", **fields: Any) -> Message:
    """A record as the consumer hands it out."""
    body = value if isinstance(value, bytes) or value is None else orjson.dumps(value)
    given: dict[str, Any] = {"partition": 0, "key": b"k", "timestamp": (1, NOW_MS), "headers": None} | fields
    return Message(topic=topic, offset=offset, value=body, **given)


def read(*messages: Message, reader: BatchReader | None = None) -> Batch:
    """One batch."""
    return (reader or BatchReader(rules(), "intake-1")).read(messages, NOW)


def source(batch: Batch, topic: str = "feeds") -> SourceConsumed:
    """The ledger's part about partition 0 of a topic."""
    return next(part for part in batch.ledger.sources if part.topic == topic)


def letter(batch: Batch, place: int = 0) -> DeadLetter:
    """What a dead letter says."""
    headers = tuple((name, value) for name, value in batch.dead[place].headers if isinstance(value, bytes))
    return DeadLetter.from_headers(headers)


def test_every_position_is_accounted_for() -> None:
    """Alerts by their absence, everything else by name; ranges of what was consumed."""
    heartbeat = native(type="router.heartbeat.v1")
    batch = read(
        a_message(native(), 5),
        a_message(b"{", 6),
        a_message(heartbeat, 9),
        a_message(a_webhook(), 1, "prom"),
        a_message(a_webhook(an_alert(), an_alert(fingerprint="2")), 2, "prom"),
    )
    feeds, prom = source(batch), source(batch, "prom")
    assert (feeds.consumed, feeds.rejected, feeds.heartbeats) == (((5, 6), (9, 9)), (6,), (9,))
    assert (prom.consumed, prom.ignored, prom.parts) == (((1, 2),), (1,), {2: 2})
    assert batch.next_offsets == {("feeds", 0): 10, ("prom", 0): 3}
    assert decode_ledger(encode(batch.ledger)) == batch.ledger
    assert (batch.ledger.intake, batch.ledger.rules, batch.ledger.at) == ("intake-1", "test", NOW)


def test_a_record_that_is_partly_bad_goes_on_and_is_buried() -> None:
    """Its usable alerts are expected among the decisions, also when there is but one."""
    batch = read(a_message(a_webhook(an_alert(), "bad"), 3, "prom"))
    assert (source(batch, "prom").rejected, source(batch, "prom").parts) == ((3,), {3: 1})
    assert [len(chunk.batch().items) for chunk in batch.inputs] == [1]
    assert letter(batch).code == RejectCode.INVALID_FIELD


def test_a_dead_letter_is_the_original_and_says_why() -> None:
    """Key, value and headers untouched; ours are added."""
    message = a_message(b"\xff", 7, partition=3, headers=[("trace", b"\x00\x01"), ("empty", None)])
    batch = read(message)
    (dead,) = batch.dead
    assert (dead.key, dead.value) == (b"k", b"\xff")
    assert dead.headers[:2] == [("trace", b"\x00\x01"), ("empty", None)]
    found = letter(batch)
    assert (found.topic, found.partition, found.offset) == ("feeds", 3, 7)
    assert (found.timestamp_ms, found.source, found.attempt) == (NOW_MS, "feeds", 1)
    assert (found.code, found.first_failed_at) == (RejectCode.NOT_UTF8, NOW)
    assert found.build


def test_the_headers_are_those_of_the_dead_letters_own_definition() -> None:
    """They are built in a faster way; this keeps the two alike."""
    batch = read(a_message(None, 7))
    assert dict(batch.dead[0].headers) == dict(letter(batch).headers())


def test_a_replayed_event_that_fails_again_counts_the_attempt() -> None:
    """And remembers when it first failed; headers of the last attempt are replaced."""
    first = letter(read(a_message(b"{", 7)))
    headers = replay_headers(tuple(first.headers((("own", b"x"),))), "router.deadletter.v1/0/12")
    batch = BatchReader(rules(), "i").read([a_message(b"{", 8, headers=headers)], NOW + timedelta(hours=1))
    again = letter(batch)
    assert (again.attempt, again.first_failed_at, again.offset) == (2, NOW, 8)
    names = [name for name, _ in batch.dead[0].headers]
    assert len(names) == len(set(names))
    assert ("own", b"x") in batch.dead[0].headers


def test_what_is_too_large_even_for_a_dead_letter_is_told_of() -> None:
    """The brokers would refuse it, so the letter says where it lies."""
    batch = read(a_message(b"x" * (MAX_DEAD_LETTER_BYTES + 1), 7))
    assert batch.dead[0].value is None
    assert letter(batch).message.endswith("too large to be kept, read it at its position")
    assert [name for name, _ in batch.dead[0].headers].count(f"{PREFIX}message") == 1


def test_a_timestamp_from_the_future_is_now() -> None:
    """A producer's wrong clock moves nobody's window; one from the past is when it was."""
    hour = 3_600_000
    for timestamp, arrived in (
        ((1, NOW_MS + hour), NOW),
        ((0, -1), NOW),
        ((1, NOW_MS - hour), NOW - timedelta(hours=1)),
    ):
        (chunk,) = read(a_message(native(time=None), 1, timestamp=timestamp)).inputs
        assert chunk.batch().items[0].alert.arrived_at == arrived  # type: ignore[union-attr]


def test_a_record_that_is_delivered_twice_in_a_batch_counts_once() -> None:
    """A partition may be taken away and given back while a batch is gathered."""
    batch = read(
        a_message(native(), 5), a_message(native(), 6), a_message(native(), 5), a_message(native(), 6)
    )
    assert source(batch).consumed == ((5, 6),)
    assert [position.offsets for position in batch.inputs[0].batch().items[0].positions] == [(5, 6)]


def test_topics_of_a_pattern_are_read_by_its_source() -> None:
    """And share its memory; a topic that no source names is ignored, loudly in the ledger."""
    batch = read(a_message(native(), 1, "more.feeds"), a_message(native(), 1, "elsewhere"))
    assert len(batch.inputs) == 1
    assert source(batch, "elsewhere").ignored == (1,)
    assert batch.tallies["feeds"].events == 1


def test_tallies_count_by_source() -> None:
    """For metrics, and with a position to look at for each code."""
    batch = read(
        a_message(b"{", 5), a_message(b"{", 6), a_message(b"[]", 7, partition=1), a_message(native(), 8)
    )
    tally = batch.tallies["feeds"]
    assert tally.events == 4
    assert tally.rejected == {"not_json": 2, "not_an_object": 1}
    assert tally.first == {"not_json": "feeds/0/5", "not_an_object": "feeds/1/7"}


def test_unmapped_names_are_counted_with_their_repeats() -> None:
    """So that the loudest name is mapped first."""
    batch = read(
        *(a_message(native(subject="nobody"), number) for number in range(5)), a_message(native(), 9)
    )
    assert batch.unmapped == {"nobody": 5}


values = st.sampled_from(
    [
        native(), native({"status": "resolved"}), native(subject="nobody"), native(type="router.heartbeat.v1"),
        native(type="router.change.v1") | {"data": {"kind": "deploy", "summary": "x"}}, b"{", None,
    ]
)  # fmt: skip


@given(st.lists(st.tuples(values, st.integers(0, 2), st.integers(0, 1)), min_size=1, max_size=30))
def test_ledger_and_inputs_balance(drawn: list[tuple[object, int, int]]) -> None:
    """Law 1, as `router reconcile` checks it: each consumed position is in the inputs as often as the ledger says."""
    next_offset = {0: 0, 1: 0}
    messages = []
    for value, gap, partition in drawn:
        messages.append(a_message(value, next_offset[partition] + gap, partition=partition))
        next_offset[partition] += gap + 1
    batch = read(*messages)
    balance = Balance()
    balance.consume(decode_ledger(encode(batch.ledger)))
    for chunk in batch.inputs:
        for item in chunk.batch().items:
            balance.decide(
                Decision(
                    scope=chunk.scope, number=1, at=NOW, reason=Reason.OPENED_NEW_FAILURE, text="", rules="test",
                    outcome=Outcome.OPENED, positions=item.positions,
                )
            )  # fmt: skip
    assert list(balance.differences()) == []
