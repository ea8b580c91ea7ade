"""What a message about an incident says, most important first, before any medium writes it.

A card answers, in this order: how bad and what (title), is it mine and what am I to do (lead), why (cause),
what does it hit (impacts), how do I begin (runbook, added by the medium), on what evidence. Once an incident
is over, merged or somebody else's, only the first answers stay: old evidence is in the console.
"""

from dataclasses import dataclass

from router.model.incident import Cause, Impact, Incident, IncidentState, Trigger, transition
from router.model.notice import Notice, NoticeKind, NoticeRole
from router.model.ownership import Shown
from router.model.rules import Rules
from router.model.value import Moment
from router.render.also import (
    also_facts,
    also_lead,
    also_title,
    asks_to_see,
    clock_facts,
    hand_to,
    hidden_failure,
    is_hidden,
    must_know,
    shows_impact,
)
from router.render.asked import asked_facts, escalation_lead, proposal_facts
from router.render.fit import cut
from router.render.line import Line, Link, Person, Strong, Time
from router.render.muted import muted_line
from router.render.words import (
    MARKS,
    candidate_line,
    cause_line,
    component_words,
    console_url,
    count_words,
    failure_words,
    span_words,
    team_words,
    workflow_words,
)

MAX_EVIDENCE, MAX_HEADLINES, MAX_IMPACTS, MAX_ALSO = 5, 5, 5, 4
"""Lines of each kind: a message is read in a minute, the console shows the rest."""

MAX_SENTENCE = 300
"""Characters of one sentence of evidence: names may be long, and one sentence must not crowd out the others."""

_NUMBERS = ("", "one candidate", "two candidates", "three candidates")


@dataclass(frozen=True)
class Card:
    """Words in reading order; an empty part is not shown.

    `buttons` are the triggers a person may pull from this message, `hand_to` the teams that one press hands it to;
    `seen_by` is a team of whom somebody shall say that they saw it. `detailed`: worth a runbook and evidence.
    """

    mark: str
    title: str
    summary: str
    lead: Line
    facts: tuple[tuple[str, Line], ...]
    cause: Line
    doubt: str
    candidates: tuple[Line, ...]
    impacts: tuple[Line, ...]
    evidence: tuple[Line, ...]
    headlines: tuple[Line, ...]
    state: Line
    footer: Line
    buttons: tuple[Trigger, ...]
    detailed: bool
    hand_to: tuple[str, ...] = ()
    seen_by: str = ""


def card_of(notice: Notice, rules: Rules) -> Card:
    """The card that `notice.destination` should show now."""
    incident = notice.incident
    acting = notice.role in (NoticeRole.OWNER, NoticeRole.ESCALATION)
    detailed = incident.live and acting
    also = notice.role is NoticeRole.ALSO
    mark, title = _title(notice, rules)
    cause = incident.cause
    candidates = cause.candidates[:3] if cause.abstained else ()
    return Card(
        mark=mark,
        title=title,
        summary=_summary(title, incident, rules),
        lead=_lead(notice, rules),
        facts=_facts(notice, rules),
        cause=() if cause.abstained or is_hidden(incident) else cause_line(cause, rules),
        doubt=f"Not sure of the cause: {_NUMBERS[len(candidates)]}" if candidates and not also else "",
        candidates=() if also else tuple(candidate_line(candidate, rules) for candidate in candidates),
        impacts=_impacts(notice, rules) if detailed or (also and shows_impact(notice)) else (),
        evidence=_evidence(cause) if detailed else (),
        headlines=_headlines(notice, rules) if detailed else (),
        state=_state(notice, rules),
        footer=_footer(notice, rules),
        buttons=_buttons(incident) if acting else (),
        detailed=detailed,
        hand_to=hand_to(incident) if acting else (),
        seen_by=asks_to_see(notice) if also or notice.role is NoticeRole.OWNER else "",
    )


