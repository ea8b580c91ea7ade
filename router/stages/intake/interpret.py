"""From a source's claim to our value: which component, which fault, how bad, when, and under which key.

The dedup key holds the source's own name of the component, not the catalog's id: an alert keeps its key when
the operator maps or renames the component, so what fired under the old rules can still be resolved.
"""

import re
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import NamedTuple

import orjson

from router.model.errors import RejectedEvent
from router.model.event import Change, Heartbeat, RejectCode
from router.model.fault import FAULTS, ComponentKind, Fault
from router.model.rules import Rules, Source
from router.stages.identify import Identities, normal, scope_of
from router.stages.intake.claim import AlertClaim, ChangeClaim, HeartbeatClaim
from router.stages.intake.fields import MAX_NAME, clean, invalid
from router.stages.intake.record import AlertFields, HeardAlert, HeardChange

OLDEST = timedelta(days=7)
"""Event times further back than this are taken for a wrong clock."""

ZERO = datetime(2000, 1, 1, tzinfo=UTC)
"""Nothing that is wrong today began before this; 0001-01-01 and 1970-01-01 mean "not set"."""

MAX_REMEMBERED = 10_000

ASSUMED = "router.fault"
"""Label on an alert whose fault nobody named: a doubtful fault and the right owner beat a dead letter."""

USUAL: dict[ComponentKind, str] = {
    ComponentKind.MODEL: "model.serving_errors",
    ComponentKind.AGENT: "agent.tool_failure",
    ComponentKind.FEED: "feed.job_failed",
    ComponentKind.API: "api.error_rate",
    ComponentKind.ERP: "erp.interface_error",
    ComponentKind.CRM: "crm.sync_lag",
    ComponentKind.APP: "app.error_rate",
    ComponentKind.STORE: "store.unavailable",
    ComponentKind.STEP: "step.failed",
    ComponentKind.KPI: "kpi.drop",
}
"""What an alert most likely means where a metrics system only says that something is wrong with it."""


class Window:
    """The event times we believe of what arrived at `arrived_at`: up to OLDEST before and `skew` after it."""

    def __init__(self, arrived_at: datetime, skew: timedelta) -> None:
        self.arrived_at = arrived_at
        self.oldest = arrived_at - OLDEST
        self.latest = arrived_at + skew

    def correct(self, at: datetime | None, started_at: datetime | None) -> tuple[datetime, datetime, bool]:
        """When it happened, when that began, and whether the sender's clock was not believed.

        A start is not after the event. A start long ago is no sign of a wrong clock, one in the future is;
        and one before ZERO says nothing.
        """
        if at is None:
            now, skewed = self.arrived_at, False
        elif self.oldest <= at <= self.latest:
            now, skewed = at, False
        else:
            now, skewed = (self.latest if at > self.latest else self.oldest), True
        if started_at is None or started_at < ZERO:
            return now, now, skewed
        return now, (min(now, started_at)), skewed or started_at > self.latest


