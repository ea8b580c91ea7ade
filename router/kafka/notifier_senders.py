"""Who carries words to a destination: Slack, the terminal where there is no token, nobody for canaries.

The only module on the Kafka side that knows the Slack client; everything else talks to a `Sender`, which says what
the methods here mean.
"""

import asyncio
import itertools
from collections.abc import Sequence

from rich.console import Console

from router.config.runtime import RuntimeSettings
from router.kafka.notifier_events import RunbookFailed, WordsRefused
from router.kafka.notifier_sender import Place, Sender
from router.model.canary import CANARY
from router.model.errors import DeliveryError
from router.model.incident import RUNBOOK_NOTE, Note
from router.model.notice import Delivery, Notice, NoticeRole
from router.model.rules import Rules
from router.render.blocks import slack_message, text_message
from router.render.message import Block, Message
from router.render.runbook import RunbookRenderer
from router.render.runbook_text import RunbookText
from router.render.runbook_thread import thread_blocks
from router.render.terminal import terminal_notes, terminal_panel, terminal_update
from router.render.thread import asked, thread_message
from router.slack.client import SlackClient, SlackMessage
from router.telemetry.events import emit

_BLOCKS_REFUSED = frozenset(
    ("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "invalid_arguments")
)


class Senders:
    """One sender a kind of destination, for the life of a notifier; made and closed inside its event loop."""

    def __init__(self, runtime: RuntimeSettings, rules: Rules) -> None:
        self._runbooks = RunbookRenderer()
        self._canary = CanarySender()
        self.client: SlackClient | None = None
        self._people: SlackSender | TerminalSender = TerminalSender(rules, self._runbooks)
        if runtime.slack.token is not None:
            token = runtime.slack.token.get_secret_value()
            self.client = SlackClient(token, base_url=runtime.slack.base_url)
            self._people = SlackSender(self.client, rules, self._runbooks)

    def adopt(self, rules: Rules) -> None:
        """Find the words by these rules from now on."""
        self._people.rules = rules

    def of(self, destination: str) -> Sender:
        """Who tells this destination. One that begins with `canary` ends a test event's way: nobody is told."""
        return self._canary if destination.startswith(CANARY) else self._people

    async def close(self) -> None:
        """End the connections and the runbook renderer."""
        if self.client is not None:
            await self.client.close()
        await asyncio.to_thread(self._runbooks.close)


class SlackSender:
    """Tells in Slack."""

    def __init__(self, client: SlackClient, rules: Rules, runbooks: RunbookRenderer) -> None:
        self._client = client
        self.rules = rules
        self._runbooks = runbooks

    async def post(self, notice: Notice, attempt: Delivery) -> Place:
        """Posts; without blocks when Slack refuses them, since telling comes first."""
        message = await self._words(notice)
        try:
            return await self._post(notice.destination, message, attempt)
        except DeliveryError as error:
            return await self._post(notice.destination, self._plainer(notice, error), attempt)

    async def update(self, notice: Notice, attempt: Delivery) -> None:
        """Edits; without blocks when Slack refuses them."""
        message = await self._words(notice)
        try:
            await self._update(message, attempt)
        except DeliveryError as error:
            await self._update(self._plainer(notice, error), attempt)

    async def reply(self, root: Place, notice: Notice, notes: Sequence[Note], attempt: Delivery) -> Place:
        """Posts one reply with a line a note, and the whole runbook under a note that stands for it."""
        named = [await self._naming(note, notice.destination) for note in notes]
        runbook = await self._whole_runbook(notice, notes)
        message = _slack(thread_message(named, notice.at, runbook))
        try:
            return await self._post(root.channel_id, message, attempt, root.ts)
        except DeliveryError as error:
            if not runbook or error.retryable or error.code not in _BLOCKS_REFUSED:
                raise
            emit(WordsRefused(notice.destination, notice.incident.id, error.code))
            return await self._post(
                root.channel_id, _slack(thread_message(named, notice.at)), attempt, root.ts
            )

    async def _whole_runbook(self, notice: Notice, notes: Sequence[Note]) -> tuple[Block, ...]:
        """The blocks of the runbook, rendered outside the event loop; none where no note stands for it."""
        if not any(note.kind == RUNBOOK_NOTE for note in notes):
            return ()
        found = await asyncio.to_thread(self._runbooks.whole, notice.incident, self.rules)
        if found is None or not found[1]:
            return ()
        return thread_blocks(*found)

    async def find(
        self, channel: str, effect_id: str, since: float, until: float, thread_ts: str = ""
    ) -> list[Place]:
        """Searches the channel's history, or the thread, by the messages' metadata."""
        channel_id = await self._client.resolve_channel(channel)
        found = await self._client.find(
            channel_id, effect_id, since=since, until=until, thread_ts=thread_ts or None
        )
        return [Place(posted.channel_id, posted.ts) for posted in found]

    async def delete(self, place: Place) -> None:
        """Deletes."""
        await self._client.delete(place.channel_id, place.ts)

    async def _naming(self, note: Note, destination: str) -> Note:
        """The note as it names people there."""
        named = note.model_copy(update={"people": asked(note, destination), "mention": True})
        return await self._known(named)

    async def _known(self, note: Note) -> Note:
        """The note with Slack's ids of its people, where Slack has them, so that they are told by it."""
        people: list[str] = []
        for person in note.people:
            try:
                people.append(await self._client.directs.user(person) if "@" in person else person)
            except DeliveryError as error:
                if error.retryable:
                    raise
                people.append(person)
        return note.model_copy(update={"people": tuple(people)})

    async def _post(
        self, channel: str, message: SlackMessage, attempt: Delivery, thread_ts: str | None = None
    ) -> Place:
        posted = await self._client.post(
            channel, message, effect_id=attempt.effect_id, metadata=_ids(attempt), thread_ts=thread_ts
        )
        return Place(posted.channel_id, posted.ts)

    async def _update(self, message: SlackMessage, attempt: Delivery) -> None:
        metadata = {**_ids(attempt), "effect_id": attempt.effect_id}
        await self._client.update(attempt.channel_id, attempt.ts, message, metadata)

    async def _words(self, notice: Notice) -> SlackMessage:
        texts = await runbook_texts(self._runbooks, notice, self.rules)
        notes = tuple([await self._known(note) if note.mention else note for note in notice.incident.notes])
        named = notice.incident.model_copy(update={"notes": notes})
        return _slack(slack_message(notice.model_copy(update={"incident": named}), self.rules, texts))

    def _plainer(self, notice: Notice, error: DeliveryError) -> SlackMessage:
        """The words without blocks, if it was the blocks that Slack refused; else the error again."""
        if error.retryable or error.code not in _BLOCKS_REFUSED:
            raise error
        emit(WordsRefused(notice.destination, notice.incident.id, error.code))
        return _slack(text_message(notice, self.rules))


class TerminalSender:
    """Tells on the terminal: a panel for a new message, a line for what changed."""

    def __init__(self, rules: Rules, runbooks: RunbookRenderer, console: Console | None = None) -> None:
        self.rules = rules
        self._runbooks = runbooks
        self._console = console or Console()
        self._numbers = itertools.count(1)

    async def post(self, notice: Notice, attempt: Delivery) -> Place:
        """Prints the whole message."""
        texts = await runbook_texts(self._runbooks, notice, self.rules)
        self._console.print(terminal_panel(notice, self.rules, texts))
        return self._place()

    async def update(self, notice: Notice, attempt: Delivery) -> None:
        """Prints one line, since a terminal cannot edit what it showed."""
        self._console.print(terminal_update(notice, self.rules))

    async def reply(self, root: Place, notice: Notice, notes: Sequence[Note], attempt: Delivery) -> Place:
        """Prints a line a note."""
        self._console.print(terminal_notes(notes, notice.destination, notice.at))
        return self._place()

    async def find(
        self, channel: str, effect_id: str, since: float, until: float, thread_ts: str = ""
    ) -> list[Place]:
        """Nothing: what was printed cannot be looked up, so after a crash it is printed again."""
        return []

    async def delete(self, place: Place) -> None:
        """Nothing: what was printed stays."""

    def _place(self) -> Place:
        return Place("terminal", str(next(self._numbers)))


class CanarySender:
    """Tells nobody; the delivery is logged as if it had."""

    async def post(self, notice: Notice, attempt: Delivery) -> Place:
        """Nothing is made; the place is the effect itself."""
        return Place(CANARY, attempt.effect_id)

    async def update(self, notice: Notice, attempt: Delivery) -> None:
        """Nothing."""

    async def reply(self, root: Place, notice: Notice, notes: Sequence[Note], attempt: Delivery) -> Place:
        """Nothing is made; the place is the effect itself."""
        return Place(CANARY, attempt.effect_id)

    async def find(
        self, channel: str, effect_id: str, since: float, until: float, thread_ts: str = ""
    ) -> list[Place]:
        """Always there."""
        return [Place(CANARY, effect_id)]

    async def delete(self, place: Place) -> None:
        """Nothing."""


async def runbook_texts(runbooks: RunbookRenderer, notice: Notice, rules: Rules) -> tuple[RunbookText, ...]:
    """The incident's runbooks, rendered outside the event loop; none where the message shows none."""
    if not notice.incident.live or notice.role in (
        NoticeRole.FORMER_OWNER,
        NoticeRole.ALSO,
        NoticeRole.DIGEST,
    ):
        return ()
    texts = await asyncio.to_thread(runbooks.texts, notice.incident, rules)
    for text in texts:
        if text.problem:
            emit(RunbookFailed(text.title, text.problem))
    return texts


def _ids(attempt: Delivery) -> dict[str, str | int]:
    """What everybody in the workspace may read: ids only."""
    return {"incident_id": attempt.incident, "version": attempt.revision}


def _slack(message: Message) -> SlackMessage:
    return SlackMessage(text=message.text, blocks=message.blocks)
