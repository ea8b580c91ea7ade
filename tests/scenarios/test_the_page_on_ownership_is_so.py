"""docs/ownership.md: its own files, as they stand there, give the owners and duties that it tells of."""

from datetime import UTC, datetime

import pytest

from router.config.load import load
from router.model.fault import Severity
from router.model.incident import Cause
from router.model.ownership import TrackRole
from router.model.rules import Rules
from router.stages.own import own
from tests.pages import pages
from tests.test_docs import write_company


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Rules:
    """The page's rules folder, completed by acme's teams."""
    folder = tmp_path_factory.mktemp("rules")
    write_company(next(page for page in pages() if page.path == "docs/ownership.md"), folder)
    return load(folder)


def owner(rules: Rules, component: str, fault: str, at: datetime) -> tuple[str, str]:
    """Who owns this fault then, and why."""
    found = own(Cause(component=component, fault=fault, confidence=0.9), rules, at)
    return found.team, found.why


@pytest.mark.parametrize(
    ("at", "fault", "team", "why"),
    [
        (datetime(2026, 3, 2, 9, tzinfo=UTC), "feed.late", "scan-partner", "runs feed.scans under contract"),
        (datetime(2026, 3, 2, 21, 10, tzinfo=UTC), "feed.late", "order-data", "outside the hours"),
        (datetime(2026, 12, 25, 9, tzinfo=UTC), "feed.late", "order-data", "outside the hours"),
        (datetime(2026, 3, 1, 9, tzinfo=UTC), "partner.delivery_failed", "order-data", "outside the hours"),
        (datetime(2026, 3, 2, 9, tzinfo=UTC), "store.stale", "order-data", "outside the scope"),
    ],
)
def test_the_partner_s_contract(rules: Rules, at: datetime, fault: str, team: str, why: str) -> None:
    """On a working day, in the evening, at Christmas, on a Sunday, and for a fault that it does not list."""
    found, said = owner(rules, "feed.scans", fault, at)
    assert (found, why in said) == (team, True)


def test_the_overrides(rules: Rules) -> None:
    """At night what IT owns goes to the duty manager, by the clocks of Berlin."""
    assert (
        owner(rules, "model.assistant", "app.crash", datetime(2026, 3, 2, 9, tzinfo=UTC))[0] == "erp-platform"
    )
    assert (
        owner(rules, "model.assistant", "app.crash", datetime(2026, 3, 2, 19, 30, tzinfo=UTC))[0] == "it-duty"
    )
    assert (
        owner(rules, "model.assistant", "app.crash", datetime(2026, 3, 3, 4, 59, tzinfo=UTC))[0] == "it-duty"
    )
    assert (
        owner(rules, "model.assistant", "app.crash", datetime(2026, 3, 3, 5, 0, tzinfo=UTC))[0]
        == "erp-platform"
    )


def test_the_obligations_and_settings(rules: Rules) -> None:
    """One that ships, one like it, one of the company's own."""
    assert {name: duty.within_seconds // 3_600 for name, duty in rules.obligations.items()} == {
        "gdpr-33": 72,
        "serious-incident": 360,
        "customer-notice": 48,
    }
    assert rules.obligations["serious-incident"].severity is Severity.CRITICAL
    assert rules.settings.also[TrackRole.SUSPECT] is None
    assert rules.settings.incident_commander == "it-duty"
