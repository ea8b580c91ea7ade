"""The rules' own tests, run on the simulator: events in, incidents expected.

A test says what happens and which incidents there must be when it ends, no more and no fewer.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from router.model.catalog import UNMAPPED
from router.model.decision import Outcome
from router.model.event import Alert, Change, Position
from router.model.fault import Severity
from router.model.incident import Incident, IncidentState
from router.model.input import AlertBatch, ChangeBatch, Command, ObservedAlert, ObservedChange
from router.model.rules import Rules
from router.model.rules_test import ExpectedIncident, Given, GivenAlert, GivenChange, GivenCommand, RulesTest
from router.model.value import Moment
from router.simulator import Simulator

STARTED = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
"""Every test starts on a Monday morning, so that it means the same on every day it is run."""


def run(test: RulesTest, rules: Rules) -> tuple[str, ...]:
    """What differs from what the test expects, as sentences; nothing when it passes."""
    simulator = Simulator(rules)
    for number, given in enumerate(sorted(test.events, key=lambda given: given.at_seconds)):
        simulator.advance(STARTED + timedelta(seconds=given.at_seconds))
        _apply(simulator, given, number)
    simulator.advance(STARTED + timedelta(seconds=test.until_seconds))
    return _differences(test.incidents, simulator)


def _apply(simulator: Simulator, given: Given, number: int) -> None:
    now, position = simulator.now, Position(topic="test", partition=0, offsets=(number,))
    match given:
        case GivenAlert():
            alert = _alert(given, now, simulator.rules)
            items = (ObservedAlert(alert=alert, positions=(position,)),)
            scope = _scope(given.component, simulator.rules)
            simulator.apply(scope, AlertBatch(scope=scope, rules=simulator.rules.hash, items=items))
        case GivenChange():
            scope = _scope(given.component, simulator.rules)
            changes = (ObservedChange(change=_change(given, now, number), positions=(position,)),)
            simulator.apply(scope, ChangeBatch(scope=scope, rules=simulator.rules.hash, items=changes))
        case GivenCommand():
            _command(simulator, given, number)


def _command(simulator: Simulator, given: GivenCommand, number: int) -> None:
    """A silence goes to every scope that there is; anything else to the scope of its incident."""
    opened = [incident.id for incident in simulator.incidents.values()]
    incident = opened[given.incident - 1] if given.incident <= len(opened) else ""
    about = simulator.incidents[incident].scope if incident else ""
    scopes = sorted(_scopes(simulator.rules)) if given.match else [about] if about else []
    for scope in scopes:
        command = Command(
            id=f"test-{number}",
            scope=scope,
            verb=given.verb,
            actor=given.actor,
            at=simulator.now,
            via="test",
            incident=incident,
            team=given.team,
            component=given.component,
            reason=given.reason,
            seconds=given.seconds,
            match=given.match,
        )
        simulator.apply(scope, command)


def _scope(component: str, rules: Rules) -> str:
    known = rules.components.get(component)
    return known.scope if known else UNMAPPED


def _scopes(rules: Rules) -> set[str]:
    return {UNMAPPED, *(component.scope for component in rules.components.values())}


def _alert(given: GivenAlert, now: Moment, rules: Rules) -> Alert:
    known = rules.fault(given.fault)
    return Alert(
        key=f"test:{given.component}/{given.fault}/{given.key}",
        component=given.component,
        fault=given.fault,
        status=given.status,
        severity=given.severity or (known.severity if known else Severity.MAJOR),
        summary=given.summary or f"{given.fault} on {given.component}",
        source="test",
        at=now,
        started_at=now,
        arrived_at=now,
        trace_ids=given.trace_ids,
    )


def _change(given: GivenChange, now: Moment, number: int) -> Change:
    return Change(
        id=f"test-{number}",
        component=given.component,
        kind=given.kind,
        summary=given.summary,
        source="test",
        at=now,
        arrived_at=now,
        actor=given.actor,
        version=given.version,
    )


def _differences(expected: Sequence[ExpectedIncident], simulator: Simulator) -> tuple[str, ...]:
    """Each expectation is held against the incident that differs from it least."""
    left = [incident for incident in simulator.incidents.values() if not incident.merged_into]
    found: list[str] = []
    for number, expectation in enumerate(expected, start=1):
        if not left:
            found.append(f"incident {number}: expected {_named(expectation)}, but there is no such incident")
            continue
        best = min(left, key=lambda incident: len(_compare(expectation, incident, simulator)))
        left.remove(best)
        found += [f"incident {number} ({best.id}): {line}" for line in _compare(expectation, best, simulator)]
    found += [
        f"not expected: {i.id}, cause {i.cause.component} ({i.cause.fault}), owner {i.owner.team}"
        for i in left
    ]
    return tuple(found)


def _compare(expected: ExpectedIncident, incident: Incident, simulator: Simulator) -> list[str]:
    closed = incident.state is IncidentState.CLOSED
    actual: dict[str, object] = {
        "cause": incident.cause.component,
        "fault": incident.cause.fault,
        "owner": incident.owner.team,
        "state": IncidentState.RESOLVED if closed else incident.state,
        "severity": incident.severity,
        "members": _members(incident, simulator),
        "workflows": tuple(sorted(incident.workflows)),
        "told": tuple(sorted(incident.destinations)),
        "escalated_to": incident.escalated_to,
        "abstained": incident.cause.abstained,
    }
    lines = []
    for name, value in actual.items():
        wanted = getattr(expected, name)
        if isinstance(wanted, tuple):
            wanted = tuple(sorted(wanted))
        if wanted is not None and wanted != value:
            lines.append(f"{name} is {_text(value)}, expected {_text(wanted)}")
    return lines


def _members(incident: Incident, simulator: Simulator) -> int:
    """Alerts of the incident, by key: a repeat or a resolve is no further member."""
    merged = {i.id for i in simulator.incidents.values() if i.merged_into == incident.id} | {incident.id}
    joined = (Outcome.OPENED, Outcome.JOINED)
    return len({d.alert for d in simulator.decisions if d.incident in merged and d.outcome in joined})


def _named(expected: ExpectedIncident) -> str:
    given = expected.model_dump(mode="json", exclude_none=True)
    return ", ".join(f"{name} {_text(value)}" for name, value in given.items()) or "one more"


def _text(value: object) -> str:
    if isinstance(value, tuple | list):
        return "[" + ", ".join(str(one) for one in value) + "]"
    return str(value) if value != "" else "nobody"
