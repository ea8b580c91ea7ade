"""The incident, and everything that may happen to its state.

Rule: every state and every allowed transition is in `TRANSITIONS`, nowhere else. The diagram in
docs/incident-states.md is drawn from it. A transition that is not in the table changes nothing and
`transition` answers None.
"""

from enum import StrEnum

from pydantic import Field

from router.model.escalation import Proposal, Running
from router.model.experience import Answered, Combination
from router.model.fault import ComponentKind, OwnerKind, Severity
from router.model.headline import Headline
from router.model.muting import Flapping, Snooze
from router.model.ownership import Track
from router.model.value import Moment, Value


class IncidentState(StrEnum):
    """Where an incident is in its life."""

    SETTLING = "settling"
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    MERGED = "merged"
    CLOSED = "closed"


class Trigger(StrEnum):
    """What moves an incident from one state to another."""

    TELL = "tell"
    ACKNOWLEDGE = "acknowledge"
    HAND_OVER = "hand_over"
    ESCALATE = "escalate"
    RENEW = "renew"
    EXPIRE = "expire"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    MERGE = "merge"
    CLOSE = "close"


TRANSITIONS: dict[tuple[IncidentState, Trigger], IncidentState] = {
    (IncidentState.SETTLING, Trigger.TELL): IncidentState.OPEN,
    (IncidentState.SETTLING, Trigger.ACKNOWLEDGE): IncidentState.ACKNOWLEDGED,
    (IncidentState.SETTLING, Trigger.HAND_OVER): IncidentState.SETTLING,
    (IncidentState.SETTLING, Trigger.RESOLVE): IncidentState.RESOLVED,
    (IncidentState.SETTLING, Trigger.MERGE): IncidentState.MERGED,
    (IncidentState.OPEN, Trigger.ACKNOWLEDGE): IncidentState.ACKNOWLEDGED,
    (IncidentState.OPEN, Trigger.HAND_OVER): IncidentState.OPEN,
    (IncidentState.OPEN, Trigger.ESCALATE): IncidentState.OPEN,
    (IncidentState.OPEN, Trigger.RESOLVE): IncidentState.RESOLVED,
    (IncidentState.OPEN, Trigger.MERGE): IncidentState.MERGED,
    (IncidentState.ACKNOWLEDGED, Trigger.HAND_OVER): IncidentState.OPEN,
    (IncidentState.ACKNOWLEDGED, Trigger.RENEW): IncidentState.ACKNOWLEDGED,
    (IncidentState.ACKNOWLEDGED, Trigger.EXPIRE): IncidentState.OPEN,
    (IncidentState.ACKNOWLEDGED, Trigger.ESCALATE): IncidentState.ACKNOWLEDGED,
    (IncidentState.ACKNOWLEDGED, Trigger.RESOLVE): IncidentState.RESOLVED,
    (IncidentState.ACKNOWLEDGED, Trigger.MERGE): IncidentState.MERGED,
    (IncidentState.RESOLVED, Trigger.REOPEN): IncidentState.SETTLING,
    (IncidentState.RESOLVED, Trigger.MERGE): IncidentState.MERGED,
    (IncidentState.RESOLVED, Trigger.CLOSE): IncidentState.CLOSED,
    (IncidentState.MERGED, Trigger.CLOSE): IncidentState.CLOSED,
}

LIVE = frozenset({IncidentState.SETTLING, IncidentState.OPEN, IncidentState.ACKNOWLEDGED})
"""States in which something is still wrong."""


def transition(state: IncidentState, trigger: Trigger) -> IncidentState | None:
    """The state after `trigger`, or None when that is not allowed."""
    return TRANSITIONS.get((state, trigger))


class Candidate(Value):
    """One possible cause and how sure the attribution is of it (0 to 1; all candidates sum to at most 1)."""

    component: str
    fault: str
    confidence: float = Field(ge=0, le=1)


class Cause(Value):
    """What the incident is attributed to.

    `abstained`: not sure enough, so the triage desk decides among `candidates` (best first, at most
    three). `evidence` are sentences, strongest first. `odds` are the log-odds that this is a failure at all and not
    only what alerts anyway.
    """

    component: str
    fault: str
    confidence: float = Field(ge=0, le=1)
    odds: float = 0.0
    abstained: bool = False
    candidates: tuple[Candidate, ...] = ()
    evidence: tuple[str, ...] = ()


class Tried(Value):
    """One step on the way to the owner: what was tried, whom it names ("": nobody), and why it decides or does not."""

    step: str
    team: str = ""
    why: str


class Ownership(Value):
    """The accountable team and why, as a sentence; `path` is every step that was tried, the last one decided."""

    team: str
    kind: OwnerKind
    why: str
    path: tuple[Tried, ...] = ()


class Impact(Value):
    """A workflow outcome or component that is hit, or will be by `expected_at`."""

    workflow: str
    component: str
    kind: ComponentKind
    hit: bool
    expected_at: Moment | None = None


