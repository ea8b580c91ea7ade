"""Escalation: who is told next while nobody acknowledges, as ordered steps; and how far one incident got with them.

A policy is the operator's; a `Running` is a copy of its steps on the incident, so that it ends as it began whatever
becomes of the rules meanwhile (law 11). Its clock is `Incident.escalate_due`.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from router.model.fault import Severity
from router.model.ownership import Hours
from router.model.value import Moment, Value


class Whom(StrEnum):
    """What the names of a notifying step are; OWNER, BACKUP and MANAGER follow from the incident and need none."""

    TEAM = "team"
    ON_CALL = "on_call"
    """Whoever is on call in the schedules named; in that of the owner's team where none is."""
    PEOPLE = "people"
    CHANNEL = "channel"
    OWNER = "owner"
    BACKUP = "backup"
    MANAGER = "manager"
    """The managers of the business owners of the workflows hit."""


class Automatic(StrEnum):
    """What a step may propose. The router never does it: a person does, and confirms it with a button."""

    PAUSE = "pause"
    MANUAL = "manual"
    ROLL_BACK = "roll_back"


AUTOMATIC_WORDS = {
    Automatic.PAUSE: "Pause the automated decisions",
    Automatic.MANUAL: "Fall back to manual work",
    Automatic.ROLL_BACK: "Roll back the last change",
}


class OnlyIf(Value):
    """When a step is taken; everything that is given must hold, or the step is skipped.

    At least this `severity` and `confidence` (0 to 1) in the cause; `within` or `outside` these hours; `team_hours` the
    same of the owner's working hours ("within" or "outside"), which become one of the two when the escalation begins;
    `unacknowledged`: not when somebody has it, which can only be where the policy goes on until the end.
    """

    severity: Severity | None = None
    confidence: float | None = Field(None, ge=0, le=1)
    within: Hours | None = None
    outside: Hours | None = None
    team_hours: Literal["", "within", "outside"] = ""
    unacknowledged: bool = False


class _Tagged(Value):
    """A step always says which step it is, also where fields that hold their default are left out."""

    @model_serializer(mode="wrap")
    def _with_tag(self, rest: SerializerFunctionWrapHandler) -> dict[str, object]:
        return {"step": getattr(self, "step"), **rest(self)}  # noqa: B009 - each kind of step declares its own


class Notify(_Tagged):
    """Tell somebody. `names` are of what `whom` says; persons get a direct message, or are mentioned in the channel.

    `takes_turns`: only one of them, another one in each round and for each incident.
    """

    step: Literal["notify"] = "notify"
    whom: Whom
    names: tuple[str, ...] = ()
    mention: bool = False
    takes_turns: bool = False
    only_if: OnlyIf | None = None


class Wait(_Tagged):
    """Wait for so long, or until the hours hold (not at all while they do).

    `team_hours`: the owner's working hours, which become `until` when the escalation begins.
    """

    step: Literal["wait"] = "wait"
    seconds: int = Field(0, ge=0)
    until: Hours | None = None
    team_hours: bool = False


class Propose(_Tagged):
    """Propose what contains the damage; `text` in the operator's words, `runbook` an id of theirs."""

    step: Literal["propose"] = "propose"
    action: Automatic
    text: str = ""
    runbook: str = ""
    only_if: OnlyIf | None = None

    @property
    def words(self) -> str:
        """What people read."""
        return self.text or AUTOMATIC_WORDS[self.action]


class Repeat(_Tagged):
    """Begin again with the first step, at most `times` times; then go on with the next step."""

    step: Literal["repeat"] = "repeat"
    times: int = Field(1, ge=1, le=100)


Step = Annotated[Notify | Wait | Propose | Repeat, Field(discriminator="step")]


class Policy(Value):
    """An escalation policy: its steps in order, and how long an acknowledgement holds under it.

    `ack_timeout_seconds`, `ack_reminder_seconds`: as in the settings, None: as there. `until_resolved`: an
    acknowledgement does not stop it (`OnlyIf.unacknowledged` may skip steps then).
    """

    id: str
    name: str = ""
    steps: tuple[Step, ...] = ()
    ack_timeout_seconds: int | None = Field(None, ge=0)
    ack_reminder_seconds: int | None = Field(None, ge=0)
    until_resolved: bool = False

    @property
    def title(self) -> str:
        """What people read."""
        return self.name or self.id


class Running(Value):
    """One incident's escalation: the steps it began with, and where it stands.

    `policy` is their name ("" where they follow from `escalates_to`), `team` the owner that it began for and `severity`
    how bad the incident was then. `position` is the step that comes next, `round` counts from 0; `reached` says that
    somebody was told by it, `finished` that no step is left.
    """

    policy: str = ""
    team: str
    severity: Severity
    steps: tuple[Step, ...]
    begun_at: Moment
    ack_timeout_seconds: int = Field(0, ge=0)
    ack_reminder_seconds: int = Field(0, ge=0)
    until_resolved: bool = False
    position: int = Field(0, ge=0)
    round: int = Field(0, ge=0)
    reached: bool = False
    finished: bool = False


class Proposal(Value):
    """What a step proposed for one incident; `number` counts from 1. A person confirms that it is done."""

    number: int
    action: Automatic
    text: str
    runbook: str = ""
    proposed_at: Moment
    confirmed_at: Moment | None = None
    confirmed_by: str = ""
