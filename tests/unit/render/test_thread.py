"""Notes as one reply."""

import json

from router.model.incident import Note
from router.render.thread import thread_message
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
