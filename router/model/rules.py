"""Everything the operator decides, loaded and checked: settings, sources, routes, runbooks, the catalog.

Built by `router.config.load`; `hash` identifies the content and stands on every decision.
"""

import re
from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType

from pydantic import ConfigDict, Field

from router.model.catalog import Component, Team, Workflow
from router.model.escalation import Policy
from router.model.fault import FAULTS, Fault, OwnerKind, Severity
from router.model.muting import Inhibition, Maintenance
from router.model.ownership import Obligation, Override, TrackRole
from router.model.route import Receiver, Route, RouteNode, route_tree
from router.model.runbook import Runbook
from router.model.schedule import Schedule
from router.model.time_interval import TimeInterval
from router.model.topology import Topology
from router.model.value import Value


class Source(Value):
    """Existing Kafka topics and how to read them.

    `format` is a key of the table of formats (`router.stages.intake.formats`). `namespace` says under which
    `known_as` names its components are looked up (the format's name unless given). `component_labels`
    are tried in order where the format carries labels. `faults` maps the source's own word (an alert name,
    a test name; a regular expression, anchored) to a fault; `default_fault` is for the rest.
    `severities` maps the source's word for severity to ours.
    """

    name: str
    topics: tuple[str, ...]
    format: str
    namespace: str = ""
    component_labels: tuple[str, ...] = ("component", "service", "job")
    fault_label: str = "fault"
    faults: dict[str, str] = Field(default_factory=dict)
    default_fault: str = ""
    severities: dict[str, Severity] = Field(default_factory=dict)


class Settings(Value):
    """`router.yaml`. Every field has a default that works.

    settle_seconds: the wait before the first telling, so that causes that report later can arrive
    (critical_settle_seconds for critical ones). hold_seconds: what looks like an alert that fires anyway is
    told when it fired for so long all the same (critical_hold_seconds for critical ones; 0: never held).
    reopen_seconds: a new alert of a resolved incident within this time re-opens it. escalate_after_seconds:
    unacknowledged for so long, the next team is told. ack_timeout_seconds: an acknowledgement that nobody renews
    holds for so long (0: for good), ack_reminder_seconds before its end who gave it is asked (0: not; where it holds
    for good, every so many seconds). update_interval_seconds: at most one plain refresh of a message in this time.
    repeat_interval_seconds: what still burns is told again after so long. alert_timeout_seconds: an alert that its
    source never resolves counts as over when it was not heard of for so long. lateness_seconds: how late or out of
    order events may be.
    confidence_threshold: below it the triage desk decides. The max_* are the bounds of a scope.
    flapping_count: an incident that came back so often within flapping_window_seconds flaps (0: never); its end and
    return are told again when it did neither for flapping_stable_seconds. destination_rate: so many new incidents of
    one scope are told to a destination within destination_rate_window_seconds (0: all of them), the others in a digest.
    max_handovers: evidence moves a told incident so often at most; when people moved it so often, the next hand-over
    goes to incident_commander (none: the triage desk). suggest_until: before people judged so many causes in a scope,
    evidence moves no told incident by itself, it only suggests (0: it moves from the first day). also: the least
    severity at which a team that is not the owner is told, by the role in which it is concerned (None: never; a role
    that is not named: as in ALSO_FROM).
    """

    company: str = ""
    triage_team: str
    incident_commander: str = ""
    also: dict[TrackRole, Severity | None] = Field(default_factory=dict)
    default_owners: dict[OwnerKind, str] = Field(default_factory=dict)
    console_url: str = ""
    runbook_url: str = ""
    settle_seconds: int = Field(120, ge=0, le=86_400)
    critical_settle_seconds: int = Field(30, ge=0, le=86_400)
    hold_seconds: int = Field(43_200, ge=0, le=86_400)
    critical_hold_seconds: int = Field(5_400, ge=0, le=86_400)
    reopen_seconds: int = Field(1_800, ge=0, le=7 * 86_400)
    escalate_after_seconds: int = Field(900, ge=0, le=7 * 86_400)
    ack_timeout_seconds: int = Field(86_400, ge=0, le=30 * 86_400)
    ack_reminder_seconds: int = Field(3_600, ge=0, le=30 * 86_400)
    update_interval_seconds: int = Field(60, ge=1, le=30 * 86_400)
    repeat_interval_seconds: int = Field(14_400, ge=1, le=3_650 * 86_400)
    alert_timeout_seconds: int = Field(86_400, ge=60, le=30 * 86_400)
    lateness_seconds: int = Field(900, ge=0, le=86_400)
    skew_seconds: int = Field(300, ge=0, le=86_400)
    change_window_seconds: int = Field(86_400, ge=0, le=30 * 86_400)
    confidence_threshold: float = Field(0.35, ge=0, le=1)
    max_handovers: int = Field(3, ge=0, le=100)
    suggest_until: int = Field(0, ge=0, le=10_000)
    max_open_alerts: int = Field(100_000, ge=1)
    max_open_incidents: int = Field(20_000, ge=1)
    max_new_alerts_per_second: int = Field(2_000, ge=1)
    flapping_count: int = Field(0, ge=0, le=100)
    flapping_window_seconds: int = Field(3_600, ge=60, le=7 * 86_400)
    flapping_stable_seconds: int = Field(900, ge=60, le=86_400)
    destination_rate: int = Field(0, ge=0, le=10_000)
    destination_rate_window_seconds: int = Field(600, ge=1, le=86_400)


