"""Is every runbook for something that exists, kept by somebody, and read within the last year?"""

from datetime import date

from router.config.codes import Lint
from router.config.draft import Draft
from router.config.lint_references import known_component, known_fault, known_team
from router.config.node import Home
from router.config.runbooks import SHIPPED
from router.model.rules import Runbook

STALE_DAYS = 365


def check_runbooks(draft: Draft, today: date | None) -> None:
    """Report runbooks for unknown faults, components or teams, and reviews that are stale or in the future.

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
        if runbook.owner:
            known_team(runbook.owner, home.node.at("owner"), f'runbook "{name}" is kept by', draft)
        if today and runbook.reviewed:
            _check_review(runbook, home, today, draft)


def _check_review(runbook: Runbook, home: Home, today: date, draft: Draft) -> None:
    days = (today - date.fromisoformat(runbook.reviewed)).days
    place = home.node.at("reviewed")
    if days < 0:
        message = f'runbook "{runbook.id}" was reviewed in the future, {runbook.reviewed}'
        draft.report.add(Lint.BAD_DATE, place, message)
    elif days > STALE_DAYS:
        message = f'runbook "{runbook.id}" was last reviewed {days} days ago'
        draft.report.add(Lint.STALE_REVIEW, place, message, "read it, correct it, set reviewed to today")
