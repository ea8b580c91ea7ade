"""Who carries words to a destination: Slack, the terminal where there is no token, nobody for canaries.

The only module on the Kafka side that knows the Slack client; everything else talks to a `Sender`.
Every method raises `DeliveryError` for the world's failures, as described there.
"""

import asyncio
import itertools
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from rich.console import Console

from router.config.runtime import RuntimeSettings
from router.kafka.notifier_events import RunbookFailed, WordsRefused
from router.model.errors import DeliveryError
from router.model.incident import Note
from router.model.notice import Notice, NoticeRole
from router.model.rules import Rules
from router.render.blocks import slack_message, text_message
from router.render.message import Message
from router.render.runbook import RunbookRenderer
from router.render.runbook_text import RunbookText
from router.render.terminal import terminal_notes, terminal_panel, terminal_update
from router.render.thread import thread_message
from router.slack.client import SlackClient, SlackMessage
from router.telemetry.events import emit

Metadata = Mapping[str, str | int]
"""Ids that go along with a message: everybody in the workspace can read them."""

CANARY = "canary"
"""Destinations that begin with this are the end of a test event's way: nobody is told."""

_REFUSED = frozenset(
    (
        "invalid_blocks",
        "invalid_blocks_format",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_text",
        "invalid_arguments",
    )
)


class Place(NamedTuple):
    """Where a message is."""

    channel_id: str
    ts: str


class Sender(Protocol):
    """What the notifier needs of whoever tells."""

    async def post(self, notice: Notice, effect_id: str, metadata: Metadata) -> Place:
        """Make a new message that shows the notice."""

    async def update(self, place: Place, notice: Notice, effect_id: str, metadata: Metadata) -> None:
        """Make the message show the notice. DeliveryError `gone`: there is no such message any more."""

    async def reply(
        self, root: Place, notice: Notice, notes: Sequence[Note], effect_id: str, metadata: Metadata
    ) -> Place:
        """Tell the notes in the message's thread."""

    async def find(
        self, destination: str, effect_id: str, since: float, until: float, thread_ts: str = ""
    ) -> list[Place]:
        """The messages of this effect, oldest first, made between these moments (epoch seconds)."""

    async def delete(self, place: Place) -> None:
        """Take the message away; it is fine when it is gone already."""


class SlackSender:
    """Tells in Slack."""

    def __init__(self, client: SlackClient, rules: Rules, runbooks: RunbookRenderer) -> None:
        self._client = client
        self._rules = rules
        self._runbooks = runbooks

    async def post(self, notice: Notice, effect_id: str, metadata: Metadata) -> Place:
        async def send(message: SlackMessage) -> Place:
            posted = await self._client.post(
                notice.destination, message, effect_id=effect_id, metadata=metadata
            )
            return Place(posted.channel_id, posted.ts)

        message = await self._words(notice)
        try:
            return await send(message)
        except DeliveryError as error:
            return await send(self._plainer(notice, error))

    async def update(self, place: Place, notice: Notice, effect_id: str, metadata: Metadata) -> None:
        told = {**metadata, "effect_id": effect_id}
        message = await self._words(notice)
        try:
            await self._client.update(place.channel_id, place.ts, message, told)
        except DeliveryError as error:
            await self._client.update(place.channel_id, place.ts, self._plainer(notice, error), told)

    async def reply(
        self, root: Place, notice: Notice, notes: Sequence[Note], effect_id: str, metadata: Metadata
    ) -> Place:
        message = _slack(thread_message(notes, notice.at))
        posted = await self._client.post(
            root.channel_id, message, effect_id=effect_id, metadata=metadata, thread_ts=root.ts
        )
        return Place(posted.channel_id, posted.ts)

    async def find(
        self, destination: str, effect_id: str, since: float, until: float, thread_ts: str = ""
    ) -> list[Place]:
        channel_id = await self._client.resolve_channel(destination)
        found = await self._client.find(
            channel_id, effect_id, since=since, until=until, thread_ts=thread_ts or None
        )
        return [Place(posted.channel_id, posted.ts) for posted in found]

    async def delete(self, place: Place) -> None:
        await self._client.delete(place.channel_id, place.ts)

    async def _words(self, notice: Notice) -> SlackMessage:
        texts = await runbook_texts(self._runbooks, notice, self._rules)
        return _slack(slack_message(notice, self._rules, texts))

    def _plainer(self, notice: Notice, error: DeliveryError) -> SlackMessage:
        """The words without blocks, if it was the blocks that Slack refused; else the error again."""
        if error.retryable or error.code not in _REFUSED:
            raise error
        emit(WordsRefused(notice.destination, notice.incident.id, error.code))
        return _slack(text_message(notice, self._rules))


