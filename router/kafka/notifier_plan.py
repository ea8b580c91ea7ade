"""What to do next so that a destination shows the newest notice: a pure function, so every case can be tried.

One message an incident and destination (the root), edited to the newest state; one reply in its thread for the
notes it has not been told. Before each call the intent is logged (`ATTEMPT_STARTED`), after it the outcome. An intent
of a new message without an outcome may have worked: it is looked up before it is repeated. An intent of an edit
without an outcome is simply repeated: editing to the newest state is harmless.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from router.model.incident import RUNBOOK_NOTE, Note
from router.model.notice import Delivery, DeliveryState, Notice, NoticeRole

ROOT = "root"
DOUBTED = 2
"""`attempts` of a confirmed message from which on its first attempt was in doubt."""
_NOTE = "note-"


@dataclass(frozen=True)
class Patience:
    """Waits, in seconds.

    look_after: between an attempt whose outcome is unknown and the look for it, since Slack shows a new message some
    seconds late. retry, retry_most: after a permanent error, doubled each time up to the most. sweeps: after a
    message whose first attempt was in doubt, when to look for a second copy of it.
    """

    look_after: float = 5.0
    retry: float = 30.0
    retry_most: float = 600.0
    sweeps: tuple[float, ...] = (60.0, 600.0)


@dataclass(frozen=True, slots=True)
class Memory:
    """What one destination was told of one incident, from the log of deliveries.

    `root` is the message's newest record. Notes up to number `noted` are told. `reply` is a reply whose outcome is
    not known or that failed. `gone` is the newest generation of the message that was deleted under us (0: none).
    `doubted` are confirmed parts of which there may be a copy.
    """

    root: Delivery | None = None
    noted: int = 0
    reply: Delivery | None = None
    gone: int = 0
    doubted: tuple[Delivery, ...] = ()

    def with_record(self, record: Delivery) -> "Memory":
        """The memory after this record."""
        if record.part == ROOT:
            return replace(self, root=record)
        number = note_number(record.part)
        if record.state is DeliveryState.DONE:
            still = self.reply if self.reply and note_number(self.reply.part) > number else None
            return replace(self, noted=max(self.noted, number), reply=still)
        return replace(self, reply=record) if number > self.noted else self


@dataclass(frozen=True)
class Post:
    """Post a new message. Log `covered` (notes that the message makes needless to tell) and `attempt` first."""

    attempt: Delivery
    covered: Delivery | None = None


@dataclass(frozen=True)
class Update:
    """Edit the message at `attempt.channel_id` and `attempt.ts`. Log `attempt` first."""

    attempt: Delivery


@dataclass(frozen=True)
class ThreadReply:
    """Tell these notes in one reply under `thread_ts`. Log `attempt` first."""

    attempt: Delivery
    notes: tuple[Note, ...]
    channel_id: str
    thread_ts: str


@dataclass(frozen=True)
class Reconcile:
    """Look for the message (in the thread `thread_ts`, for a reply) that `attempt` may have made."""

    attempt: Delivery
    thread_ts: str = ""


@dataclass(frozen=True)
class Nothing:
    """There is nothing to do, for so many seconds; None: until there is a newer notice."""

    seconds: float | None = None


Action = Post | Update | ThreadReply | Reconcile | Nothing


def remember(records: Iterable[Delivery]) -> Memory:
    """The memory that these records of one destination and incident make, in any order of their parts."""
    ordered = sorted(records, key=lambda record: note_number(record.part))
    memory = Memory(doubted=tuple(record for record in ordered if in_doubt(record)))
    for record in ordered:
        memory = memory.with_record(record)
    return memory


def in_doubt(record: Delivery) -> bool:
    """Whether a confirmed message took a second attempt, or a look, so that there may be a copy of it."""
    return record.state is DeliveryState.DONE and record.attempts >= DOUBTED and bool(record.ts)


def note_number(part: str) -> int:
    """7 for the part `note-7`; 0 for the root."""
    return int(part.removeprefix(_NOTE)) if part.startswith(_NOTE) else 0


def plan(notice: Notice, memory: Memory, now: datetime, patience: Patience) -> Action:
    """The next step towards the destination showing `notice`; a step leads to a new memory, and a new plan."""
    root = memory.root
    if root is None or root.generation <= memory.gone:
        generation = max(memory.gone, root.generation if root else 0) + 1
        return _post(notice, now, generation, 1)
    match root.state:
        case DeliveryState.ATTEMPT_STARTED if root.ts:
            return _update(notice, root, now)
        case DeliveryState.ATTEMPT_STARTED:
            wait = _left(root.at, now, patience.look_after)
            return Nothing(wait) if wait else Reconcile(root)
        case DeliveryState.FAILED:
            wait = _left(root.at, now, _backoff(root.attempts, patience))
            if wait:
                return Nothing(wait)
            return (
                _update(notice, root, now)
                if root.ts
                else _post(notice, now, root.generation, root.attempts + 1)
            )
        case DeliveryState.DONE:
            if root.revision != notice.incident.revision:
                return _update(notice, root, now)
    return _reply(notice, memory, root, now, patience)


def again(notice: Notice, lost: Delivery, now: datetime) -> Post:
    """Post the message of `lost` again: it was looked for and is not there."""
    return _post(notice, now, lost.generation, lost.attempts + 1)


def reply_again(notice: Notice, memory: Memory, lost: Delivery, now: datetime) -> ThreadReply | Nothing:
    """Tell the notes of `lost` again: the reply was looked for and is not there."""
    root = memory.root
    return _thread(notice, memory, root, lost.part, lost.attempts + 1, now) if root else Nothing()


def _post(notice: Notice, now: datetime, generation: int, attempts: int) -> Post:
    incident = notice.incident
    attempt = Delivery(
        destination=notice.destination,
        incident=notice.subject,
        generation=generation,
        state=DeliveryState.ATTEMPT_STARTED,
        revision=incident.revision,
        at=now,
        attempts=attempts,
    )
    covered = _covered(notice)
    if not covered:
        return Post(attempt)
    said = {"part": f"{_NOTE}{covered}", "state": DeliveryState.DONE, "attempts": 0}
    return Post(attempt, attempt.model_copy(update=said))


def _covered(notice: Notice) -> int:
    """Up to which note a new message makes it needless to tell; the newest runbook still goes into its thread."""
    told = [note.number for note in notice.incident.notes]
    runbooks = [note.number for note in _thread_notes(notice) if note.kind == RUNBOOK_NOTE]
    return max(runbooks) - 1 if runbooks else max(told, default=0)


def _thread_notes(notice: Notice) -> list[Note]:
    """The notes for this destination's thread: a runbook is for whoever has the incident."""
    has_it = notice.role is NoticeRole.OWNER
    return [note for note in notice.incident.notes if has_it or note.kind != RUNBOOK_NOTE]


