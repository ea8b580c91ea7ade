"""Hand-offs go to the scope they are for, in order, and are told of once they are there. On the embedded broker."""

from collections.abc import Iterator

import pytest

from router.config.runtime import KafkaSettings
from router.kafka.clients import read_to_end
from router.kafka.codec import decode_input
from router.kafka.embedded import PARTITIONS, EmbeddedBroker
from router.kafka.mover import Mover
from router.kafka.shard_footing import place_of
from router.kafka.topics import INPUTS
from router.model.record import Moved


@pytest.fixture
def kafka() -> Iterator[KafkaSettings]:
    with EmbeddedBroker() as broker:
        yield broker.settings


def a_hand_off(number: int, scope: str = "there") -> Moved:
    """The sender's so many-th."""
    return Moved(scope=scope, from_scope="here", number=number, rules="two")


def test_hand_offs_arrive_where_the_inputs_of_their_scope_do(kafka: KafkaSettings) -> None:
    """With the clock's time, in the order in which they were sent."""
    told: list[tuple[int, str, int]] = []
    mover = Mover(kafka, lambda *sent: told.append(sent), clock=lambda: 1_700_000_000.5)
    mover.send(3, [a_hand_off(1), a_hand_off(2), a_hand_off(3, "elsewhere")])
    assert told == []
    assert mover._producer.flush(30) == 0
    mover.turn()
    assert sorted(told) == [(3, "here", 1), (3, "here", 2), (3, "here", 3)]
    records = list(read_to_end(kafka, INPUTS, [place_of("there", PARTITIONS)]))
    mine = [record for record in records if record.key() == b"there"]
    assert [decode_input(record.value() or b"") for record in mine] == [a_hand_off(1), a_hand_off(2)]
    assert {record.timestamp()[1] for record in mine} == {1_700_000_000_500}


def test_what_cannot_be_delivered_ends_the_process(kafka: KafkaSettings) -> None:
    """The outbox has it still, so the next process sends it again."""
    mover = Mover(kafka, lambda *_: None)
    mover._acknowledged(0, "here", 1, _Error(), None)  # type: ignore[arg-type]
    with pytest.raises(RuntimeError, match="a hand-off was not delivered: too large"):
        mover.turn()


class _Error:
    def str(self) -> str:
        return "too large"
