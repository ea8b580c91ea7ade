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
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from router.model.input import AlertBatch, ChangeBatch
from router.stages.intake.interpret import arrival
from router.stages.intake.record import AlertFields, Heard, HeardAlert, HeardChange, Repeat, SourceRecord

MAX_BATCH_BYTES = 900_000
"""A batch is cut before it could be larger than this, encoded; brokers refuse records above about 1 MB."""

_OFFSET_BYTES = 20
_FRAME_BYTES = 900
"""Upper bounds of an encoded offset, and of an encoded item's field names, times, key and position."""

Place = tuple[str, int]
"""A source partition: topic and number."""


class Chunk(NamedTuple):
    """A batch of one scope: `AlertBatch` or `ChangeBatch` as JSON in the making.

    `encode` is what travels on `router.inputs.v1`, `batch` the value that it encodes.
    """

    scope: str
    rules: str
    type: str
    items: list[dict[str, Any]]

    def encode(self) -> bytes:
        """The JSON."""
        return orjson.dumps(self._asdict())

    def batch(self) -> AlertBatch | ChangeBatch:
        """The value."""
        kind = AlertBatch if self.type == "alerts" else ChangeBatch
        return kind.model_validate_json(self.encode())


class _AlertItem:
    """Alerts that fold, and their offsets by source partition.

    An alert is kept as its JSON and little else: what a batch holds on to stays out of the processor's
    caches, and costs more than making it.
    """

    __slots__ = ("likeness", "newest", "offsets", "others", "place", "repeat", "started_at", "told")

    def __init__(self, fields: AlertFields, started_at: datetime, place: Place, offset: int) -> None:
        self.likeness = _likeness(fields)
        self.started_at = started_at
        self.place = place
        self.offsets = [offset]
        self.others: dict[Place, list[int]] | None = None
        self.told = b""
        self.newest: tuple[datetime, datetime, datetime] | None = None
        self.repeat: Repeat | None = None

    def tell(self, fields: AlertFields) -> None:
        """Another alert, read in full."""
        times = (fields["at"], fields["arrived_at"], fields["started_at"])
        told = encode_alert(fields)
        if self.newest is None or (*times[:2], told) > (*self.newest[:2], self.told):
            self.newest, self.told = times, told
        if times[2] < self.started_at:
            self.started_at = times[2]

    def tell_again(self, repeat: Repeat) -> None:
        """Another moment of an alert known in full."""
        held = self.repeat
        if (
            held is None
            or repeat.at > held.at
            or (repeat.at == held.at and repeat.arrived_ms > held.arrived_ms)
        ):
            self.repeat = repeat
        started_at = repeat.template.started_at or repeat.at
        if started_at < self.started_at:
            self.started_at = started_at

    def heard_at(self, place: Place, offset: int) -> None:
        """Note where it was heard."""
        if place == self.place:
            self.offsets.append(offset)
        elif self.others is None:
            self.others = {place: [offset]}
        else:
            self.others.setdefault(place, []).append(offset)

    def observed(self) -> dict[str, Any]:
        """The fields of an `ObservedAlert`."""
        if self.repeat is not None:
            self.tell(_stamped(self.repeat))
        assert self.newest is not None
        if self.newest[2] != self.started_at:
            self.told = encode_alert({**orjson.loads(self.told), "started_at": self.started_at})
        positions = [_position(self.place, self.offsets)]
        if self.others is not None:
            positions += [_position(place, offsets) for place, offsets in self.others.items()]
        return {"alert": orjson.Fragment(self.told), "positions": positions}


