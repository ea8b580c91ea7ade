"""A stretch of what was consumed, of one scope: where repeats find each other. See `fold.py`."""

from datetime import datetime
from functools import lru_cache
from typing import NamedTuple, Self

import orjson

from router.model.input import AlertBatch, ChangeBatch
from router.stages.intake.interpret import arrival
from router.stages.intake.record import AlertFields, HeardChange, Repeat

OFFSET_BYTES = 20
FRAME_BYTES = 900
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
    items: list[orjson.Fragment]

    def encode(self) -> bytes:
        """The JSON."""
        return orjson.dumps(self._asdict())

    def batch(self) -> AlertBatch | ChangeBatch:
        """The value."""
        kind = AlertBatch if self.type == "alerts" else ChangeBatch
        return kind.model_validate_json(self.encode())


class _Once(NamedTuple):
    """An alert heard once: its JSON, and where. Most stay like this; another one of its key makes it an
    `_Item`.

    It is kept as JSON because what a batch holds on to leaves the processor's caches, which costs more than
    making it.
    """

    told: bytes
    place: Place
    offset: int


class _Item:
    """Alerts that fold, and their offsets by source partition."""

    __slots__ = (
        "likeness", "offsets", "others", "place", "repeat", "started_at", "times", "told", "told_start"
    )  # fmt: skip

    def __init__(self, fields: AlertFields, started_at: datetime, place: Place, offset: int) -> None:
        self.likeness = _likeness(fields)
        self.started_at = started_at
        self.place = place
        self.offsets = [offset]
        self.others: dict[Place, list[int]] | None = None
        self.told = b""
        self.told_start = started_at
        self.times: tuple[datetime, datetime] | None = None
        self.repeat: Repeat | None = None

    @classmethod
    def of(cls, once: _Once) -> Self:
        """The item that begins with this alert."""
        fields: AlertFields = orjson.loads(once.told)
        for name in ("at", "started_at", "arrived_at"):
            fields[name] = datetime.fromisoformat(fields[name])
        item = cls(fields, fields["started_at"], once.place, once.offset)
        item.tell(fields)
        return item

    def tell(self, fields: AlertFields) -> None:
        """Another alert, read in full."""
        told = _dumps(fields)
        times = (fields["at"], fields["arrived_at"])
        if self.times is None or (*times, told) > (*self.times, self.told):
            self.times, self.told, self.told_start = times, told, fields["started_at"]
        if fields["started_at"] < self.started_at:
            self.started_at = fields["started_at"]

    def repeats(self, repeat: Repeat) -> bool:
        """Whether it was the last to be told again; cheaper than to compare."""
        return self.repeat is not None and self.repeat.template is repeat.template

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

    def close(self) -> None:
        """Make `told` what the item says in the end."""
        if self.repeat is not None:
            self.tell(_stamped(self.repeat))
        if self.told_start != self.started_at:
            self.told = _dumps(orjson.loads(self.told) | {"started_at": self.started_at})


class Stretch:
    """A stretch of what was consumed, of one scope: alerts or changes, one batch in the end."""

    def __init__(self, scope: str, changes: bool) -> None:
        self.scope = scope
        self.changes = changes
        self.bytes = 0
        self.items: list[_Item | _Once] = []
        self.newest: dict[str, int] = {}
        self.changed: list[orjson.Fragment] = []

    def alert(self, fields: AlertFields, place: Place, offset: int, size: int) -> None:
        """Add an alert read in full; its item takes `size` bytes at most."""
        self.bytes += OFFSET_BYTES
        item = self._item(fields["key"])
        if item is not None and item.likeness == _likeness(fields):
            item.heard_at(place, offset)
            item.tell(fields)
            return
        self.newest[fields["key"]] = len(self.items)
        self.items.append(_Once(_dumps(fields), place, offset))
        self.bytes += size

    def repeat(self, repeat: Repeat, place: Place, offset: int) -> None:
        """Add an event that repeats an alert known in full."""
        self.bytes += OFFSET_BYTES
        fields = repeat.template.fields
        item = self._item(fields["key"])
        if item is not None and (item.repeats(repeat) or item.likeness == _likeness(fields)):
            item.heard_at(place, offset)
        else:
            item = _Item(fields, repeat.template.started_at or repeat.at, place, offset)
            self.newest[fields["key"]] = len(self.items)
            self.items.append(item)
            self.bytes += alert_bytes(fields)
        item.tell_again(repeat)

    def change(self, heard: HeardChange, place: Place, offset: int, size: int) -> None:
        """Add a change; its item takes `size` bytes at most."""
        told = heard.change.model_dump_json(exclude_defaults=True).encode()
        positions = _position(place, [offset])
        self.changed.append(orjson.Fragment(b'{"change":%b,"positions":[%b]}' % (told, positions)))
        self.bytes += size

    def chunk(self, rules: str) -> Chunk:
        """The stretch as a batch, with the hash of the rules it was read with."""
        if self.changes:
            return Chunk(self.scope, rules, "changes", self.changed)
        return Chunk(self.scope, rules, "alerts", [_observed(item) for item in self.items])

    def _item(self, key: str) -> _Item | None:
        """The newest item of a dedup key."""
        number = self.newest.get(key)
        if number is None:
            return None
        held = self.items[number]
        if isinstance(held, _Item):
            return held
        item = self.items[number] = _Item.of(held)
        return item


def _stamped(repeat: Repeat) -> AlertFields:
    """What a full reading of the repeat would have given."""
    template, at, arrived_ms = repeat
    fields = {**template.fields, "at": at, "arrived_at": arrival(arrived_ms)}
    fields["started_at"] = template.started_at or at
    fields.pop("skewed", None)
    return fields


def _observed(item: _Item | _Once) -> orjson.Fragment:
    """An `ObservedAlert`."""
    if isinstance(item, _Once):
        positions = b'{%b"offsets":[%d]}' % (_place(item.place), item.offset)
    else:
        item.close()
        held = {item.place: item.offsets, **(item.others or {})}
        positions = b",".join(_position(place, offsets) for place, offsets in held.items())
    return orjson.Fragment(b'{"alert":%b,"positions":[%b]}' % (item.told, positions))


def _position(place: Place, offsets: list[int]) -> bytes:
    """A `Position`."""
    return b'{%b"offsets":%b}' % (_place(place), orjson.dumps(offsets))


@lru_cache(maxsize=1_024)
def _place(place: Place) -> bytes:
    return orjson.dumps({"topic": place[0], "partition": place[1]})[1:-1] + b","


def _dumps(fields: AlertFields) -> bytes:
    return orjson.dumps(fields, option=orjson.OPT_UTC_Z)


def _likeness(fields: AlertFields) -> tuple[object, ...]:
    """What two alerts of one key must have in common to fold: else the later one says something new."""
    return fields["status"], fields["severity"], fields["fault"], *fields.get("trace_ids", ())


def alert_bytes(fields: AlertFields) -> int:
    """The encoded item without its offsets, at most."""
    return FRAME_BYTES + len(orjson.dumps(fields))
