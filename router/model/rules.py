"""Everything the operator decides, loaded and checked: settings, sources, routes, runbooks, the catalog.

Built by `router.config.load`; `hash` identifies the content and stands on every decision.
"""

import re
from functools import cached_property

from pydantic import ConfigDict, Field

from router.model.catalog import Component, Team, Workflow
from router.model.fault import FAULTS, Fault, OwnerKind, Severity
from router.model.matcher import Matcher
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


class Route(Value):
    """Where incidents that match go. Routes are tried in order; the first match decides.

    Labels to match on: `owner`, `owner.kind`, `cause.component`, `cause.fault`, `severity`, `scope`,
    `workflow` (each workflow hit is tried). Without `channel` the owner's own channel is used.
    """

    name: str
    match: tuple[Matcher, ...] = ()
    channel: str = ""
    settle_seconds: int | None = Field(None, ge=0)
    escalate_after_seconds: int | None = Field(None, ge=0)


class Runbook(Value):
    """A runbook: what it is for and its body, a sandboxed Jinja2 template over the incident."""

    id: str
    title: str
    faults: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    owner: str = ""
    reviewed: str = ""
    url: str = ""
    body: str = ""
    file: str = ""


class Settings(Value):
    """`router.yaml`. Every field has a default that works.

    settle_seconds: the wait before the first telling, so that causes that report later can arrive
    (critical_settle_seconds for critical ones). hold_seconds: what looks like an alert that fires anyway is
    told when it fired for so long all the same (critical_hold_seconds for critical ones; 0: never held).
    reopen_seconds: a new alert of a resolved incident within this time re-opens it. escalate_after_seconds:
    unacknowledged for so long, the next team is told. update_interval_seconds: at most one plain refresh of a
    message in this time. alert_timeout_seconds: an alert that its source never resolves counts as over when
    it was not heard of for so long. lateness_seconds: how late or out of order events may be.
    confidence_threshold: below it the triage desk decides. The max_* are the bounds of a scope.
    """

    company: str = ""
    triage_team: str
    default_owners: dict[OwnerKind, str] = Field(default_factory=dict)
    console_url: str = ""
    runbook_url: str = ""
    settle_seconds: int = Field(120, ge=0, le=86_400)
    critical_settle_seconds: int = Field(30, ge=0, le=86_400)
    hold_seconds: int = Field(21_600, ge=0, le=86_400)
    critical_hold_seconds: int = Field(5_400, ge=0, le=86_400)
    reopen_seconds: int = Field(1_800, ge=0, le=7 * 86_400)
    escalate_after_seconds: int = Field(900, ge=0, le=7 * 86_400)
    update_interval_seconds: int = Field(60, ge=1, le=86_400)
    alert_timeout_seconds: int = Field(86_400, ge=60, le=30 * 86_400)
    lateness_seconds: int = Field(900, ge=0, le=86_400)
    skew_seconds: int = Field(300, ge=0, le=86_400)
    change_window_seconds: int = Field(86_400, ge=0, le=30 * 86_400)
    confidence_threshold: float = Field(0.35, ge=0, le=1)
    max_handovers: int = Field(3, ge=0, le=100)
    max_open_alerts: int = Field(100_000, ge=1)
    max_open_incidents: int = Field(20_000, ge=1)
    max_new_alerts_per_second: int = Field(2_000, ge=1)


class Rules(Value):
    """The whole of the operator's rules. Immutable; a change makes a new one with another `hash`."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    hash: str
    settings: Settings
    teams: dict[str, Team]
    workflows: dict[str, Workflow]
    components: dict[str, Component]
    sources: dict[str, Source] = Field(default_factory=dict)
    routes: tuple[Route, ...] = ()
    runbooks: dict[str, Runbook] = Field(default_factory=dict)
    own_faults: dict[str, Fault] = Field(default_factory=dict)

    @cached_property
    def topology(self) -> Topology:
        """The dependency graph over all components."""
        return Topology(self.components)

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
