"""The rules' own tests: events in, incidents expected. `router test` runs them on the simulator.

Times are seconds from the start of the test, in virtual time. What an expectation leaves out is not looked at.
"""

from pydantic import Field

from router.model.decision import Reason
from router.model.event import AlertStatus, ChangeKind
from router.model.fault import Severity
from router.model.incident import IncidentState
from router.model.input import Because, Verb
from router.model.value import Value


class GivenAlert(Value):
    """An alert arrives; `severity` is the fault's own where none is given.

    `key` is the source's dedup key: two alerts of one component and fault are told apart by it.
    """

    at_seconds: int = Field(ge=0)
    component: str
    fault: str
    status: AlertStatus = AlertStatus.FIRING
    severity: Severity | None = None
    summary: str = ""
    key: str = ""
    trace_ids: tuple[str, ...] = ()


class GivenChange(Value):
    """A change arrives."""

    at_seconds: int = Field(ge=0)
    component: str
    kind: ChangeKind
    summary: str = ""
    actor: str = ""
    version: str = ""


class GivenCommand(Value):
    """A person asks for something.

    `incident` is the number of the incident it is about, in the order in which they were opened, from 1.
    `component` is the true cause of a correction, `because` why a hand-over is asked for. `seconds` is the span of a
    silence, a snooze or a maintenance; `proposal` the number of a confirmed action; `match` is what a silence
    covers and `silence` its id, or that of what ends. `components`, `subtrees` and `workflows` are what a
    maintenance is of.
    """

    at_seconds: int = Field(ge=0)
    verb: Verb
    actor: str = "test"
    incident: int = Field(1, ge=1)
    team: str = ""
    component: str = ""
    fault: str = ""
    because: Because = Because.OTHER
    reason: str = ""
    seconds: int = Field(0, ge=0)
    match: tuple[str, ...] = ()
    silence: str = ""
    proposal: int = Field(1, ge=1)
    components: tuple[str, ...] = ()
    subtrees: tuple[str, ...] = ()
    workflows: tuple[str, ...] = ()


Given = GivenAlert | GivenChange | GivenCommand


class ExpectedTelling(Value):
    """A destination that must have been told, and what must be true of its first message.

    `at_seconds` is its exact moment from the start of the test; `within_seconds` how long after the incident's opening
    it may come at the latest. `kind` is a notification's in the replay document, `team` whom it was for.
    """

    destination: str
    at_seconds: int | None = Field(None, ge=0)
    within_seconds: int | None = Field(None, ge=0)
    kind: str = ""
    team: str = ""


class ExpectedIncident(Value):
    """What must be true of one incident when the test ends; None is not looked at.

    `members` counts its alerts. `told` lists every destination that was told, in any order; where a team only must know
    of it, its destination may be left out. None of `not_told` may be among them. `also` lists every team that must know
    besides the owner. `muted_by` names what mutes it, as `silence:s1` or only `silence`; "nothing" for nothing.
    `runbook` is the best one; each of `reasons` must be among those of its decisions.
    """

    cause: str | None = None
    fault: str | None = None
    owner: str | None = None
    also: tuple[str, ...] | None = None
    state: IncidentState | None = None
    severity: Severity | None = None
    members: int | None = Field(None, ge=0)
    workflows: tuple[str, ...] | None = None
    told: tuple[ExpectedTelling, ...] | None = None
    not_told: tuple[str, ...] | None = None
    muted_by: str | None = None
    escalated_to: str | None = None
    abstained: bool | None = None
    handovers: int | None = Field(None, ge=0)
    runbook: str | None = None
    reasons: tuple[Reason, ...] | None = None


class RulesTest(Value):
    """One test: what happens, until when, and the incidents that there must be, no more and no fewer.

    `file` and `line` say where it stands.
    """

    name: str
    file: str
    line: int
    events: tuple[Given, ...]
    until_seconds: int = Field(ge=0)
    incidents: tuple[ExpectedIncident, ...]