def arrival(timestamp_ms: int) -> datetime:
    """Kafka's timestamp as a time. Raises RejectedEvent when it is none."""
    try:
        return datetime.fromtimestamp(timestamp_ms / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        raise RejectedEvent(RejectCode.INVALID_TIME, "the record's own timestamp is no time") from None


def dedup_key(source: str, plain: str, identity: tuple[str, ...]) -> str:
    """`1:` and a hash of what makes an alert this alert; another way to hash gets another number."""
    parts = orjson.dumps((source, plain, *identity))
    return "1:" + blake2b(parts, digest_size=16).hexdigest()


class _Named(NamedTuple):
    """A component by the names a source gave.

    known: its id in the catalog, or None. shown: the id, or the source's own name. plain: that name,
    normalised, for the dedup key.
    """

    known: str | None
    shown: str
    plain: str
    scope: str


class Interpreter:
    """The rules applied to what one source says."""

    def __init__(self, source: Source, rules: Rules, identities: Identities) -> None:
        self._source = source
        self._rules = rules
        self._identities = identities
        self._namespace = source.namespace or source.format
        self._mapped = [(re.compile(f"(?:{pattern})"), fault) for pattern, fault in source.faults.items()]
        self._named: dict[tuple[str, ...], _Named] = {}
        self._faults: dict[tuple[tuple[str, ...], str, str], Fault | None] = {}
        self.skew = timedelta(seconds=rules.settings.skew_seconds)

    def alert(self, claim: AlertClaim, window: Window) -> HeardAlert:
        """The alert behind a claim. Raises RejectedEvent when no fault or no name can be found for it."""
        known, shown, plain, scope = self._component(claim.names)
        fault = self._fault(claim) or self._guess(claim, known)
        at, started_at, skewed = window.correct(claim.at, claim.started_at)
        fields: AlertFields = {
            "key": dedup_key(self._source.name, plain, claim.identity),
            "component": shown,
            "fault": fault.name,
            "status": claim.status,
            "severity": claim.severity or fault.severity,
            "summary": clean(claim.summary) or clean(fault.meaning),
            "source": self._source.name,
            "at": at,
            "started_at": started_at,
            "arrived_at": window.arrived_at,
        }
        if skewed:
            fields["skewed"] = True
        if claim.labels:
            fields["labels"] = claim.labels
        if claim.trace_ids:
            fields["trace_ids"] = claim.trace_ids
        if claim.decorated:
            fields |= {name: value for name, value in claim.decoration() if value}
        return HeardAlert(scope, fields)

    def change(self, claim: ChangeClaim, window: Window) -> HeardChange:
        """The change behind a claim. Raises RejectedEvent when nothing is left of its name."""
        _, shown, plain, scope = self._component(claim.names)
        at, _, skewed = window.correct(claim.at, None)
        change = Change(
            id=claim.id if len(claim.id) <= MAX_NAME else dedup_key(self._source.name, plain, (claim.id,)),
            component=shown,
            kind=claim.kind,
            summary=clean(claim.summary),
            source=self._source.name,
            at=at,
            arrived_at=window.arrived_at,
            skewed=skewed,
            actor=clean(claim.actor, MAX_NAME),
            version=clean(claim.version, MAX_NAME),
            link=claim.link,
        )
        return HeardChange(scope, change)

    def heartbeat(self, claim: HeartbeatClaim, window: Window) -> Heartbeat:
        """The heartbeat behind a claim. Raises RejectedEvent when nothing is left of its name."""
        _, shown, _, _ = self._component(claim.names)
        at, _, _ = window.correct(claim.at, None)
        return Heartbeat(component=shown, source=self._source.name, at=at)

    def _component(self, names: tuple[str, ...]) -> "_Named":
        """Who is meant. Raises RejectedEvent when nobody is named."""
        named = self._named.get(names)
        if named is None:
            found = (self._identities.find(name, self._namespace) for name in names)
            known = next(filter(None, found), None)
            shown = known or clean(names[0], MAX_NAME)
            if not shown:
                raise invalid("the component's name", "send one that can be read")
            named = _Named(known, shown, normal(names[0]), scope_of(known, self._rules))
            if len(self._named) >= MAX_REMEMBERED:
                self._named.clear()
            self._named[names] = named
        return named

    def _fault(self, claim: AlertClaim) -> Fault | None:
        """The operator's mapping, then what the sender or the format says, then the defaults; or None."""
        asked = (claim.words, claim.fault, claim.fallback)
        if asked in self._faults:
            return self._faults[asked]
        mapped = next(filter(None, map(self._mapping, claim.words)), "")
        named = (mapped, claim.fault, self._source.default_fault, claim.fallback)
        fault = next(filter(None, (self._rules.fault(name) for name in named if name)), None)
        if len(self._faults) >= MAX_REMEMBERED:
            self._faults.clear()
        self._faults[asked] = fault
        return fault

    def _guess(self, claim: AlertClaim, component: str | None) -> Fault:
        """The usual fault of such a component, where the format has no word for it. Raises RejectedEvent."""
        if claim.guess:
            kind = self._rules.components[component].kind if component else ComponentKind.APP
            claim.labels = {**claim.labels, ASSUMED: "assumed"}
            return FAULTS[USUAL[kind]]
        if claim.fault or claim.words:
            raise RejectedEvent(
                RejectCode.UNKNOWN_FAULT,
                "this fault is not known; "
                f"map it under sources.{self._source.name}.faults or set default_fault",
            )
        raise RejectedEvent(
            RejectCode.MISSING_FIELD,
            "data.fault is missing; send a fault of the taxonomy or set default_fault",
        )

    def _mapping(self, word: str) -> str:
        """The fault that `Source.faults` gives this word, or ""."""
        return next((fault for pattern, fault in self._mapped if pattern.fullmatch(word)), "")
