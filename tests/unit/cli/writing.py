"""Puts on the broker what other roles would have written there."""

from pydantic import BaseModel

from router.kafka.codec import encode
from router.kafka.deadletter import DeadLetter
from router.kafka.embedded import EmbeddedBroker
from router.kafka.sender import Landed, Sender
from router.kafka.topics import DEADLETTER
from router.model.decision import Decision, Outcome, Reason
from router.model.event import Position
from router.model.ledger import LedgerEntry, SourceConsumed
from tests.builders import START, at


def write(
    broker: EmbeddedBroker, topic: str, *values: BaseModel | bytes | None, key: str = ""
) -> list[Landed]:
    """Records of one key, in this order, acknowledged."""
    sender = Sender(broker.settings)
    for value in values:
        body = encode(value) if isinstance(value, BaseModel) else value
        sender.send(topic, body, key=key.encode() or None)
    return sender.finish()


def a_decision(offset: int = -1, outcome: Outcome | None = None, command: str = "") -> Decision:
    """A decision about this offset of ops/0, or about a command."""
    position = Position(topic="ops", partition=0, offsets=(offset,))
    return Decision(
        scope="main",
        number=1,
        at=at(0),
        reason=Reason.OPENED_NEW_FAILURE if outcome else Reason.COMMAND_APPLIED,
        text="done",
        rules="test",
        outcome=outcome,
        positions=(position,) if outcome else (),
        command=command,
    )


def a_ledger_line(first: int, last: int) -> LedgerEntry:
    """These offsets of ops/0 were consumed; the first was ignored, the others one alert each."""
    source = SourceConsumed(topic="ops", partition=0, consumed=((first, last),), ignored=(first,))
    return LedgerEntry(intake="i1", rules="test", at=at(0), sources=(source,))


def bury(
    broker: EmbeddedBroker, code: str, value: bytes | None, *, attempt: int = 1, partition: int = 0
) -> Landed:
    """A dead letter of the topic `ops`."""
    letter = DeadLetter(
        topic="ops",
        partition=2,
        offset=41,
        timestamp_ms=1_700_000_000_000,
        code=code,
        message="token=abcdef is not what we expect; send JSON",
        source="monitoring",
        build="0.1.0",
        attempt=attempt,
        first_failed_at=START,
    )
    sender = Sender(broker.settings)
    sender.send(DEADLETTER, value, key=b"k1", headers=letter.headers(), partition=partition)
    return sender.finish()[0]
