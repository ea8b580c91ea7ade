"""The native event as senders see it: CloudEvents 1.0 with our three kinds of `data`.

These models exist for their JSON Schemas (topics/schemas/native-*.json) and for whoever sends from Python. What
arrives is read by `router.stages.intake.native`, which takes more than this: unknown fields are kept as labels.
"""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from router.model.event import AlertStatus, ChangeKind
from router.model.fault import Severity


class _Open(BaseModel):
    """Senders may add fields; they are kept."""

    model_config = ConfigDict(extra="allow", frozen=True, use_attribute_docstrings=True)


class NativeMeasure(_Open):
    """The number behind an alert."""

    name: str
    """What was measured, as `rows`."""
    value: float
    """What it is."""
    threshold: float | None = None
    """What it should have stayed on the right side of."""
    unit: str = ""
    """Unit of both numbers, as `rows/h`."""


class NativeLink(_Open):
    """A link for people."""

    title: str = ""
    """What it leads to."""
    url: Annotated[str, Field(pattern="^https?://", max_length=2000)]
    """Shown, never fetched."""


class NativeAlertData(_Open):
    """Something is wrong, or over."""

    fault: str
    """A name of the fault taxonomy, as `feed.schema_change`, or the operator's own, which begin with `x.`."""
    status: AlertStatus
    """`firing` while it is wrong; `resolved` once, when it is over."""
    severity: Severity
    """How bad it is, as the sender sees it."""
    summary: Annotated[str, Field(max_length=1000)]
    """One sentence for people."""
    dedup_key: str = ""
    """Same key, same alert. Without one: component, fault and labels."""
    started_at: AwareDatetime | None = None
    """When the failure began; without it, the event's `time`."""
    measure: NativeMeasure | None = None
    """The number behind it."""
    labels: dict[str, str] = Field(default_factory=dict)
    """Anything else to match on."""
    trace_ids: tuple[str, ...] = ()
    """W3C trace ids of requests it happened in: alerts that share one are one incident."""
    links: tuple[NativeLink, ...] = ()
    """Where to look."""
    runbook_url: str = ""
    """What to do, if the sender knows."""


class NativeChangeData(_Open):
    """Something was changed. Evidence for causes, never an incident."""

    kind: ChangeKind
    """What kind of thing."""
    summary: Annotated[str, Field(max_length=1000)]
    """One sentence for people."""
    actor: str = ""
    """Who or what changed it."""
    version: str = ""
    """What it is now."""
    link: str = ""
    """The change itself: a commit, a ticket."""


class _CloudEvent(_Open):
    """The envelope, structured mode; in binary mode the attributes are `ce_*` headers and the value is `data`."""

    specversion: Literal["1.0"]
    """The version of CloudEvents."""
    id: Annotated[str, Field(min_length=1)]
    """Unique within `source`."""
    source: Annotated[str, Field(min_length=1)]
    """URI reference of the sender."""
    subject: Annotated[str, Field(min_length=1, max_length=256)]
    """The component: its id in the catalog, or any name that `known_as` lists."""
    time: AwareDatetime | None = None
    """When it happened; without it, when it arrived."""
    datacontenttype: str = "application/json"
    """Nothing else is read."""


class NativeAlert(_CloudEvent):
    """An alert in our own format."""

    type: Literal["router.alert.v1"]
    """Which of the three kinds this is."""
    data: NativeAlertData
    """What is wrong."""


class NativeChange(_CloudEvent):
    """A change in our own format."""

    type: Literal["router.change.v1"]
    """Which of the three kinds this is."""
    data: NativeChangeData
    """What was changed."""


class NativeHeartbeat(_CloudEvent):
    """A sign of life of a component's monitoring, in our own format."""

    type: Literal["router.heartbeat.v1"]
    """Which of the three kinds this is."""
