"""What a scope remembers: many small records, each a value of `router.state.v1` under its own key.

A record never holds what another one holds, so no two can disagree; everything else is derived in `State`.
"""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from router.model.calibration import Calibration
from router.model.event import Alert, AlertStatus, Change, Position
from router.model.experience import Lesson
from router.model.incident import Incident
from router.model.matcher import Matcher
from router.model.muting import Maintenance
from router.model.value import EPOCH, Moment, Value


class ScopeHeader(Value):
    """The scope itself: since when it is watched, its clock (never going back), counters and high-water marks.

    `applied` maps a source partition (`topic/partition`) to the highest offset applied: law 2. `overflow` is the
    incident that takes what comes when a bound of the scope is reached; `new_second` and `new_alerts` count new
    alerts in the current second, for the bound on them. `rules` is the hash of the rules that it was last looked
    through under (`unsettled`: it may hold what is not its own all the same), `moves` counts the hand-offs it sent, and
    `moved` maps a sender's scope to the highest hand-off applied: law 2 once more.
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
    rules: str = ""
    unsettled: bool = False
    moves: int = 0
    moved: dict[str, int] = Field(default_factory=dict)

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
    """A silence: incidents whose labels match are tracked, not told, from `started_at` until it ends.

    `due` is when it ends; once it is over, `ended_at` is when it did and `due` when it is forgotten.
    """

    record: Literal["silence"] = "silence"
    id: str
    match: tuple[Matcher, ...]
    actor: str
    reason: str
    started_at: Moment
    ended_at: Moment | None = None
    due: Moment

    @property
    def key(self) -> str:
        """`silence|` and its id."""
        return f"silence|{self.id}"

    @property
    def ends_at(self) -> Moment:
        """When it ends, or did."""
        return self.ended_at or self.due

    def stands(self, now: Moment) -> str:
        """pending, active or expired."""
        if self.ended_at is not None or self.due <= now:
            return "expired"
        return "active" if self.started_at <= now else "pending"


class DeclaredMaintenance(Value):
    """A maintenance window that a person began by command.

    `ended_at` is when it ended before its time; it is remembered until `due`, since its effects show late.
    """

    record: Literal["maintenance"] = "maintenance"
    window: Maintenance
    actor: str
    ended_at: Moment | None = None
    due: Moment

    @property
    def key(self) -> str:
        """`maintenance|` and its id."""
        return f"maintenance|{self.window.id}"

    @property
    def ends_at(self) -> Moment:
        """When it ends, or did."""
        return self.ended_at or self.window.starts_at + timedelta(seconds=self.window.seconds)


class Pace(Value):
    """How fast a destination is told of new incidents of this scope, where that is capped.

    `slots` are the moments of the last first tellings, made or promised, oldest first. While incidents are held back,
    one message of its own lists them: `episode` is since when (it names the message), `revision` grows with every
    edit of it, `listed` names what it lists and `edited_at` is when it last changed. `due`: look again.
    """

    record: Literal["pace"] = "pace"
    destination: str
    slots: tuple[Moment, ...] = ()
    episode: Moment | None = None
    revision: int = 0
    listed: str = ""
    edited_at: Moment | None = None
    due: Moment

    @property
    def key(self) -> str:
        """`pace|` and the destination."""
        return f"pace|{self.destination}"


class AppliedCommand(Value):
    """A command that was applied or refused: the memory that makes commands idempotent (law 2)."""

    record: Literal["command"] = "command"
    id: str
    due: Moment

    @property
    def key(self) -> str:
        """`command|` and its id."""
        return f"command|{self.id}"


class LateAlert(Value):
    """An alert read under other rules, whose positions have no outcome yet: the receiving scope decides it."""

    alert: Alert
    positions: tuple[Position, ...]


class Moved(Value):
    """What belongs to another scope under new rules, on its way there: an input of `router.inputs.v1`.

    `number` counts the hand-offs of `from_scope`; with it the receiver applies each once. `rules` is the hash of the
    rules that say so, `hops` how often it was sent on because rules differed, `since` from when on the sender was
    watched.

    `incident` is the incident that the alerts were in, as it stood when it left; `whole`: it goes on in the receiving
    scope with its messages, and has ended in the sending one. Where its alerts need more hand-offs, all but the last
    have `more`, and those after the first name the first as `part_of`. `alerts` keep the position that each was first
    heard at; `silence` is the one that mutes the incident.
    """

    type: Literal["moved"] = "moved"
    scope: str
    from_scope: str
    number: int
    rules: str
    hops: int = 0
    since: Moment | None = None
    incident: Incident | None = None
    whole: bool = False
    more: bool = False
    part_of: int = 0
    alerts: tuple[OpenAlert, ...] = ()
    late: tuple[LateAlert, ...] = ()
    changes: tuple[RecentChange, ...] = ()
    background: tuple[BackgroundRate, ...] = ()
    silence: Silence | None = None


class Moving(Value):
    """A hand-off that is not known to be on `router.inputs.v1` yet: the outbox, so that a crash loses none."""

    record: Literal["moving"] = "moving"
    moved: Moved

    @property
    def key(self) -> str:
        """`moving|` and its number, so that keys sort as they were sent."""
        return moving_key(self.moved.number)


def moving_key(number: int) -> str:
    """The key of a Moving."""
    return f"moving|{number:012d}"


AnyRecord = (
    ScopeHeader
    | OpenAlert
    | IncidentRecord
    | RecentChange
    | Silence
    | DeclaredMaintenance
    | Pace
    | AppliedCommand
    | BackgroundRate
    | Lesson
    | Calibration
    | Moving
)
Record = Annotated[AnyRecord, Field(discriminator="record")]
RECORD: TypeAdapter[AnyRecord] = TypeAdapter(Record)
"""Decodes a value of `router.state.v1`: `RECORD.validate_json(value)`."""
