"""Dead letters: reading them, and which of them are sent again, to where, and how often."""

from collections.abc import Iterator

import pytest

from router.config.runtime import KafkaSettings
from router.kafka.deadletter import PREFIX, REPLAY_OF, DeadLetter, attempt_of
from router.kafka.deadletters import MAX_ATTEMPTS, REPLAYED_BY, choose, read_dead_letters, send_again
from router.kafka.embedded import EmbeddedBroker
from router.kafka.sender import Landed, Sender
from router.kafka.tail import Read, Tail
from router.kafka.topics import DEADLETTER
from tests.builders import START, at


@pytest.fixture
def kafka() -> Iterator[KafkaSettings]:
    """A broker of its own for each test: dead letters have one topic."""
    with EmbeddedBroker(("ops",)) as broker:
        yield broker.settings


def a_letter(code: str = "not_json", attempt: int = 1, partition: int = 3) -> DeadLetter:
    """Why an event of the topic `ops` could not be used."""
    return DeadLetter(
        topic="ops",
        partition=partition,
        offset=41,
        timestamp_ms=1_700_000_000_000,
        code=code,
        message="this is no JSON; send JSON",
        source="monitoring",
        build="0.1.0",
        attempt=attempt,
        first_failed_at=START,
    )


def bury(
    kafka: KafkaSettings, letter: DeadLetter, value: bytes | None = b"{oops", *original: tuple[str, bytes]
) -> Landed:
    """Put a dead letter where intake puts it."""
    sender = Sender(kafka)
    sender.send(DEADLETTER, value, key=b"k1", headers=letter.headers(original))
    return sender.finish()[0]


def on_ops(kafka: KafkaSettings) -> list[Read]:
    """What was sent again."""
    with Tail(kafka, ["ops"]) as tail:
        return list(tail.to_end())


def test_dead_letters_are_read_by_code(kafka: KafkaSettings) -> None:
    """Each with what its headers say and the bytes it came with."""
    bury(kafka, a_letter("not_json"))
    bury(kafka, a_letter("unknown_fault"), b"{}")
    (one,) = read_dead_letters(kafka, "unknown_fault")
    assert (one.letter, one.record.value, one.size) == (a_letter("unknown_fault"), b"{}", 2)
    assert len(list(read_dead_letters(kafka))) == 2


def test_the_original_goes_back_untouched_to_where_it_came_from(kafka: KafkaSettings) -> None:
    """Bytes, key, headers and time are the sender's; ours say that it is a replay, of what, and by whom."""
    where = bury(kafka, a_letter(), b"\xff{oops", ("ce_id", b"17"))
    sender = Sender(kafka)
    assert send_again(sender, read_dead_letters(kafka), "ada") == 1
    sender.finish()
    (read,) = on_ops(kafka)
    assert (read.partition, read.key, read.value) == (3, b"k1", b"\xff{oops")
    assert read.timestamp_ms == a_letter().timestamp_ms
    headers = dict(read.headers)
    assert headers["ce_id"] == b"17"
    assert headers[REPLAY_OF] == str(where).encode()
    assert headers[REPLAYED_BY] == b"ada"
    assert attempt_of(tuple((name, value or b"") for name, value in read.headers), at(99)) == (2, START)
    assert {name for name in headers if name.startswith(PREFIX)} == {
        f"{PREFIX}attempt",
        f"{PREFIX}first_failed_at",
    }


def test_a_second_replay_says_who_asked_for_it_and_no_longer_who_asked_for_the_first(
    kafka: KafkaSettings,
) -> None:
    """One header, not a growing list of them."""
    bury(
        kafka, a_letter(attempt=2), b"{oops", (REPLAY_OF, b"router.deadletter.v1/0/0"), (REPLAYED_BY, b"bob")
    )
    sender = Sender(kafka)
    send_again(sender, read_dead_letters(kafka), "ada")
    sender.finish()
    (read,) = on_ops(kafka)
    assert [value for name, value in read.headers if name == REPLAYED_BY] == [b"ada"]
    assert len({name for name, _ in read.headers}) == len(read.headers)


def test_what_failed_three_times_is_left_for_people(kafka: KafkaSettings) -> None:
    """A replay that cannot succeed must not go round for ever."""
    bury(kafka, a_letter(attempt=MAX_ATTEMPTS))
    bury(kafka, a_letter(attempt=MAX_ATTEMPTS - 1))
    choice = choose(read_dead_letters(kafka))
    assert [one.letter.attempt for one in choice.send if one.letter] == [MAX_ATTEMPTS - 1]
    assert choice.leave == {"failed 3 times": 1}


def test_of_an_event_that_failed_again_only_the_newer_dead_letter_is_sent(kafka: KafkaSettings) -> None:
    """Or each replay would send it once more than the last, and its attempts would never add up."""
    first = bury(kafka, a_letter())
    bury(kafka, a_letter("unknown_fault", attempt=2), b"{oops", (REPLAY_OF, str(first).encode()))
    choice = choose(read_dead_letters(kafka))
    assert [one.letter.attempt for one in choice.send if one.letter] == [2]
    assert choice.leave == {"sent again before, and failed again": 1}
    by_first_code = choose(read_dead_letters(kafka), "not_json")
    assert by_first_code.send == ()


def test_what_is_no_dead_letter_of_ours_is_listed_and_left_alone(kafka: KafkaSettings) -> None:
    """Nobody knows where it came from."""
    sender = Sender(kafka)
    sender.send(DEADLETTER, b"stray")
    sender.finish()
    (stray,) = read_dead_letters(kafka)
    assert stray.letter is None
    assert choose([stray]).leave == {"not written by the router": 1}
    with pytest.raises(ValueError, match="no dead letter"):
        send_again(sender, [stray], "ada")
