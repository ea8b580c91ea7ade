"""For which kinds of faults does a component name nobody? Follows the way to the owner in stages/own.py."""

from collections.abc import Iterable

from router.model.catalog import Component, Workflow
from router.model.fault import Fault, OwnerKind


def unowned(
    component: Component, workflow: Workflow | None, faults: Iterable[Fault]
) -> tuple[OwnerKind, ...]:
    """Concerns of faults usual on its kind that only the company's defaults or the triage desk can take."""
    if set(component.owners) - {OwnerKind.PARTNER}:
        return ()
    owned = {OwnerKind.PARTNER, OwnerKind.IT} if component.owners else set()
    if workflow:
        owned |= set(workflow.owners)
    if workflow and workflow.business_owner:
        owned.add(OwnerKind.BUSINESS)
    usual = {fault.concern for fault in faults if fault.kind is component.kind}
    return tuple(kind for kind in OwnerKind if kind in usual - owned)
