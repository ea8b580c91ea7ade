"""Many records, few inputs: repeats of an alert fold into one item with the exact positions of all.

What folds: alerts of one key, status, severity, fault and traces with nothing else of that key between
them. The newest event speaks for them and the earliest start counts, as when they are merged one by one;
only the count is new.

Order, which the scope's high-water marks rely on: items of a scope stand in source order; the events of one
offset are never split over two batches of a scope; of one source partition a batch holds no offset that is
not above those of every earlier batch of the scope. So a batch is always a stretch of what was consumed,
cut between records.
"""

from collections.abc import Sequence

from router.stages.intake.record import AlertFields, Heard, HeardAlert, HeardChange, Repeat, SourceRecord
from router.stages.intake.stretch import FRAME_BYTES, Chunk, Stretch, alert_bytes

MAX_BATCH_BYTES = 900_000
"""A batch is cut before it could be larger than this, encoded; brokers refuse records above about 1 MB."""


class Folder:
    """Collects one batch of records; `chunks` hands out what to send, in the order to send it.

    Records of one source partition must be added in the order of their offsets.
    """

    def __init__(self, rules: str, max_bytes: int = MAX_BATCH_BYTES) -> None:
        """`rules` is the hash of the rules that the records were read with."""
        self._rules = rules
        self._max_bytes = max_bytes
        self._stretches: list[Stretch] = []
        self._open: dict[str, Stretch] = {}

    def repeat(self, record: SourceRecord, repeat: Repeat) -> None:
        """Add a record that repeats an earlier one."""
        scope = repeat.template.scope
        stretch = self._open.get(scope)
        # Whether it begins an item is not known here, so room for one is kept: an event has 256 KB at most.
        if stretch is None or stretch.changes or stretch.bytes > self._max_bytes // 2:
            stretch = self._stretch(scope, False, alert_bytes(repeat.template.fields))
        stretch.repeat(repeat, (record.topic, record.partition), record.offset)

    def add(self, record: SourceRecord, said: Sequence[Heard]) -> None:
        """Add a record; only its alerts and changes count here."""
        place = (record.topic, record.partition)
        if len(said) == 1 and type(said[0]) is HeardAlert:
            scope, fields = said[0]
            size = _size(fields, record)
            self._stretch(scope, False, size).alert(fields, place, record.offset, size)
            return
        heard: dict[tuple[str, bool], list[HeardAlert | HeardChange]] = {}
        for part in said:
            if type(part) is HeardAlert or type(part) is HeardChange:
                heard.setdefault((part[0], type(part) is HeardChange), []).append(part)
        for (scope, changes), parts in heard.items():
            sizes = [_bytes(part) for part in parts]
            stretch = self._stretch(scope, changes, sum(sizes))
            for part, size in zip(parts, sizes, strict=True):
                if type(part) is HeardAlert:
                    stretch.alert(part.fields, place, record.offset, size)
                elif type(part) is HeardChange:
                    stretch.change(part, place, record.offset, size)

    def chunks(self) -> list[Chunk]:
        """What was added since the last call, and forget it."""
        chunks = [stretch.chunk(self._rules) for stretch in self._stretches]
        self._stretches = []
        self._open = {}
        return chunks

    def _stretch(self, scope: str, changes: bool, more: int) -> Stretch:
        """The scope's open stretch, or a new one when the kind changes or `more` bytes would not fit."""
        stretch = self._open.get(scope)
        if stretch is None or stretch.changes is not changes or stretch.bytes + more > self._max_bytes:
            stretch = self._open[scope] = Stretch(scope, changes)
            self._stretches.append(stretch)
        return stretch


def _size(fields: AlertFields, record: SourceRecord) -> int:
    """What came alone takes no more bytes than it had; 4 is for what stands in it more than once."""
    return alert_bytes(fields) if record.headers else FRAME_BYTES + 4 * len(record.value or b"")


def _bytes(part: HeardAlert | HeardChange) -> int:
    if type(part) is HeardAlert:
        return alert_bytes(part.fields)
    return FRAME_BYTES + len(part[1].model_dump_json()) if type(part) is HeardChange else 0
