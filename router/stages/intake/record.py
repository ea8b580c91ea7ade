"""What goes into intake and what comes out: a record as Kafka holds it, and what it says."""

from datetime import datetime
from typing import Any, NamedTuple

from router.model.event import Alert, Change, Heartbeat, Ignored, Rejected

Document = dict[str, Any]
"""A parsed JSON object."""

Headers = tuple[tuple[str, bytes | None], ...]


class SourceRecord(NamedTuple):
    """One record of a source topic, untouched. `timestamp_ms` is when it arrived, since 1970."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()


class Observation(NamedTuple):
    """An alert or a change (exactly one of them) and the scope it belongs to."""

    scope: str
    alert: Alert | None = None
    change: Change | None = None


Parsed = Observation | Heartbeat | Ignored | Rejected
"""What one record says. A record may say several things; `Ignored` stands alone."""

AlertFields = dict[str, Any]
"""An alert's fields by name, those left out that have their default: `Alert(**fields)` is the alert, and as
JSON it is what `router.inputs.v1` holds. Intake in production builds no more than this, because the
models cost most of its time.
"""


class HeardAlert(NamedTuple):
    """An alert as fields, and the scope it belongs to."""

    scope: str
    fields: AlertFields


class HeardChange(NamedTuple):
    """A change and the scope it belongs to."""

    scope: str
    change: Change


Heard = HeardAlert | HeardChange | Heartbeat | Ignored | Rejected
"""`Parsed`, as production reads it."""


class Template(NamedTuple):
    """An alert as it was read in full, to recognise its repeats by.

    `document` is the whole event it was read from, `started_at` when the sender said it began, if it did.
    """

    document: Document
    scope: str
    fields: AlertFields
    started_at: datetime | None


class Repeat(NamedTuple):
    """An event that equals its template in everything but id and time.

    Its time `at` needed no correction, and its template's start none either: it began then, or at `at`.
    """

    template: Template
    at: datetime
    arrived_ms: int
