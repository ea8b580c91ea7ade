"""What a scope remembers: many small records, so that a step writes only what it changed.

`State` is owned by one step at a time and changed in place; `take_changes` hands out what was put or deleted
since it was last asked, which is exactly what the shard writes to `router.state.v1`. Indexes (alerts of an
incident, incidents of a component, timers) are derived from the records and rebuilt by `State.restore`.
A record never holds what another one holds, so no two can disagree.
"""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from router.model.calibration import Calibration
from router.model.experience import Experience, Lesson
from router.model.incident import Incident
from router.model.mutes import Mutes
from router.model.record import (
    AnyRecord,
    AppliedCommand,
    BackgroundRate,
    DeclaredMaintenance,
    IncidentRecord,
    Moving,
    OpenAlert,
    Pace,
    RecentChange,
    ScopeHeader,
    Silence,
    background_key,
)
from router.model.timers import Timers
from router.model.value import Moment

K = TypeVar("K", str, int)

MAX_MEMO = 256
"""Incidents of which computed values are kept in memory."""


class State:
    """One scope's records with their indexes. Not thread-safe: a shard applies one input at a time.

    `watched`: how many faults of each component were ever over; what never spoke may have nobody who watches it.
    `moving`: the outbox of hand-offs to other scopes, by record key.
    """

    def __init__(self, scope: str) -> None:
        self.header = ScopeHeader(scope=scope)
        self.records: dict[str, AnyRecord] = {}
        self._alerts_of: dict[str, dict[str, OpenAlert]] = {}
        self._starts_at: dict[str, dict[str, dict[int, int]]] = {}
        self._incidents_of_trace: dict[str, dict[str, int]] = {}
        self._changes_at: dict[str, dict[str, RecentChange]] = {}
        self.mutes = Mutes()
        self.experience = Experience()
        self.firing = 0
        self.live = 0
        self.timers = Timers()
        self._changed: dict[str, None] = {}
        self.changes_version = 0
        self._change_times: dict[str, tuple[float, ...]] | None = None
        self.memo: dict[str, object] = {}
        self.watched: dict[str, int] = {}
        self.moving: dict[str, Moving] = {}

    @classmethod
    def restore(cls, scope: str, records: Iterable[AnyRecord]) -> "State":
        """The state these records describe; nothing counts as changed."""
        state = cls(scope)
        for record in records:
            state.put(record)
        state.take_changes()
        return state

    def put(self, record: AnyRecord) -> None:
        """Add or replace a record."""
        key = record.key
        self._changed[key] = None
        if isinstance(record, ScopeHeader):
            self.header = record
            return
        old = self.records.get(key)
        if old is not None:
            self._unindex(old)
        self.records[key] = record
        self._index(record)
        self.mutes.change(old, record)

    def delete(self, key: str) -> None:
        """Forget a record."""
        old = self.records.pop(key, None)
        if old is not None:
            self._unindex(old)
            self.mutes.change(old, None)
            self.timers.set(key, None)
            self._changed[key] = None

    def take_changes(self) -> dict[str, AnyRecord | None]:
        """What was put (the record) or deleted (None) since the last call, by record key."""
        changes: dict[str, AnyRecord | None] = {
            key: self.header if key == "scope" else self.records.get(key) for key in self._changed
        }
        self._changed = {}
        return changes

    def alert(self, dedup_key: str) -> OpenAlert | None:
        """The alert of this dedup key."""
        record = self.records.get(f"alert|{dedup_key}")
        return record if isinstance(record, OpenAlert) else None

    def incident(self, incident_id: str) -> Incident | None:
        """The incident of this id."""
        record = self.records.get(f"incident|{incident_id}")
        return record.incident if isinstance(record, IncidentRecord) else None

    def incidents(self) -> list[Incident]:
        """All incidents not yet closed, in no order."""
        return [record.incident for record in self.records.values() if isinstance(record, IncidentRecord)]

    def background(self, component: str, fault: str) -> BackgroundRate | None:
        """What was learned of how often this alerts although nothing is wrong."""
        record = self.records.get(background_key(component, fault))
        return record if isinstance(record, BackgroundRate) else None

    def alerts_of(self, incident_id: str) -> Mapping[str, OpenAlert]:
        """The alerts of an incident by dedup key. The order means nothing: it differs after a restore."""
        return self._alerts_of.get(incident_id, {})

    @property
    def alerting(self) -> Mapping[str, Mapping[str, Mapping[int, int]]]:
        """Component -> incident -> minute (since 1970) in which alerts of it started -> how many did.

        Minutes, so that a look-up costs the span of an incident and not the number of its alerts.
        """
        return self._starts_at

    @property
    def calibration(self) -> Calibration | None:
        """What people's verdicts taught about confidence, or None before the first."""
        record = self.records.get("calibration")
        return record if isinstance(record, Calibration) else None

    @property
    def holding(self) -> int:
        """How many incidents hold alerts."""
        return len(self._alerts_of)

    def incidents_of_trace(self, trace_id: str) -> Iterable[str]:
        """Ids of the incidents that hold an alert with this trace id."""
        return self._incidents_of_trace.get(trace_id, {})

    def changes_at(self, component: str) -> Iterable[RecentChange]:
        """The remembered changes of a component, in no order."""
        return self._changes_at.get(component, {}).values()

    def change_times(self) -> Mapping[str, tuple[float, ...]]:
        """When each component was changed of late, in Unix seconds. `changes_version` grows whenever it does."""
        if self._change_times is None:
            self._change_times = {
                component: tuple(sorted(recent.change.at.timestamp() for recent in changes.values()))
                for component, changes in self._changes_at.items()
            }
        return self._change_times

    def keep(self, name: str, value: object) -> None:
        """Remember in `memo` what was computed from the records; the oldest entries go beyond MAX_MEMO."""
        self.memo.pop(name, None)
        self.memo[name] = value
        if len(self.memo) > MAX_MEMO:
            del self.memo[next(iter(self.memo))]

    def next_due(self) -> Moment | None:
        """When the next timer is due, or None."""
        return self.timers.next_due()

    def pop_due(self, now: Moment) -> AnyRecord | None:
        """The record whose timer is due first, if it is due; its timer is gone until it is put again."""
        key = self.timers.pop_due(now)
        return None if key is None else self.records[key]

    def _index(self, record: AnyRecord) -> None:
        due: Moment | None = None
        if isinstance(record, OpenAlert):
            self._index_alert(record)
            due = record.due
        elif isinstance(record, IncidentRecord):
            self.live += record.incident.live
            due = record.incident.next_due
        elif isinstance(record, RecentChange):
            self._changes_at.setdefault(record.change.component, {})[record.key] = record
            self._forget_changes()
            due = record.due
        elif isinstance(record, Lesson):
            self.experience.add(record)
            due = record.due
        elif isinstance(record, BackgroundRate):
            self.watched[record.component] = self.watched.get(record.component, 0) + 1
            due = record.due
        elif isinstance(record, AppliedCommand | Silence | DeclaredMaintenance | Pace):
            due = record.due
        elif isinstance(record, Moving):
            self.moving[record.key] = record
        self.timers.set(record.key, due)

    def _forget_changes(self) -> None:
        self.changes_version += 1
        self._change_times = None

    def _index_alert(self, record: OpenAlert) -> None:
        alert, incident = record.alert, record.incident
        self.firing += record.firing
        if incident:
            self._alerts_of.setdefault(incident, {})[alert.key] = record
            minutes = self._starts_at.setdefault(alert.component, {}).setdefault(incident, {})
            minute = minute_of(alert.started_at)
            minutes[minute] = minutes.get(minute, 0) + 1
            for trace in alert.trace_ids:
                _count(self._incidents_of_trace, trace, incident)

    def _unindex(self, record: AnyRecord) -> None:
        if isinstance(record, OpenAlert):
            self._unindex_alert(record)
        elif isinstance(record, IncidentRecord):
            self.live -= record.incident.live
        elif isinstance(record, RecentChange):
            at = self._changes_at[record.change.component]
            at.pop(record.key, None)
            if not at:
                del self._changes_at[record.change.component]
            self._forget_changes()
        elif isinstance(record, BackgroundRate):
            self.watched[record.component] -= 1
            if not self.watched[record.component]:
                del self.watched[record.component]
        elif isinstance(record, Lesson):
            self.experience.remove(record.key)
        elif isinstance(record, Moving):
            self.moving.pop(record.key, None)

    def _unindex_alert(self, record: OpenAlert) -> None:
        alert, incident = record.alert, record.incident
        self.firing -= record.firing
        if incident:
            members = self._alerts_of[incident]
            members.pop(alert.key, None)
            if not members:
                del self._alerts_of[incident]
            at = self._starts_at[alert.component]
            _discount(at, incident, minute_of(alert.started_at))
            if not at:
                del self._starts_at[alert.component]
            for trace in alert.trace_ids:
                _discount(self._incidents_of_trace, trace, incident)


def minute_of(at: Moment) -> int:
    """The minute since 1970 that this moment lies in."""
    return int(at.timestamp()) // 60


def _count(index: dict[str, dict[str, int]], key: str, incident: str) -> None:
    counts = index.setdefault(key, {})
    counts[incident] = counts.get(incident, 0) + 1


def _discount(index: dict[str, dict[K, int]], key: str, counted: K) -> None:
    counts = index[key]
    counts[counted] -= 1
    if not counts[counted]:
        del counts[counted]
    if not counts:
        del index[key]