class Told(Value):
    """A destination that was told of the incident, and for which team.

    `escalation`: by a step of an escalation; `also`: because the team must know, not because it owns or owned it. `why`
    says as what, where it is more than the team. `group_by` are the labels by which the telling is split there, and
    `groups` those that have a message; none: it is one message.
    """

    destination: str
    team: str
    escalation: bool = False
    also: bool = False
    group_by: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    why: str = ""


RUNBOOK_NOTE = "runbook"
"""The kind of note that stands for the whole runbook in the owner's thread."""


class Note(Value):
    """One line of the incident's story, told in the thread: hand-over, escalation, re-opening, merge.

    `people` are asked by it; they are named so that Slack tells them, where they are told directly, and with `mention`
    everywhere.
    """

    number: int
    at: Moment
    kind: str
    text: str
    people: tuple[str, ...] = ()
    mention: bool = False


CLOCKS = (
    *("settle_due", "escalate_due", "ack_due", "refresh_due", "repeat_due"),
    *("close_due", "mute_due", "track_due"),
)
"""The timers of an incident, by field."""


class Incident(Value):
    """Correlated alerts with one cause, one accountable owner and one life.

    The alerts point to the incident (`OpenAlert.incident`), not the other way, so this record stays small.
    `revision` grows with everything a reader could see. `headlines` are its symptoms, earliest first;
    `destination` is where the owner is told and `told` everywhere that was, first first. `assigned` is a
    hand-over by a person, which evidence does not override; `suggested_team` is whom evidence favours while a person
    has the incident in hand; `handovers` counts moves of ownership after the first telling. `muted_by` is what keeps
    it from being told (`MuteKind`, a colon and its name), looked at again when `mute_due` comes; `flaps` are when it
    came back of late. `escalation` is the policy that it began with and how far it came, `proposals` what its steps
    proposed; an acknowledgement counts from `ack_renewed_at`, or when it was given, and `ack_reminded` says that its
    end was announced. The *_due fields are its timers.

    What learning needs: `cause_by` is the person who said what the cause is, so that no evidence moves it any more;
    `judged` says that a person's verdict was counted; `features` are what it looked like before the first telling,
    `first_team` who was told first, `answers` what experience said then, and `experience` the same for people.

    Of one that new rules brought from another scope, `arrival` names the hand-off (`scope/number`), and `message` is
    the id that its messages bear since they were posted; "" is its own.
    """

    id: str
    scope: str
    state: IncidentState
    severity: Severity
    revision: int = 0
    opened_at: Moment
    started_at: Moment
    updated_at: Moment
    told_at: Moment | None = None
    acknowledged_at: Moment | None = None
    acknowledged_by: str = ""
    resolved_at: Moment | None = None
    resolved_by: str = ""
    merged_into: str = ""
    cause: Cause
    cause_by: str = ""
    judged: bool = False
    owner: Ownership
    assigned: bool = False
    features: Combination = ()
    first_team: str = ""
    answers: tuple[Answered, ...] = ()
    experience: str = ""
    also: tuple[Track, ...] = ()
    workflows: tuple[str, ...] = ()
    impacts: tuple[Impact, ...] = ()
    headlines: tuple[Headline, ...] = ()
    alerts: int = 0
    firing: int = 0
    runbooks: tuple[str, ...] = ()
    destination: str = ""
    told: tuple[Told, ...] = ()
    muted_by: str = ""
    snooze: Snooze | None = None
    flaps: tuple[Moment, ...] = ()
    flapping: Flapping | None = None
    reopened: int = 0
    handovers: int = 0
    suggested_team: str = ""
    escalated_to: str = ""
    escalation: Running | None = None
    proposals: tuple[Proposal, ...] = ()
    ack_renewed_at: Moment | None = None
    ack_reminded: bool = False
    message: str = ""
    arrival: str = ""
    notes: tuple[Note, ...] = ()
    settle_due: Moment | None = None
    escalate_due: Moment | None = None
    ack_due: Moment | None = None
    refresh_due: Moment | None = None
    repeat_due: Moment | None = None
    close_due: Moment | None = None
    mute_due: Moment | None = None
    track_due: Moment | None = None

    @property
    def live(self) -> bool:
        """Whether something is still wrong."""
        return self.state in LIVE

    @property
    def destinations(self) -> tuple[str, ...]:
        """Every destination that was told, first first."""
        return tuple(told.destination for told in self.told)

    @property
    def clocks(self) -> dict[str, Moment | None]:
        """Its timers by field name; None where one is not running."""
        fields = self.__dict__
        return {name: fields[name] for name in CLOCKS}

    @property
    def next_due(self) -> Moment | None:
        """When this incident must be looked at next, or None when only an input can change it."""
        fields = self.__dict__
        return min([at for name in CLOCKS if (at := fields[name]) is not None], default=None)
