"""The rules while they are read: what is known so far, and where each thing is declared.

Readers fill it, one a kind of file; cross checks look at it whole; `load` makes `Rules` of it when nothing is
wrong.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from router.config.node import Home, Node, Place
from router.config.report import Report
from router.model.catalog import Component, Team, Workflow
from router.model.escalation import Policy
from router.model.fault import FAULTS, Fault, OwnerKind
from router.model.matcher import Matcher
from router.model.muting import Inhibition, Maintenance
from router.model.ownership import Obligation, Override
from router.model.route import Receiver, Route
from router.model.rules import Source
from router.model.runbook import Runbook
from router.model.schedule import Schedule
from router.model.time_interval import TimeInterval


class PlacedMatcher(NamedTuple):
    """A matcher, where it stands, and its text as written."""

    matcher: Matcher
    place: Place
    text: str


class OverrideDraft(NamedTuple):
    """An override of ownership, where it stands, and its matchers with their places."""

    override: Override
    home: Home
    matchers: tuple[PlacedMatcher, ...]


class InhibitionDraft(NamedTuple):
    """An inhibition rule, where it stands, and its matchers with their places."""

    inhibition: Inhibition
    home: Home
    matchers: tuple[PlacedMatcher, ...]


class RouteDraft(NamedTuple):
    """A route, where it stands, its matchers with their places, and the routes below it."""

    route: Route
    home: Home
    matchers: tuple[PlacedMatcher, ...]
    below: tuple["RouteDraft", ...] = ()


@dataclass(slots=True)
class Draft:
    """Everything read so far; the dicts are by id. `settings` holds the fields that router.yaml gives."""

    folder: Path
    report: Report
    settings: dict[str, Any] = field(default_factory=dict)
    router: Node = field(default_factory=lambda: Node(Place("router.yaml"), {}))
    runbook_folders: tuple[str, ...] = ()
    own_faults: dict[str, Fault] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    workflows: dict[str, Workflow] = field(default_factory=dict)
    named_scopes: dict[str, str] = field(default_factory=dict)
    components: dict[str, Component] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    routes: list[RouteDraft] = field(default_factory=list)
    routing: Node = field(default_factory=lambda: Node(Place("routes.yaml"), {}))
    default_route: Route = field(default_factory=Route)
    receivers: dict[str, Receiver] = field(default_factory=dict)
    time_intervals: dict[str, TimeInterval] = field(default_factory=dict)
    alert_labels: tuple[str, ...] = ()
    runbooks: dict[str, Runbook] = field(default_factory=dict)
    schedules: dict[str, Schedule] = field(default_factory=dict)
    policies: dict[str, Policy] = field(default_factory=dict)
    intervals_used: set[str] = field(default_factory=set)
    overrides: list[OverrideDraft] = field(default_factory=list)
    obligations: dict[str, Obligation] = field(default_factory=dict)
    maintenance: dict[str, Maintenance] = field(default_factory=dict)
    inhibition: list[InhibitionDraft] = field(default_factory=list)
    homes: dict[tuple[str, str], Home] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)
    """Files that could not be read: what is unknown may be declared there."""

    def home(self, noun: str, name: str) -> Home:
        """Where a team, component, ... is declared."""
        return self.homes[noun, name]

    @property
    def triage(self) -> str:
        """The triage desk's team, or the empty string."""
        return str(self.settings.get("triage_team", ""))

    @property
    def default_owners(self) -> dict[OwnerKind, str]:
        """The company's default owner per concern."""
        return dict(self.settings.get("default_owners", {}))

    @property
    def faults(self) -> dict[str, Fault]:
        """The taxonomy and the operator's own."""
        return {**FAULTS, **self.own_faults}
