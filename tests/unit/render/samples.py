"""Notices as the core makes them: one order-to-cash failure in all its states, for tests and goldens."""

from router.model.escalation import Automatic, Proposal
from router.model.fault import ComponentKind, OwnerKind, Severity
from router.model.headline import Headline
from router.model.incident import (
    Candidate,
    Cause,
    Impact,
    Incident,
    IncidentState,
    Note,
    Ownership,
    Told,
)
from router.model.muting import Snooze
from router.model.notice import Notice, NoticeKind, NoticeRole
from router.model.ownership import Clock, ClockEnd, Contract, Shown, Track, TrackRole
from router.model.rules import Rules
from router.model.runbook import Runbook
from router.stages.redact import redact
from tests.builders import a_company, at, minutes

BODY = """# A feed changed its schema

{{ component.title }} has fields that its readers do not know.

## First five minutes

1. Compare the last two loads: `dbt source freshness --select {{ component.id }}`.
2. Ask **{{ team.title }}** in {{ team.channel }} what was released today.
3. Hold the model's refresh: [how](https://handbook.example/hold-refresh).

## Then

- Fix the mapping.
"""
SCHEMA = Runbook(
    id="feed-schema-change",
    title="A feed changed its schema",
    faults=("feed.schema_change",),
    body=BODY,
    url="https://handbook.example/runbooks/feed-schema-change",
)
FALLBACK = Runbook(id="any-feed", title="Any trouble with a feed", kinds=("feed",), body="Look at it.")


def company() -> Rules:
    """The chain of `tests.builders`, with a console and two runbooks."""
    rules = a_company(
        console_url="https://incidents.example", runbook_url="https://handbook.example/runbooks"
    )
    return rules.model_copy(update={"runbooks": {runbook.id: runbook for runbook in (SCHEMA, FALLBACK)}})


CAUSE = Cause(
    component="feed.orders",
    fault="feed.schema_change",
    confidence=0.82,
    candidates=(
        Candidate(component="feed.orders", fault="feed.schema_change", confidence=0.82),
        Candidate(component="erp.orders", fault="erp.breaking_change", confidence=0.11),
    ),
    evidence=(
        "feed.orders itself reports feed.schema_change from 08:00 UTC",
        "deploy change 12 of feed.orders 14 min before the first symptom",
        "model.pricing shows model.data_drift 21 min later; a failure of feed.orders shows there within 60 min",
        "agent.quotes shows agent.escalation_surge 40 min later; a failure of feed.orders shows there within 2 h",
        "agent.quotes alerts about every 3 days of late, counts for little",
        "next best: erp.orders with 11%, which does not explain agent.quotes",
    ),
)
NOT_SURE = Cause(
    component="erp.orders",
    fault="erp.interface_error",
    confidence=0.31,
    abstained=True,
    candidates=(
        Candidate(component="erp.orders", fault="erp.interface_error", confidence=0.31),
        Candidate(component="feed.orders", fault="feed.stale", confidence=0.27),
        Candidate(component="model.pricing", fault="model.serving_errors", confidence=0.22),
    ),
    evidence=(
        "erp.orders raises no alert itself; it is upstream of everything that does",
        "next best: feed.orders with 27%",
    ),
)
HEADLINES = (
    Headline(
        component="feed.orders",
        fault="feed.schema_change",
        severity=Severity.MAJOR,
        summary="column requested_delivery_date is text now & was <date>",
        started_at=at(0),
        firing=1,
    ),
    Headline(
        component="model.pricing",
        fault="model.data_drift",
        severity=Severity.WARNING,
        summary="PSI 0.41 on lead_time_days",
        started_at=at(minutes(21)),
        firing=2,
    ),
    Headline(
        component="agent.quotes",
        fault="agent.escalation_surge",
        severity=Severity.MAJOR,
        summary="38 % of quotes go to people",
        started_at=at(minutes(40)),
        firing=0,
    ),
)


