"""What a format reads out of a document, in the source's own words: nothing is identified or mapped yet.

`interpret.py` turns claims into alerts, changes and heartbeats, the same way for all formats.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from router.model.errors import RejectedEvent
from router.model.event import AlertStatus, ChangeKind, IgnoreReason
from router.model.fault import Severity
from router.model.rules import Source


@dataclass(frozen=True, slots=True)
class Context:
    """What a format may look at besides the document: where it came from, and what the catalog calls things.

    find: the component id behind a source's name, or None. names: all names of the source's namespace.
    """

    source: Source
    find: Callable[[str], str | None]
    names: Mapping[str, str]


@dataclass(slots=True)
class AlertClaim:
    """Something is wrong, or over.

    names: what the source calls the component, best first; the first one the catalog knows decides, and the
    first one stands in the dedup key. identity: what else tells this alert from others of the component.
    words: the source's words for the fault, most specific first, looked up in `Source.faults`. fault: the
    fault by our name, as the sender or the format says it; fallback: the fault when nobody says; guess:
    whether then even the kind of the component may decide, because the format cannot name faults of ours.
    at: None for "on arrival". started_at: None for "at that time".
    """

    names: tuple[str, ...]
    identity: tuple[str, ...]
    status: AlertStatus
    words: tuple[str, ...] = ()
    fault: str = ""
    fallback: str = ""
    guess: bool = False
    severity: Severity | None = None
    summary: str = ""
    at: datetime | None = None
    started_at: datetime | None = None
    labels: dict[str, str] = field(default_factory=dict)
    trace_ids: tuple[str, ...] = ()
    links: Sequence[dict[str, str]] = ()
    runbook_url: str = ""
    measure: dict[str, Any] | None = None

    @property
    def decorated(self) -> bool:
        """Whether there is more than most alerts have."""
        return bool(self.links or self.runbook_url or self.measure)

    def decoration(self) -> tuple[tuple[str, object], ...]:
        """What people see besides."""
        return ("links", self.links), ("runbook_url", self.runbook_url), ("measure", self.measure)


@dataclass(slots=True)
class ChangeClaim:
    """Something was changed. id: unique within the source."""

    names: tuple[str, ...]
    id: str
    kind: ChangeKind
    summary: str
    at: datetime | None
    actor: str = ""
    version: str = ""
    link: str = ""


@dataclass(slots=True)
class HeartbeatClaim:
    """The monitoring of a component lives."""

    names: tuple[str, ...]
    at: datetime | None


@dataclass(slots=True)
class Nothing:
    """A part of the document that is well formed and needs nothing from us."""

    reason: IgnoreReason
    detail: str


Claim = AlertClaim | ChangeClaim | HeartbeatClaim | Nothing | RejectedEvent
"""One part of a document. A part that cannot be used is a RejectedEvent among the others, so that a bad
alert in a webhook does not take its neighbours with it; a format raises when the whole document cannot
be used.
"""
