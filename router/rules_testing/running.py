"""Plays a test on the simulator: what happens in it, each at its moment."""

from datetime import UTC, datetime, timedelta

from router.model.catalog import UNMAPPED
from router.model.event import Alert, Change, Position
from router.model.fault import Severity
from router.model.input import AlertBatch, ChangeBatch, Command, ObservedAlert, ObservedChange, Verb
from router.model.muting import Maintenance
from router.model.rules import Rules
from router.model.rules_test import Given, GivenAlert, GivenChange, GivenCommand, RulesTest
from router.model.value import Moment
from router.rules_testing.judging import Mismatch, judge
from router.simulator import Simulator

STARTED = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
"""Every test starts on a Monday morning, so that it means the same on every day it is run."""

EVERYWHERE = frozenset(
    {Verb.SILENCE, Verb.EXPIRE_SILENCE, Verb.MAINTENANCE, Verb.END_MAINTENANCE, Verb.FORGET}
)
"""Commands that are about no incident."""


def run(test: RulesTest, rules: Rules) -> tuple[Mismatch, ...]:
    """What differs from what the test expects; nothing when it passes."""
    simulator = Simulator(rules)
    for number, given in enumerate(sorted(test.events, key=lambda given: given.at_seconds)):
        simulator.advance(STARTED + timedelta(seconds=given.at_seconds))
        _apply(simulator, given, number)
    simulator.advance(STARTED + timedelta(seconds=test.until_seconds))
    return judge(test.incidents, simulator, STARTED)


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
    """What names no incident goes to every scope that there is; anything else to the scope of its incident."""
    opened = [incident.id for incident in simulator.incidents.values()]
    incident = opened[given.incident - 1] if given.incident <= len(opened) else ""
    about = simulator.incidents[incident].scope if incident else ""
    scopes = sorted(_scopes(simulator.rules)) if given.verb in EVERYWHERE else [about] if about else []
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
            fault=given.fault,
            because=given.because,
            reason=given.reason,
            seconds=given.seconds,
            match=given.match,
            silence=given.silence,
            proposal=given.proposal if given.verb is Verb.CONFIRM_ACTION else 0,
            window=_window(given, number, simulator.now),
        )
        simulator.apply(scope, command)


def _window(given: GivenCommand, number: int, now: Moment) -> Maintenance | None:
    if given.verb is not Verb.MAINTENANCE:
        return None
    return Maintenance(
        id=given.silence or f"test-{number}",
        components=given.components,
        subtrees=given.subtrees,
        workflows=given.workflows,
        starts_at=now,
        seconds=given.seconds,
        reason=given.reason,
    )


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