def _title(notice: Notice, rules: Rules) -> tuple[str, str]:
    """The mark that is seen from across the room, and the title: severity or outcome, where, what."""
    incident, cause = notice.incident, notice.incident.cause
    failure = failure_words(cause.component, cause.fault, rules)
    if cause.abstained:
        first = incident.headlines[0] if incident.headlines else None
        shown = failure_words(first.component, first.fault, rules) if first else failure
        failure = f"{shown} (cause not sure)"
    if is_hidden(incident):
        failure = hidden_failure(incident, rules)
    severity = incident.severity.value.capitalize()
    match incident.state:
        case IncidentState.RESOLVED | IncidentState.CLOSED:
            return "✅", f"Resolved · {failure}"
        case IncidentState.MERGED:
            return "🔗", f"Merged · {failure}"
    if notice.role is NoticeRole.FORMER_OWNER:
        return "➡️", f"Handed over · {failure}"
    if notice.role is NoticeRole.ALSO:
        return also_title(notice, severity, failure)
    if incident.state is IncidentState.ACKNOWLEDGED:
        return "👀", f"{severity}, acknowledged · {failure}"
    return MARKS[incident.severity], f"{severity} · {failure}"


def _summary(title: str, incident: Incident, rules: Rules) -> str:
    """The phone's notification: one sentence that says whether to get up."""
    workflows = ", ".join(workflow_words(name, rules) for name in incident.workflows[:2])
    hits = f" in {workflows}" if workflows and incident.live else ""
    owner = team_words(incident.owner.team, rules)
    open_ = " Not acknowledged yet." if incident.state in (IncidentState.OPEN, IncidentState.SETTLING) else ""
    return f"{title}{hits}. Owner: {owner}.{open_}"


def _lead(notice: Notice, rules: Rules) -> Line:
    """Why this team is told, and what is wanted of it."""
    incident = notice.incident
    owner = Strong(team_words(incident.owner.team, rules))
    if incident.state is IncidentState.MERGED:
        if not incident.merged_into:
            return ("The rules changed, and it goes on in another scope. Nothing to do here.",)
        return ("Part of ", _other(notice, rules), ": follow it there. Nothing to do here.")
    if not incident.live:
        return _over(notice)
    if notice.role is NoticeRole.FORMER_OWNER:
        return ("Now with ", owner, f", {incident.owner.why}. Nothing to do here unless they ask.")
    if notice.role is NoticeRole.ALSO:
        return also_lead(notice, rules)
    if notice.role is NoticeRole.ESCALATION:
        return escalation_lead(notice, rules)
    if incident.cause.abstained:
        return (owner, ", please decide who owns this: ", incident.owner.why, ".")
    verb = {NoticeKind.HANDED_OVER: " takes over: ", NoticeKind.REOPENED: ", it is back: "}
    return (owner, verb.get(notice.kind, " owns this: "), incident.owner.why, ".")


def _over(notice: Notice) -> Line:
    incident = notice.incident
    at = incident.resolved_at or incident.updated_at
    lasted = span_words(max(at - incident.started_at, at - at))
    by: Line = (": nothing fires any more",)
    if incident.resolved_by:
        by = (", by ", Person(incident.resolved_by))
    return ("Over at ", _time(at, notice), f" after {lasted}", *by, ".")


def _facts(notice: Notice, rules: Rules) -> tuple[tuple[str, Line], ...]:
    """Label and words: the owner where the lead does not say it, who must know, workflows, latest news."""
    incident = notice.incident
    facts: list[tuple[str, Line]] = []
    if not incident.live:
        owner = team_words(incident.owner.team, rules)
        kind = f" ({incident.owner.kind.value})" if incident.owner.team in rules.teams else ""
        facts.append(("Owner", (f"{owner}{kind}",)))
    if notice.role is NoticeRole.ALSO:
        return (*facts, *also_facts(notice, rules))
    also = must_know(incident)
    if also:
        named = [f"{team_words(team, rules)} ({why})" for team, why in also[:MAX_ALSO]]
        left = len(also) - MAX_ALSO
        more = f"; and {left} more" if left > 0 else ""
        facts.append(("Must also know", ("; ".join(named) + more,)))
    for track in incident.also:
        if track.team == notice.team:
            facts += clock_facts(track, notice)
    if incident.workflows:
        facts.append(
            ("Workflows hit", (", ".join(workflow_words(name, rules) for name in incident.workflows),))
        )
    facts += [*asked_facts(incident), *proposal_facts(incident, notice.at)]
    if incident.notes and incident.live:
        note = incident.notes[-1]
        facts.append(("Latest", (_time(note.at, notice), f" {note.text}")))
    return tuple(facts)