class _Stretch:
    """A stretch of what was consumed, of one scope: alerts or changes, one batch in the end."""

    def __init__(self, scope: str, changes: bool) -> None:
        self.scope = scope
        self.changes = changes
        self.bytes = 0
        self.items: list[_AlertItem] = []
        self.newest: dict[str, _AlertItem] = {}
        self.changed: list[dict[str, Any]] = []

    def alert(self, fields: AlertFields, place: Place, offset: int, size: int) -> None:
        item = self.newest.get(fields["key"])
        if item is None or item.likeness != _likeness(fields):
            item = self._begin(fields, fields["started_at"], place, offset, size)
        else:
            item.heard_at(place, offset)
        item.tell(fields)
        self.bytes += _OFFSET_BYTES

    def repeat(self, repeat: Repeat, place: Place, offset: int) -> None:
        fields = repeat.template.fields
        item = self.newest.get(fields["key"])
        held = item.repeat if item is not None else None
        if item is None or not (
            (held is not None and held.template is repeat.template) or item.likeness == _likeness(fields)
        ):
            started_at = repeat.template.started_at or repeat.at
            item = self._begin(fields, started_at, place, offset, alert_bytes(fields))
        else:
            item.heard_at(place, offset)
        item.tell_again(repeat)
        self.bytes += _OFFSET_BYTES

    def change(self, heard: HeardChange, place: Place, offset: int, size: int) -> None:
        fields = heard.change.model_dump(mode="json", exclude_defaults=True)
        self.changed.append({"change": fields, "positions": [_position(place, [offset])]})
        self.bytes += size

    def chunk(self, rules: str) -> Chunk:
        if self.changes:
            return Chunk(self.scope, rules, "changes", self.changed)
        return Chunk(self.scope, rules, "alerts", [item.observed() for item in self.items])

    def _begin(
        self, fields: AlertFields, started_at: datetime, place: Place, offset: int, size: int
    ) -> _AlertItem:
        item = self.newest[fields["key"]] = _AlertItem(fields, started_at, place, offset)
        self.items.append(item)
        self.bytes += size
        return item


class Folder:
    """Collects one batch of records; `chunks` hands out what to send, in the order to send it.

    Records of one source partition must be added in the order of their offsets.
    """

    def __init__(self, rules: str, max_bytes: int = MAX_BATCH_BYTES) -> None:
        """`rules` is the hash of the rules that the records were read with."""
        self._rules = rules
        self._max_bytes = max_bytes
        self._stretches: list[_Stretch] = []
        self._open: dict[str, _Stretch] = {}

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

    def _stretch(self, scope: str, changes: bool, more: int) -> _Stretch:
        """The scope's open stretch, or a new one when the kind changes or `more` bytes would not fit."""
        stretch = self._open.get(scope)
        if stretch is None or stretch.changes is not changes or stretch.bytes + more > self._max_bytes:
            stretch = self._open[scope] = _Stretch(scope, changes)
            self._stretches.append(stretch)
        return stretch


def _stamped(repeat: Repeat) -> AlertFields:
    """What a full reading of the repeat would have given."""
    template, at, arrived_ms = repeat
    fields = {**template.fields, "at": at, "arrived_at": arrival(arrived_ms)}
    fields["started_at"] = template.started_at or at
    fields.pop("skewed", None)
    return fields


def encode_alert(fields: AlertFields) -> bytes:
    """An alert as JSON."""
    return orjson.dumps(fields, option=orjson.OPT_UTC_Z)


def _likeness(fields: AlertFields) -> tuple[object, ...]:
    """What two alerts of one key must have in common to fold: else the later one says something new."""
    return fields["status"], fields["severity"], fields["fault"], fields.get("trace_ids")


def _position(place: Place, offsets: list[int]) -> dict[str, Any]:
    return {"topic": place[0], "partition": place[1], "offsets": offsets}


def _size(fields: AlertFields, record: SourceRecord) -> int:
    """What came alone takes no more bytes than it had; 4 is for what stands in it more than once."""
    return alert_bytes(fields) if record.headers else _FRAME_BYTES + 4 * len(record.value or b"")


def _bytes(part: HeardAlert | HeardChange) -> int:
    if type(part) is HeardAlert:
        return alert_bytes(part.fields)
    return _FRAME_BYTES + len(part[1].model_dump_json()) if type(part) is HeardChange else 0


def alert_bytes(fields: AlertFields) -> int:
    """The encoded item without its offsets, at most."""
    return _FRAME_BYTES + len(orjson.dumps(fields))
