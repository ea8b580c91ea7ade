"""Everything that can change a scope, as it travels on `router.inputs.v1` (key: the scope).

One topic carries alerts, changes, commands and time, so that their order is the order everybody sees.
The record's own timestamp is `now` while it is applied.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from router.model.event import Alert, Change, Position
from router.model.muting import Maintenance
from router.model.record import Moved
from router.model.value import Moment, Value


class ObservedAlert(Value):
    """One alert and every source position folded into it (repeats in one batch are folded)."""

    alert: Alert
    positions: tuple[Position, ...]


class ObservedChange(Value):
    """One change and the source position it came from."""

    change: Change
    positions: tuple[Position, ...]


class AlertBatch(Value):
    """Alerts of one scope, in source order; `rules` is the hash of the rules intake identified them with."""

    type: Literal["alerts"] = "alerts"
    scope: str
    rules: str
    items: tuple[ObservedAlert, ...]


class ChangeBatch(Value):
    """Changes of one scope, in source order."""

    type: Literal["changes"] = "changes"
    scope: str
    rules: str
    items: tuple[ObservedChange, ...]


class Verb(StrEnum):
    """What a person can ask for."""

    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"
    HAND_OVER = "hand_over"
    SILENCE = "silence"
    EXPIRE_SILENCE = "expire_silence"
    CONFIRM = "confirm"
    CORRECT = "correct"
    FORGET = "forget"
    SEEN = "seen"
    SNOOZE = "snooze"
    MAINTENANCE = "maintenance"
    END_MAINTENANCE = "end_maintenance"
    RENEW = "renew"
    CONFIRM_ACTION = "confirm_action"


class Because(StrEnum):
    """Why a person hands an incident over."""

    WRONG_OWNER = "wrong_owner"
    """It never was the team's: a verdict on the cause, too."""
    WRONG_CAUSE = "wrong_cause"
    """The team would own that cause, but it is another one."""
    NEEDS_HELP = "needs_help"
    """The team's, but another one must do the work."""
    NOT_OURS_CONTRACT = "not_ours_contract"
    """Outside the partner's contract."""
    OUT_OF_HOURS = "out_of_hours"
    """Nobody of the team works now."""
    OTHER = "other"


class Command(Value):
    """What a person asks for, from Slack, the console, the API or the command line.

    `id` makes it idempotent: the scope remembers it. `incident` is the target of acknowledge, resolve,
    hand_over, confirm, correct and seen; `team` the new owner of a hand-over (`because` says why, of a closed list,
    `reason` in words), or the team that saw it; `component` and `fault` the true cause
    of a correction (no fault: the likeliest one there); a confirmation may name the `component` that it means.
    Of a forget, `component` and `taught_by` (a person) say what shall be forgotten. `seconds` and `match`
    (matchers as text) are the span and subject of a silence; `silence` its id, or the one to expire, or that of the
    maintenance window to end; `replaces` the silence that this one edits, `starts_at` when it begins (none: now).
    `seconds` is the span of a snooze, too (0 ends it); `window` the maintenance that begins. `proposal` is the number
    of the proposed action that is confirmed. `revision`, where given, is the incident's revision the person saw: shown
    in the refusal when somebody else was faster.
    """

    type: Literal["command"] = "command"
    id: Annotated[str, Field(min_length=1, max_length=200)]
    scope: str
    verb: Verb
    actor: Annotated[str, Field(min_length=1, max_length=200)]
    at: Moment
    via: str = "cli"
    incident: str = ""
    team: str = ""
    component: Annotated[str, Field(max_length=500)] = ""
    fault: Annotated[str, Field(max_length=200)] = ""
    taught_by: Annotated[str, Field(max_length=200)] = ""
    because: Because = Because.OTHER
    reason: Annotated[str, Field(max_length=1000)] = ""
    seconds: Annotated[int, Field(ge=0, le=90 * 86_400)] = 0
    match: tuple[str, ...] = ()
    silence: str = ""
    replaces: Annotated[str, Field(max_length=200)] = ""
    starts_at: Moment | None = None
    window: Maintenance | None = None
    proposal: Annotated[int, Field(ge=0)] = 0
    revision: int | None = None


class Tick(Value):
    """Time arriving as an input: sent to a partition when its next timer is due."""

    type: Literal["tick"] = "tick"


Input = Annotated[AlertBatch | ChangeBatch | Command | Tick | Moved, Field(discriminator="type")]
INPUT: TypeAdapter[AlertBatch | ChangeBatch | Command | Tick | Moved] = TypeAdapter(Input)
"""Decodes a record of `router.inputs.v1`: `INPUT.validate_json(value)`."""
