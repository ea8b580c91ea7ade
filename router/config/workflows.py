"""workflows/*.yaml: the business processes and their components, and which scope each belongs to."""

from collections.abc import Mapping
from typing import Any

from router.config.codes import Lint
from router.config.collections_of import Declarations, Declared, Either, Field, ListOf, MapOf, Record
from router.config.draft import Draft
from router.config.node import Home, Node
from router.config.shapes import ANY_TEXT, NAME, Delay, Flag
from router.config.words import COMPONENT_KIND, OWNER_KIND
from router.model.catalog import Component, Dependency, Workflow
from router.model.fault import ComponentKind, OwnerKind

_DEFAULT_DELAY = (
    int(Dependency(upstream="any").soonest_seconds),
    int(Dependency(upstream="any").latest_seconds),
)

_DEPENDENCY = Record(
    "a dependency",
    {
        "delay": Field(Delay(), "How long a failure takes to show here: soonest..latest."),
        "feedback": Field(Flag(), "true on the edge that closes a cycle on purpose."),
    },
)

COMPONENT = Record(
    "a component",
    {
        "kind": Field(COMPONENT_KIND, "What it is.", True),
        "name": Field(ANY_TEXT, "What people read; the id if left out."),
        "owners": Field(
            MapOf(OWNER_KIND, NAME, "kind of owner"),
            "The accountable team per concern.",
        ),
        "known_as": Field(
            MapOf(NAME, ListOf(ANY_TEXT, or_one=True), "namespace"),
            "Per namespace (usually a source's format) the names by which sources mean it.",
        ),
        "depends_on": Field(
            MapOf(NAME, Either(Delay(), _DEPENDENCY, empty=_DEFAULT_DELAY), "component"),
            "What it depends on, and how long a failure takes to show: 15m..6h, or 5m for 0s..5m.",
        ),
    },
)

SHAPE = Record(
    "a workflow",
    {
        "workflow": Field(NAME, "The id.", True),
        "name": Field(ANY_TEXT, "What people read; the id if left out."),
        "business_owner": Field(NAME, "The team that answers for the outcome."),
        "owners": Field(
            MapOf(OWNER_KIND, NAME, "kind of owner"), "The team per concern for components that name nobody."
        ),
        "outcome": Field(ANY_TEXT, "What the business gets from it, in a few words."),
        "scope": Field(
            NAME, "Correlation key, where it should not be that of the workflows it shares components with."
        ),
        "components": Field(Declarations(COMPONENT, "component"), "The components by id.", True),
    },
)


def read_workflow(root: Node, draft: Draft) -> None:
    """Add one workflow and its components to the draft; a component with mistakes keeps its name known."""
    values = SHAPE.read(root, "the workflow", draft.report)
    if not isinstance(values, Mapping):
        draft.lost.add(root.place.file)
        return
    if "components" not in values:
        draft.lost.add(root.place.file)
    name = values.get("workflow", "")
    home = Home(root.at("workflow"), root, damaged="components" not in values)
    if ("workflow", name) in draft.homes:
        first = draft.home("workflow", name).place
        message = f'workflow "{name}" is declared twice, first in {first.file}:{first.line}'
        draft.report.add(Lint.WORKFLOW_TWICE, home.place, message)
    elif name:
        draft.homes["workflow", name] = home
        _add_workflow(name, values, draft)
    for declared in values.get("components", ()):
        _add_component(declared, name, draft)


def _add_workflow(name: str, values: Mapping[str, Any], draft: Draft) -> None:
    owners = values.get("owners", {})
    if "scope" in values:
        draft.named_scopes[name] = values["scope"]
    draft.workflows[name] = Workflow(
        id=name,
        name=values.get("name", ""),
        business_owner=values.get("business_owner", ""),
        owners={kind: owners[kind.value] for kind in OwnerKind if kind.value in owners},
        outcome=values.get("outcome", ""),
        scope=name,
        components=tuple(sorted(declared.name for declared in values.get("components", ()))),
    )


def _add_component(declared: Declared, workflow: str, draft: Draft) -> None:
    name, values, home = declared
    if ("component", name) in draft.homes:
        first = draft.home("component", name).place
        message = f'component "{name}" is declared twice, first in {first.file}:{first.line}'
        hint = "other workflows may depend on it without declaring it"
        draft.report.add(Lint.COMPONENT_TWICE, home.place, message, hint)
        return
    draft.homes["component", name] = home
    owners, known_as = values.get("owners", {}), values.get("known_as", {})
    draft.components[name] = Component(
        id=name,
        kind=values.get("kind", ComponentKind.APP),
        name=values.get("name", ""),
        workflow=workflow,
        scope=workflow,
        owners={kind: owners[kind.value] for kind in OwnerKind if kind.value in owners},
        known_as={space: tuple(dict.fromkeys(known_as[space])) for space in sorted(known_as)},
        depends_on=tuple(
            _dependency(up, given) for up, given in sorted(values.get("depends_on", {}).items())
        ),
    )


def _dependency(upstream: str, given: tuple[int, int] | Mapping[str, Any]) -> Dependency:
    feedback = False
    if isinstance(given, Mapping):
        feedback, given = given.get("feedback", False), given.get("delay", _DEFAULT_DELAY)
    soonest, latest = given
    return Dependency(upstream=upstream, soonest_seconds=soonest, latest_seconds=latest, feedback=feedback)


def resolve_scopes(draft: Draft) -> None:
    """Give every workflow and component its scope.

    A workflow that names a scope has that. The others share one with all workflows that their components are
    connected with, named after the alphabetically first; a workflow with a named scope connects nobody.
    """
    group = {name: name for name in draft.workflows if name not in draft.named_scopes}

    def head(name: str) -> str:
        while group[name] != name:
            group[name] = group[group[name]]
            name = group[name]
        return name

    for component in draft.components.values():
        for edge in component.depends_on:
            upstream = draft.components.get(edge.upstream)
            if upstream and component.workflow in group and upstream.workflow in group:
                first, second = sorted((head(component.workflow), head(upstream.workflow)))
                group[second] = first
    scopes = {name: head(name) for name in group} | draft.named_scopes
    for name, workflow in draft.workflows.items():
        draft.workflows[name] = workflow.model_copy(update={"scope": scopes[name]})
    for name, component in draft.components.items():
        scope = scopes.get(component.workflow, component.workflow)
        draft.components[name] = component.model_copy(update={"scope": scope})
