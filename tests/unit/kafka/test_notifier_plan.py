"""What to do next, for every state of the log: a table, and the edges of each wait."""

from datetime import timedelta

import pytest

from router.kafka.notifier_plan import (
    Memory,
    Nothing,
    Patience,
    Post,
    Reconcile,
    ThreadReply,
    Update,
    again,
    note_number,
    plan,
    remember,
)
from router.model.incident import RUNBOOK_NOTE, Note
from router.model.notice import Delivery, DeliveryState, Notice, NoticeRole
from tests.builders import at, minutes
from tests.unit.render.samples import a_notice

NOW = at(minutes(42))
PATIENCE = Patience(look_after=5, retry=30, retry_most=600)


def a_note(number: int) -> Note:
    """A line of the story."""
    return Note(number=number, at=at(number), kind="escalated", text=f"note {number}")


def newest(revision: int = 4, notes: int = 0, first: int = 1) -> Notice:
    """The newest notice, at this revision and with notes of these numbers."""
    return a_notice("updated", revision=revision, notes=tuple(a_note(n) for n in range(first, notes + 1)))


def root(state: str = "done", revision: int = 4, seconds_ago: float = 60, **fields: object) -> Delivery:
    """The newest record of the message."""
    usual: dict[str, object] = {
        "destination": "#data",
        "incident": "main-17",
        "state": DeliveryState(state),
        "revision": revision,
        "at": NOW - timedelta(seconds=seconds_ago),
        "attempts": 1,
        "channel_id": "C1" if state == "done" else "",
        "ts": "1.0" if state == "done" else "",
    }
    return Delivery.model_validate({**usual, **fields})


def reply(number: int, state: str = "done", seconds_ago: float = 60, **fields: object) -> Delivery:
    """The newest record of a reply."""
    return root(state, seconds_ago=seconds_ago).model_copy(update={"part": f"note-{number}", **fields})


def test_what_nobody_was_told_is_posted() -> None:
    """The intent names revision, generation and the notes that the message makes needless to tell."""
    action = plan(newest(notes=2), Memory(), NOW, PATIENCE)
    assert isinstance(action, Post)
    assert (action.attempt.state, action.attempt.revision) == (DeliveryState.ATTEMPT_STARTED, 4)
    assert (action.attempt.generation, action.attempt.attempts) == (1, 1)
    assert action.covered is not None
    assert (action.covered.part, action.covered.state) == ("note-2", DeliveryState.DONE)


def test_what_is_shown_as_it_is_needs_nothing() -> None:
    """The same revision, and no notes."""
    assert plan(newest(), Memory(root()), NOW, PATIENCE) == Nothing()


@pytest.mark.parametrize("shown", [1, 3, 9, -1])
def test_any_other_revision_is_edited(shown: int) -> None:
    """Level-triggered: the message is to show the newest notice, whichever it showed before."""
    action = plan(newest(), Memory(root(revision=shown)), NOW, PATIENCE)
    assert isinstance(action, Update)
    assert (action.attempt.ts, action.attempt.revision) == ("1.0", 4)
    assert action.attempt.state is DeliveryState.ATTEMPT_STARTED


@pytest.mark.parametrize(
    ("seconds_ago", "expected"),
    [(0.0, Nothing(5.0)), (4.0, Nothing(1.0)), (5.0, "look"), (3_600.0, "look"), (-3_600.0, "look")],
)
def test_an_intent_without_outcome_is_looked_up_after_a_wait(seconds_ago: float, expected: object) -> None:
    """Slack shows a new message late; a clock that was set back does not make us wait for ever."""
    attempt = root("attempt_started", seconds_ago=seconds_ago)
    action = plan(newest(), Memory(attempt), NOW, PATIENCE)
    assert action == (Reconcile(attempt) if expected == "look" else expected)


def test_an_edit_without_outcome_is_edited_again_at_once() -> None:
    """Editing is harmless to repeat, and then to the newest revision."""
    attempt = root("attempt_started", seconds_ago=0, revision=2, ts="1.0", channel_id="C1")
    action = plan(newest(), Memory(attempt), NOW, PATIENCE)
    assert isinstance(action, Update)
    assert action.attempt.revision == 4


@pytest.mark.parametrize(("attempts", "wait"), [(1, 30.0), (2, 60.0), (3, 120.0), (6, 600.0), (100, 600.0)])
def test_a_failure_is_tried_again_more_and_more_slowly(attempts: int, wait: float) -> None:
    """Thirty seconds, doubled each time, ten minutes at most."""
    failed = root("failed", seconds_ago=0, attempts=attempts)
    assert plan(newest(), Memory(failed), NOW, PATIENCE) == Nothing(wait)
    later = plan(newest(), Memory(failed), NOW + timedelta(seconds=wait), PATIENCE)
    assert isinstance(later, Post)
    assert later.attempt.attempts == attempts + 1


def test_a_failed_edit_is_an_edit_again() -> None:
    """The message is still there."""
    failed = root("failed", seconds_ago=31, ts="1.0", channel_id="C1")
    action = plan(newest(), Memory(failed), NOW, PATIENCE)
    assert isinstance(action, Update)
    assert action.attempt.attempts == 2


