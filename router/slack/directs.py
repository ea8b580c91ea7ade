"""Persons as destinations: whom an address or id means in Slack, and the direct message with them.

An e-mail address is looked up (`users.lookupByEmail`, scope `users:read.email`), the conversation opened
(`conversations.open`, scope `im:write`): a message in its channel, unlike one to the bare id, can be found again.
Both are remembered for the life of the client: who left is refused by Slack when told.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from router.slack.answers import failure

PERSON = "@"
"""Before a person's id or address in a destination."""

_USER_ID = re.compile(r"[UW][A-Z0-9]{2,}")
Ask = Callable[[str, Mapping[str, str]], Awaitable[Mapping[str, Any]]]


class Directs:
    """Persons of one workspace. `ask` calls a method that changes nothing twice; it raises DeliveryError."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._users: dict[str, str] = {}
        self._channels: dict[str, str] = {}

    async def user(self, person: str) -> str:
        """The Slack id of a person by id or e-mail address. DeliveryError `users_not_found`: nobody has it."""
        if _USER_ID.fullmatch(person):
            return person
        if person not in self._users:
            answer = await self._ask("users.lookupByEmail", {"email": person})
            self._users[person] = _id(answer.get("user"), "users.lookupByEmail")
        return self._users[person]

    async def channel(self, person: str) -> str:
        """The channel of the direct message with a person, opened if it is not there."""
        if person not in self._channels:
            answer = await self._ask("conversations.open", {"users": await self.user(person)})
            self._channels[person] = _id(answer.get("channel"), "conversations.open")
        return self._channels[person]


def _id(found: object, method: str) -> str:
    name = found.get("id") if isinstance(found, Mapping) else None
    if not isinstance(name, str) or not name:
        raise failure(method, ValueError("no id"), changes=False)
    return name
