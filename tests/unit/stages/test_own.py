"""The way to the owner: who is accountable for a cause, by which step, and why the steps before did not decide."""

from datetime import date

import pytest

from router.model.fault import OwnerKind
from router.model.incident import Cause, Ownership
from router.model.matcher import parse_matcher
from router.model.ownership import Contract, Hours, Override
from router.model.rules import Rules
from router.model.time_interval import Span, TimeInterval
from router.stages.own import OUTSIDE, OVERRIDE, TRIAGE, own
from tests.builders import a_company, a_component, at

OFFICE = Hours(
    interval=TimeInterval(
        name="office", spans=(Span(times=((540, 1_020),), weekdays=((1, 5),), location="Europe/Berlin"),)
    ),
    time_zone="Europe/Berlin",
    holidays=(date(2026, 3, 3),),
)
"""09:00 to 17:00 in Berlin, Monday to Friday, but not on Tuesday, 3 March 2026. The story starts Monday, 09:00 there.
"""


def company(*components: object, contract: Contract | None = None, **settings: object) -> Rules:
    """The usual company, with a contract for the vendor."""
    rules = a_company(*components, **settings)  # type: ignore[arg-type]
    vendor = rules.teams["vendor"].model_copy(update={"contract": contract})
    return rules.model_copy(update={"teams": {**rules.teams, "vendor": vendor}})


def owner(rules: Rules, component: str, fault: str, seconds: float = 60, **labels: str) -> Ownership:
    """Who owns this fault of this component so many seconds into the story."""
    cause = Cause(component=component, fault=fault, confidence=0.9)
    return own(cause, rules, at(seconds), [{"cause.component": component, "cause.fault": fault, **labels}])


@pytest.mark.parametrize(
    ("owners", "fault", "team", "step"),
    [
        ({"it": "it-team", "data": "data-team"}, "feed.stale", "data-team", "component"),
        ({"it": "it-team"}, "feed.stale", "it-team", "component, other concern"),
        ({"business": "sales"}, "feed.stale", "sales", "component, other concern"),
        ({"partner": "vendor", "data": "data-team"}, "feed.stale", "data-team", "component"),
        ({"partner": "vendor"}, "api.error_rate", "vendor", "partner"),
        ({"partner": "vendor", "it": "it-team"}, "genai.provider_outage", "vendor", "partner"),
    ],
)
def test_the_component_s_own_owners_come_first(
    owners: dict[str, str], fault: str, team: str, step: str
) -> None:
    """The partner for IT and its own concern, the owner for the concern, then any other one, IT first."""
    body = a_component("feed.a", **owners)  # type: ignore[arg-type]
    found = owner(a_company(body), "feed.a", fault)
    assert (found.team, found.path[-1].step) == (team, step)


def test_then_the_workflow_s_owner_the_company_s_default_and_the_triage_desk() -> None:
    """Each step that named nobody is on the path, with the reason."""
    orphan = a_component("feed.a").model_copy(update={"owners": {}})
    rules = company(orphan, default_owners={OwnerKind.DATA: "data-team"})
    found = owner(rules, "feed.a", "feed.stale")
    assert (found.team, found.why) == (
        "data-team",
        "feed.stale concerns data; data-team is the company's default for it",
    )
    assert [step.step for step in found.path] == [
        "component", "component, other concern", "workflow", "default"
    ]  # fmt: skip
    assert [step.team for step in found.path] == ["", "", "", "data-team"]
    workflow = rules.workflows["main"].model_copy(update={"owners": {OwnerKind.DATA: "commander"}})
    rules = rules.model_copy(update={"workflows": {"main": workflow}})
    assert owner(rules, "feed.a", "feed.stale").team == "commander"
    assert owner(rules, "feed.a", "agent.goal_failure").team == "sales"
    lost = owner(rules, "feed.a", "genai.toxicity")
    assert (lost.team, lost.path[-1].step) == ("triage", TRIAGE)


