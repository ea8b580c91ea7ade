"""Cross checks: what only the rules as a whole can tell. Each file checks one side of them."""

from datetime import date

from router.config.draft import Draft
from router.config.lint_muting import check_muting
from router.config.lint_ownership import check_ownership
from router.config.lint_policies import check_acknowledgement_of_settings, check_policies
from router.config.lint_references import check_references
from router.config.lint_routes import check_routes
from router.config.lint_runbooks import check_runbooks
from router.config.lint_schedules import check_schedules
from router.config.lint_sources import check_sources
from router.config.lint_teams import check_teams
from router.config.lint_topology import check_topology
from router.config.lint_workflows import check_workflows


def cross_check(draft: Draft, today: date | None = None) -> None:
    """Report what is wrong between the parts of the rules; `today` tells which reviews are stale."""
    if str(draft.folder) in draft.lost:
        return
    check_references(draft)
    check_teams(draft)
    check_ownership(draft, today)
    check_workflows(draft)
    check_topology(draft)
    check_routes(draft, today)
    check_muting(draft, today)
    check_sources(draft)
    check_runbooks(draft, today)
    check_schedules(draft, today)
    check_policies(draft)
    check_acknowledgement_of_settings(draft)
