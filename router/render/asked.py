"""What an escalation asks of people in a message: as what a person is told, and which actions are proposed."""

from router.model.escalation import Proposal
from router.model.incident import Incident, IncidentState
from router.model.notice import Notice
from router.model.rules import Rules
from router.model.value import Moment
from router.render.line import Line, Person, Strong, Time
from router.render.words import team_words

MAX_BUTTONS = 3
"""Proposals that have a button; the console shows the rest."""


def escalation_lead(notice: Notice, rules: Rules) -> Line:
    """Why this team or person is told beside the owner, and what is wanted of them."""
    incident = notice.incident
    owner = Strong(team_words(incident.owner.team, rules))
    open_ = incident.state is not IncidentState.ACKNOWLEDGED
    told = next((t for t in incident.told if t.destination == notice.destination and t.why), None)
    if told is not None:
        wanted = ": please take it." if open_ else "; somebody has it now."
        return ("You are told as ", Strong(told.why), ". ", owner, " owns this", wanted)
    why = " has not acknowledged it: please take it, or reach them." if open_ else " has it now."
    return ("Escalated to ", Strong(team_words(notice.team, rules)), ". The owner ", owner, why)


def asked_facts(incident: Incident) -> list[tuple[str, Line]]:
    """Whom the message itself names while nobody acknowledges: a new message tells them by it."""
    notes = [note for note in incident.notes if note.kind == "escalated" and note.mention]
    if not notes or incident.state is not IncidentState.OPEN:
        return []
    people = notes[-1].people
    parts = [part for person in people for part in (", ", Person(person))]
    return [("Asked", tuple(parts[1:]))] if people else []


def proposal_facts(incident: Incident, now: Moment) -> list[tuple[str, Line]]:
    """The proposed actions, and who confirmed that they are done."""
    return [("Proposed", _line(proposal, now)) for proposal in incident.proposals]


def _line(proposal: Proposal, now: Moment) -> Line:
    how = f" (runbook {proposal.runbook})" if proposal.runbook else ""
    if proposal.confirmed_at is None:
        return (proposal.text, f"{how}: not confirmed")
    at = Time(proposal.confirmed_at, dated=proposal.confirmed_at.date() != now.date())
    return (proposal.text, f"{how}: done by ", Person(proposal.confirmed_by), " at ", at)


def open_proposals(incident: Incident) -> tuple[Proposal, ...]:
    """The proposals that nobody has confirmed, as many as get a button."""
    return tuple(p for p in incident.proposals if p.confirmed_at is None)[:MAX_BUTTONS]
