"""A company with duties: a model that can leak personal data, and a feed that a partner runs under a contract."""

from datetime import date
from typing import Any

from router.model.fault import OwnerKind, Severity
from router.model.ownership import Contract, Hours, Obligation, Override
from router.model.rules import Rules
from router.model.time_interval import Span, TimeInterval
from tests.builders import a_company, a_component

BREACH = Obligation(
    id="gdpr-33",
    title="notify the authority",
    source="GDPR Art. 33(1)",
    faults=("genai.pii_leak",),
    within_seconds=72 * 3_600,
)
OFFICE = Hours(
    interval=TimeInterval(name="office", spans=(Span(times=((480, 1_020),), weekdays=((1, 5),)),)),
    holidays=(date(2026, 3, 3),),
)
"""08:00 to 17:00 UTC, Monday to Friday, not on Tuesday, 3 March 2026; stories begin on Monday at 08:00."""
CONTRACT = Contract(
    faults=("feed.", "app."),
    hours=OFFICE,
    response_seconds={Severity.MAJOR: 1_800},
    resolution_seconds={Severity.MAJOR: 4 * 3_600},
)

CHAIN = (
    a_component("feed.scans", data="data-team", partner="vendor"),
    a_component("model.claims", "feed.scans", it="it-team", risk="risk"),
    a_component("agent.claims", "model.claims", it="it-team", business="sales"),
    a_component("kpi.claims", "agent.claims", business="sales"),
)
"""feed.scans (run by a vendor) -> model.claims -> agent.claims -> kpi.claims."""


def a_company_with_duties(*overrides: Override, contract: Contract = CONTRACT, **settings: Any) -> Rules:
    """The chain, the contract of the vendor, and the duty of GDPR Art. 33."""
    rules = a_company(*CHAIN, **{"settle_seconds": 60, "critical_settle_seconds": 60, **settings})
    teams = {**rules.teams, "vendor": rules.teams["vendor"].model_copy(update={"contract": contract})}
    return rules.model_copy(
        update={
            "teams": teams,
            "obligations": {"gdpr-33": BREACH},
            "overrides": overrides,
            "settings": rules.settings.model_copy(
                update={"default_owners": {OwnerKind.PARTNER: "commander", **rules.settings.default_owners}}
            ),
        }
    )