class TerminalSender:
    """Tells on the terminal: a panel for a new message, a line for what changed."""

    def __init__(self, rules: Rules, runbooks: RunbookRenderer, console: Console | None = None) -> None:
        self._rules = rules
        self._runbooks = runbooks
        self._console = console or Console()
        self._numbers = itertools.count(1)

    async def post(self, notice: Notice, effect_id: str, metadata: Metadata) -> Place:
        texts = await runbook_texts(self._runbooks, notice, self._rules)
        self._console.print(terminal_panel(notice, self._rules, texts))
        return self._place()

    async def update(self, place: Place, notice: Notice, effect_id: str, metadata: Metadata) -> None:
        self._console.print(terminal_update(notice, self._rules))

    async def reply(
        self, root: Place, notice: Notice, notes: Sequence[Note], effect_id: str, metadata: Metadata
    ) -> Place:
        self._console.print(terminal_notes(notes, notice.destination, notice.at))
        return self._place()

    async def find(
        self, destination: str, effect_id: str, since: float, until: float, thread_ts: str = ""
    ) -> list[Place]:
        """Nothing: what was printed cannot be looked up, so after a crash it is printed again."""
        return []

    async def delete(self, place: Place) -> None:
        """Nothing: what was printed stays."""

    def _place(self) -> Place:
        return Place("terminal", str(next(self._numbers)))


class CanarySender:
    """Tells nobody; the delivery is logged as if it had."""

    async def post(self, notice: Notice, effect_id: str, metadata: Metadata) -> Place:
        """Nothing is made; the place is the effect itself."""
        return Place(CANARY, effect_id)

    async def update(self, place: Place, notice: Notice, effect_id: str, metadata: Metadata) -> None:
        """Nothing."""

    async def reply(
        self, root: Place, notice: Notice, notes: Sequence[Note], effect_id: str, metadata: Metadata
    ) -> Place:
        """Nothing is made; the place is the effect itself."""
        return Place(CANARY, effect_id)

    async def find(
        self, destination: str, effect_id: str, since: float, until: float, thread_ts: str = ""
    ) -> list[Place]:
        """Always there."""
        return [Place(CANARY, effect_id)]

    async def delete(self, place: Place) -> None:
        """Nothing."""


class Senders:
    """One sender a kind of destination, for the life of a notifier; made and closed inside its event loop."""

    def __init__(self, runtime: RuntimeSettings, rules: Rules) -> None:
        self._runbooks = RunbookRenderer()
        self._canary = CanarySender()
        token = runtime.slack.token
        self.client = (
            SlackClient(token.get_secret_value(), base_url=runtime.slack.base_url) if token else None
        )
        self._people: Sender = (
            SlackSender(self.client, rules, self._runbooks)
            if self.client
            else TerminalSender(rules, self._runbooks)
        )

    def of(self, destination: str) -> Sender:
        """Who tells this destination."""
        return self._canary if destination.startswith(CANARY) else self._people

    async def close(self) -> None:
        """End the connections and the runbook renderer."""
        if self.client is not None:
            await self.client.close()
        await asyncio.to_thread(self._runbooks.close)


async def runbook_texts(runbooks: RunbookRenderer, notice: Notice, rules: Rules) -> tuple[RunbookText, ...]:
    """The incident's runbooks, rendered outside the event loop; none where the message shows none."""
    if not notice.incident.live or notice.role is NoticeRole.FORMER_OWNER:
        return ()
    texts = await asyncio.to_thread(runbooks.texts, notice.incident, rules)
    for text in texts:
        if text.problem:
            emit(RunbookFailed(text.title, text.problem))
    return texts


def _slack(message: Message) -> SlackMessage:
    return SlackMessage(text=message.text, blocks=message.blocks)