def _update(notice: Notice, root: Delivery, now: datetime) -> Update:
    return Update(
        root.model_copy(
            update={
                "state": DeliveryState.ATTEMPT_STARTED,
                "revision": notice.incident.revision,
                "at": now,
                "attempts": root.attempts + (root.state is DeliveryState.FAILED),
                "error": "",
            }
        )
    )


def _reply(notice: Notice, memory: Memory, root: Delivery, now: datetime, patience: Patience) -> Action:
    """The thread: the reply that is not settled, or one for all notes not told yet."""
    pending = [note.number for note in _thread_notes(notice) if note.number > memory.noted]
    reply = memory.reply
    if reply is None or reply.generation != root.generation:
        return _thread(notice, memory, root, f"{_NOTE}{pending[-1]}", 1, now) if pending else Nothing()
    if reply.state is DeliveryState.ATTEMPT_STARTED:
        wait = _left(reply.at, now, patience.look_after)
        return Nothing(wait) if wait else Reconcile(reply, root.ts)
    wait = _left(reply.at, now, _backoff(reply.attempts, patience))
    return Nothing(wait) if wait else _thread(notice, memory, root, reply.part, reply.attempts + 1, now)


def _thread(
    notice: Notice, memory: Memory, root: Delivery, part: str, attempts: int, now: datetime
) -> ThreadReply | Nothing:
    """One reply for the notes after the last one told, up to that of `part`: the same again after a crash."""
    last = note_number(part)
    notes = tuple(note for note in _thread_notes(notice) if memory.noted < note.number <= last)
    if not notes:
        return Nothing()
    attempt = Delivery(
        destination=notice.destination,
        incident=notice.subject,
        part=part,
        generation=root.generation,
        state=DeliveryState.ATTEMPT_STARTED,
        revision=notice.incident.revision,
        at=now,
        attempts=attempts,
    )
    return ThreadReply(attempt, notes, root.channel_id, root.ts)


def _left(since: datetime, now: datetime, seconds: float) -> float:
    """Seconds left of a wait. None when the clock was set back before its beginning: then it is over."""
    waited = (now - since).total_seconds()
    return seconds - waited if 0 <= waited < seconds else 0.0


def _backoff(failures: int, patience: Patience) -> float:
    """Seconds after so many failures: 30, 60, 120 ... up to the most."""
    doubled = patience.retry * 2.0 ** min(max(failures, 1) - 1, 20)
    return float(min(doubled, patience.retry_most))
