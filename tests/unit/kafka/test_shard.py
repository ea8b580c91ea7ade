"""A shard turns inputs into one transaction, and begins where the state topic says. On the embedded broker.

What needs a broker that keeps transactions apart is in tests/integration/test_engine_shard.py.
"""

from collections.abc import Iterator

import pytest

from router.config.runtime import KafkaSettings
from router.kafka.clients import producer, read_to_end
from router.kafka.codec import decode_decision, encode, notice_partition, state_key
from router.kafka.deadletter import PREFIX
from router.kafka.embedded import PARTITIONS, EmbeddedBroker
from router.kafka.shard import GAP_SECONDS, HUNG_SECONDS, Applied, Gap, Shard
from router.kafka.shard_footing import place_of
from router.kafka.topics import DEADLETTER, DECISIONS, INCIDENTS, INPUTS, NOTICES, STATE
from router.model.input import Tick
from tests.builders import a_company
from tests.counting import a_count, an_input, count

PARTITION = 1
SCOPES = [scope for scope in (f"scope-{n}" for n in range(100)) if place_of(scope, PARTITIONS) == PARTITION]
ONE, TWO = SCOPES[:2]


@pytest.fixture
def kafka() -> Iterator[KafkaSettings]:
    """A broker whose inputs hold twenty records in the partition, so that offsets up to there exist."""
    with EmbeddedBroker() as broker:
        writer = producer(broker.settings)
        for _ in range(20):
            writer.produce(INPUTS, b"x", partition=PARTITION)
        writer.flush(30)
        yield broker.settings


