"""A channel and a log of deliveries in memory, and the failures of both."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from router.kafka.notifier_plan import Memory, remember
from router.kafka.notifier_sender import Place
from router.model.errors import DeliveryError
from router.model.incident import Note
from router.model.notice import Delivery, Notice

OUTCOMES = ("ok", "dropped", "lost", "later", "never")
"""Done; done without an answer; not done without an answer; surely not done, now; surely not done, ever."""


@dataclass
class Posted:
    """A message, or a reply."""

    ts: str
    effect_id: str
    revision: int
    thread_ts: str = ""
    notes: tuple[int, ...] = ()
    deleted: bool = False


@dataclass
class Channel:
    """A `Sender` whose calls that change something end as `outcomes` say, then well."""

    outcomes: deque[str] = field(default_factory=deque)
    posted: list[Posted] = field(default_factory=list)
    looks: int = 0
    blind: bool = False
    calls: list[str] = field(default_factory=list)

    async def post(self, notice: Notice, attempt: Delivery) -> Place:
        """A new root, which makes the notes there are needless to tell."""
        shown = tuple(note.number for note in notice.incident.notes)
        return self._make(
            "post", Posted(self._ts(), attempt.effect_id, notice.incident.revision, notes=shown)
        )

    async def update(self, notice: Notice, attempt: Delivery) -> None:
        """Edit it, if it is there."""
        outcome = self._outcome("update")
        found = [m for m in self.posted if m.ts == attempt.ts and not m.deleted]
        if not found:
            raise DeliveryError("no such message", retryable=False, code="gone")
        if outcome in ("ok", "dropped"):
            found[0].revision = notice.incident.revision
        _raise(outcome)

    async def reply(self, root: Place, notice: Notice, notes: Sequence[Note], attempt: Delivery) -> Place:
        """A new reply; Slack takes one to a deleted message, too."""
        numbers = tuple(note.number for note in notes)
        made = Posted(self._ts(), attempt.effect_id, notice.incident.revision, root.ts, numbers)
        return self._make("reply", made)

    async def find(
        self, channel: str, effect_id: str, since: float, until: float, thread_ts: str = ""
    ) -> list[Place]:
        """What is there of this effect, oldest first."""
        self.looks += 1
        if self.blind:
            raise DeliveryError("may not look", retryable=False, code="missing_scope")
        there = [m for m in self.posted if not m.deleted and m.thread_ts == thread_ts]
        return [Place("C1", m.ts) for m in there if m.effect_id == effect_id]

    async def delete(self, place: Place) -> None:
        """Take it away."""
        for message in self.posted:
            message.deleted = message.deleted or message.ts == place.ts

    @property
    def roots(self) -> list[Posted]:
        """What is there, replies apart."""
        return [message for message in self.posted if not message.deleted and not message.thread_ts]

    @property
    def replies(self) -> list[Posted]:
        """Replies that are there."""
        return [message for message in self.posted if not message.deleted and message.thread_ts]

    def _make(self, name: str, message: Posted) -> Place:
        outcome = self._outcome(name)
        if outcome in ("ok", "dropped"):
            self.posted.append(message)
        _raise(outcome)
        return Place("C1", message.ts)

    def _outcome(self, name: str) -> str:
        self.calls.append(name)
        return self.outcomes.popleft() if self.outcomes else "ok"

    def _ts(self) -> str:
        return f"{len(self.posted) + 1}.000000"


def _raise(outcome: str) -> None:
    match outcome:
        case "dropped" | "lost":
            raise DeliveryError("no answer", retryable=True, ambiguous=True, code="connection_lost")
        case "later":
            raise DeliveryError("not now", retryable=True, retry_after_seconds=2.0, code="ratelimited")
        case "never":
            raise DeliveryError("archived", retryable=False, code="is_archived")
        case _:
            return


@dataclass
class Notebook:
    """A log of deliveries: what is written is durable at once."""

    records: list[Delivery] = field(default_factory=list)

    async def write(self, *records: Delivery) -> None:
        """Keep them."""
        self.records.extend(records)

    def memories(self) -> dict[str, Memory]:
        """What the next owner reads back, by incident."""
        newest = {record.key: record for record in self.records}
        incidents = {record.incident for record in newest.values()}
        return {
            incident: remember(record for record in newest.values() if record.incident == incident)
            for incident in incidents
        }
