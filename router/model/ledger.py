"""What became of every source position that intake consumed: the lines that `router reconcile` adds up.

One line a batch. A position that is in `consumed` is exactly one of: a heartbeat, ignored, rejected, or the
source of alerts and changes, whose outcomes stand in the decisions. Lines may repeat after a crash, with
the same positions: whoever adds up takes their union.
"""

from typing import Annotated, Self

from pydantic import Field, model_validator

from router.model.value import Moment, Value

Offset = Annotated[int, Field(ge=0)]


class SourceConsumed(Value):
    """What was consumed of one source partition in one batch.

    `consumed` are ranges of offsets, both ends included, ascending, that do not overlap; offsets between them
    held no record. `heartbeats`, `ignored` and `rejected` are exact offsets. Every other consumed offset
    became one alert or change, unless `parts` says how many: an offset may hold many (a webhook's alerts).
    """

    topic: str
    partition: int = Field(ge=0)
    consumed: tuple[tuple[Offset, Offset], ...]
    heartbeats: tuple[Offset, ...] = ()
    ignored: tuple[Offset, ...] = ()
    rejected: tuple[Offset, ...] = ()
    parts: dict[Offset, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)

    @property
    def source(self) -> str:
        """The source partition as `topic/partition`, as in `Position.source`."""
        return f"{self.topic}/{self.partition}"

    @property
    def count(self) -> int:
        """How many positions were consumed."""
        return sum(last - first + 1 for first, last in self.consumed)

    @model_validator(mode="after")
    def _ranges_ascend(self) -> Self:
        edge = -1
        for first, last in self.consumed:
            if first <= edge or last < first:
                raise ValueError("consumed ranges must ascend and not overlap")
            edge = last
        return self


class LedgerEntry(Value):
    """One batch of one intake: `intake` names the process, `rules` the hash it read events with."""

    intake: str
    rules: str
    at: Moment
    sources: tuple[SourceConsumed, ...]


def ranges(offsets: list[int]) -> tuple[tuple[int, int], ...]:
    """Ascending offsets as ranges with both ends included: [3, 4, 5, 9] -> ((3, 5), (9, 9))."""
    found: list[tuple[int, int]] = []
    for offset in offsets:
        if found and offset == found[-1][1] + 1:
            found[-1] = (found[-1][0], offset)
        else:
            found.append((offset, offset))
    return tuple(found)
