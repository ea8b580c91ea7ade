"""Dead letters as they lie on their topic: read them, and send them to where they came from again."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from router.config.runtime import KafkaSettings
from router.kafka.deadletter import REPLAY_OF, DeadLetter, replay_headers
from router.kafka.sender import Sender
from router.kafka.tail import Read, Tail
from router.kafka.topics import DEADLETTER

MAX_ATTEMPTS = 3
"""An event that failed so often is for people; it is not sent again."""

REPLAYED_BY = "router.replayed_by"
"""On a replayed event: who asked for it."""


class Buried(NamedTuple):
    """A dead letter and the record that holds it. `letter` is None when its headers are not ours."""

    record: Read
    letter: DeadLetter | None

    @property
    def size(self) -> int:
        """Bytes of the original value."""
        return len(self.record.value or b"")


def read_dead_letters(kafka: KafkaSettings, code: str = "") -> Iterator[Buried]:
    """Every dead letter, or those of one code, oldest first in each partition."""
    with Tail(kafka, [DEADLETTER]) as tail:
        for record in tail.to_end():
            letter = _letter(record)
            if not code or (letter is not None and letter.code == code):
                yield Buried(record, letter)


class Choice(NamedTuple):
    """What a replay would do: send these; leave those, with the reason and their number."""

    send: tuple[Buried, ...]
    leave: dict[str, int]


def choose(buried: Iterable[Buried], code: str = "") -> Choice:
    """Of all dead letters those of this code (all codes if "") that are worth sending again.

    One that was sent again and failed again lies here twice: only the newer, which counts the attempt, goes.
    """
    found = list(buried)
    failed_again = {value for one in found for name, value in one.record.headers if name == REPLAY_OF}
    send: list[Buried] = []
    leave: dict[str, int] = {}
    for one in found:
        if code and (one.letter is None or one.letter.code != code):
            continue
        why = _obstacle(one, failed_again)
        if why:
            leave[why] = leave.get(why, 0) + 1
        else:
            send.append(one)
    return Choice(tuple(send), leave)


def send_again(sender: Sender, buried: Iterable[Buried], actor: str) -> int:
    """Send the original bytes to the partition they came from; answers how many.

    Raises TopicMissing and KafkaException.
    """
    sent = 0
    for one in buried:
        if one.letter is None:
            raise ValueError(f"{one.record.position} is no dead letter of ours")
        kept = tuple(header for header in _plain(one.record) if header[0] != REPLAYED_BY)
        headers = replay_headers(kept, one.record.position)
        sender.send(
            one.letter.topic,
            one.record.value,
            key=one.record.key,
            headers=[*headers, (REPLAYED_BY, actor.encode())],
            partition=one.letter.partition,
            timestamp_ms=one.letter.timestamp_ms,
        )
        sent += 1
    return sent


def _obstacle(one: Buried, failed_again: set[bytes | None]) -> str:
    if one.letter is None:
        return "not written by the router"
    if one.record.position.encode() in failed_again:
        return "sent again before, and failed again"
    if one.letter.attempt >= MAX_ATTEMPTS:
        return f"failed {MAX_ATTEMPTS} times"
    return ""


def _letter(record: Read) -> DeadLetter | None:
    try:
        return DeadLetter.from_headers(_plain(record))
    except ValueError:
        return None


def _plain(record: Read) -> tuple[tuple[str, bytes], ...]:
    return tuple((name, value or b"") for name, value in record.headers)
