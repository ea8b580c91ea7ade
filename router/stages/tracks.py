"""Who must know of an incident beside its owner, why, and with which clock?

Business owners of the workflows whose outcome is hit or will be; risk & compliance where a fault brings a duty with
it; the partner inside its contract; the owners of what may be the cause as well, and of what is a victim. Who of them
is told is decided elsewhere, by how bad it is.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from router.model.event import Measure
from router.model.fault import OUTCOMES, OwnerKind
from router.model.incident import Impact, Incident
from router.model.ownership import Clock, ClockEnd, Obligation, Track, TrackRole, fits
from router.model.rules import Rules

SUSPECT_FROM = 0.15
"""A candidate this likely to be the cause makes its owner a suspect."""
VICTIM_FROM = 0.5
"""A symptom this likely to come from the incident's cause makes its owner affected."""
MAX_TRACKS = 40
_NAMED = 3
"""So many components, or outcomes of a workflow, are named in one sentence."""

Accountable = Callable[[str, str], str]
"""The team that owns this fault of this component."""


Labels = Sequence[dict[str, str]]
"""The labels of an incident, one set a workflow that is hit."""


def tracks(
    incident: Incident, rules: Rules, at: datetime, accountable: Accountable, seen: Labels = ({},)
) -> tuple[Track, ...]:
    """The tracks as the incident stands, most binding first; each team once a role (and duty). No clock runs yet.

    The owner's own team has one only where a clock comes with it. Contract hours are those of the moment `at`.
    """
    found: dict[tuple[str, str, str], Track] = {}
    for track in (
        *_duties(incident, rules, seen),
        *_partner(incident, rules, at),
        *_business(incident, rules),
        *_affected(incident, rules, accountable),
        *_suspects(incident, rules, accountable),
    ):
        if track.team != incident.owner.team or track.clocks:
            found.setdefault(track.key, track)
    return tuple(found.values())[:MAX_TRACKS]


def _track(rules: Rules, team: str, role: TrackRole, why: str, **fields: object) -> Track:
    body, triage = rules.teams[team], rules.teams[rules.settings.triage_team]
    bound = role in (TrackRole.OBLIGATION, TrackRole.PARTNER)
    channel = body.channel if bound else body.information_channel
    destination = channel or triage.channel or f"team:{team}"
    return Track.model_validate(
        {"team": team, "kind": body.kind, "role": role, "why": why, "destination": destination, **fields}
    )


# ---- business --------------------------------------------------------------------------------------------


def _business(incident: Incident, rules: Rules) -> Iterator[Track]:
    """The business owners of workflows whose outcome is hit or will be; one sentence a workflow."""
    said: dict[str, list[str]] = {}
    for name in dict.fromkeys((*(impact.workflow for impact in incident.impacts), *incident.workflows)):
        workflow, team = rules.workflows.get(name), _business_owner(name, rules)
        impacts = [impact for impact in incident.impacts if impact.workflow == name]
        if workflow is None or not team:
            continue
        if not impacts and any(rules.components[c].kind in OUTCOMES for c in workflow.components):
            continue
        said.setdefault(team, []).append(f"business owner of {name}, {_outcome(impacts, incident, rules)}")
    for team, sentences in said.items():
        yield _track(rules, team, TrackRole.BUSINESS, "; ".join(sentences))


def _business_owner(name: str, rules: Rules) -> str:
    """The team that answers for a workflow's outcome; "" for none."""
    workflow = rules.workflows.get(name)
    return (workflow.owners.get(OwnerKind.BUSINESS) or workflow.business_owner) if workflow else ""


def _outcome(impacts: Sequence[Impact], incident: Incident, rules: Rules) -> str:
    """What is hit of a workflow, and by how much; else what will be, and when."""
    hit = [impact.component for impact in impacts if impact.hit]
    if hit:
        return "which is hit: " + ", ".join(_by_how_much(name, incident, rules) for name in hit[:_NAMED])
    ahead = [impact for impact in impacts if impact.expected_at]
    if not ahead:
        return "which is hit"
    named = ", ".join(rules.components[impact.component].title for impact in ahead[:_NAMED])
    return f"which will be hit: {named} from about {ahead[0].expected_at:%H:%M} UTC"


def _by_how_much(component: str, incident: Incident, rules: Rules) -> str:
    title = rules.components[component].title
    measure = next((h.measure for h in incident.headlines if h.component == component and h.measure), None)
    return f"{title} ({measured(measure)})" if measure else title


def measured(measure: Measure) -> str:
    """A number against its threshold: `order value 12 % below its threshold`, `open claims 40`."""
    name, unit = measure.name.replace("_", " "), f" {measure.unit}" if measure.unit else ""
    if measure.threshold is None:
        return f"{name} {measure.value:g}{unit}"
    if not measure.threshold or measure.unit in ("%", "percent"):
        return f"{name} {measure.value:g}{unit}, threshold {measure.threshold:g}{unit}"
    share = (measure.value - measure.threshold) / abs(measure.threshold)
    where = "below" if share < 0 else "above"
    return f"{name} {abs(share) * 100:.0f} % {where} its threshold"


# ---- duties ----------------------------------------------------------------------------------------------