def _evidence(cause: Cause) -> tuple[Line, ...]:
    """The strongest sentences, and the last one: it says what else it could be, and why it is less likely."""
    told = cause.evidence
    if len(told) > MAX_EVIDENCE:
        told = (*told[: MAX_EVIDENCE - 1], told[-1])
    return tuple((cut(text, MAX_SENTENCE),) for text in told)


def _impacts(notice: Notice, rules: Rules) -> tuple[Line, ...]:
    shown = [_impact(impact, notice, rules) for impact in notice.incident.impacts[:MAX_IMPACTS]]
    return (*shown, *_more(len(notice.incident.impacts) - MAX_IMPACTS))


def _impact(impact: Impact, notice: Notice, rules: Rules) -> Line:
    named = Strong(component_words(impact.component, rules))
    if impact.hit:
        return (named, " is hit")
    if impact.expected_at is None:
        return (named, " may follow")
    if impact.expected_at <= notice.at:
        return (named, " not seen yet, possible since about ", _time(impact.expected_at, notice))
    return (named, " expected from about ", _time(impact.expected_at, notice))


def _headlines(notice: Notice, rules: Rules) -> tuple[Line, ...]:
    """The first symptoms, in the order in which they began."""
    lines: list[Line] = []
    for headline in notice.incident.headlines[:MAX_HEADLINES]:
        where = failure_words(headline.component, headline.fault, rules)
        over = "" if headline.firing else " (over)"
        said = f". {headline.summary}" if headline.summary else ""
        lines.append((_time(headline.started_at, notice), " ", Strong(where), over + said))
    return (*lines, *_more(len(notice.incident.headlines) - MAX_HEADLINES))


def _more(left: int) -> tuple[Line, ...]:
    return ((f"and {left} more",),) if left > 0 else ()


def _state(notice: Notice, rules: Rules) -> Line:
    """Where the incident stands: who has it, since when, how much fires."""
    incident = notice.incident
    began: Line = ("Began ", _time(incident.started_at, notice))
    alerts = f", {count_words(incident.alerts, 'alert')}"
    firing = f", {count_words(incident.firing, 'firing', 'firing')}" if incident.live else ""
    again = f", re-opened {count_words(incident.reopened, 'time')}" if incident.reopened else ""
    muted = muted_line(incident, notice.at)
    return (*_held(notice, rules), *began, alerts + firing + again, *((", ", *muted) if muted else ()))


def _held(notice: Notice, rules: Rules) -> Line:
    incident = notice.incident
    if incident.state in (IncidentState.OPEN, IncidentState.SETTLING):
        to = f", escalated to {team_words(incident.escalated_to, rules)}" if incident.escalated_to else ""
        return (Strong("Not acknowledged"), f"{to}. ")
    if incident.acknowledged_at is None:
        return ()
    who = Person(incident.acknowledged_by)
    return ("Acknowledged by ", who, " at ", _time(incident.acknowledged_at, notice), ". ")


def _console(incident: str, notice: Notice, rules: Rules) -> str:
    """The page of an incident, for those who may open the console."""
    inside = notice.shows is None or Shown.LINKS in notice.shows
    return console_url(incident, rules) if inside else ""


def _footer(notice: Notice, rules: Rules) -> Line:
    incident = notice.incident
    url = _console(incident.id, notice, rules)
    inside = notice.group and (notice.shows is None or Shown.LABELS in notice.shows)
    name = f"{incident.id} · only {notice.group}" if inside else incident.id
    return (name, " · ", Link("open in the console", url)) if url else (name,)


def _other(notice: Notice, rules: Rules) -> Link | Strong:
    incident = notice.incident.merged_into
    url = _console(incident, notice, rules)
    return Link(incident, url) if url else Strong(incident)


def _buttons(incident: Incident) -> tuple[Trigger, ...]:
    """What the state machine allows a person to do now."""
    asked = (Trigger.RENEW,) if incident.ack_reminded else ()
    wanted = (Trigger.ACKNOWLEDGE, *asked, Trigger.RESOLVE)
    return tuple(t for t in wanted if transition(incident.state, t)) if incident.live else ()


def _time(at: Moment, notice: Notice) -> Time:
    return Time(at, dated=at.date() != notice.at.date())
