"""What a source sent, once intake has read it: an alert, a change, a heartbeat, or nothing for us.

An event is what arrived; an alert is an event that claims something is wrong. Times here are the sender's,
already corrected for skew; `arrived_at` is the broker's.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from router.model.fault import Severity
from router.model.value import Moment, Value

Name = Annotated[str, StringConstraints(min_length=1, max_length=256)]
Text = Annotated[str, StringConstraints(max_length=1000)]


class AlertStatus(StrEnum):
    """Whether the source claims that it is wrong now, or that it is over."""

    FIRING = "firing"
    RESOLVED = "resolved"


class ChangeKind(StrEnum):
    """What kind of thing was changed."""

    DEPLOY = "deploy"
    SCHEMA = "schema"
    PROMPT = "prompt"
    MODEL_VERSION = "model_version"
    CONFIG = "config"
    DATA = "data"


class RejectCode(StrEnum):
    """Why an event could not be used; the `router.dlq.code` header of its dead letter."""

    EMPTY_VALUE = "empty_value"
    TOO_LARGE = "too_large"
    TOO_DEEP = "too_deep"
    TOO_WIDE = "too_wide"
    STRING_TOO_LONG = "string_too_long"
    NOT_UTF8 = "not_utf8"
    NOT_JSON = "not_json"
    NOT_AN_OBJECT = "not_an_object"
    UNSUPPORTED_VERSION = "unsupported_version"
    UNSUPPORTED_TYPE = "unsupported_type"
    MISSING_FIELD = "missing_field"
    INVALID_FIELD = "invalid_field"
    UNKNOWN_FAULT = "unknown_fault"
    INVALID_TIME = "invalid_time"


class IgnoreReason(StrEnum):
    """Why an event that is well formed says nothing we act on, on purpose."""

    NOT_A_FAILURE = "not_a_failure"
    NOT_FOR_US = "not_for_us"
    SOURCE_MUTED = "source_muted"


class Measure(Value):
    """The number behind an alert: `value` against `threshold`, in `unit`."""

    name: Name
    value: float
    threshold: float | None = None
    unit: str = ""


class Link(Value):
    """A link the sender gave; shown, never fetched."""

    title: Text = ""
    url: Annotated[str, StringConstraints(max_length=2000, pattern=r"^https?://")]


class Position(Value):
    """Offsets of source events in one source partition, ascending; the unit in which loss is counted."""

    topic: Name
    partition: int = Field(ge=0)
    offsets: tuple[int, ...]

    @property
    def source(self) -> str:
        """The source partition as `topic/partition`, the key of high-water marks and ledgers."""
        return f"{self.topic}/{self.partition}"


class Alert(Value):
    """A normalised event that claims something is wrong, or over.

    `key` is the versioned dedup key: same key, same alert. `component` is the catalog's id, or the
    source's own name where the catalog knows none (then the scope is `unmapped`). `at` is the event's
    time and `started_at` when the failure began, both the sender's, corrected where `skewed`.
    """

    key: Name
    component: Name
    fault: Name
    status: AlertStatus
    severity: Severity
    summary: Text
    source: Name
    at: Moment
    started_at: Moment
    arrived_at: Moment
    skewed: bool = False
    labels: dict[str, str] = Field(default_factory=dict)
    trace_ids: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    runbook_url: str = ""
    measure: Measure | None = None


class Change(Value):
    """A normalised event that says something was changed; evidence for attribution, never an incident."""

    id: Name
    component: Name
    kind: ChangeKind
    summary: Text
    source: Name
    at: Moment
    arrived_at: Moment
    skewed: bool = False
    actor: str = ""
    version: str = ""
    link: str = ""


class Heartbeat(Value):
    """A sign of life of a component's monitoring; counted, and its absence may become evidence."""

    component: Name
    source: Name
    at: Moment


class Ignored(Value):
    """A well-formed event that needs nothing from us."""

    reason: IgnoreReason
    detail: Text = ""


class Rejected(Value):
    """An event we could not use; it becomes a dead letter."""

    code: RejectCode
    message: Text
