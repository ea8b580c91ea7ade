"""Who must know beside the owner: in which role, why, by how much, and with which clock."""

import pytest

from router.model.event import Measure
from router.model.fault import ComponentKind, OwnerKind, Severity
from router.model.headline import Headline
from router.model.incident import Candidate, Cause, Impact, Incident, IncidentState, Ownership
from router.model.matcher import parse_matcher
from router.model.ownership import ClockStart, Contract, Obligation, Track
from router.model.rules import Rules
from router.stages.tracks import measured, tracks
from tests.builders import a_company, a_component, at

BREACH = Obligation(
    id="breach",
    title="notify the authority",
    source="GDPR Art. 33",
    faults=("genai.pii_leak",),
    within_seconds=72 * 3_600,
)


def symptom(component: str, fault: str, **fields: object) -> Headline:
    """A firing symptom that surely comes from the cause."""
    usual = {"severity": Severity.MAJOR, "summary": "", "started_at": at(0), "firing": 1}
    return Headline.model_validate({"component": component, "fault": fault, **usual, **fields})


def incident(**fields: object) -> Incident:
    """An incident of the data team: the orders feed is stale."""
    usual: dict[str, object] = {
        "id": "main-1", "scope": "main", "state": IncidentState.SETTLING, "severity": Severity.MAJOR,
        "opened_at": at(0), "started_at": at(0), "updated_at": at(0),
        "cause": Cause(component="feed.orders", fault="feed.stale", confidence=0.8),
        "owner": Ownership(team="data-team", kind=OwnerKind.DATA, why=""),
        "headlines": (symptom("feed.orders", "feed.stale"),), "workflows": ("main",),
    }  # fmt: skip
    return Incident.model_validate({**usual, **fields})


def found(given: Incident, rules: Rules, seen: dict[str, str] | None = None) -> dict[str, Track]:
    """The tracks by role and team; components belong to their first owner."""

    def accountable(component: str, fault: str) -> str:
        return next(iter(rules.components[component].owners.values()))

    return {f"{t.role} {t.team}": t for t in tracks(given, rules, at(0), accountable, [seen or {}])}


@pytest.mark.parametrize(
    ("measure", "words"),
    [
        (Measure(name="order_value", value=88, threshold=100), "order value 12 % below its threshold"),
        (Measure(name="open claims", value=150, threshold=100), "open claims 50 % above its threshold"),
        (Measure(name="margin", value=-30, threshold=-20), "margin 50 % below its threshold"),
        (Measure(name="share", value=4.5, threshold=9, unit="%"), "share 4.5 %, threshold 9 %"),
        (Measure(name="errors", value=3, threshold=0), "errors 3, threshold 0"),
        (Measure(name="revenue", value=1200, unit="EUR"), "revenue 1200 EUR"),
    ],
)
def test_by_how_much_is_said_against_the_threshold(measure: Measure, words: str) -> None:
    """In per cent of it; a share, a threshold of nothing or none at all are said as they are."""
    assert measured(measure) == words


def test_the_business_owner_hears_what_is_hit_and_by_how_much_or_what_will_be() -> None:
    """From the KPI's own number where there is one; else when the failure gets there."""
    impact = Impact(workflow="main", component="kpi.revenue", kind=ComponentKind.KPI, hit=True)
    kpi = symptom(
        "kpi.revenue",
        "kpi.drop",
        measure=Measure(name="order_value", value=88, threshold=100),
        responsibility=0.1,
    )
    hit = incident(impacts=(impact,), headlines=(symptom("feed.orders", "feed.stale"), kpi))
    assert found(hit, a_company())["business sales"].why == (
        "business owner of main, which is hit: kpi.revenue (order value 12 % below its threshold)"
    )
    ahead = incident(impacts=(impact.model_copy(update={"hit": False, "expected_at": at(5_400)}),))
    assert found(ahead, a_company())["business sales"].why == (
        "business owner of main, which will be hit: kpi.revenue from about 09:30 UTC"
    )


def test_a_workflow_that_is_neither_hit_nor_will_be_has_no_business_track() -> None:
    """Its components alert, but nothing that the business sees is reached; without any such, the workflow is it."""
    assert "business sales" not in found(incident(), a_company())
    plain = a_company(a_component("feed.orders"))
    assert found(incident(), plain)["business sales"].why == "business owner of main, which is hit"


def test_a_fault_brings_its_duty_with_it_wherever_in_the_incident_it_shows() -> None:
    """Of a symptom as well as of the cause; the risk owner of the component answers, with a clock."""
    leak = a_component("model.pricing", "feed.orders", it="it-team", risk="risk")
    rules = a_company(a_component("feed.orders"), leak).model_copy(update={"obligations": {"breach": BREACH}})
    given = incident(
        headlines=(symptom("feed.orders", "feed.stale"), symptom("model.pricing", "genai.pii_leak"))
    )
    track = found(given, rules)["obligation risk"]
    assert (track.why, track.destination) == (
        "notify the authority: genai.pii_leak of model.pricing",
        "#risk",
    )
    (clock,) = track.clocks
    assert (clock.starts, clock.seconds, clock.remind_seconds) == (ClockStart.TOLD, 259_200, 64_800)
    assert clock.source == "GDPR Art. 33"