def test_a_message_that_is_gone_gets_the_next_generation() -> None:
    """The deleted one is never looked for again."""
    action = plan(newest(), Memory(root(generation=3), gone=3), NOW, PATIENCE)
    assert isinstance(action, Post)
    assert action.attempt.generation == 4
    again_shown = Memory(root(generation=4), gone=3)
    assert plan(newest(), again_shown, NOW, PATIENCE) == Nothing()


def test_notes_that_were_not_told_are_one_reply() -> None:
    """All that wait, under the message, in one call with an effect of its own."""
    action = plan(newest(notes=4), Memory(root(), noted=1), NOW, PATIENCE)
    assert isinstance(action, ThreadReply)
    assert [note.number for note in action.notes] == [2, 3, 4]
    assert (action.attempt.part, action.thread_ts) == ("note-4", "1.0")
    assert action.attempt.effect_id != root().effect_id


def test_the_message_comes_before_its_thread() -> None:
    """What people see first is brought up to date first."""
    action = plan(newest(revision=5, notes=1), Memory(root()), NOW, PATIENCE)
    assert isinstance(action, Update)


def test_a_reply_without_outcome_is_settled_before_later_notes() -> None:
    """It is looked for in its thread, and repeated with the same notes."""
    open_reply = reply(2, "attempt_started")
    memory = Memory(root(), noted=0, reply=open_reply)
    assert plan(newest(notes=3), memory, NOW, PATIENCE) == Reconcile(open_reply, "1.0")
    failed = Memory(root(), noted=0, reply=reply(2, "failed"))
    action = plan(newest(notes=3), failed, NOW, PATIENCE)
    assert isinstance(action, ThreadReply)
    assert ([n.number for n in action.notes], action.attempt.part) == ([1, 2], "note-2")


def test_a_reply_to_a_message_that_is_gone_is_not_looked_for() -> None:
    """Its thread went with the message; what waits goes under the new one."""
    memory = Memory(root(generation=2), reply=reply(1, "attempt_started", generation=1))
    action = plan(newest(notes=2), memory, NOW, PATIENCE)
    assert isinstance(action, ThreadReply)
    assert (action.attempt.generation, action.attempt.part) == (2, "note-2")


def test_notes_that_the_incident_no_longer_keeps_are_let_go() -> None:
    """An incident keeps its last twenty notes; an older reply cannot be repeated."""
    memory = Memory(root(), reply=reply(2, "failed"))
    assert plan(newest(notes=9, first=5), memory, NOW, PATIENCE) == Nothing()


def test_posting_again_keeps_the_effect() -> None:
    """The same effect id, so that a copy that shows up late is found."""
    lost = root("attempt_started", generation=2, attempts=1)
    repeated = again(newest(), lost, NOW).attempt
    assert (repeated.effect_id, repeated.attempts) == (lost.effect_id, 2)


def test_memory_is_the_newest_of_each_part() -> None:
    """Notes that are told, the reply that is not settled, and the message."""
    done, open_reply = reply(3), reply(5, "attempt_started")
    assert remember([open_reply, root(), reply(1), done]) == Memory(root(), noted=3, reply=open_reply)
    assert remember([reply(5), reply(3, "failed")]) == Memory(None, noted=5)
    assert [note_number(part) for part in ("root", "note-12")] == [0, 12]


def test_what_took_a_second_attempt_is_remembered_as_doubted() -> None:
    """There may be a copy of it, which the next owner looks for."""
    twice, noted = root(attempts=2), reply(3, attempts=2, ts="2.0")
    assert remember([twice, noted, reply(4)]).doubted == (twice, noted)
    assert remember([root("failed", attempts=2), reply(3, attempts=2, ts="")]).doubted == ()


def with_runbook(role: str = "owner", notes: int = 3, runbook: int = 2) -> Notice:
    """A notice whose notes have the runbook among them."""
    notice = newest(notes=notes)
    lines = tuple(
        n.model_copy(update={"kind": RUNBOOK_NOTE}) if n.number == runbook else n
        for n in notice.incident.notes
    )
    incident = notice.incident.model_copy(update={"notes": lines})
    return notice.model_copy(update={"incident": incident, "role": NoticeRole(role)})


def test_a_new_message_leaves_the_runbook_to_its_thread() -> None:
    """For whoever has the incident; elsewhere the message makes all notes needless to tell."""
    owner = plan(with_runbook(), Memory(), NOW, PATIENCE)
    assert isinstance(owner, Post)
    assert owner.covered is not None
    assert owner.covered.part == "note-1"
    first = plan(with_runbook(notes=1, runbook=1), Memory(), NOW, PATIENCE)
    assert isinstance(first, Post)
    assert first.covered is None
    other = plan(with_runbook("escalation"), Memory(), NOW, PATIENCE)
    assert isinstance(other, Post)
    assert other.covered is not None
    assert other.covered.part == "note-3"


def test_the_runbook_is_a_reply_for_whoever_has_the_incident() -> None:
    """Others get the notes around it."""
    told = Memory(root(), noted=1)
    owner = plan(with_runbook(), told, NOW, PATIENCE)
    assert isinstance(owner, ThreadReply)
    assert [note.number for note in owner.notes] == [2, 3]
    other = plan(with_runbook("escalation"), told, NOW, PATIENCE)
    assert isinstance(other, ThreadReply)
    assert [note.number for note in other.notes] == [3]
    assert plan(with_runbook("escalation", notes=2), told, NOW, PATIENCE) == Nothing()
