"""What the notifier needs of whoever carries words to a destination."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from router.model.incident import Note
from router.model.notice import Delivery, Notice


class Place(NamedTuple):
    """Where a message is."""

    channel_id: str
    ts: str


class Sender(Protocol):
    """Every method raises `DeliveryError` for the world's failures; its docstring says what each means.

    `attempt` names the effect, so that `find` finds it, and says where the message to change is.
    """

    async def post(self, notice: Notice, attempt: Delivery) -> Place:
        """Make a new message that shows the notice."""

    async def update(self, notice: Notice, attempt: Delivery) -> None:
        """Make the message show the notice. Code `gone`: there is no such message any more."""

    async def reply(self, root: Place, notice: Notice, notes: Sequence[Note], attempt: Delivery) -> Place:
        """Tell the notes in the message's thread."""

    async def find(
        self, channel: str, effect_id: str, since: float, until: float, thread_ts: str = ""
    ) -> list[Place]:
        """The messages of this effect, oldest first, made between these moments (epoch seconds)."""

    async def delete(self, place: Place) -> None:
        """Take the message away; it is fine when it is gone already."""
