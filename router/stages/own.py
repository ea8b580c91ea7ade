"""Which team is accountable for this cause?

The way to the owner is fixed and always ends: the partner in charge, inside its contract; the component's owner for
the fault's concern; another owner of the component, IT first; outside its contract, the partner's fallback (before an
owner who is there for risk only); the workflow's owner for the concern; the company's default for it; the triage desk.
An override may then give it to another team. Every step that was tried is part of the answer.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from router.model.catalog import Component
from router.model.fault import OwnerKind
from router.model.incident import Cause, Ownership, Tried
from router.model.ownership import Override, fits
from router.model.rules import Rules

TRIAGE, OVERRIDE = "triage desk", "override"
"""Steps: nobody was named, so the triage desk decides; an override of the rules decided."""
OUTSIDE = "partner outside its contract"
"""Step: the component has a partner, which this is not for, or not now."""

_OTHER = "component, other concern"

_CONCERNS = {
    OwnerKind.IT: "IT",
    OwnerKind.DATA: "data",
    OwnerKind.BUSINESS: "the business",
    OwnerKind.RISK: "risk & compliance",
    OwnerKind.PARTNER: "the partner",
}
_WORD = {OwnerKind.IT: "IT", OwnerKind.DATA: "data", OwnerKind.BUSINESS: "business", OwnerKind.RISK: "risk"}
_OTHERS = (OwnerKind.IT, OwnerKind.DATA, OwnerKind.BUSINESS, OwnerKind.RISK)
"""In which order owners stand in for one that is not named; never the partner, who has a contract."""


def own(cause: Cause, rules: Rules, at: datetime, seen: Sequence[Mapping[str, str]] = ({},)) -> Ownership:
    """The accountable team for this cause at this moment; the triage desk when the attribution abstained.

    `seen` are the labels of the incident, one set a workflow that is hit; overrides match on them and on `owner` and
    `owner.kind`, which are filled in here.
    """
    path, why = _way(cause, rules, at)
    team = path[-1].team
    override = _override(cause, team, rules, at, seen) if rules.overrides else None
    if override is not None:
        told = f"override {override.name} gives it to {override.team}, not to {team}"
        told += f": {override.why}" if override.why else ""
        path = (*path, Tried(step=OVERRIDE, team=override.team, why=told))
        team, why = override.team, f"{why}; {told}"
    return Ownership(team=team, kind=rules.teams[team].kind, why=why, path=path)


def names_owner(cause: Cause, rules: Rules, at: datetime) -> bool:
    """Whether catalog and attribution name an owner, rather than leave it to the triage desk."""
    return _way(cause, rules, at)[0][-1].step != TRIAGE


def _way(cause: Cause, rules: Rules, at: datetime) -> tuple[tuple[Tried, ...], str]:
    """Every step tried, the last one decides; and why, in a sentence."""
    component, triage = rules.components.get(cause.component), rules.settings.triage_team
    if component is None or cause.abstained:
        why = f"not sure enough: {cause.component} is best with {cause.confidence:.0%}"
        if component is None:
            why = f"{cause.component} is not in the catalog"
        return (Tried(step=TRIAGE, team=triage, why=why),), why
    concern = _concern(cause.fault, rules)
    path: list[Tried] = []
    for step in _steps(component, cause.fault, concern, rules, at):
        path.append(step)
        if step.team and step.step != OUTSIDE:
            break
    said = "; ".join(step.why for step in path if step.step == OUTSIDE)
    why = f"{cause.fault} concerns {_CONCERNS[concern]}; {f'{said}; ' if said else ''}{path[-1].why}"
    return tuple(path), path[-1].why if path[-1].step == TRIAGE else why


def _steps(
    component: Component, fault: str, concern: OwnerKind, rules: Rules, at: datetime
) -> Iterator[Tried]:
    """The way to the owner, step by step: a step without a team, or with a partner who is outside, does not decide."""
    name, settings = component.id, rules.settings
    partner = component.owners.get(OwnerKind.PARTNER, "")
    outside = _outside(component, partner, fault, rules, at) if partner else ""
    contract = rules.teams[partner].contract if partner else None
    if partner and not outside:
        yield Tried(step="partner", team=partner, why=f"{partner} runs {name} under contract")
    elif partner and (contract or concern in (OwnerKind.IT, OwnerKind.PARTNER)):
        yield Tried(step=OUTSIDE, team=partner, why=outside)
    team = component.owners.get(concern, "") if concern is not OwnerKind.PARTNER else ""
    yield Tried(
        step="component",
        team=team,
        why=f"{team} owns {name} for it" if team else f"{name} names nobody for it",
    )
    kind = next((kind for kind in _OTHERS if kind in component.owners), None)
    stands_in = _stand_in(component, kind)
    fallback = _fallback(partner, rules) if outside and contract else None
    yield from (
        step for step in ((fallback, stands_in) if kind is OwnerKind.RISK else (stands_in, fallback)) if step
    )
    workflow = rules.workflows.get(component.workflow)
    team = workflow.owners.get(concern, "") if workflow else ""
    if workflow and not team and concern is OwnerKind.BUSINESS:
        team = workflow.business_owner
    named = f"the {'business ' if concern is OwnerKind.BUSINESS else ''}owner of {component.workflow}"
    why = f"{team} is {named}" if team else f"{component.workflow} names nobody for it"
    yield Tried(step="workflow", team=team, why=why)
    team = settings.default_owners.get(concern, "")
    why = f"{team} is the company's default for it" if team else "the company has no default for it"
    yield Tried(step="default", team=team, why=why)
    why = f"nobody owns {name} for what concerns {_CONCERNS[concern]}"
    yield Tried(step=TRIAGE, team=settings.triage_team, why=why)


def _stand_in(component: Component, kind: OwnerKind | None) -> Tried:
    """The component's owner for another concern, in place of one that it does not name."""
    if kind is None:
        return Tried(step=_OTHER, why=f"{component.id} has no other owner")
    team = component.owners[kind]
    why = f"{component.id} names nobody for it, so its {_WORD[kind]} owner {team}"
    return Tried(step=_OTHER, team=team, why=why)


