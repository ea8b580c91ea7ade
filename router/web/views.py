"""What the console's pages say, before they are HTML: pure functions of an incident, the rules and now.

Leads and causes are those of the messages (`router.render.card`), so Slack and the console say the same.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup

from router.model.headline import Headline
from router.model.incident import Impact, Incident, IncidentState, Note
from router.model.notice import Notice, NoticeKind, NoticeRole
from router.model.rules import Rules
from router.model.runbook import Runbook
from router.model.value import Moment
from router.render.asked import proposal_facts
from router.render.card import Card, card_of
from router.render.line import Line, Strong, Time
from router.render.muted import muted_words
from router.render.thread import note_line
from router.render.words import component_words, failure_words, fault_words, team_words, workflow_words
from router.web.markup import line_html, since, time_html

STATES = {
    IncidentState.SETTLING: "settling",
    IncidentState.OPEN: "not acknowledged",
    IncidentState.ACKNOWLEDGED: "acknowledged",
    IncidentState.RESOLVED: "resolved",
    IncidentState.MERGED: "merged",
    IncidentState.CLOSED: "closed",
}


@dataclass(frozen=True)
class Row:
    """One incident in a list. `tone` is its colour: the severity, or `over`."""

    href: str
    tone: str
    severity: str
    title: str
    state: str
    owner: str
    owner_kind: str
    where: str
    when: Markup
    span: str
    firing: str
    remark: str


@dataclass(frozen=True)
class Symptom:
    """One line of the table of symptoms."""

    began: Markup
    component: str
    fault: str
    severity: str
    firing: int
    summary: str


@dataclass(frozen=True)
class Choice:
    """A possible cause; `percent` is how sure we are of it."""

    component: str
    fault: str
    percent: int


@dataclass(frozen=True)
class Page:
    """An incident's page, top to bottom; an empty part is not shown."""

    row: Row
    lead: Markup
    facts: tuple[tuple[str, Markup], ...]
    cause: Markup
    percent: int
    choices: tuple[Choice, ...]
    evidence: tuple[str, ...]
    impacts: tuple[Markup, ...]
    symptoms: tuple[Symptom, ...]
    story: tuple[Markup, ...]
    runbooks: tuple[tuple[str, str], ...]


def row_of(incident: Incident, rules: Rules, now: Moment) -> Row:
    """The incident as a list shows it."""
    severity = incident.severity.value
    began = incident.started_at if incident.live else incident.updated_at
    return Row(
        href=f"/incidents/{quote(incident.id, safe='')}",
        tone=severity if incident.live else "over",
        severity=severity,
        title=title_of(incident, rules),
        state=STATES[incident.state],
        owner=team_words(incident.owner.team, rules),
        owner_kind=incident.owner.kind.value,
        where=", ".join(workflow_words(name, rules) for name in incident.workflows),
        when=time_html(began, now),
        span=since(began, now) if incident.live else f"{since(began, now)} ago",
        firing=f"{incident.firing} of {incident.alerts} firing"
        if incident.live
        else f"{incident.alerts} alerts",
        remark=_remark(incident, rules),
    )


def title_of(incident: Incident, rules: Rules) -> str:
    """What is wrong where; the cause where it is known, else the first symptom."""
    cause = incident.cause
    first = next(iter(incident.headlines), None) if cause.abstained else None
    component, fault = (first.component, first.fault) if first else (cause.component, cause.fault)
    return failure_words(component, fault, rules) + (" (cause not sure)" if cause.abstained else "")


def page_of(incident: Incident, rules: Rules, now: Moment) -> Page:
    """The incident's page."""
    card = _card(incident, rules, now)
    cause = incident.cause
    candidates = [(c.component, c.fault, c.confidence) for c in cause.candidates]
    sure = [] if cause.abstained else [(cause.component, cause.fault, cause.confidence)]
    choices = tuple(
        Choice(component_words(component, rules), fault_words(fault), round(confidence * 100))
        for component, fault, confidence in (candidates or sure)
    )
    return Page(
        row=row_of(incident, rules, now),
        lead=line_html(card.lead, now),
        facts=tuple((label, line_html(line, now)) for label, line in _facts(incident, rules)),
        cause=line_html(card.cause, now),
        percent=round(cause.confidence * 100),
        choices=choices if len(choices) > 1 or cause.abstained else (),
        evidence=cause.evidence,
        impacts=tuple(line_html(_impact(impact, rules, now), now) for impact in incident.impacts),
        symptoms=tuple(_symptom(headline, rules, now) for headline in incident.headlines),
        story=tuple(line_html(note_line(note, now), now) for note in story_of(incident, rules)),
        runbooks=tuple(
            (runbook.title or runbook.id, runbook_href(runbook, incident))
            for runbook in (rules.runbooks.get(name) for name in incident.runbooks)
            if runbook is not None
        ),
    )


