"""Many records, few inputs: repeats of an alert fold into one item with the exact positions of all.

What folds: alerts of one key, status, severity, fault and traces with nothing of that key between them. The newest event
speaks for them, began when the first of them began, and nothing but the count is lost.

Order, which the scope's high-water marks rely on: items of a scope stand in source order; the events of one offset are
never split over two batches of a scope; of one source partition a batch holds no offset that is not above those
of every earlier batch of the scope. So a batch is always a stretch of what was consumed, cut between records.
"""

from collections.abc import Iterable

from router.model.event import Alert, Change, Position
from router.model.input import AlertBatch, ChangeBatch, ObservedAlert, ObservedChange
from router.stages.intake.interpret import arrival, correct
from router.stages.intake.record import Observation, Parsed, Repeat, SourceRecord

MAX_BATCH_BYTES = 900_000
"""A batch is cut before it could be larger than this, encoded; brokers refuse records above about 1 MB."""

OFFSET_BYTES = 20
"""An offset and its comma take no more than this."""

_FRAME_BYTES = 900
"""Names of fields, times, key and status of one encoded item take less than this."""


class _Item:
    """One alert and the offsets folded into it, by source partition."""

    __slots__ = ("alert", "offsets", "repeat")

    def __init__(self, alert: Alert) -> None:
        self.alert = alert
        self.repeat: Repeat | None = None
        self.offsets: dict[tuple[str, int], list[int]] = {}

    def repeated(self, repeat: Repeat) -> None:
        """Another moment of the template that `alert` is; only the newest needs to be kept, for all else is equal."""
        held = self.repeat
        if held is None or (repeat.at, repeat.arrived_ms) > (held.at, held.arrived_ms):
            self.repeat = repeat
"""Placeholder."""