class Clock:
    """Monotonic seconds that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def a_shard(kafka: KafkaSettings, clock: Clock | None = None) -> Shard:
    """An open shard."""
    shard = Shard(kafka, PARTITION, a_company(), count, clock or Clock())
    shard.open()
    return shard


def decided(kafka: KafkaSettings) -> list[str]:
    """Ids of the commands that the decisions on the topic are about."""
    return [decode_decision(record.value() or b"").command for record in read_to_end(kafka, DECISIONS)]


def test_batch_leads_to_state_decisions_notices_and_incidents(kafka: KafkaSettings) -> None:
    """Every kind of output arrives, keyed and placed so that its readers find it."""
    applied = a_shard(kafka).apply([an_input(0, a_count("a", ONE)), an_input(1, a_count("b", TWO))])
    assert (applied.applied, applied.outcomes, applied.live) == (2, {"opened": 2}, {ONE: 1, TWO: 1})
    assert sorted(decided(kafka)) == ["a", "b"]
    assert {record.partition() for record in read_to_end(kafka, STATE)} == {PARTITION}
    assert {record.key() for record in read_to_end(kafka, INCIDENTS)} == {
        f"I-{s}".encode() for s in (ONE, TWO)
    }
    assert {(record.key(), record.partition()) for record in read_to_end(kafka, NOTICES)} == {
        (f"#{scope}|I-{scope}".encode(), notice_partition(f"#{scope}", PARTITIONS)) for scope in (ONE, TWO)
    }
    assert {record.key(): record.partition() for record in read_to_end(kafka, DECISIONS)} == {
        scope.encode(): PARTITION for scope in (ONE, TWO)
    }


def test_shard_opened_again_equals_the_one_before(kafka: KafkaSettings) -> None:
    """State and checkpoint come back from the topic; deleted records do not."""
    first = a_shard(kafka)
    first.apply([an_input(0, a_count("a", ONE, seconds=5)), an_input(1, a_count("b", TWO))])
    first.apply([an_input(2, Tick(), seconds=5)])
    again = a_shard(kafka)
    assert again.state.next == 3
    assert again.state.digest() == first.state.digest()
    assert again.state.wake_at() == first.state.wake_at()


def test_input_below_the_checkpoint_is_dropped(kafka: KafkaSettings) -> None:
    """A replay changes nothing, whether it comes in the same life or after a restart."""
    batch = [an_input(0, a_count("a", ONE)), an_input(1, a_count("b", ONE))]
    first = a_shard(kafka)
    first.apply(batch)
    assert first.apply([*batch, an_input(2, a_count("c", ONE))]).replayed == 2
    applied = a_shard(kafka).apply([*batch, an_input(2, a_count("c", ONE))])
    assert (applied.applied, applied.replayed) == (0, 3)
    assert decided(kafka) == ["a", "b", "c"]


def test_input_above_the_checkpoint_is_not_applied(kafka: KafkaSettings) -> None:
    """Applying it would lose those between; they come again when Faust reads on from the checkpoint."""
    shard = a_shard(kafka)
    applied = shard.apply([an_input(0, a_count("a", ONE)), an_input(2, a_count("c", ONE))])
    assert (applied.applied, applied.ahead) == (1, (2,))
    shard.apply([an_input(1, a_count("b", ONE)), an_input(2, a_count("c", ONE))])
    assert decided(kafka) == ["a", "b", "c"]


def test_gap_that_stays_ends_it(kafka: KafkaSettings) -> None:
    """Inputs above the checkpoint for seconds and none at it: reading has to begin again."""
    clock = Clock()
    shard = a_shard(kafka, clock)
    shard.apply([an_input(5, a_count("f", ONE))])
    clock.now = GAP_SECONDS
    shard.apply([an_input(6, a_count("g", ONE))])
    clock.now = GAP_SECONDS + 0.1
    with pytest.raises(Gap, match=r"wants offset 0, gets 7"):
        shard.apply([an_input(7, a_count("h", ONE))])


def test_gap_that_closes_is_forgotten(kafka: KafkaSettings) -> None:
    """Only a gap that stays counts: two short ones are not a long one."""
    clock = Clock()
    shard = a_shard(kafka, clock)
    shard.apply([an_input(1, a_count("b", ONE))])
    shard.apply([an_input(0, a_count("a", ONE))])
    clock.now = GAP_SECONDS + 1
    assert shard.apply([an_input(2, a_count("c", ONE))]).ahead == (2,)


def test_undecodable_input_becomes_a_dead_letter(kafka: KafkaSettings) -> None:
    """Its bytes arrive untouched with the reason, and the inputs around it are applied."""
    applied = a_shard(kafka).apply(
        [an_input(0, a_count("a", ONE)), an_input(1, b"\x00not json"), an_input(2, a_count("b", ONE))]
    )
    assert [refused.record.offset for refused in applied.refused] == [1]
    assert decided(kafka) == ["a", "b"]
    (letter,) = read_to_end(kafka, DEADLETTER)
    assert (letter.key(), letter.value()) == (b"key", b"\x00not json")
    headers = dict(letter.headers() or [])
    where = [headers[PREFIX + name] for name in ("topic", "partition", "offset")]
    assert where == [INPUTS.encode(), b"1", b"1"]
    assert headers[PREFIX + "code"] == b"unsupported_type"


def test_bug_in_the_core_commits_nothing(kafka: KafkaSettings) -> None:
    """The whole batch stays undone and comes again: an input is never half applied."""
    shard = a_shard(kafka)
    with pytest.raises(KeyError):
        shard.apply([an_input(0, a_count("a", ONE)), an_input(1, a_count("b", ONE, reason="bug"))])
    assert decided(kafka) == []
    assert a_shard(kafka).state.next == 0


def test_batch_of_nothing_new_writes_nothing(kafka: KafkaSettings) -> None:
    """Replays cost no transaction."""
    shard = a_shard(kafka)
    shard.apply([an_input(0, a_count("a", ONE))])
    before = len(list(read_to_end(kafka, STATE)))
    assert shard.apply([an_input(0, a_count("a", ONE))]) == Applied(
        0, 1, (), (), 0, 0.0, shard.state.wake_at(), {}, {}, {}
    )
    assert len(list(read_to_end(kafka, STATE))) == before


def test_state_of_a_scope_in_the_wrong_partition_is_refused(kafka: KafkaSettings) -> None:
    """Partitions were added: inputs of the scope would go to a shard without its state."""
    stranger = next(s for s in (f"scope-{n}" for n in range(100)) if place_of(s, PARTITIONS) != PARTITION)
    first = a_shard(kafka)
    first.apply([an_input(0, a_count("a", stranger))])
    with pytest.raises(RuntimeError, match="was given more partitions"):
        a_shard(kafka)


def test_checkpoint_beyond_the_end_is_refused(kafka: KafkaSettings) -> None:
    """The inputs topic was made anew: everything written to it would look like a replay and be dropped."""
    writer = producer(kafka)
    writer.produce(STATE, b'{"next":4711}', b"__checkpoint__", PARTITION)
    writer.flush(30)
    with pytest.raises(RuntimeError, match="ends at 20, but 4710 was applied"):
        a_shard(kafka)


def test_unknown_state_record_is_refused(kafka: KafkaSettings) -> None:
    """A newer version wrote it; this one must not go on without it."""
    writer = producer(kafka)
    writer.produce(STATE, b'{"record":"hologram"}', state_key(ONE, "hologram|1"), PARTITION)
    writer.flush(30)
    with pytest.raises(RuntimeError, match="a newer one wrote it"):
        a_shard(kafka)


def test_scopes_are_placed_as_producers_place_their_keys(kafka: KafkaSettings) -> None:
    """`place_of` agrees with the partitioner that intake and web write inputs with."""
    writer = producer(kafka)
    for scope in [*SCOPES, "größe", "a|b", ""]:
        writer.produce(INCIDENTS, encode(Tick()), scope)
    writer.flush(30)
    placed = {(record.key() or b"").decode(): record.partition() for record in read_to_end(kafka, INCIDENTS)}
    assert {scope: place_of(scope, PARTITIONS) for scope in placed} == placed


def test_a_call_that_outlives_its_own_timeout_shows_as_hung(kafka: KafkaSettings) -> None:
    """The client may wait for ever for a coordinator that is gone; whoever asks from outside can see it."""
    clock = Clock()
    shard = a_shard(kafka, clock)
    seen = []

    def call(_wait: float) -> None:
        for seconds in (HUNG_SECONDS - 1, HUNG_SECONDS + 1):
            clock.now = seconds
            seen.append(shard.hung)

    shard._persist(call)
    assert (seen, shard.hung) == ([False, True], False)