@pytest.mark.parametrize(
    ("contract", "seconds", "why"),
    [
        (Contract(components=("app.*",)), 60, "outside the scope of vendor's contract"),
        (Contract(faults=("feed.",)), 60, "outside the scope of vendor's contract"),
        (Contract(hours=OFFICE), 9 * 3_600, "2026-03-02 17:00 UTC is outside the hours of vendor's contract"),
        (Contract(hours=OFFICE), 86_400, "2026-03-03 08:00 UTC is outside the hours of vendor's contract"),
    ],
)
def test_outside_its_contract_the_partner_s_fallback_is_accountable(
    contract: Contract, seconds: float, why: str
) -> None:
    """By scope, by hour and on a holiday: the component's other owner, else fallback, back-up, vendor management."""
    alone = a_component("api.a", partner="vendor")
    both = a_component("api.a", partner="vendor", it="it-team")
    found = owner(company(both, contract=contract), "api.a", "api.error_rate", seconds)
    assert (found.team, found.path[0].step) == ("it-team", OUTSIDE)
    assert why in found.why
    rules = company(alone, contract=contract, default_owners={OwnerKind.PARTNER: "commander"})
    assert owner(rules, "api.a", "api.error_rate", seconds).team == "commander"
    backed = rules.teams["vendor"].model_copy(update={"backup": "it-team"})
    rules = rules.model_copy(update={"teams": {**rules.teams, "vendor": backed}})
    assert owner(rules, "api.a", "api.error_rate", seconds).team == "it-team"
    named = backed.model_copy(update={"contract": contract.model_copy(update={"fallback": "data-team"})})
    rules = rules.model_copy(update={"teams": {**rules.teams, "vendor": named}})
    assert owner(rules, "api.a", "api.error_rate", seconds).team == "data-team"


def test_a_risk_owner_stands_in_only_after_the_contract_s_fallback() -> None:
    """What is there for compliance is no place for an outage at night, unless nobody else is named."""
    component = a_component("api.a", partner="vendor", risk="risk")
    contract = Contract(hours=OFFICE)
    rules = company(component, contract=contract, default_owners={OwnerKind.PARTNER: "commander"})
    assert owner(rules, "api.a", "api.error_rate", 9 * 3_600).team == "commander"
    assert owner(company(component, contract=contract), "api.a", "api.error_rate", 9 * 3_600).team == "risk"


def test_a_contract_may_cover_faults_of_other_concerns() -> None:
    """What the contract lists is the partner's, whatever it concerns; inside hours."""
    feed = a_component("feed.a", partner="vendor", data="data-team")
    rules = company(feed, contract=Contract(faults=("feed.late",), hours=OFFICE))
    assert owner(rules, "feed.a", "feed.late").team == "vendor"
    assert owner(rules, "feed.a", "feed.stale").team == "data-team"
    assert owner(rules, "feed.a", "feed.late", 9 * 3_600).team == "data-team"


def with_overrides(*overrides: Override) -> Rules:
    """The chain, with these overrides."""
    return a_company().model_copy(update={"overrides": overrides})


def test_the_first_override_that_matches_decides_and_says_so() -> None:
    """By whom the catalog names, by labels and by fault."""
    reorg = Override(
        name="reorg", team="commander", match=(parse_matcher('owner="data-team"'),), why="merged at noon"
    )
    stale = Override(name="stale", team="sales", faults=("feed.stale",))
    found = owner(with_overrides(stale, reorg), "feed.orders", "feed.stale")
    assert (found.team, found.path[-1].step) == ("sales", OVERRIDE)
    assert "override stale gives it to sales, not to data-team" in found.why
    assert owner(with_overrides(stale, reorg), "feed.orders", "feed.late").team == "commander"
    assert owner(with_overrides(stale, reorg), "api.island", "api.error_rate").team == "it-team"


def test_an_override_holds_from_until_and_within_its_hours() -> None:
    """Its end does not count; outside it the catalog decides."""
    noon = Override(name="noon", team="sales", starts=at(100), ends=at(200))
    assert [
        owner(with_overrides(noon), "feed.orders", "feed.stale", seconds).team
        for seconds in (99, 100, 199, 200)
    ] == ["data-team", "sales", "sales", "data-team"]
    sun = Override(name="sun", team="sales", hours=OFFICE)
    assert owner(with_overrides(sun), "feed.orders", "feed.stale", 60).team == "sales"
    assert owner(with_overrides(sun), "feed.orders", "feed.stale", 9 * 3_600).team == "data-team"


def test_an_override_does_not_trust_a_doubtful_cause() -> None:
    """Nobody is sure that it is this component, so only what is certain may match."""
    by_cause = Override(name="cause", team="sales", match=(parse_matcher('cause.component="feed.orders"'),))
    by_fault = Override(name="fault", team="sales", faults=("feed.",))
    desk = Override(name="desk", team="commander", match=(parse_matcher('owner="triage"'),))
    cause = Cause(component="feed.orders", fault="feed.stale", confidence=0.2, abstained=True)
    seen = [{"cause.component": "feed.orders", "cause.fault": "feed.stale"}]
    assert own(cause, with_overrides(by_cause, by_fault), at(0), seen).team == "triage"
    assert own(cause, with_overrides(by_cause, by_fault, desk), at(0), seen).team == "commander"
