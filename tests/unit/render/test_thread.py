"""Notes as one reply."""

import json

from router.model.incident import Note
from router.render.thread import asked, thread_message
from tests.builders import at, minutes
from tests.fake_slack.blocks import problems
from tests.unit.render.samples import ESCALATED, HANDED_OVER


def test_several_notes_are_one_reply_with_a_line_each() -> None:
    """Oldest first, each with its mark and time."""
    message = thread_message((HANDED_OVER, ESCALATED), at(minutes(42)))
    assert message.text.splitlines() == [HANDED_OVER.text, ESCALATED.text]
    assert len(message.blocks) == 1
    assert problems(list(message.blocks)) == []
    shown = json.dumps(message.model_dump(), ensure_ascii=False)
    assert "➡️" in shown
    assert "⏫" in shown
    assert '"fallback": "08:30 UTC"' in shown


def test_a_note_of_another_kind_or_day_is_told_too() -> None:
    """An unknown kind gets a dot; a note of yesterday says the day."""
    note = Note(number=1, at=at(-minutes(24 * 60)), kind="new_kind", text="Words <!here>")
    message = thread_message((note,), at(0))
    assert message.text == "Words &lt;!here&gt;"
    assert "2026-03-01 08:00 UTC" in json.dumps(message.model_dump())


def test_twenty_long_notes_still_fit() -> None:
    """As many as an incident keeps, each as long as it may be."""
    notes = [Note(number=n, at=at(n), kind="handed_over", text="x" * 1_000) for n in range(1, 21)]
    message = thread_message(notes, at(60))
    assert problems(list(message.blocks)) == []
    assert len(message.text) <= 4_000


def test_a_note_names_people_where_they_are_told_directly_or_are_to_be_mentioned() -> None:
    """Slack tells whoever is named; a channel is not to tell those who have a direct message."""
    people = ("U0ALICE001", "ann@acme.example")
    note = Note(number=1, at=at(0), kind="escalated", text="Told Alice", people=people)
    assert asked(note, "#data") == ()
    assert asked(note, "@U0ALICE001") == ("U0ALICE001",)
    everywhere = note.model_copy(update={"mention": True})
    assert asked(everywhere, "#data") == people
    shown = json.dumps(thread_message((everywhere,), at(0)).model_dump())
    assert '{"type": "user", "user_id": "U0ALICE001"}' in shown
    assert '"user_id"' not in json.dumps(thread_message((note,), at(0)).model_dump())