@pytest.mark.parametrize(
    ("change", "arises"),
    [
        ({}, True),
        ({"faults": ("genai.",)}, True),
        ({"faults": ("model.bias",)}, False),
        ({"components": ("model.*",)}, True),
        ({"components": ("feed.*",)}, False),
        ({"severity": Severity.CRITICAL}, False),
        ({"match": (parse_matcher('region="eu"'),)}, True),
        ({"match": (parse_matcher('region="us"'),)}, False),
    ],
)
def test_a_duty_arises_only_where_all_of_it_fits(change: dict[str, object], arises: bool) -> None:
    """By fault, component, severity and labels."""
    duty = BREACH.model_copy(update={**change, "team": "risk"})
    rules = a_company(a_component("model.pricing")).model_copy(update={"obligations": {"breach": duty}})
    cause = Cause(component="model.pricing", fault="genai.pii_leak", confidence=0.9)
    given = incident(cause=cause, headlines=(symptom("model.pricing", "genai.pii_leak"),))
    assert bool(found(given, rules, {"region": "eu"}).get("obligation risk")) is arises


def test_a_matter_of_risk_that_no_duty_names_is_told_without_a_clock() -> None:
    """Risk & compliance must know of it all the same."""
    rules = a_company(a_component("model.pricing", it="it-team", risk="risk"))
    cause = Cause(component="model.pricing", fault="model.bias", confidence=0.9)
    track = found(incident(cause=cause, headlines=()), rules)["obligation risk"]
    assert (track.why, track.clocks) == ("model.bias of model.pricing is a matter of risk & compliance", ())


def test_the_partner_inside_its_contract_has_the_contract_s_clocks() -> None:
    """By severity; outside its scope there is no track."""
    contract = Contract(
        faults=("feed.",),
        response_seconds={Severity.MAJOR: 1_800, Severity.CRITICAL: 600},
        resolution_seconds={Severity.MAJOR: 14_400},
    )
    rules = a_company(a_component("feed.orders", data="data-team", partner="vendor"))
    vendor = rules.teams["vendor"].model_copy(update={"contract": contract})
    rules = rules.model_copy(update={"teams": {**rules.teams, "vendor": vendor}})
    clocks = {c.name: c.seconds for c in found(incident(), rules)["partner vendor"].clocks}
    assert clocks == {"response": 1_800, "resolution": 14_400}
    worse = found(incident(severity=Severity.CRITICAL), rules)["partner vendor"]
    assert {c.name: c.seconds for c in worse.clocks} == {"response": 600}
    other = Cause(component="feed.orders", fault="app.error_rate", confidence=0.9)
    assert "partner vendor" not in found(incident(cause=other), rules)


def test_victims_and_suspects_are_told_apart() -> None:
    """Who alerts because of the cause need not look for it; who may be the cause as well should look."""
    given = incident(
        headlines=(
            symptom("feed.orders", "feed.stale"),
            symptom("agent.quotes", "agent.stalled"),
            symptom("api.island", "api.latency", responsibility=0.2),
        ),
        cause=Cause(
            component="feed.orders",
            fault="feed.stale",
            confidence=0.6,
            candidates=(
                Candidate(component="feed.orders", fault="feed.stale", confidence=0.6),
                Candidate(component="erp.orders", fault="erp.batch_failed", confidence=0.25),
                Candidate(component="kpi.revenue", fault="kpi.drop", confidence=0.1),
            ),
        ),
    )
    seen = found(given, a_company())
    assert (
        seen["affected it-team"].why == "agent.quotes is a victim: data-team works on the cause, feed.orders"
    )
    assert seen["suspect it-team"].why == "erp.orders (25%) may be the cause as well"
    assert "suspect sales" not in seen
    unsure = given.model_copy(update={"cause": given.cause.model_copy(update={"abstained": True})})
    assert not [key for key in found(unsure, a_company()) if key.startswith("affected")]


def test_the_owner_has_a_track_only_where_a_clock_comes_with_it() -> None:
    """It knows already; a statutory time of its own still runs."""
    rules = a_company(a_component("model.pricing", risk="risk"))
    cause = Cause(component="model.pricing", fault="genai.pii_leak", confidence=0.9)
    owner = Ownership(team="risk", kind=OwnerKind.RISK, why="")
    given = incident(cause=cause, owner=owner, headlines=(), workflows=())
    assert not found(given, rules)
    duty = rules.model_copy(update={"obligations": {"breach": BREACH}})
    assert list(found(given, duty)) == ["obligation risk"]
