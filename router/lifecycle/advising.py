"""Advising: which runbooks go with an incident, and the note that brings the best one into its owner's thread."""

from router.model.incident import RUNBOOK_NOTE, Incident, Note
from router.model.turn import Turn
from router.stages.advise import advise


def runbooks_of(turn: Turn, incident: Incident) -> tuple[str, ...]:
    """The runbooks for the incident as it stands, best first."""
    return tuple(found.runbook for found in advise(incident.cause, incident.workflows, turn.rules))


def with_runbook(turn: Turn, incident: Incident) -> tuple[Note, ...]:
    """The incident's notes with its best runbook as the newest; as they are where its owner has it already.

    Each owner gets each runbook once: another owner, or a better runbook, is news.
    """
    best = next(iter(advise(incident.cause, incident.workflows, turn.rules)), None)
    if best is None:
        return incident.notes
    title = turn.rules.runbooks[best.runbook].title
    text = f"Runbook for {incident.owner.team}: {title}; {best.why}"
    if any(note.kind == RUNBOOK_NOTE and note.text == text for note in incident.notes):
        return incident.notes
    return turn.note(incident, RUNBOOK_NOTE, text)