def story_of(incident: Incident, rules: Rules) -> list[Note]:
    """What happened, in order: the thread's notes, and the turning points that the incident's own fields tell."""
    points: list[tuple[Moment | None, str, str]] = [
        (incident.started_at, "", "The first symptom began"),
        (incident.opened_at, "", "The first alert arrived"),
        (incident.acknowledged_at, "acknowledged", f"Acknowledged by {incident.acknowledged_by}"),
    ]
    if incident.told and incident.told_at:
        first = incident.told[0]
        points.append((incident.told_at, "", f"{team_words(first.team, rules)} told in {first.destination}"))
    if incident.resolved_at and not incident.live:
        by = (
            f"Resolved by {incident.resolved_by}" if incident.resolved_by else "Over: no alert fires any more"
        )
        points.append((incident.resolved_at, "resolved", by))
    notes = [Note(number=0, at=at, kind=kind, text=text) for at, kind, text in points if at is not None]
    return sorted([*notes, *incident.notes], key=lambda note: note.at)


def runbook_href(runbook: Runbook, incident: Incident | None = None) -> str:
    """The runbook's page here, filled in for the incident where one is given."""
    query = f"?incident={quote(incident.id, safe='')}" if incident else ""
    return f"/runbooks/{quote(runbook.id, safe='')}{query}"


def _card(incident: Incident, rules: Rules, now: Moment) -> Card:
    """The card that the owner's channel would show now."""
    return card_of(
        Notice(
            destination=incident.destination,
            role=NoticeRole.OWNER,
            kind=NoticeKind.UPDATED,
            at=now,
            team=incident.owner.team,
            rules=rules.hash,
            incident=incident,
        ),
        rules,
    )


def _facts(incident: Incident, rules: Rules) -> list[tuple[str, Line]]:
    """Label and words of the fields at the top."""
    facts: list[tuple[str, Line]] = [
        ("Owner", (Strong(team_words(incident.owner.team, rules)), f" ({incident.owner.kind.value})")),
        ("Began", (Time(incident.started_at),)),
        ("Alerts", (f"{incident.firing} firing of {incident.alerts}",)),
    ]
    optional: list[tuple[str, str, Callable[[], Line]]] = [
        (
            "Acknowledged",
            incident.acknowledged_by,
            lambda: _done(incident.acknowledged_by, incident.acknowledged_at),
        ),
        ("Resolved", incident.resolved_by, lambda: _done(incident.resolved_by, incident.resolved_at)),
        ("Escalates", "due" if incident.escalate_due else "", lambda: _at(incident.escalate_due)),
        ("Still on it?", "due" if incident.ack_due else "", lambda: _look(incident)),
        ("Escalated to", incident.escalated_to, lambda: (team_words(incident.escalated_to, rules),)),
        ("Not told", incident.muted_by, lambda: (muted_words(incident) or incident.muted_by,)),
        ("Part of", incident.merged_into, lambda: (incident.merged_into,)),
    ]
    facts += [(label, words()) for label, value, words in optional if value]
    if incident.workflows:
        facts.append(
            ("Workflows hit", (", ".join(workflow_words(name, rules) for name in incident.workflows),))
        )
    if incident.destinations:
        facts.append(("Told in", (", ".join(dict.fromkeys(incident.destinations)),)))
    facts += proposal_facts(incident, incident.updated_at)
    for also in incident.also:
        due: Line = ("; due ", Time(also.running.due)) if also.running and also.running.due else ()
        facts.append(("Must know", (Strong(team_words(also.team, rules)), f": {also.why}", *due)))
    return facts


def _done(actor: str, at: Moment | None) -> Line:
    return (actor, " at ", Time(at)) if at else (actor,)


def _look(incident: Incident) -> Line:
    """When the acknowledgement ends, or whoever gave it is asked."""
    if incident.ack_due is None:
        return ()
    return ("ends at " if incident.ack_reminded else "asked at ", Time(incident.ack_due))


def _at(at: Moment | None) -> Line:
    return ("if nobody acknowledges by ", Time(at)) if at else ()


def _impact(impact: Impact, rules: Rules, now: Moment) -> Line:
    named = Strong(component_words(impact.component, rules))
    within = f" ({workflow_words(impact.workflow, rules)})" if impact.workflow else ""
    if impact.hit:
        return (named, f"{within} is hit")
    if impact.expected_at is None:
        return (named, f"{within} may follow")
    verb = " is possible since about " if impact.expected_at <= now else " is expected from about "
    return (named, within + verb, Time(impact.expected_at))


def _symptom(headline: Headline, rules: Rules, now: Moment) -> Symptom:
    return Symptom(
        began=time_html(headline.started_at, now),
        component=component_words(headline.component, rules),
        fault=fault_words(headline.fault),
        severity=headline.severity.value,
        firing=headline.firing,
        summary=headline.summary,
    )


def _remark(incident: Incident, rules: Rules) -> str:
    """The one thing about it that a list should not hide."""
    if incident.merged_into:
        return f"part of {incident.merged_into}"
    if not incident.live:
        return ""
    if incident.muted_by:
        return f"{muted_words(incident)}: nobody is told"
    if incident.state is IncidentState.ACKNOWLEDGED:
        return f"by {incident.acknowledged_by}"
    return f"escalated to {team_words(incident.escalated_to, rules)}" if incident.escalated_to else ""
