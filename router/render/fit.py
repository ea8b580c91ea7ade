"""Makes a message one that Slack accepts, by its published limits; what is cut is cut from the end.

It knows the kinds of block that we use. `fit` looks only at sizes: a message within them comes back as it is,
and fitting twice is fitting once. Sources: docs.slack.dev, reference/block-kit and chat.postMessage.
"""

import re
from collections.abc import Mapping

from pydantic import JsonValue

from router.render.message import Block, Message

MAX_BLOCKS = 50
MAX_TEXT = 4_000
"""Of the fallback text; Slack cuts off only at 40,000, but advises this."""
MAX_CHARACTERS = 12_000
"""In all blocks together. Slack refuses with msg_blocks_too_long above a number it does not publish."""
MAX_RICH_TEXT = 3_000
"""In one rich_text block: none is published, so that of a section."""
ELLIPSIS = "…"

#: Most characters of a text, by (type of the object, its field).
_LONGEST: Mapping[tuple[str, str], int] = {
    ("section", "text"): 3_000,
    ("section", "fields"): 2_000,
    ("header", "text"): 150,
    ("context", "elements"): 2_000,
    ("button", "text"): 75,
    ("confirm", "title"): 100,
    ("confirm", "text"): 300,
    ("confirm", "confirm"): 30,
    ("confirm", "deny"): 30,
}
#: Most members of a list.
_MOST: Mapping[tuple[str, str], int] = {
    ("section", "fields"): 10,
    ("context", "elements"): 10,
    ("actions", "elements"): 25,
}
#: Longest of what cannot be cut without changing its meaning: an object with a longer one is left out.
_WHOLE = {"value": 2_000, "url": 3_000, "action_id": 255, "block_id": 255}
#: A block without this says nothing, and Slack refuses it.
_NEEDED = {
    "header": "text",
    "context": "elements",
    "actions": "elements",
    "rich_text": "elements",
    "button": "text",
}
#: The end of a text that was cut inside an escape, a link or a time.
_TORN = re.compile(r"(?:&[a-z]{0,3}|<[^<>]*)\Z")


def fit(message: Message) -> Message:
    """The message with everything beyond Slack's limits cut off or left out, least important first.

    Blocks are in order of importance; of too many, the last ones go, but buttons and the first block stay.
    """
    blocks = [
        fitted for block in message.blocks if (fitted := _object(block, str(block.get("type")))) is not None
    ]
    while len(blocks) > MAX_BLOCKS or sum(map(_characters, blocks)) > MAX_CHARACTERS:
        droppable = [place for place, block in enumerate(blocks) if place and block.get("type") != "actions"]
        if not droppable:
            blocks = blocks[:MAX_BLOCKS]
            break
        del blocks[droppable[-1]]
    return Message(text=cut(message.text, MAX_TEXT) or "(nothing to show)", blocks=tuple(blocks))


def length(text: str) -> int:
    """Characters as a JavaScript client counts them (UTF-16 units): never fewer than Slack counts."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, most: int) -> str:
    """The text, or its beginning and an ellipsis; never the half of an escape, a link or a time."""
    if length(text) <= most:
        return text
    kept = text[:most]
    while (over := length(kept) - (most - 1)) > 0:
        kept = kept[: -((over + 1) // 2)]
    return _TORN.sub("", kept).rstrip() + ELLIPSIS


def _object(thing: Block, kind: str) -> Block | None:
    """The block, element or confirm dialogue within limits, or None when nothing is left worth showing."""
    if any(length(str(thing[name])) > most for name, most in _WHOLE.items() if name in thing):
        return None
    if kind == "rich_text":
        return _rich(thing)
    fitted: Block = {}
    for name, value in thing.items():
        kept = _field(value, kind, name)
        if kept is not None:
            fitted[name] = kept
    if kind == "section" and not (fitted.get("text") or fitted.get("fields")):
        return None
    return fitted if not (needed := _NEEDED.get(kind)) or fitted.get(needed) else None


def _field(value: JsonValue, kind: str, name: str) -> JsonValue:
    """One field within limits; None when there is nothing in it."""
    if isinstance(value, list):
        kept = [part for each in value if (part := _field(each, kind, name)) is not None]
        return list(kept[: _MOST.get((kind, name), len(kept))]) or None
    if not isinstance(value, dict):
        return value
    if value.get("type") in ("plain_text", "mrkdwn"):
        text = cut(str(value.get("text") or ""), _LONGEST.get((kind, name), 3_000))
        return {**value, "text": text} if text.strip() else None
    return _object(value, str(value.get("type") or name))


def _rich(block: Block) -> Block | None:
    """A rich_text block within its share of characters: whole elements, the last one cut."""
    left = MAX_RICH_TEXT
    kept: list[JsonValue] = []
    for element in _members(block):
        fitted, used = _rich_element(element, left)
        left -= used
        if fitted is not None:
            kept.append(fitted)
    return {**block, "elements": kept} if kept else None


def _rich_element(element: Block, left: int) -> tuple[Block | None, int]:
    """One element of rich text within `left` characters, and how many it used; None when it is empty."""
    if "elements" not in element:
        text = element.get("text")
        if not isinstance(text, str):
            return (element, 12) if left >= 12 else (None, 0)
        fitted = cut(text, left) if left > 1 else ""
        return ({**element, "text": fitted}, length(fitted)) if fitted.strip(ELLIPSIS) else (None, 0)
    used, kept = 0, list[JsonValue]()
    for inner in _members(element):
        fitted_inner, share = _rich_element(inner, left - used)
        used += share
        if fitted_inner is not None:
            kept.append(fitted_inner)
    return ({**element, "elements": kept}, used) if kept else (None, 0)


def _members(thing: Block) -> list[Block]:
    members = thing.get("elements")
    return [member for member in members if isinstance(member, dict)] if isinstance(members, list) else []


def _characters(thing: JsonValue) -> int:
    """Characters that a block shows or carries."""
    if isinstance(thing, str):
        return length(thing)
    if isinstance(thing, list):
        return sum(map(_characters, thing))
    return sum(_characters(value) for value in thing.values()) if isinstance(thing, dict) else 0