ALSO_FROM: Mapping[TrackRole, Severity] = MappingProxyType(
    {
        TrackRole.OBLIGATION: Severity.INFO,
        TrackRole.PARTNER: Severity.INFO,
        TrackRole.BUSINESS: Severity.MAJOR,
        TrackRole.AFFECTED: Severity.MINOR,
        TrackRole.SUSPECT: Severity.MAJOR,
        TrackRole.ROUTE: Severity.INFO,
    }
)
"""Role -> the least severity at which it is told, where `Settings.also` does not say: duties always, others not for
every warning."""


class Rules(Value):
    """The whole of the operator's rules. Immutable; a change makes a new one with another `hash`.

    `alert_labels`: labels that matchers see as the alerts have them, although the router has one of that name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    hash: str
    settings: Settings
    teams: dict[str, Team]
    workflows: dict[str, Workflow]
    components: dict[str, Component]
    sources: dict[str, Source] = Field(default_factory=dict)
    routes: tuple[Route, ...] = ()
    default_route: Route = Route()
    receivers: dict[str, Receiver] = Field(default_factory=dict)
    time_intervals: dict[str, TimeInterval] = Field(default_factory=dict)
    alert_labels: tuple[str, ...] = ()
    runbooks: dict[str, Runbook] = Field(default_factory=dict)
    own_faults: dict[str, Fault] = Field(default_factory=dict)
    maintenance: tuple[Maintenance, ...] = ()
    inhibition: tuple[Inhibition, ...] = ()
    overrides: tuple[Override, ...] = ()
    obligations: dict[str, Obligation] = Field(default_factory=dict)
    schedules: dict[str, Schedule] = Field(default_factory=dict)
    policies: dict[str, Policy] = Field(default_factory=dict)

    @cached_property
    def topology(self) -> Topology:
        """The dependency graph over all components."""
        return Topology(self.components)

    @cached_property
    def route_tree(self) -> RouteNode:
        """The routes under their root, ready to be asked."""
        return route_tree(self.routes, self.default_route)

    def fault(self, name: str) -> Fault | None:
        """The taxonomy's or the operator's own fault of this name."""
        return FAULTS.get(name) or self.own_faults.get(name)

    def source_of(self, topic: str) -> Source | None:
        """The source that reads this topic: one that names it exactly, else the first whose `^pattern` fits."""
        named = next((source for source in self.sources.values() if topic in source.topics), None)
        if named is not None:
            return named
        for source in self.sources.values():
            if any(name.startswith("^") and re.match(name, topic) for name in source.topics):
                return source
        return None

    @cached_property
    def identities(self) -> dict[tuple[str, str], str]:
        """(namespace, name) -> component id. A component's id is its name in every namespace: ('', id)."""
        table = {("", component): component for component in self.components}
        for component in self.components.values():
            for namespace, names in component.known_as.items():
                for name in names:
                    table[namespace, name] = component.id
        return table