def _fallback(partner: str, rules: Rules) -> Tried:
    """Who stands in for a partner who is outside its contract: its fallback, its back-up, vendor management."""
    team, contract = rules.teams[partner], rules.teams[partner].contract
    named = contract.fallback if contract else ""
    for found, what in (
        (named, f"the fallback of {partner}'s contract"),
        (team.backup, f"the back-up of {partner}"),
        (rules.settings.default_owners.get(OwnerKind.PARTNER, ""), "the company's owner of partners"),
    ):
        if found and found != partner:
            return Tried(step="fallback", team=found, why=f"{found} is {what}")
    return Tried(step="fallback", why=f"{partner}'s contract names no fallback")


def _outside(component: Component, partner: str, fault: str, rules: Rules, at: datetime) -> str:
    """Why this is not, or not now, for the component's partner; "" when it is."""
    contract, concern = rules.teams[partner].contract, _concern(fault, rules)
    if contract is None:
        run = concern in (OwnerKind.IT, OwnerKind.PARTNER)
        return "" if run else f"what concerns {_CONCERNS[concern]} is not {partner}'s"
    if not contract.covers(component.id, fault, concern):
        return f"{fault} of {component.id} is outside the scope of {partner}'s contract"
    if contract.hours is not None and not contract.hours.contains(at):
        return f"{at:%Y-%m-%d %H:%M} UTC is outside the hours of {partner}'s contract"
    return ""


def _concern(fault: str, rules: Rules) -> OwnerKind:
    known = rules.fault(fault)
    return known.concern if known else OwnerKind.IT


def _override(
    cause: Cause, owner: str, rules: Rules, at: datetime, seen: Iterable[Mapping[str, str]]
) -> Override | None:
    """The first override that holds now for these labels, with the owner found so far among them.

    A doubtful cause is no label: overrides that ask for one do not match it.
    """
    unsure = {"cause.component": "", "cause.kind": "", "cause.fault": ""} if cause.abstained else {}
    named = {"owner": owner, "owner.kind": rules.teams[owner].kind.value}
    sets = [{**labels, **unsure, **named} for labels in seen]
    for override in rules.overrides:
        if not _holds(override, at):
            continue
        if override.faults and (cause.abstained or not any(fits(f, cause.fault) for f in override.faults)):
            continue
        if any(all(matcher.matches(labels) for matcher in override.match) for labels in sets):
            return override
    return None


def _holds(override: Override, at: datetime) -> bool:
    """Whether it is in force at this moment."""
    begun = override.starts is None or override.starts <= at
    over = override.ends is not None and override.ends <= at
    return begun and not over and (override.hours is None or override.hours.contains(at))
