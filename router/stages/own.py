"""Which team is accountable for this cause, and who else must know?

The way to the owner is fixed and always ends: the partner in charge, the component's owner for the fault's concern,
its IT owner, the workflow's business owner (for a business concern), the company's default for the concern, the
triage desk. The path taken is part of the answer.
"""

from collections.abc import Sequence

from router.model.catalog import Component
from router.model.fault import OwnerKind
from router.model.incident import AlsoConcerned, Cause, Ownership
from router.model.rules import Rules

_CONCERNS = {
    OwnerKind.IT: "IT",
    OwnerKind.DATA: "data",
    OwnerKind.BUSINESS: "the business",
    OwnerKind.RISK: "risk & compliance",
    OwnerKind.PARTNER: "the partner",
}


def own(cause: Cause, rules: Rules) -> Ownership:
    """The accountable team for this cause; the triage desk when the attribution abstained."""
    component = rules.components.get(cause.component)
    if component is None:
        return _triage(rules, f"{cause.component} is not in the catalog")
    if cause.abstained:
        return _triage(rules, f"not sure enough: {cause.component} is best with {cause.confidence:.0%}")
    fault = rules.fault(cause.fault)
    concern = fault.concern if fault else OwnerKind.IT
    team, why = _accountable(component, concern, rules)
    if not team:
        return _triage(rules, f"nobody owns {component.id} for what concerns {_CONCERNS[concern]}")
    return Ownership(
        team=team, kind=rules.teams[team].kind, why=f"{cause.fault} concerns {_CONCERNS[concern]}; {why}"
    )


def names_owner(cause: Cause, rules: Rules) -> bool:
    """Whether catalog and attribution name an owner, rather than leave it to the triage desk."""
    component = rules.components.get(cause.component)
    if component is None or cause.abstained:
        return False
    fault = rules.fault(cause.fault)
    return bool(_accountable(component, fault.concern if fault else OwnerKind.IT, rules)[0])


def _accountable(component: Component, concern: OwnerKind, rules: Rules) -> tuple[str, str]:
    partner = component.owners.get(OwnerKind.PARTNER)
    if partner and concern in (OwnerKind.IT, OwnerKind.PARTNER):
        return partner, f"{partner} runs {component.id} under contract"
    if concern in component.owners:
        return component.owners[concern], f"{component.owners[concern]} owns {component.id} for it"
    if OwnerKind.IT in component.owners:
        team = component.owners[OwnerKind.IT]
        return team, f"{component.id} names nobody for it, so its IT owner {team}"
    workflow = rules.workflows.get(component.workflow)
    if concern is OwnerKind.BUSINESS and workflow and workflow.business_owner:
        return workflow.business_owner, f"{workflow.business_owner} is the business owner of {workflow.id}"
    if concern in rules.settings.default_owners:
        team = rules.settings.default_owners[concern]
        return team, f"{team} is the company's default for it"
    return "", ""


def _triage(rules: Rules, why: str) -> Ownership:
    team = rules.settings.triage_team
    return Ownership(team=team, kind=rules.teams[team].kind, why=why)


def also_concerned(
    owner: Ownership, cause: Cause, workflows: Sequence[str], rules: Rules
) -> tuple[AlsoConcerned, ...]:
    """The other teams that must know: business owners of the workflows hit, and risk where the fault is a risk."""
    found: dict[str, AlsoConcerned] = {}
    for name in workflows:
        workflow = rules.workflows.get(name)
        if workflow and workflow.business_owner:
            team = workflow.business_owner
            why = f"business owner of {name}, which is hit"
            found.setdefault(team, AlsoConcerned(team=team, kind=rules.teams[team].kind, why=why))
    fault, component = rules.fault(cause.fault), rules.components.get(cause.component)
    if fault and fault.concern is OwnerKind.RISK and component:
        risk = component.owners.get(OwnerKind.RISK) or rules.settings.default_owners.get(OwnerKind.RISK)
        if risk:
            why = f"{cause.fault} is a matter of risk & compliance"
            found.setdefault(risk, AlsoConcerned(team=risk, kind=OwnerKind.RISK, why=why))
    found.pop(owner.team, None)
    return tuple(found[team] for team in sorted(found))
