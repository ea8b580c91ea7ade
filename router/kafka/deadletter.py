"""Headers of a dead letter: where it came from and why it is here.

The original key, value and headers stay as they were; ours are added under `router.dlq.`. The set is the
union of Kafka Connect's `__connect.errors.*` and Spring's `kafka_dlt-*`, without stack traces.
"""

from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Self

PREFIX = "router.dlq."
REPLAY_OF = "router.replay_of"
"""On a replayed event: `topic/partition/offset` of the dead letter it was."""

Headers = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """Why one source event could not be used.

    `topic`, `partition`, `offset` and `timestamp_ms` are the original's; `code` is a `RejectCode`; `message`
    says what and what to do, without contents; `source` is its name in sources.yaml; `build` our version;
    `attempt` counts from 1 and grows with each replay; `first_failed_at` is when the first attempt failed.
    """

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    code: str
    message: str
    source: str
    build: str
    attempt: int
    first_failed_at: datetime

    def headers(self, original: Headers = ()) -> list[tuple[str, bytes]]:
        """The original's headers, then ours."""
        ours = {field.name: getattr(self, field.name) for field in fields(self)}
        ours["first_failed_at"] = self.first_failed_at.astimezone(UTC).isoformat()
        kept = [header for header in original if not header[0].startswith(PREFIX)]
        return kept + [(PREFIX + name, str(value).encode()) for name, value in ours.items()]

    @classmethod
    def from_headers(cls, headers: Headers) -> Self:
        """Raises ValueError when the headers are not those of a dead letter."""
        given = {name.removeprefix(PREFIX): value for name, value in headers if name.startswith(PREFIX)}
        try:
            text = {field.name: given[field.name].decode() for field in fields(cls)}
        except KeyError as missing:
            raise ValueError(
                f"not a dead letter of ours: header {PREFIX}{missing.args[0]} is missing"
            ) from None
        return cls(
            topic=text["topic"],
            partition=int(text["partition"]),
            offset=int(text["offset"]),
            timestamp_ms=int(text["timestamp_ms"]),
            code=text["code"],
            message=text["message"],
            source=text["source"],
            build=text["build"],
            attempt=int(text["attempt"]),
            first_failed_at=datetime.fromisoformat(text["first_failed_at"]),
        )


def original_headers(headers: Headers) -> Headers:
    """The headers the event had before it became a dead letter."""
    return tuple(header for header in headers if not header[0].startswith(PREFIX))


def replay_headers(headers: Headers, position: str) -> list[tuple[str, bytes]]:
    """The headers with which to send a dead letter again; `position` is its `topic/partition/offset`.

    The original's, and what intake needs to count attempts. Raises ValueError when it is no dead letter.
    """
    letter = DeadLetter.from_headers(headers)
    kept = [header for header in original_headers(headers) if header[0] != REPLAY_OF]
    return [
        *kept,
        (REPLAY_OF, position.encode()),
        (PREFIX + "attempt", str(letter.attempt + 1).encode()),
        (PREFIX + "first_failed_at", letter.first_failed_at.isoformat().encode()),
    ]


def attempt_of(headers: Headers, now: datetime) -> tuple[int, datetime]:
    """Which attempt an event is at, and when the first one failed: (1, now) unless `replay_headers` sent it.

    What a sender makes up counts as a first attempt.
    """
    given = dict(headers)
    try:
        attempt = int(given[PREFIX + "attempt"])
        first = datetime.fromisoformat(given[PREFIX + "first_failed_at"].decode())
    except (KeyError, ValueError):
        return 1, now
    return (attempt, first) if attempt > 1 and first.tzinfo else (1, now)
