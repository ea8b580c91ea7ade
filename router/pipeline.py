"""THE ORDER. One input in, everything that follows from it out. Read this first.

    an alert:   fresh? -> dedupe -> correlate -> (open | join | merge | reopen) -> assess -> tell
    a change:   fresh? -> remember -> assess what it may explain
    a command:  heard before? -> allowed? -> do it -> tell
    time:       what is due -> first telling, refresh, escalation, time-out, close
    new rules:  what belongs to another scope now goes there, and goes on there

`step` is a function of (state, input, rules, now): it reads no clock and does no I/O. It owns `state` while it
runs and changes it in place; `State.take_changes` says what to store.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from router.lifecycle.alerts import fresh, reached_bound, refresh, remember, split
from router.lifecycle.arriving import arrive, is_news
from router.lifecycle.background import rate_of
from router.lifecycle.commands import on_command
from router.lifecycle.escalating import restart
from router.lifecycle.homes import at_home, send_change_on
from router.lifecycle.life import add_alert, fade_alert, merge, open_incident, reopen
from router.lifecycle.moving import look_through, move_on
from router.lifecycle.muting import inhibitors
from router.lifecycle.owning import assess
from router.lifecycle.regroup import begun_earlier, place_anew
from router.lifecycle.repeating import put_off
from router.lifecycle.telling import publish, say, schedule_refresh
from router.lifecycle.unmuting import settle_mutes
from router.lifecycle.waking import on_tick
from router.lifecycle.widening import only_wider, widen
from router.model.catalog import UNMAPPED
from router.model.decision import Outcome, Reason
from router.model.event import Alert, AlertStatus, Position
from router.model.incident import Incident, IncidentState
from router.model.input import AlertBatch, ChangeBatch, Command, Tick
from router.model.notice import NoticeKind
from router.model.record import Moved, RecentChange
from router.model.rules import Rules
from router.model.state import State
from router.model.turn import Effects, Turn
from router.stages.correlate import Placement, correlate, incident_number
from router.stages.dedupe import Verdict, dedupe
from router.stages.gather import same_symptoms

AnyInput = AlertBatch | ChangeBatch | Command | Moved | Tick


def step(state: State, value: AnyInput, rules: Rules, now: datetime) -> Effects:
    """Apply one input to its scope. What is due by `now` happens first; time never goes back."""
    turn = Turn(state, rules, max(now, state.header.clock))
    inhibitors(turn)  # from here on it sees which alerts end
    if state.header.rules != rules.hash or (state.header.unsettled and isinstance(value, Tick)):
        look_through(turn)
    on_tick(turn)
    match value:
        case AlertBatch():
            on_alerts(turn, value)
        case Moved():
            on_moved(turn, value)
        case ChangeBatch():
            on_changes(turn, value)
        case Command():
            on_command(turn, value)
        case Tick():
            pass
    on_tick(turn)  # what this input made due at once: a settle of zero is told now, not a tick later
    while settle_mutes(turn):
        on_tick(turn)
    publish(turn)
    return turn.close()


def on_alerts(turn: Turn, batch: AlertBatch) -> None:
    """Alerts in source order. Incidents whose evidence changed are assessed once, at the end."""
    touched: dict[str, Incident] = {}
    news = fresh(turn, [(item.alert, item.positions) for item in batch.items])
    _hear_all(turn, at_home(turn, news, batch.rules), touched)
    _settle_touched(turn, touched)


def on_moved(turn: Turn, moved: Moved) -> None:
    """What new rules put into this scope. Only the positions of its late alerts were not counted where it came from."""
    if not is_news(turn, moved):
        return
    touched: dict[str, Incident] = {}

    def hear(alert: Alert, first: Position, heard: int) -> None:
        _hear(turn, alert, first, (), touched, heard)

    arrive(turn, moved, hear)
    late = [(item.alert, item.positions) for item in moved.late]
    _hear_all(turn, at_home(turn, late, moved.rules, moved.hops + 1), touched)
    _settle_touched(turn, touched)
    if moved.rules != turn.rules.hash:
        move_on(turn, moved.hops)


def on_changes(turn: Turn, batch: ChangeBatch) -> None:
    """Changes are evidence: remembered, and what they may explain is assessed again."""
    due = timedelta(seconds=turn.rules.settings.change_window_seconds)
    changed: dict[str, None] = {}
    for item, positions in fresh(turn, [(item, item.positions) for item in batch.items]):
        recent = RecentChange(change=item.change, due=turn.now + due)
        if not send_change_on(turn, recent, batch.rules):
            turn.state.put(recent)
            changed[item.change.component] = None
        turn.decide(
            Reason.CHANGED_RECORDED,
            item.change.kind.value,
            outcome=Outcome.CHANGED,
            positions=positions,
            component=item.change.component,
        )
    reached = (
        {c for component in changed for c in turn.rules.topology.downstream_of(component)}
        if changed
        else set()
    )
    for component in sorted(reached & turn.state.alerting.keys()):
        for incident_id in sorted(turn.state.alerting[component]):
            incident = turn.incident(incident_id)
            if incident.live and incident_id not in turn.effects.incidents:
                assess(turn, incident)


def _hear_all(
    turn: Turn, items: Iterable[tuple[Alert, tuple[Position, ...]]], touched: dict[str, Incident]
) -> None:
    """Alerts with the positions at which each was heard: the first is its outcome, the others repeat it."""
    for alert, positions in items:
        first, rest = split(positions)
        _hear(turn, alert, first, (first,), touched, 1 + sum(len(p.offsets) for p in rest))
        if rest:
            firing = alert.status is AlertStatus.FIRING
            turn.decide(
                Reason.REPEATED_STILL_FIRING if firing else Reason.REPEATED_STILL_RESOLVED,
                outcome=Outcome.REPEATED,
                positions=rest,
                alert=alert.key,
                component=alert.component,
            )


def _hear(
    turn: Turn,
    alert: Alert,
    first: Position,
    counted: tuple[Position, ...],
    touched: dict[str, Incident],
    heard: int,
) -> None:
    """One alert through dedupe, and on from there.

    `first` is where it was first heard, `counted` the position whose outcome this is (none for a moved alert);
    `touched` collects incidents as they stood before this input.
    """
    known = turn.state.alert(alert.key)
    verdict, merged = dedupe(known, alert)
    outcome = Outcome.REPEATED
    match verdict:
        case Verdict.NEW:
            placement, incident_id = _place(turn, alert, touched)
            remember(turn, alert, incident_id, first, heard)
            outcome = Outcome.JOINED if placement.incidents else Outcome.OPENED
            reason, detail = placement.reason, placement.detail
        case Verdict.RESOLVED_BEFORE_FIRING:
            reason, detail, incident_id = Reason.RESOLVED_BEFORE_FIRING, "", ""
            outcome = Outcome.RESOLVED
            remember(turn, merged, "", first, heard)
        case _:
            if known is None:
                raise AssertionError(f"dedupe said {verdict} of an alert that was never heard of")
            reason, detail, incident_id = _reason(verdict, merged), "", known.incident
            if verdict is Verdict.RESOLVED:
                outcome = Outcome.RESOLVED
            if verdict is not Verdict.LATE:
                refresh(turn, known, merged, heard)
    turn.decide(
        reason,
        detail,
        outcome=outcome if counted else None,
        positions=counted,
        incident=incident_id,
        alert=alert.key,
        component=alert.component,
        fault=alert.fault,
    )
    if incident_id and verdict in (Verdict.NEW, Verdict.RESOLVED, Verdict.REPEATED):
        incident = turn.incident(incident_id)
        touched.setdefault(incident_id, incident)
        match verdict:
            case Verdict.NEW:
                incident = add_alert(turn, incident, alert)
                if reason is Reason.JOINED_SAME_COMPONENT:
                    begun_earlier(turn, incident, alert, touched)
            case Verdict.RESOLVED:
                fade_alert(turn, incident, merged)
            case _ if merged.severity.rank > incident.severity.rank:
                turn.save(incident, severity=merged.severity)


def _reason(verdict: Verdict, alert: Alert) -> Reason:
    if verdict is Verdict.LATE:
        return Reason.REPEATED_LATE
    if verdict is Verdict.RESOLVED:
        return Reason.RESOLVED_BY_SOURCE
    firing = alert.status is AlertStatus.FIRING
    return Reason.REPEATED_STILL_FIRING if firing else Reason.REPEATED_STILL_RESOLVED


def _place(turn: Turn, alert: Alert, touched: dict[str, Incident]) -> tuple[Placement, str]:
    """The incident that a new alert belongs to: a new one, or those it connects made into one."""
    full = reached_bound(turn)
    background = rate_of(turn, alert.component, alert.fault)
    placement = correlate(turn.state, alert, turn.rules, background)
    if not full:
        placement = place_anew(turn, alert, background, placement, touched)
    if full and not placement.incidents:
        overflow = turn.state.incident(turn.state.header.overflow)
        placement = Placement(
            (overflow.id,) if overflow and overflow.live else (), Reason.JOINED_SCOPE_FULL, full
        )
    elif not placement.incidents and turn.state.header.scope == UNMAPPED:
        placement = placement._replace(reason=Reason.OPENED_UNMAPPED, detail=alert.component)
    if not placement.incidents:
        incident = open_incident(turn, alert)
        if full:
            turn.state.put(turn.state.header.model_copy(update={"overflow": incident.id}))
        return placement, incident.id
    found = [turn.incident(incident_id) for incident_id in placement.incidents]
    target = min(found, key=lambda incident: (not incident.told, incident_number(incident.id)))
    touched.setdefault(target.id, target)
    if target.state is IncidentState.RESOLVED:
        target = reopen(turn, target)
    for other in found:
        if other.id != target.id:
            target = merge(turn, target, other)
    return placement, target.id


def _settle_touched(turn: Turn, touched: dict[str, Incident]) -> None:
    """Assess every incident whose evidence changed, and tell what a reader must know now."""
    for incident_id, before in touched.items():
        incident = turn.incident(incident_id)
        if not incident.live:
            continue
        if only_wider(turn, before, incident):
            incident = widen(turn, incident)
        elif (
            not same_symptoms(incident.headlines, before.headlines)
            or incident.severity is not before.severity
        ):
            incident = assess(turn, incident)
        worse = incident.severity.rank > before.severity.rank
        if worse:
            incident = restart(turn, incident)
        moved = incident.cause.component != before.cause.component or incident.owner.team != before.owner.team
        if incident.told and before.told and (worse or moved) and incident_id not in turn.to_tell:
            say(turn, incident, NoticeKind.UPDATED, Reason.TOLD_UPDATED)
        else:
            incident = schedule_refresh(turn, incident)
        if not same_symptoms(incident.headlines, before.headlines):
            put_off(turn, incident)
