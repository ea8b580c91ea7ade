"""What a Slack message says, before anybody sends it."""

from pydantic import JsonValue

from router.model.value import Value

Block = dict[str, JsonValue]
"""One object of Slack's Block Kit, or a part of one."""


class Message(Value):
    """`text` is for the phone's notification and for screen readers, `blocks` for the screen."""

    text: str
    blocks: tuple[Block, ...] = ()
