"""The company: components, how they depend on each other, workflows, teams.

An edge runs from what is depended on (upstream) to what depends on it (downstream) and says how long a
failure takes to show there.
"""

from pydantic import Field

from router.model.fault import ComponentKind, OwnerKind
from router.model.ownership import Contract, Hours
from router.model.value import Value

UNMAPPED = "unmapped"
"""The scope of alerts that no component of the catalog matches."""


class Dependency(Value):
    """This component depends on `upstream`; its failure shows here after soonest to latest seconds.

    `transmission` is the chance that its failure shows here at all. `part_of` says that this component consists of
    `upstream` or runs on it, so that what is wrong there is wrong here. `feedback` marks an edge that closes a cycle on
    purpose (a KPI that steers the model it measures).
    """

    upstream: str
    soonest_seconds: float = Field(0, ge=0)
    latest_seconds: float = Field(300, ge=0)
    transmission: float = Field(0.7, gt=0, lt=1)
    part_of: bool = False
    feedback: bool = False


class Component(Value):
    """A node of the topology.

    `owners` names a team per concern; `partner` is the owner under contract, if it is run by one.
    `known_as` lists, per namespace (usually a source format), the names by which sources mean it.
    `workflow` is where it is declared; `scope` its correlation key, resolved at load.
    """

    id: str
    kind: ComponentKind
    name: str = ""
    workflow: str
    scope: str
    owners: dict[OwnerKind, str] = Field(default_factory=dict)
    known_as: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    depends_on: tuple[Dependency, ...] = ()

    @property
    def title(self) -> str:
        """What people read: the name, or the id where none was given."""
        return self.name or self.id


class Workflow(Value):
    """A business process built of components, with a business owner (a team).

    `owners` names a team per concern for components of it that name nobody.
    """

    id: str
    name: str = ""
    business_owner: str = ""
    owners: dict[OwnerKind, str] = Field(default_factory=dict)
    outcome: str = ""
    scope: str
    components: tuple[str, ...] = ()


class Team(Value):
    """An accountable team; never a person. `channel` is its Slack channel (`#name` or an id).

    `escalates_to` is told when nobody acknowledged within `escalate_after_seconds`; `policy` names an escalation policy
    and `schedule` the on-call schedule instead. `also_channel` is where it is told for information only. `backup` is
    the team that stands in for it, `manager` (Slack id or e-mail) whom business escalation reaches. `hours` are its
    working hours, none: always. `contract` is a partner's.
    """

    id: str
    kind: OwnerKind
    name: str = ""
    channel: str = ""
    also_channel: str = ""
    escalates_to: str = ""
    escalate_after_seconds: int | None = Field(None, ge=0)
    members: tuple[str, ...] = ()
    policy: str = ""
    schedule: str = ""
    backup: str = ""
    manager: str = ""
    hours: Hours | None = None
    contract: Contract | None = None

    @property
    def information_channel(self) -> str:
        """Where it is told for information."""
        return self.also_channel or self.channel

    @property
    def title(self) -> str:
        """What people read."""
        return self.name or self.id
