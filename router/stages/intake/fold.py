"""Many records, few inputs: repeats of an alert fold into one item with the exact positions of all.

What folds: alerts of one key, status, severity, fault and traces with nothing else of that key between
them. The newest event speaks for them and the earliest start counts, as when they are merged one by one;
only the count is new.

Order, which the scope's high-water marks rely on: items of a scope stand in source order; the events of one
offset are never split over two batches of a scope; of one source partition a batch holds no offset that is
not above those of every earlier batch of the scope. So a batch is always a stretch of what was consumed,
cut between records.
"""

from collections.abc import Iterable
from datetime import datetime

from router.model.event import Alert, Change, Position
from router.model.input import AlertBatch, ChangeBatch, ObservedAlert, ObservedChange
from router.stages.intake.interpret import arrival
from router.stages.intake.record import Observation, Parsed, Repeat, SourceRecord

MAX_BATCH_BYTES = 900_000
"""A batch is cut before it could be larger than this, encoded; brokers refuse records above about 1 MB."""

_OFFSET_BYTES = 20
_FRAME_BYTES = 900
"""Upper bounds of an encoded offset, and of an encoded item's field names, times, key and position."""


class _AlertItem:
    """Alerts that fold, and their offsets by source partition."""

    __slots__ = ("like", "offsets", "repeat", "started_at", "told")

    def __init__(self, like: Alert, started_at: datetime) -> None:
        self.like = like
        self.started_at = started_at
        self.told: Alert | None = None
        self.repeat: Repeat | None = None
        self.offsets: dict[tuple[str, int], list[int]] = {}

    def folds(self, alert: Alert) -> bool:
        """Whether another alert of the key says nothing that this one does not."""
        like = self.like
        return like is alert or (
            like.status is alert.status
            and like.severity is alert.severity
            and like.fault == alert.fault
            and like.trace_ids == alert.trace_ids
        )

    def tell(self, alert: Alert) -> None:
        """Another alert, read in full."""
        if self.told is None or _newness(alert) > _newness(self.told):
            self.told = alert
        if alert.started_at < self.started_at:
            self.started_at = alert.started_at

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

    def observed(self) -> ObservedAlert:
        """The item as it travels."""
        alert = self.told
        if self.repeat is not None:
            again = _stamped(self.repeat)
            alert = again if alert is None else max(alert, again, key=_newness)
        assert alert is not None
        if alert.started_at != self.started_at:
            alert = alert.model_copy(update={"started_at": self.started_at})
        return ObservedAlert(alert=alert, positions=_positions(self.offsets))


