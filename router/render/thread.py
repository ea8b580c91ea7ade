"""Notes as one reply in the thread: what happened to the incident since the thread heard of it last."""

from collections.abc import Sequence

from router.model.incident import Note
from router.model.value import Moment
from router.render.escape import escape
from router.render.fit import fit
from router.render.line import Line, Time, rich
from router.render.message import Block, Message

MARKS = {
    "handed_over": "➡️",
    "escalated": "⏫",
    "reopened": "🔁",
    "merged": "🔗",
    "split": "✂️",
    "suggested": "💡",
    "acknowledged": "👀",
    "resolved": "✅",
    "reminded": "⏳",
    "due": "⌛",
}
"""By kind of note; any other kind gets a dot."""


def note_line(note: Note, now: Moment) -> Line:
    """One note: mark, time, words."""
    mark = MARKS.get(note.kind, "•")
    return (f"{mark} ", Time(note.at, dated=note.at.date() != now.date()), f" {note.text}")


def thread_message(notes: Sequence[Note], now: Moment) -> Message:
    """The reply that tells these notes, oldest first; `now` is the moment of the notice."""
    sections: list[Block] = [
        {"type": "rich_text_section", "elements": rich(note_line(note, now))} for note in notes
    ]
    for section in sections[1:]:
        elements = section["elements"]
        assert isinstance(elements, list)
        elements.insert(0, {"type": "text", "text": "\n"})
    block: Block = {"type": "rich_text", "elements": list(sections)}
    return fit(Message(text="\n".join(escape(note.text) for note in notes), blocks=(block,)))
