"""Notes as one reply in the thread: what happened to the incident since the thread heard of it last."""

from collections.abc import Sequence

from router.model.incident import RUNBOOK_NOTE, Note
from router.model.value import Moment
from router.render.escape import escape
from router.render.fit import fit
from router.render.line import Line, Person, Time, rich
from router.render.message import Block, Message

MARKS = {
    "handed_over": "➡️",
    RUNBOOK_NOTE: "📖",
    "escalated": "⏫",
    "reopened": "🔁",
    "merged": "🔗",
    "split": "✂️",
    "moved": "↪️",
    "suggested": "💡",
    "acknowledged": "👀",
    "resolved": "✅",
    "reminded": "⏳",
    "due": "⌛",
    "ack_reminder": "⏰",
    "ack_expired": "⏰",
    "renewed": "👀",
    "proposed": "🛑",
    "action_confirmed": "☑️",
}
"""By kind of note; any other kind gets a dot."""


def asked(note: Note, destination: str) -> tuple[str, ...]:
    """The persons whom Slack is to tell by this note: in a person's own direct message that person always."""
    return note.people if note.mention else tuple(p for p in note.people if destination == f"@{p}")


def note_line(note: Note, now: Moment) -> Line:
    """One note: mark, time, words, and the persons whom it names."""
    mark = MARKS.get(note.kind, "•")
    people = note.people if note.mention else ()
    named = tuple(part for person in people for part in (" ", Person(person)))
    return (f"{mark} ", Time(note.at, dated=note.at.date() != now.date()), f" {note.text}", *named)


def thread_message(notes: Sequence[Note], now: Moment, runbook: Sequence[Block] = ()) -> Message:
    """The reply that tells these notes, oldest first; `now` is the moment of the notice.

    `runbook`: the blocks of the whole runbook, for a note that stands for it.
    """
    sections: list[Block] = [
        {"type": "rich_text_section", "elements": rich(note_line(note, now))} for note in notes
    ]
    for section in sections[1:]:
        elements = section["elements"]
        assert isinstance(elements, list)
        elements.insert(0, {"type": "text", "text": "\n"})
    block: Block = {"type": "rich_text", "elements": list(sections)}
    return fit(Message(text="\n".join(escape(note.text) for note in notes), blocks=(block, *runbook)))