class _Stretch:
    """A stretch of what was consumed, of one scope: alerts or changes, one batch in the end."""

    def __init__(self, scope: str, changes: bool) -> None:
        self.scope = scope
        self.changes = changes
        self.bytes = 0
        self.items: list[_AlertItem] = []
        self.newest: dict[str, _AlertItem] = {}
        self.changed: list[tuple[Change, Position]] = []

    def alert(self, alert: Alert, source: tuple[str, int], offset: int, size: int) -> None:
        item = self.newest.get(alert.key)
        if item is None or not item.folds(alert):
            item = self._begin(alert, alert.started_at, size)
        item.tell(alert)
        self._place(item, source, offset)

    def repeat(self, repeat: Repeat, source: tuple[str, int], offset: int) -> None:
        alert = repeat.template.alert
        item = self.newest.get(alert.key)
        if item is None or not item.folds(alert):
            item = self._begin(alert, repeat.template.started_at or repeat.at, _alert_bytes(alert))
        item.tell_again(repeat)
        self._place(item, source, offset)

    def change(self, change: Change, source: tuple[str, int], offset: int, size: int) -> None:
        self.changed.append((change, Position(topic=source[0], partition=source[1], offsets=(offset,))))
        self.bytes += size

    def batch(self, rules: str) -> AlertBatch | ChangeBatch:
        if self.changes:
            changes = tuple(ObservedChange(change=change, positions=(at,)) for change, at in self.changed)
            return ChangeBatch(scope=self.scope, rules=rules, items=changes)
        items = tuple(item.observed() for item in self.items)
        return AlertBatch(scope=self.scope, rules=rules, items=items)

    def _begin(self, alert: Alert, started_at: datetime, size: int) -> _AlertItem:
        item = _AlertItem(alert, started_at)
        self.items.append(item)
        self.newest[alert.key] = item
        self.bytes += size
        return item

    def _place(self, item: _AlertItem, source: tuple[str, int], offset: int) -> None:
        held = item.offsets.get(source)
        if held is None:
            item.offsets[source] = [offset]
            self.bytes += len(source[0]) + _FRAME_BYTES // 8
        else:
            held.append(offset)
        self.bytes += _OFFSET_BYTES


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
        if stretch is None or stretch.changes or stretch.bytes > self._max_bytes - 2 * _FRAME_BYTES:
            stretch = self._stretch(scope, False, _alert_bytes(repeat.template.alert))
        stretch.repeat(repeat, (record.topic, record.partition), record.offset)

    def add(self, record: SourceRecord, parsed: Iterable[Parsed]) -> None:
        """Add a record; only its alerts and changes count here."""
        said: dict[tuple[str, bool], list[Observation]] = {}
        for part in parsed:
            if type(part) is Observation:
                said.setdefault((part.scope, part.alert is None), []).append(part)
        source = (record.topic, record.partition)
        for (scope, changes), parts in said.items():
            # What came alone takes no more bytes than it had: 4 is for what stands in it more than once.
            alone = _FRAME_BYTES + 4 * len(record.value or b"") if len(parts) == 1 and not record.headers else 0
            sizes = [alone or _bytes(part) for part in parts]
            stretch = self._stretch(scope, changes, sum(sizes))
            for (_, alert, change), size in zip(parts, sizes, strict=True):
                if alert is not None:
                    stretch.alert(alert, source, record.offset, size)
                elif change is not None:
                    stretch.change(change, source, record.offset, size)

    def chunks(self) -> list[AlertBatch | ChangeBatch]:
        """What was added since the last call, and forget it."""
        batches = [stretch.batch(self._rules) for stretch in self._stretches]
        self._stretches = []
        self._open = {}
        return batches

    def _stretch(self, scope: str, changes: bool, more: int) -> _Stretch:
        """The scope's open stretch, or a new one when the kind changes or `more` bytes would not fit."""
        stretch = self._open.get(scope)
        if stretch is None or stretch.changes is not changes or stretch.bytes + more > self._max_bytes:
            stretch = self._open[scope] = _Stretch(scope, changes)
            self._stretches.append(stretch)
        return stretch


def _stamped(repeat: Repeat) -> Alert:
    """The alert that a full reading of the repeat would have given."""
    template, at, arrived_ms = repeat
    times = {
        "at": at,
        "started_at": template.started_at or at,
        "arrived_at": arrival(arrived_ms),
        "skewed": False,
    }
    return template.alert.model_copy(update=times)


def _newness(alert: Alert) -> tuple[datetime, datetime, str]:
    """A total order, so that the order of arrival does not matter: event time, arrival, then the content."""
    return (alert.at, alert.arrived_at, alert.model_dump_json())


def _positions(offsets: dict[tuple[str, int], list[int]]) -> tuple[Position, ...]:
    return tuple(
        Position(topic=topic, partition=partition, offsets=tuple(held))
        for (topic, partition), held in offsets.items()
    )


def _bytes(part: Observation) -> int:
    if part.alert is not None:
        return _alert_bytes(part.alert)
    return _change_bytes(part.change) if part.change is not None else 0


def _alert_bytes(alert: Alert) -> int:
    """An upper bound of the encoded item: a character takes at most four bytes, escaped ones included."""
    characters = len(alert.summary) + len(alert.component) + len(alert.fault) + len(alert.source)
    characters += (
        sum(map(len, alert.labels)) + sum(map(len, alert.labels.values())) + sum(map(len, alert.trace_ids))
    )
    characters += sum(len(link.title) + len(link.url) for link in alert.links) + len(alert.runbook_url)
    if alert.measure is not None:
        characters += len(alert.measure.name) + len(alert.measure.unit)
    small = 8 * (len(alert.labels) + len(alert.trace_ids)) + 24 * len(alert.links)
    return _FRAME_BYTES + small + 4 * characters


def _change_bytes(change: Change) -> int:
    texts = (
        change.id,
        change.component,
        change.summary,
        change.source,
        change.actor,
        change.version,
        change.link,
    )
    return _FRAME_BYTES + 4 * sum(map(len, texts))