def an_incident(**fields: object) -> Incident:
    """An open incident of the data team: the orders feed changed its schema, the pricing model drifts."""
    usual: dict[str, object] = {
        "id": "main-17",
        "scope": "main",
        "state": IncidentState.OPEN,
        "severity": Severity.MAJOR,
        "revision": 4,
        "opened_at": at(0),
        "started_at": at(0),
        "updated_at": at(minutes(42)),
        "told_at": at(minutes(2)),
        "cause": CAUSE,
        "owner": Ownership(
            team="data-team",
            kind=OwnerKind.DATA,
            why="feed.schema_change is a data concern; data-team owns feed.orders for it",
        ),
        "also": (
            Track(
                team="sales",
                kind=OwnerKind.BUSINESS,
                role=TrackRole.BUSINESS,
                why="business owner of main, which is hit",
                destination="#sales",
                told_at=at(minutes(2)),
            ),
        ),
        "workflows": ("main",),
        "impacts": (
            Impact(workflow="main", component="agent.quotes", kind=ComponentKind.AGENT, hit=True),
            Impact(
                workflow="main",
                component="kpi.revenue",
                kind=ComponentKind.KPI,
                hit=False,
                expected_at=at(minutes(6 * 60)),
            ),
        ),
        "headlines": HEADLINES,
        "alerts": 7,
        "firing": 3,
        "runbooks": ("feed-schema-change", "any-feed"),
        "destination": "#data",
        "told": (Told(destination="#data", team="data-team"),),
    }
    return Incident.model_validate({**usual, **fields})


def a_notice(
    kind: str = "opened",
    role: str = "owner",
    *,
    destination: str = "#data",
    team: str = "data-team",
    **fields: object,
) -> Notice:
    """What `destination` should show, forty-two minutes into the failure; `fields` are the incident's."""
    return Notice(
        destination=destination,
        role=NoticeRole(role),
        kind=NoticeKind(kind),
        at=at(minutes(42)),
        team=team,
        rules="test",
        incident=an_incident(**fields),
    )


HANDED_OVER = Note(
    number=1,
    at=at(minutes(30)),
    kind="handed_over",
    text="Handed over from it-team to data-team: feed.schema_change is a data concern",
)
ESCALATED = Note(
    number=2, at=at(minutes(41)), kind="escalated", text="Nobody acknowledged: escalated to commander"
)
REOPENED = Note(number=3, at=at(minutes(42)), kind="reopened", text="It is back")

_ACKNOWLEDGED: dict[str, object] = {
    "state": IncidentState.ACKNOWLEDGED,
    "acknowledged_at": at(minutes(12)),
    "acknowledged_by": "U0ALICE001",
}
_RESOLVED: dict[str, object] = {
    **_ACKNOWLEDGED,
    "state": IncidentState.RESOLVED,
    "resolved_at": at(minutes(42)),
    "firing": 0,
}
_MERGED: dict[str, object] = {"state": IncidentState.MERGED, "merged_into": "main-12", "firing": 0}
_COMMANDER: dict[str, object] = {"destination": "#commander", "team": "commander"}
_FORMER: dict[str, object] = {"destination": "#it", "team": "it-team"}
_TRIAGE: dict[str, object] = {
    "cause": NOT_SURE,
    "owner": Ownership(team="triage", kind=OwnerKind.IT, why="not sure enough: erp.orders is best with 31%"),
    "destination": "#triage",
    "team": "triage",
    "also": (),
    "impacts": (),
    "runbooks": (),
}


def _track(team: str, kind: str, role: str, why: str, **fields: object) -> Track:
    """A track that was told two minutes into the failure."""
    usual = {"destination": f"#{team}", "told_at": at(minutes(2))}
    return Track.model_validate({"team": team, "kind": kind, "role": role, "why": why, **usual, **fields})


