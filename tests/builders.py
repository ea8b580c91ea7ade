"""Values for tests: a small company, alerts and inputs, with everything that does not matter filled in."""

from datetime import UTC, datetime, timedelta

from router.model.catalog import Component, Dependency, Team, Workflow
from router.model.event import Alert, AlertStatus, Change, ChangeKind, Position
from router.model.fault import FAULTS, ComponentKind, OwnerKind, Severity
from router.model.input import AlertBatch, ChangeBatch, Command, ObservedAlert, ObservedChange, Verb
from router.model.rules import Rules, Settings

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    """The moment so many seconds after the start of the story."""
    return START + timedelta(seconds=seconds)


def minutes(number: float) -> float:
    """Seconds in so many minutes."""
    return number * 60


def a_component(
    name: str, *depends_on: str, soonest: float = 0, latest: float = 600, **owners: str
) -> Component:
    """A component called kind.name of scope `main`, depending on others with one delay."""
    return Component(
        id=name,
        kind=ComponentKind(name.split(".")[0]),
        workflow="main",
        scope="main",
        owners={
            OwnerKind(kind): team for kind, team in (owners or {"it": "it-team", "data": "data-team"}).items()
        },
        depends_on=tuple(
            Dependency(upstream=u, soonest_seconds=soonest, latest_seconds=latest) for u in depends_on
        ),
    )


CHAIN = (
    a_component("erp.orders"),
    a_component("feed.orders", "erp.orders"),
    a_component("model.pricing", "feed.orders"),
    a_component("agent.quotes", "model.pricing", it="it-team", business="sales"),
    a_component("kpi.revenue", "agent.quotes", business="sales"),
    a_component("api.island"),
)
"""erp.orders -> feed.orders -> model.pricing -> agent.quotes -> kpi.revenue, and an island."""


def a_company(*components: Component, **settings: object) -> Rules:
    """Rules with these components (default: the chain) in one workflow, and one team of each kind.

    Nothing is held back as likely noise, unless `hold_seconds` says so: whoever tests a wait sees only that wait.
    """
    components = components or CHAIN
    teams = [
        Team(id="it-team", kind=OwnerKind.IT, channel="#it", escalates_to="commander"),
        Team(id="data-team", kind=OwnerKind.DATA, channel="#data", escalates_to="commander"),
        Team(id="sales", kind=OwnerKind.BUSINESS, channel="#sales"),
        Team(id="risk", kind=OwnerKind.RISK, channel="#risk"),
        Team(id="vendor", kind=OwnerKind.PARTNER, channel="#vendor"),
        Team(id="commander", kind=OwnerKind.IT, channel="#commander"),
        Team(id="triage", kind=OwnerKind.IT, channel="#triage"),
    ]
    return Rules(
        hash="test",
        settings=Settings.model_validate(
            {"triage_team": "triage", "hold_seconds": 0, "critical_hold_seconds": 0, **settings}
        ),
        teams={team.id: team for team in teams},
        workflows={
            "main": Workflow(
                id="main", business_owner="sales", scope="main", components=tuple(c.id for c in components)
            )
        },
        components={component.id: component for component in components},
    )


def an_alert(
    component: str = "feed.orders",
    fault: str = "feed.stale",
    seconds: float = 0,
    *,
    key: str = "",
    status: str = "firing",
    severity: str = "",
    started: float | None = None,
    traces: tuple[str, ...] = (),
    labels: dict[str, str] | None = None,
) -> Alert:
    """An alert of this component at so many seconds into the story."""
    return Alert(
        key=key or f"1:{component}/{fault}",
        component=component,
        fault=fault,
        status=AlertStatus(status),
        severity=Severity(severity) if severity else FAULTS[fault].severity,
        summary=f"{fault} on {component}",
        source="monitoring",
        at=at(seconds),
        started_at=at(seconds if started is None else started),
        arrived_at=at(seconds),
        trace_ids=traces,
        labels=labels or {},
    )


def a_batch(*alerts: Alert, first: int, scope: str = "main", topic: str = "ops") -> AlertBatch:
    """Alerts at consecutive offsets from `first` of partition 0."""
    items = tuple(
        ObservedAlert(alert=alert, positions=(Position(topic=topic, partition=0, offsets=(first + n,)),))
        for n, alert in enumerate(alerts)
    )
    return AlertBatch(scope=scope, rules="test", items=items)


def a_change(component: str, seconds: float, kind: str = "deploy", first: int = 0) -> ChangeBatch:
    """A change of this component at so many seconds into the story, at this offset of the topic `changes`."""
    change = Change(
        id=f"{component}-{first}",
        component=component,
        kind=ChangeKind(kind),
        summary="",
        source="ci",
        at=at(seconds),
        arrived_at=at(seconds),
        version="12",
    )
    position = Position(topic="changes", partition=0, offsets=(first,))
    return ChangeBatch(
        scope="main", rules="test", items=(ObservedChange(change=change, positions=(position,)),)
    )


def a_command(
    verb: str, incident: str = "", *, id: str = "c1", seconds: float = 0, **fields: object
) -> Command:
    """What a person asks for."""
    base = {
        "id": id,
        "scope": "main",
        "verb": Verb(verb),
        "actor": "ada",
        "at": at(seconds),
        "incident": incident,
    }
    return Command.model_validate({**base, **fields})
