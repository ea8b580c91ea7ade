"""Does every failure have an owner? Workflows, and components by the faults that are usual on their kind."""

from router.config.codes import Lint
from router.config.draft import Draft
from router.config.lint_references import workflow_lost
from router.config.ownership import unowned
from router.model.canary import CANARY, CANARY_COMPONENT
from router.model.catalog import UNMAPPED, Component
from router.model.fault import OwnerKind

RESERVED = {
    "team": (CANARY,),
    "component": (CANARY_COMPONENT,),
    "workflow": (CANARY, UNMAPPED),
    "scope": (CANARY, UNMAPPED),
}
"""What the router itself calls by these names."""


def check_workflows(draft: Draft) -> None:
    """Report empty, unowned and wrongly named workflows, and components whose faults nobody owns."""
    if not draft.components and not workflow_lost(draft):
        message = "no workflow declares a component"
        draft.report.add(
            Lint.EMPTY_CATALOG, draft.router.place, message, "every alert goes to the triage desk"
        )
    settled = "router.yaml" not in draft.lost
    default = draft.default_owners.get(OwnerKind.BUSINESS)
    for name, workflow in draft.workflows.items():
        home = draft.home("workflow", name)
        if not workflow.components and not home.damaged:
            draft.report.add(Lint.EMPTY_WORKFLOW, home.place, f'workflow "{name}" has no components')
        if settled and not default and not home.node.entry("business_owner"):
            message = f'workflow "{name}" has no business owner, and there is no default one'
            draft.report.add(Lint.NO_BUSINESS_OWNER, home.place, message, "add business_owner: TEAM")
    _check_reserved(draft)
    for component in draft.components.values():
        if not draft.home("component", component.id).damaged:
            _check_owners(component, draft)


def _check_reserved(draft: Draft) -> None:
    """Report names that mean something to the router: its own scopes, and its canary."""
    places = {(noun, name): home.place for (noun, name), home in draft.homes.items()}
    for workflow, scope in draft.named_scopes.items():
        places["scope", scope] = draft.home("workflow", workflow).node.at("scope")
    for (noun, name), place in places.items():
        if name in RESERVED.get(noun, ()):
            message = f'{noun} "{name}" is a name of the router\'s own'
            draft.report.add(Lint.RESERVED_NAME, place, message, "choose another one")


def _check_owners(component: Component, draft: Draft) -> None:
    place = draft.home("component", component.id).place
    workflow = draft.workflows.get(component.workflow)
    left = unowned(component, workflow, draft.faults.values())
    missing = [kind for kind in left if kind not in draft.default_owners]
    if missing and "router.yaml" not in draft.lost:
        kinds = " or ".join(kind.value for kind in missing)
        message = (
            f'{component.kind.value} "{component.id}" has no owner for {kinds} faults, nor a default one'
        )
        draft.report.add(Lint.NO_OWNER, place, message, "they go to the triage desk")
    for kind, team in component.owners.items():
        other = draft.teams[team].kind if team in draft.teams else kind
        swapped = draft.teams.get(component.owners.get(other, ""))
        if kind < other and swapped and swapped.kind is kind:
            at = draft.home("component", component.id).node.at("owners", kind.value)
            first, second = f'"{team}" is of kind {other.value}', f'"{swapped.id}" of kind {kind.value}'
            draft.report.add(Lint.OWNERS_SWAPPED, at, f"{first} and {second}", "are the two owners swapped?")