_HOURS_72 = 72 * 3_600
_REPORT = Clock(
    name="gdpr-33",
    duty="assess the personal data breach, and notify the supervisory authority",
    source="GDPR, Regulation 2016/679, Art. 33(1): 72 hours after becoming aware",
    seconds=_HOURS_72,
    started_at=at(minutes(2)),
    due=at(minutes(2) + _HOURS_72),
)
_DUTY = _track(
    "risk",
    "risk",
    "obligation",
    "assess the personal data breach, and notify the supervisory authority: genai.pii_leak of model.pricing",
    about="gdpr-33",
    clocks=(_REPORT,),
)
_BUSINESS = _track(
    "sales",
    "business",
    "business",
    "business owner of main, which is hit: Revenue (order value 12 % below its threshold)",
)
_VICTIM = _track(
    "it-team", "it", "affected", "agent.quotes is a victim: data-team works on the cause, feed.orders"
)
_RESPONSE = Clock(
    name="response",
    duty="respond (major)",
    source="contract with vendor",
    until=ClockEnd.ACKNOWLEDGED,
    seconds=1_800,
    started_at=at(minutes(2)),
    due=at(minutes(32)),
    passed=True,
)
_RESOLUTION = Clock(
    name="resolution",
    duty="resolve (major)",
    source="contract with vendor",
    until=ClockEnd.RESOLVED,
    seconds=4 * 3_600,
    started_at=at(minutes(2)),
    due=at(minutes(242)),
)
_PARTNER = _track(
    "vendor", "partner", "partner", "vendor runs feed.orders under contract", clocks=(_RESPONSE, _RESOLUTION)
)
_ALL = {"also": (_DUTY, _PARTNER, _BUSINESS, _VICTIM)}
_SALES: dict[str, object] = {**_ALL, "destination": "#sales", "team": "sales"}
_RISK: dict[str, object] = {**_ALL, "destination": "#risk", "team": "risk"}
_IT: dict[str, object] = {**_ALL, "destination": "#it-team", "team": "it-team"}
_VENDOR: dict[str, object] = {**_ALL, "destination": "#vendor", "team": "vendor"}
_VENDOR_OWNS: dict[str, object] = {
    **_VENDOR,
    "owner": Ownership(
        team="vendor", kind=OwnerKind.PARTNER, why="feed.schema_change concerns IT; vendor runs feed.orders"
    ),
}
_RISK_OWNS: dict[str, object] = {
    **_RISK,
    "owner": Ownership(team="risk", kind=OwnerKind.RISK, why="risk owns model.pricing for it"),
}
_SEEN = _DUTY.model_copy(
    update={
        "acknowledged_at": at(minutes(20)),
        "acknowledged_by": "U0HELEN01",
        "clocks": (_REPORT.model_copy(update={"met_at": at(minutes(20))}),),
    }
)
_NOT_ANY_MORE = _VICTIM.model_copy(update={"ended_at": at(minutes(40))})

REDACTED = {"opened-owner-partner": (Shown.SUMMARY, Shown.EVIDENCE), "opened-also-partner": ()}
"""Golden name -> what the partner may see, for the notices that a partner reads."""


def for_partner(notice: Notice, *shows: Shown) -> Notice:
    """The notice as it leaves for a vendor that runs feed.orders under a contract."""
    rules = company()
    teams = {
        **rules.teams,
        "vendor": rules.teams["vendor"].model_copy(update={"contract": Contract(shows=shows)}),
    }
    feed = rules.components["feed.orders"]
    run = feed.model_copy(update={"owners": {**feed.owners, OwnerKind.PARTNER: "vendor"}})
    components = {**rules.components, "feed.orders": run}
    return redact(notice, rules.model_copy(update={"teams": teams, "components": components}))


_SNOOZED: dict[str, object] = {
    "muted_by": "snooze:U0ALICE001",
    "snooze": Snooze(until=at(minutes(200)), by="U0ALICE001", team="order-data", severity=Severity.CRITICAL),
}

_PAUSE = Proposal(
    number=1,
    action=Automatic.PAUSE,
    text="Pause the automated decisions of the quotes agent",
    runbook="feed-schema-change",
    proposed_at=at(minutes(20)),
)
_BY_HAND = Proposal(
    number=2,
    action=Automatic.MANUAL,
    text="Fall back to manual work",
    proposed_at=at(minutes(20)),
    confirmed_at=at(minutes(30)),
    confirmed_by="U0ALICE001",
)
_PERSON: dict[str, object] = {
    "destination": "@ann@acme.example",
    "told": (
        Told(destination="#data", team="data-team"),
        Told(destination="@ann@acme.example", team="data-team", escalation=True, why="on call of Data watch"),
    ),
}


