"""Moving: under new rules a component may belong to another scope, and what is open about it goes there.

This is the half that leaves. A scope looks through what it holds once under each set of rules, and puts a hand-off
for every other scope into its outbox; `router.lifecycle.arriving` is the half that arrives. An incident whose alerts
all go is ended here without a word and goes on there, with its messages. Of one that keeps some, the others go on as
an incident of their own, whose owner was told of them already.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import NamedTuple

from router.lifecycle.handing import hand_over
from router.lifecycle.homes import MAX_HOPS, home_of
from router.lifecycle.muting import held_back
from router.lifecycle.outbox import chunks, send
from router.lifecycle.owning import assess
from router.lifecycle.placing import accountable, place
from router.model.decision import Reason
from router.model.headline import Headline
from router.model.incident import Incident, Trigger
from router.model.muting import MuteKind, kind_of
from router.model.notice import NoticeKind
from router.model.record import BackgroundRate, OpenAlert, RecentChange
from router.model.turn import Turn
from router.stages.correlate import incident_number
from router.stages.gather import unite


class Leaving(NamedTuple):
    """An alert that belongs elsewhere, and its component as the catalog calls it now."""

    known: OpenAlert
    component: str

    @property
    def there(self) -> OpenAlert:
        """The alert as the other scope shall know it."""
        alert = self.known.alert
        if alert.component == self.component:
            return self.known
        renamed = alert.model_copy(update={"component": self.component})
        return self.known.model_copy(update={"alert": renamed})


def look_through(turn: Turn, hops: int = 0) -> None:
    """Hand off all that these rules put into another scope. Costs a look at each record: once a change of rules.

    `hops`: how often what arrived last was sent on, because engines have different rules.
    """
    state = turn.state
    state.put(state.header.model_copy(update={"rules": turn.rules.hash, "unsettled": False}))
    groups: dict[str, dict[str, list[Leaving]]] = {}
    changes: dict[str, list[RecentChange]] = {}
    background: dict[str, list[BackgroundRate]] = {}
    here = state.header.scope
    for record in state.records.values():
        if isinstance(record, OpenAlert):
            home = home_of(record.alert.component, record.alert.source, turn.rules)
            if home.scope != here:
                parts = groups.setdefault(record.incident, {})
                parts.setdefault(home.scope, []).append(Leaving(record, home.component))
        elif isinstance(record, RecentChange):
            home = home_of(record.change.component, record.change.source, turn.rules)
            if home.scope != here:
                changes.setdefault(home.scope, []).append(record)
        elif isinstance(record, BackgroundRate) and record.component in turn.rules.components:
            home = home_of(record.component, "", turn.rules)
            if home.scope != here:
                background.setdefault(home.scope, []).append(record)
    # What is known of the components goes first: the incidents are judged by it when they arrive.
    _send_knowledge(turn, changes, background, hops)
    _send_loose(turn, groups.pop("", {}), hops)
    for incident_id in sorted(groups, key=incident_number):
        _leave(turn, turn.incident(incident_id), groups[incident_id], hops)
    for incident in sorted(state.incidents(), key=lambda incident: incident_number(incident.id)):
        mend(turn, turn.incident(incident.id))


def move_on(turn: Turn, hops: int) -> None:
    """What arrived was sent under other rules: look whether it is at home. After MAX_HOPS, at the next Tick."""
    if hops < MAX_HOPS:
        look_through(turn, hops + 1)
    else:
        turn.state.put(turn.state.header.model_copy(update={"unsettled": True}))


def mend(turn: Turn, incident: Incident) -> Incident:
    """The incident without what these rules do not know: what is hit, and its owner; a team that was told sees that."""
    components, workflows = turn.rules.components, turn.rules.workflows
    impacts = tuple(impact for impact in incident.impacts if impact.component in components)
    hit = tuple(name for name in incident.workflows if name in workflows)
    if impacts != incident.impacts or hit != incident.workflows:
        incident = turn.save(incident, impacts=impacts, workflows=hit)
    if incident.owner.team in turn.rules.teams:
        return incident
    gone = incident.owner.team
    incident = incident.model_copy(update={"assigned": False})
    owner = accountable(turn, incident)
    if incident.live and incident.told:
        return hand_over(turn, incident, owner, Reason.OWNER_GONE) or incident
    turn.decide(
        Reason.OWNER_GONE, f"{gone}, so {owner.team}: {owner.why}", incident=incident.id, team=owner.team
    )
    incident = turn.save(incident, owner=owner)
    return place(turn, incident) if incident.live else incident


def symptoms_left(headlines: Sequence[Headline], members: Iterable[Leaving]) -> tuple[Headline, ...]:
    """The symptoms that these alerts show, named as they are; how many fire is counted anew."""
    names: dict[tuple[str, str], str] = {}
    firing: dict[tuple[str, str], int] = {}
    first: OpenAlert | None = None
    for member in members:
        alert = member.known.alert
        names[alert.component, alert.fault] = member.component
        firing[alert.component, alert.fault] = (
            firing.get((alert.component, alert.fault), 0) + member.known.firing
        )
        first = first or member.there
    found: tuple[Headline, ...] = ()
    for headline in headlines:
        symptom = (headline.component, headline.fault)
        if symptom in names:
            left = headline.model_copy(update={"component": names[symptom], "firing": firing[symptom]})
            found = unite(found, (left,))
    if not found and first is not None:  # an incident shows only so many symptoms, and these were beyond them
        found = (Headline.of(first.alert).model_copy(update={"firing": sum(firing.values())}),)
    return found


def _leave(turn: Turn, incident: Incident, parts: dict[str, list[Leaving]], hops: int) -> None:
    """Send each part of an incident to its scope, and make of the rest what is left."""
    going = {member.known.key for part in parts.values() for member in part}
    members = turn.state.alerts_of(incident.id).values()
    staying = [member for member in members if member.key not in going]
    lasting = [member for member in staying if member.firing or not incident.live]
    heir = "" if lasting else _heir(incident, parts)
    for target in sorted(parts):
        part = sorted(parts[target], key=lambda member: member.known.key)
        if incident.live and target != heir and not any(member.known.firing for member in part):
            _send_loose(turn, {target: part}, hops)  # what is over there makes no incident
        else:
            _send_part(turn, incident, part, target, hops, whole=target == heir)
        for member in part:
            turn.state.delete(member.known.key)
    if heir:
        _end(turn, incident, staying, sorted(parts))
    else:
        _shrink(turn, incident, staying, sorted(parts))


def _heir(incident: Incident, parts: dict[str, list[Leaving]]) -> str:
    """The scope in which an incident goes on that leaves as a whole: where its cause alerts, or most of it."""

    def claim(target: str) -> tuple[bool, bool, int]:
        part = parts[target]
        firing = sum(member.known.firing for member in part)
        causes = any(member.known.alert.component == incident.cause.component for member in part)
        return (bool(firing), causes, firing or len(part))

    return max(sorted(parts), key=claim)


def _send_part(
    turn: Turn, incident: Incident, part: Sequence[Leaving], target: str, hops: int, *, whole: bool
) -> None:
    headlines = symptoms_left(incident.headlines, part)
    renamed = {member.known.alert.component: member.component for member in part}
    cause = incident.cause
    update: dict[str, object] = {
        "headlines": headlines,
        "severity": max((h.severity for h in headlines), key=lambda severity: severity.rank),
        "started_at": min(h.started_at for h in headlines),
        "cause": cause.model_copy(update={"component": renamed.get(cause.component, cause.component)}),
    }
    if not whole:
        update |= {"notes": (), "message": "", "refresh_due": None, "proposals": ()}
    tuples = chunks(member.there for member in part)
    silenced = kind_of(incident.muted_by) is MuteKind.SILENCE
    silence = turn.state.mutes.silences.get(incident.muted_by.partition(":")[2]) if silenced else None
    first = 0
    for number, alerts in enumerate(tuples, start=1):
        sent = send(
            turn,
            target,
            hops,
            incident=None if first else incident.model_copy(update=update),
            whole=whole,
            more=number < len(tuples),
            part_of=first,
            alerts=alerts,
            silence=silence,
        )
        first = first or sent
    names = ", ".join(sorted({headline.component for headline in headlines})[:3])
    detail = f"{len(part)} alerts of {incident.id} ({names}) to scope {target}"
    turn.decide(Reason.MOVED_OUT, detail, incident=incident.id)


def _end(turn: Turn, incident: Incident, staying: Sequence[OpenAlert], targets: Sequence[str]) -> None:
    """All that was open of it is elsewhere: it ends, and its messages are shown by what goes on there."""
    for member in staying:  # over, and remembered for late events only
        turn.state.put(member.model_copy(update={"incident": ""}))
    text = f"The rules changed: this goes on in {', '.join(targets)}"
    close_due = turn.now + timedelta(seconds=turn.rules.settings.reopen_seconds)
    clocks: dict[str, object] = {
        **dict.fromkeys(incident.clocks),
        "escalation": None,
        "muted_by": "",
        "close_due": close_due,
    }
    notes = turn.note(incident, "moved", text)
    turn.move(incident, Trigger.MERGE, notes=notes, firing=0, **clocks)


def _shrink(turn: Turn, incident: Incident, staying: Sequence[OpenAlert], targets: Sequence[str]) -> None:
    """Part of it went elsewhere: what is left is looked at anew, and whoever was told sees it."""
    headlines = symptoms_left(incident.headlines, [Leaving(m, m.alert.component) for m in staying])
    text = f"The rules changed: part of this goes on in {', '.join(targets)}"
    incident = turn.save(
        incident,
        headlines=headlines,
        alerts=len(staying),
        firing=sum(member.firing for member in staying),
        severity=max((h.severity for h in headlines), key=lambda severity: severity.rank),
        started_at=min(h.started_at for h in headlines),
        notes=turn.note(incident, "moved", text) if incident.told else incident.notes,
    )
    if not incident.live:
        return
    incident = assess(turn, mend(turn, incident))
    if incident.told and not held_back(turn, incident):
        turn.to_tell.setdefault(incident.id, NoticeKind.UPDATED)


def _send_loose(turn: Turn, parts: dict[str, list[Leaving]], hops: int) -> None:
    """Alerts that are over and in no incident, or in none that goes: remembered there for late events."""
    for target in sorted(parts):
        part = sorted(parts[target], key=lambda member: member.known.key)
        for alerts in chunks(member.there.model_copy(update={"incident": ""}) for member in part):
            send(turn, target, hops, alerts=alerts)
        for member in part:
            turn.state.delete(member.known.key)
        turn.decide(Reason.MOVED_OUT, f"{len(part)} alerts that are over to scope {target}")


def _send_knowledge(
    turn: Turn,
    changes: dict[str, list[RecentChange]],
    background: dict[str, list[BackgroundRate]],
    hops: int,
) -> None:
    """What is remembered of components that belong elsewhere: evidence, and how often they alert anyway."""
    for target in sorted({*changes, *background}):
        for found in chunks(sorted(changes.get(target, ()), key=_key)):
            send(turn, target, hops, changes=found)
        for rates in chunks(sorted(background.get(target, ()), key=_key)):
            send(turn, target, hops, background=rates)
        for record in (*changes.get(target, ()), *background.get(target, ())):
            turn.state.delete(record.key)


def _key(record: RecentChange | BackgroundRate) -> str:
    return record.key
