"""The outbox: hand-offs to other scopes, kept until each is known to be on `router.inputs.v1`.

They are written with everything else that a step changes, so a crash loses none; whoever hosts the scope sends them
in the order of their numbers, again after a crash. The receiver applies each once, by its number.
"""

from collections.abc import Iterable
from typing import Any, TypeVar

from router.model.record import Moved, Moving
from router.model.turn import Turn
from router.model.value import Value

MAX_BYTES = 300_000
"""Of alerts in one hand-off: with the incident it fits into a record of 1 MB."""

Known = TypeVar("Known", bound=Value)


def send(turn: Turn, target: str, hops: int = 0, **content: Any) -> int:
    """Put a hand-off into the outbox; returns its number."""
    header = turn.state.header
    number = header.moves + 1
    turn.state.put(header.model_copy(update={"moves": number}))
    moved = Moved(
        scope=target,
        from_scope=header.scope,
        number=number,
        rules=turn.rules.hash,
        hops=hops,
        since=header.since,
        **content,
    )
    turn.state.put(Moving(moved=moved))
    return number


def chunks(values: Iterable[Known]) -> list[tuple[Known, ...]]:
    """The values in their order, in tuples of at most MAX_BYTES of JSON (a single one may be larger)."""
    chunks: list[list[Known]] = []
    size = 0
    for value in values:
        length = len(value.model_dump_json())
        if not chunks or size + length > MAX_BYTES:
            chunks.append([])
            size = 0
        chunks[-1].append(value)
        size += length
    return [tuple(chunk) for chunk in chunks]