NOTICES: dict[str, tuple[str, str, dict[str, object]]] = {
    "escalated-escalation-person": ("escalated", "escalation", _PERSON),
    "updated-escalation-person": ("updated", "escalation", {**_ACKNOWLEDGED, **_PERSON}),
    "updated-owner-proposed": ("updated", "owner", {"proposals": (_PAUSE, _BY_HAND)}),
    "updated-owner-still-on-it": ("updated", "owner", {**_ACKNOWLEDGED, "ack_reminded": True}),
    "opened-owner": ("opened", "owner", {}),
    "opened-owner-critical": ("opened", "owner", {"severity": Severity.CRITICAL}),
    "opened-owner-not-sure": ("opened", "owner", _TRIAGE),
    "updated-owner-acknowledged": ("updated", "owner", _ACKNOWLEDGED),
    "updated-escalation-acknowledged": ("updated", "escalation", {**_ACKNOWLEDGED, **_COMMANDER}),
    "updated-former_owner": ("updated", "former_owner", _FORMER),
    "handed_over-owner": ("handed_over", "owner", {"notes": (HANDED_OVER,)}),
    "handed_over-former_owner": ("handed_over", "former_owner", {**_FORMER, "notes": (HANDED_OVER,)}),
    "escalated-owner": ("escalated", "owner", {"notes": (ESCALATED,), "escalated_to": "commander"}),
    "escalated-escalation": ("escalated", "escalation", {**_COMMANDER, "escalated_to": "commander"}),
    "reopened-owner": ("reopened", "owner", {"reopened": 1, "notes": (REOPENED,)}),
    "reopened-escalation": ("reopened", "escalation", {**_COMMANDER, "reopened": 1}),
    "resolved-owner": ("resolved", "owner", {**_RESOLVED, "resolved_by": "U0ALICE001"}),
    "resolved-owner-by-itself": ("resolved", "owner", _RESOLVED),
    "resolved-former_owner": ("resolved", "former_owner", {**_RESOLVED, **_FORMER}),
    "resolved-escalation": ("resolved", "escalation", {**_RESOLVED, **_COMMANDER}),
    "merged-owner": ("merged", "owner", _MERGED),
    "merged-former_owner": ("merged", "former_owner", {**_MERGED, **_FORMER}),
    "merged-escalation": ("merged", "escalation", {**_MERGED, **_COMMANDER}),
    "opened-owner-with-tracks": ("opened", "owner", _ALL),
    "opened-owner-with-a-duty": ("opened", "owner", _RISK_OWNS),
    "opened-owner-partner": ("opened", "owner", _VENDOR_OWNS),
    "opened-also-partner": ("opened", "also", _VENDOR),
    "opened-also-business": ("opened", "also", _SALES),
    "opened-also-affected": ("opened", "also", _IT),
    "opened-also-duty": ("opened", "also", _RISK),
    "updated-owner-snoozed": ("updated", "owner", {**_ACKNOWLEDGED, **_SNOOZED}),
    "updated-also-duty-seen": ("updated", "also", {**_RISK, **_ACKNOWLEDGED, "also": (_SEEN,)}),
    "updated-also-ended": ("updated", "also", {**_IT, "also": (_NOT_ANY_MORE,)}),
    "resolved-also-business": ("resolved", "also", {**_RESOLVED, **_SALES}),
    "resolved-also-duty": ("resolved", "also", {**_RESOLVED, **_RISK}),
}
"""Golden name -> kind, role, and what differs from the usual incident."""


def sample(name: str) -> Notice:
    """The notice behind a golden file."""
    kind, role, fields = NOTICES[name]
    place = {key: fields[key] for key in ("destination", "team") if key in fields}
    rest = {key: value for key, value in fields.items() if key != "team" and key != "destination"}
    notice = a_notice(kind, role, **place, **rest)  # type: ignore[arg-type]
    return for_partner(notice, *REDACTED[name]) if name in REDACTED else notice
