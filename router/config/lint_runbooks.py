"""Is every runbook for something that exists, kept by somebody, read within the last year; and is there one for all?"""

import re
from datetime import date

from router.config.codes import Lint
from router.config.draft import Draft
from router.config.lint_references import (
    known_component,
    known_fault,
    known_team,
    known_workflow,
    workflow_lost,
)
from router.config.node import Home
from router.config.runbooks import SHIPPED
from router.model.catalog import Component
from router.model.fault import FAULTS
from router.model.runbook import KIND, Runbook

STALE_DAYS = 365

_ITEM = re.compile(r"^\s*(?:\d{1,3}[.)]|[-*+])\s+\S", re.MULTILINE)
"""An item of a Markdown list."""

_HEADING = re.compile(r"^\s{0,3}#{1,6}\s", re.MULTILINE)


def check_runbooks(draft: Draft, today: date | None) -> None:
    """Report runbooks for unknown names or for nothing, stale reviews, and faults that have no runbook.

    Shipped runbooks name no team or component of the operator's, and it is not the operator who reviews them.
    """
    for name, runbook in draft.runbooks.items():
        home = draft.home("runbook", name)
        for fault, place in home.node.texts("faults"):
            known_fault(fault, place, f'runbook "{name}" is for', draft, Lint.RUNBOOK_FAULT)
        if runbook.file.startswith(SHIPPED):
            continue
        for component, place in home.node.texts("components"):
            known_component(component, place, f'runbook "{name}" is for', draft)
        for workflow, place in home.node.texts("workflows"):
            known_workflow(workflow, place, f'runbook "{name}" is for', draft)
        _check_use(runbook, home, draft)
        if runbook.owner:
            known_team(runbook.owner, home.node.at("owner"), f'runbook "{name}" is kept by', draft)
        if today and runbook.reviewed:
            _check_review(runbook, home, today, draft)
    _check_faults(draft)


def _check_review(runbook: Runbook, home: Home, today: date, draft: Draft) -> None:
    days = (today - date.fromisoformat(runbook.reviewed)).days
    place = home.node.at("reviewed")
    if days < 0:
        message = f'runbook "{runbook.id}" was reviewed in the future, {runbook.reviewed}'
        draft.report.add(Lint.BAD_DATE, place, message)
    elif days > STALE_DAYS:
        message = f'runbook "{runbook.id}" was last reviewed {days} days ago'
        draft.report.add(Lint.STALE_REVIEW, place, message, "read it, correct it, set reviewed to today")


def _check_use(runbook: Runbook, home: Home, draft: Draft) -> None:
    """Report a runbook that is never chosen, or has nothing for the message."""
    stated = any(home.node.entry(key) for key in ("faults", "kinds", "components", "workflows"))
    if not stated:
        message = f'runbook "{runbook.id}" is for nothing'
        hint = "name faults, kinds, components or workflows"
        draft.report.add(Lint.IDLE_RUNBOOK, home.place, message, hint)
    if _HEADING.search(runbook.body) and not _ITEM.search(runbook.body):
        draft.report.add(Lint.NO_FIRST_STEPS, home.place, f'runbook "{runbook.id}" has no list of steps')


def _check_faults(draft: Draft) -> None:
    """Report each fault that is usual on a component and for which no runbook is."""
    if (
        "router.yaml" in draft.lost
        or any(file.endswith(".md") for file in draft.lost)
        or workflow_lost(draft)
    ):
        return
    without: dict[str, list[str]] = {}
    for component in draft.components.values():
        for fault in (*FAULTS.values(), *draft.own_faults.values()):
            shadowed = fault.name.removeprefix("x.") in FAULTS and fault.name in draft.own_faults
            if (
                fault.kind is component.kind
                and not shadowed
                and not _has_runbook(component, fault.name, draft)
            ):
                without.setdefault(fault.name, []).append(component.id)
    for name, components in without.items():
        more = f" and {len(components) - 1} more" if len(components) > 1 else ""
        message = f'no runbook for fault "{name}" of component "{components[0]}"{more}'
        draft.report.add(Lint.NO_RUNBOOK, draft.home("component", components[0]).place, message)


def _has_runbook(component: Component, fault: str, draft: Draft) -> bool:
    """Whether a runbook names the fault, the component or its workflow: one for a whole kind knows nothing of it."""
    kind, workflows = component.kind.value, (component.workflow,)
    fits = (runbook.fit(component.id, kind, workflows, fault) for runbook in draft.runbooks.values())
    return any(fit and fit.specificity > KIND for fit in fits)
