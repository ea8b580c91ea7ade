"""A description becomes a plan: components with ids, owners that are teams, workflows, and all that is left to do.

`Existing` is what a rules folder that is added to has already: what it knows under one of the names is not written
again, and its teams are the only ones there are.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from router.config.lint_workflows import RESERVED
from router.importing.description import Delay, Description, OwnerName, Thing, Unmapped
from router.importing.ids import Ids, slug
from router.model.cycles import cycles
from router.model.fault import ComponentKind, OwnerKind

TRIAGE = "triage-desk"

CONCERNS: dict[ComponentKind, tuple[OwnerKind, ...]] = {
    ComponentKind.FEED: (OwnerKind.DATA, OwnerKind.IT),
    ComponentKind.MODEL: (OwnerKind.DATA, OwnerKind.IT),
    ComponentKind.STORE: (OwnerKind.IT, OwnerKind.DATA),
    ComponentKind.AGENT: (OwnerKind.IT, OwnerKind.BUSINESS),
    ComponentKind.API: (OwnerKind.IT,),
    ComponentKind.APP: (OwnerKind.IT,),
    ComponentKind.ERP: (OwnerKind.IT, OwnerKind.BUSINESS),
    ComponentKind.CRM: (OwnerKind.IT, OwnerKind.BUSINESS),
    ComponentKind.STEP: (OwnerKind.BUSINESS, OwnerKind.IT),
    ComponentKind.KPI: (OwnerKind.BUSINESS,),
}
"""For which concerns a catalog's one owner of such a component answers, the main one first; risk is none."""


class Existing(NamedTuple):
    """What a rules folder has: components with what they depend on, names, teams, workflows, formats of its sources.

    `owners` are the teams that a component names, for whatever concern.
    """

    components: Mapping[str, frozenset[str]]
    identities: Mapping[tuple[str, str], str]
    teams: frozenset[str]
    workflows: frozenset[str]
    formats: frozenset[str] = frozenset()
    owners: Mapping[str, frozenset[str]] = {}


@dataclass(frozen=True, slots=True)
class Edge:
    """On what, how long, and whether it closes a cycle."""

    upstream: str
    delay: Delay
    feedback: bool = False


@dataclass(frozen=True, slots=True)
class Planned:
    """A component to write; `unowned` says what to do about its owner, empty if it has one."""

    id: str
    kind: ComponentKind
    title: str
    owners: Mapping[OwnerKind, str]
    known_as: Mapping[str, tuple[str, ...]]
    edges: tuple[Edge, ...]
    unowned: str = ""


@dataclass(frozen=True, slots=True)
class PlannedTeam:
    """A team to write."""

    id: str
    kind: OwnerKind
    owner: OwnerName


