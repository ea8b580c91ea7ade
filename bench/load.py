"""A made-up company for benchmarks: as many scopes as asked, each a chain of components, and alerts about them."""

from collections.abc import Iterator
from itertools import count

from router.model.catalog import Component, Dependency, Team, Workflow
from router.model.event import Alert, AlertStatus, Position
from router.model.fault import FAULTS, ComponentKind, OwnerKind
from router.model.input import ObservedAlert
from router.model.rules import Rules, Settings
from tests.builders import at

KINDS = (
    (ComponentKind.ERP, "erp.batch_failed"),
    (ComponentKind.FEED, "feed.stale"),
    (ComponentKind.MODEL, "model.data_drift"),
    (ComponentKind.AGENT, "agent.tool_failure"),
    (ComponentKind.API, "api.error_rate"),
)
CHAINS = 20
"""Chains a scope; a failure travels along one of them."""

SCOPES = 64


def a_large_company() -> Rules:
    """Rules with SCOPES scopes of CHAINS chains of one component of each kind."""
    components: dict[str, Component] = {}
    workflows: dict[str, Workflow] = {}
    for number in range(SCOPES):
        scope = f"scope-{number}"
        own = [_component(scope, chain, depth) for chain in range(CHAINS) for depth in range(len(KINDS))]
        components |= {component.id: component for component in own}
        ids = tuple(component.id for component in own)
        workflows[scope] = Workflow(id=scope, business_owner="sales", scope=scope, components=ids)
    teams = [
        Team(id="it-team", kind=OwnerKind.IT, channel="#it"),
        Team(id="data-team", kind=OwnerKind.DATA, channel="#data"),
        Team(id="sales", kind=OwnerKind.BUSINESS, channel="#sales"),
        Team(id="triage", kind=OwnerKind.IT, channel="#triage"),
    ]
    return Rules(
        hash="bench",
        settings=Settings.model_validate({"triage_team": "triage"}),
        teams={team.id: team for team in teams},
        workflows=workflows,
        components=components,
    )


def distinct_alerts(scope: str) -> Iterator[ObservedAlert]:
    """Firing alerts of this scope without end: no two have the same dedup key."""
    for number in count():
        depth = number % len(KINDS)
        chain = number // len(KINDS) % CHAINS
        fault = KINDS[depth][1]
        component = _name(scope, chain, depth)
        alert = Alert(
            key=f"1:{component}/{fault}/{number}",
            component=component,
            fault=fault,
            status=AlertStatus.FIRING,
            severity=FAULTS[fault].severity,
            summary=f"{fault} on {component}, unit {number}",
            source="monitoring",
            at=at(number / 1_000),
            started_at=at(number / 1_000),
            arrived_at=at(number / 1_000),
            labels={"unit": str(number), "region": "eu"},
        )
        yield ObservedAlert(alert=alert, positions=(Position(topic=scope, partition=0, offsets=(number,)),))


def _name(scope: str, chain: int, depth: int) -> str:
    return f"{KINDS[depth][0]}.{scope}-{chain}"


def _component(scope: str, chain: int, depth: int) -> Component:
    upstream = (Dependency(upstream=_name(scope, chain, depth - 1), latest_seconds=3_600),) if depth else ()
    return Component(
        id=_name(scope, chain, depth),
        kind=KINDS[depth][0],
        workflow=scope,
        scope=scope,
        owners={OwnerKind.IT: "it-team", OwnerKind.DATA: "data-team"},
        depends_on=upstream,
    )