def _duties(incident: Incident, rules: Rules, seen: Labels) -> Iterator[Track]:
    """The duties that the faults at hand bring with them; a matter of risk that none names has no clock."""
    cause = incident.cause
    present = [] if cause.abstained else [(cause.component, cause.fault)]
    present += [(h.component, h.fault) for h in incident.headlines]
    for component, fault in dict.fromkeys(present):
        body, known = rules.components.get(component), rules.fault(fault)
        risk = body.owners.get(OwnerKind.RISK) if body else None
        risk = risk or rules.settings.default_owners.get(OwnerKind.RISK, "")
        named = False
        for duty in rules.obligations.values():
            team = duty.team or risk
            if team and _arises(duty, component, fault, incident, seen):
                named = True
                why = f"{duty.title}: {fault} of {component}"
                clocks = (_duty_clock(duty),) if duty.within_seconds else ()
                yield _track(rules, team, TrackRole.OBLIGATION, why, about=duty.id, clocks=clocks)
        if risk and not named and body and known and known.concern is OwnerKind.RISK:
            why = f"{fault} of {component} is a matter of risk & compliance"
            yield _track(rules, risk, TrackRole.OBLIGATION, why, about=fault)


def _arises(duty: Obligation, component: str, fault: str, incident: Incident, seen: Labels) -> bool:
    """Whether this fault of this component brings the duty with it, in an incident this bad."""
    return (
        incident.severity.rank >= duty.severity.rank
        and any(fits(pattern, fault) for pattern in duty.faults)
        and (not duty.components or any(fits(pattern, component) for pattern in duty.components))
        and any(all(matcher.matches(labels) for matcher in duty.match) for labels in seen)
    )


def _duty_clock(duty: Obligation) -> Clock:
    remind = duty.within_seconds // 4 if duty.remind_seconds is None else duty.remind_seconds
    return Clock(
        name=duty.id,
        duty=duty.title,
        source=duty.source,
        starts=duty.starts,
        seconds=duty.within_seconds,
        remind_seconds=min(remind, duty.within_seconds),
    )


# ---- partner ---------------------------------------------------------------------------------------------


def _partner(incident: Incident, rules: Rules, at: datetime) -> Iterator[Track]:
    """The partner who runs the cause's component, if this is inside its contract: response and resolution run."""
    cause = incident.cause
    component = rules.components.get(cause.component)
    team = component.owners.get(OwnerKind.PARTNER, "") if component else ""
    contract = rules.teams[team].contract if team else None
    if component is None or contract is None or cause.abstained:
        return
    known = rules.fault(cause.fault)
    inside = contract.covers(component.id, cause.fault, known.concern if known else OwnerKind.IT)
    if not inside or (contract.hours is not None and not contract.hours.contains(at)):
        return
    times = (
        ("response", contract.response_seconds, ClockEnd.ACKNOWLEDGED, "respond"),
        ("resolution", contract.resolution_seconds, ClockEnd.RESOLVED, "resolve"),
    )
    clocks = tuple(
        Clock(
            name=name,
            duty=f"{verb} ({incident.severity.value})",
            source=f"contract with {rules.teams[team].title}",
            until=until,
            seconds=allowed[incident.severity],
            remind_seconds=allowed[incident.severity] // 4,
        )
        for name, allowed, until, verb in times
        if incident.severity in allowed
    )
    why = f"{team} runs {component.id} under contract"
    yield _track(rules, team, TrackRole.PARTNER, why, clocks=clocks)


# ---- neighbours ------------------------------------------------------------------------------------------


def _affected(incident: Incident, rules: Rules, accountable: Accountable) -> Iterator[Track]:
    """Owners of components that alert and are not the cause: they need not look for it."""
    cause, victims = incident.cause, dict[str, dict[str, None]]()
    if cause.abstained:
        return
    for headline in incident.headlines:
        name = headline.component
        body = rules.components.get(name)
        if name == cause.component or body is None or headline.responsibility < VICTIM_FROM:
            continue
        team = accountable(name, headline.fault)
        if body.kind in OUTCOMES and team == _business_owner(body.workflow, rules):
            continue  # its business track says already that this is hit
        victims.setdefault(team, {})[name] = None
    for team, names in victims.items():
        verb = "is a victim" if len(names) == 1 else "are victims"
        why = f"{_named(list(names))} {verb}: {incident.owner.team} works on the cause, {cause.component}"
        yield _track(rules, team, TrackRole.AFFECTED, why)


def _suspects(incident: Incident, rules: Rules, accountable: Accountable) -> Iterator[Track]:
    """Owners of what may be the cause as well; all candidates, where none is sure enough."""
    cause, suspects = incident.cause, dict[str, list[str]]()
    for candidate in cause.candidates:
        if candidate.component == cause.component and not cause.abstained:
            continue
        if candidate.confidence >= SUSPECT_FROM and candidate.component in rules.components:
            named = f"{candidate.component} ({candidate.confidence:.0%})"
            suspects.setdefault(accountable(candidate.component, candidate.fault), []).append(named)
    for team, names in suspects.items():
        also = "" if cause.abstained else " as well"
        yield _track(rules, team, TrackRole.SUSPECT, f"{_named(names)} may be the cause{also}")


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