@dataclass(slots=True)
class PlannedWorkflow:
    """A workflow to write."""

    id: str
    title: str
    business_owner: str
    components: list[Planned] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything to write. `unmapped` is what has no counterpart."""

    company: str
    format: str
    workflows: tuple[PlannedWorkflow, ...]
    teams: tuple[PlannedTeam, ...]
    todo: Mapping[str, tuple[str, ...]]
    """What to do -> for which names."""
    unmapped: tuple[Unmapped, ...]
    known: Mapping[str, str]
    """Names of things that the folder has already -> component."""


def plan(description: Description, existing: Existing | None = None) -> Plan:
    """The plan of a description; with `existing`, of what it adds to that."""
    return _Planning(description, existing).plan()


class _Planning:
    def __init__(self, description: Description, existing: Existing | None) -> None:
        self.description = description
        self.existing = existing
        has = existing or Existing({}, {}, frozenset(), frozenset())
        self.component_ids = Ids((*has.components, *RESERVED["component"]))
        self.workflow_ids = Ids((*has.workflows, *RESERVED["workflow"]))
        self.identities = dict(has.identities)
        self.todo: dict[str, dict[str, None]] = defaultdict(dict)
        self.unmapped = list(description.unmapped)
        self.known = {thing.key: home for thing in description.things if (home := self._known(thing, has))}
        self.new = [thing for thing in description.things if thing.key not in self.known]
        self.ids = self.known | {thing.key: self._id(thing) for thing in self.new}

    def _known(self, thing: Thing, has: Existing) -> str:
        """The component that the folder has under one of the thing's names."""
        names = ((space, name) for space, given in thing.known_as.items() for name in given)
        return next((has.identities[name] for name in names if name in has.identities), "")

    def _id(self, thing: Thing) -> str:
        name, qualifier = slug(thing.name), slug(thing.qualifier)
        return self.component_ids.take(
            f"{thing.kind}.{name}", f"{thing.kind}.{qualifier}.{name}"[:96].rstrip("._-")
        )

    def plan(self) -> Plan:
        teams = self._teams()
        graph = {self.ids[t.key]: sorted(self.ids[up] for up in t.depends_on) for t in self.new}
        feedback = {(walk[-1], walk[0]) for walk in cycles(dict(sorted(graph.items())))}
        workflows: dict[str, PlannedWorkflow] = {}
        for thing in self.new:
            if thing.workflow not in workflows:
                workflows[thing.workflow] = self._workflow(thing.workflow, teams)
            workflows[thing.workflow].components.append(self._component(thing, teams, feedback))
        self._missing_edges()
        self._other_owners()
        kind = self.description.format
        if self.existing and self.new and kind and kind not in self.existing.formats:
            self.todo["sources.yaml reads no events of this format: add a source"][kind] = None
        for workflow in workflows.values():
            workflow.components.sort(key=lambda planned: planned.id)
        return Plan(
            self.description.company,
            self.description.format,
            tuple(sorted(workflows.values(), key=lambda workflow: workflow.id)),
            tuple(teams[name] for name in sorted(teams)) if self.existing is None else (),
            {do: tuple(names) for do, names in self.todo.items()},
            tuple(self.unmapped),
            {thing.key.replace("\x00", " "): self.known[thing.key] for thing in self.description.things
             if thing.key in self.known},
        )  # fmt: skip

    def _teams(self) -> dict[str, PlannedTeam]:
        """Team id -> team; its kind is what most of its components need first."""
        votes: dict[str, Counter[OwnerKind]] = defaultdict(Counter)
        named: dict[str, OwnerName] = {}
        for thing in self.new:
            for owner in thing.owners[:1]:
                votes[_team_id(owner)][CONCERNS[thing.kind][0]] += 1
                named.setdefault(_team_id(owner), owner)
        for owner in self.description.teams:
            named.setdefault(_team_id(owner), owner)
        for owner in self.description.business_owners.values():
            named.setdefault(_team_id(owner), owner)
            votes[_team_id(owner)][OwnerKind.BUSINESS] += 0
        for name, owner in sorted(named.items()):
            if owner.person and self.existing is None:
                self.todo["owners that read like persons: name the teams that are accountable"][name] = None
        return {name: PlannedTeam(name, _winner(votes[name]), owner) for name, owner in named.items()}

    def _owner(self, owner: OwnerName | None) -> str:
        """The team's id, empty if there is none; a folder that is added to has all teams there are."""
        if owner is None:
            return ""
        name = _team_id(owner)
        if self.existing is not None and name not in self.existing.teams:
            self.todo["teams that teams.yaml has not: add them, and name them as owners"][name] = None
            return ""
        return name

    def _workflow(self, key: str, teams: Mapping[str, PlannedTeam]) -> PlannedWorkflow:
        name = self.workflow_ids.take(slug(key, "-"))
        business = self._owner(self.description.business_owners.get(key))
        if not business:
            self.todo["workflows without a business owner: name who answers for the outcome"][name] = None
        return PlannedWorkflow(name, self.description.titles.get(key, ""), business)

    def _component(
        self, thing: Thing, teams: Mapping[str, PlannedTeam], feedback: set[tuple[str, str]]
    ) -> Planned:
        name, given = self.ids[thing.key], next(iter(thing.owners), None)
        team = self._owner(given)
        unowned = "" if team else f"owner {_team_id(given)} is no team yet" if given else "no owner is named"
        if not given:
            self.todo["components without an owner, the triage desk's until you name one"][name] = None
        edges = [
            Edge(self.ids[up], delay, (name, self.ids[up]) in feedback)
            for up, delay in thing.depends_on.items()
            if up in self.ids and self.ids[up] != name
        ]
        by_upstream = {edge.upstream: edge for edge in edges}
        return Planned(
            id=name,
            kind=thing.kind,
            title=thing.title if thing.title != name else "",
            owners=dict.fromkeys(CONCERNS[thing.kind], team) if team else {},
            known_as=self._names(thing, name),
            edges=tuple(by_upstream[up] for up in sorted(by_upstream)),
            unowned=unowned,
        )

    def _names(self, thing: Thing, component: str) -> dict[str, tuple[str, ...]]:
        """The names that are its own; one that another component has already is left to that."""
        own: dict[str, tuple[str, ...]] = {}
        for space, names in sorted(thing.known_as.items()):
            free = [
                name for name in names if self.identities.setdefault((space, name), component) == component
            ]
            for name in names:
                if name not in free:
                    first = self.identities[space, name]
                    self.unmapped.append(
                        Unmapped("name", (f"{space} {name}",), f"it is {first} already, so not {component}")
                    )
            if free:
                own[space] = tuple(dict.fromkeys(free))
        return own

    def _other_owners(self) -> None:
        """Components of the folder that the catalog says another team owns: only a person knows which is right."""
        if self.existing is None:
            return
        for thing in self.description.things:
            home, given = self.known.get(thing.key, ""), next(iter(thing.owners), None)
            if home and given and _team_id(given) not in self.existing.owners.get(home, frozenset()):
                said = f"{home}: {_team_id(given)}"
                self.todo["owners that the rules name otherwise: look who is accountable"][said] = None

    def _missing_edges(self) -> None:
        """Edges between components that the folder has, which only an edit of its files could add."""
        if self.existing is None:
            return
        for thing in self.description.things:
            home = self.known.get(thing.key)
            has = self.existing.components.get(home, frozenset()) if home else frozenset()
            lost = [
                self.ids[up] for up in thing.depends_on if home and self.ids.get(up, home) not in {home, *has}
            ]
            if lost:
                names = tuple(f"{home} -> {upstream}" for upstream in sorted(lost))
                why = "the component exists, and files that exist are not changed: add the dependency there"
                self.unmapped.append(Unmapped("dependency", names, why))


def _team_id(owner: OwnerName) -> str:
    name = slug(owner.name.replace("_", "-"), "-")
    return f"{name}-team" if name in (TRIAGE, *RESERVED["team"]) else name


def _winner(votes: Counter[OwnerKind]) -> OwnerKind:
    return min(votes, key=lambda kind: (-votes[kind], kind.value)) if votes else OwnerKind.IT
