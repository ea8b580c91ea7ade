"""What a scope remembers: many small records, each a value of `router.state.v1` under its own key.

A record never holds what another one holds, so no two can disagree; everything else is derived in `State`.
"""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from router.model.calibration import Calibration
from router.model.event import Alert, AlertStatus, Change, Position
from router.model.experience import Lesson
from router.model.incident import Incident
from router.model.matcher import Matcher
from router.model.value import EPOCH, Moment, Value


class ScopeHeader(Value):
    """The scope itself: since when it is watched, its clock (never going back), counters and high-water marks.

    `applied` maps a source partition (`topic/partition`) to the highest offset applied: law 2. `overflow` is the
    incident that takes what comes when a bound of the scope is reached; `new_second` and `new_alerts` count new
    alerts in the current second, for the bound on them.
    """

    record: Literal["scope"] = "scope"
    scope: str
    since: Moment | None = None
    clock: Moment = EPOCH
    decisions: int = 0
    incidents: int = 0
    applied: dict[str, int] = Field(default_factory=dict)
    overflow: str = ""
    new_second: int = 0
    new_alerts: int = 0

    @property
    def key(self) -> str:
        """`scope`: there is one header a scope."""
        return "scope"


class OpenAlert(Value):
    """An alert we have heard of: firing, or resolved and remembered so that late events find it.

    `alert` is the newest event of it; `incident` where it belongs ("" for a resolve that came before its firing);
    `heard` counts source events; `first` is the position it was first heard at; `due` when to forget or time it out.
    """

    record: Literal["alert"] = "alert"
    alert: Alert
    incident: str
    heard: int = 1
    first: Position
    heard_at: Moment
    resolved_at: Moment | None = None
    due: Moment

    @property
    def key(self) -> str:
        """`alert|` and the dedup key."""
        return f"alert|{self.alert.key}"

    @property
    def firing(self) -> bool:
        """Whether the source still claims that it is wrong."""
        return self.alert.status is AlertStatus.FIRING


class BackgroundRate(Value):
    """How often a (component, fault) alerted although nothing was wrong: spells, of which older ones count less.

    `count` is as of `at`; `due` when to forget it.
    """

    record: Literal["background"] = "background"
    component: str
    fault: str
    count: float = Field(ge=0)
    at: Moment
    due: Moment

    @property
    def key(self) -> str:
        """`background|`, the component and the fault."""
        return background_key(self.component, self.fault)


def background_key(component: str, fault: str) -> str:
    """The key of a BackgroundRate."""
    return f"background|{component}|{fault}"


class IncidentRecord(Value):
    """An incident."""

    record: Literal["incident"] = "incident"
    incident: Incident

    @property
    def key(self) -> str:
        """`incident|` and its id."""
        return f"incident|{self.incident.id}"


class RecentChange(Value):
    """A change kept as evidence until `due`."""

    record: Literal["change"] = "change"
    change: Change
    due: Moment

    @property
    def key(self) -> str:
        """`change|`, the component and the change's id."""
        return f"change|{self.change.component}|{self.change.id}"


class Silence(Value):
    """A silence: incidents whose labels match are tracked, not told, until `due`."""

    record: Literal["silence"] = "silence"
    id: str
    match: tuple[Matcher, ...]
    actor: str
    reason: str
    started_at: Moment
    due: Moment

    @property
    def key(self) -> str:
        """`silence|` and its id."""
        return f"silence|{self.id}"


class AppliedCommand(Value):
    """A command that was applied or refused: the memory that makes commands idempotent (law 2)."""

    record: Literal["command"] = "command"
    id: str
    due: Moment

    @property
    def key(self) -> str:
        """`command|` and its id."""
        return f"command|{self.id}"


AnyRecord = (
    ScopeHeader
    | OpenAlert
    | IncidentRecord
    | RecentChange
    | Silence
    | AppliedCommand
    | BackgroundRate
    | Lesson
    | Calibration
)
Record = Annotated[AnyRecord, Field(discriminator="record")]
RECORD: TypeAdapter[AnyRecord] = TypeAdapter(Record)
"""Decodes a value of `router.state.v1`: `RECORD.validate_json(value)`."""
