"""The limits of Block Kit, checked as Slack checks them: `invalid_blocks` and where.

Numbers are of Slack's reference of blocks and of the constants in slack_sdk.models.
"""

from collections.abc import Iterator
from typing import Any

MAX_BLOCKS = 50
STYLES = ("primary", "danger")
#: Longest string by (kind of the object, field); a text object counts under the field that holds it.
LONGEST = {
    ("section", "text"): 3000,
    ("section", "fields"): 2000,
    ("header", "text"): 150,
    ("context", "elements"): 3000,
    ("markdown", "text"): 12000,
    ("image", "image_url"): 3000,
    ("image", "alt_text"): 2000,
    ("image", "title"): 2000,
    ("button", "text"): 75,
    ("button", "value"): 2000,
    ("button", "url"): 3000,
    ("static_select", "placeholder"): 150,
    ("option", "text"): 75,
    ("option", "value"): 150,
    ("confirm", "title"): 100,
    ("confirm", "text"): 300,
    ("confirm", "confirm"): 30,
    ("confirm", "deny"): 30,
}
#: Most items by (kind of the object, field).
MOST = {
    ("section", "fields"): 10,
    ("actions", "elements"): 25,
    ("context", "elements"): 10,
    ("static_select", "options"): 100,
    ("overflow", "options"): 5,
}
NEEDED = {
    "header": ("text",),
    "actions": ("elements",),
    "context": ("elements",),
    "markdown": ("text",),
    "button": ("text", "action_id"),
    "image": ("alt_text",),
}
KNOWN_BLOCKS = ("section", "header", "actions", "context", "divider", "markdown", "image", "rich_text")


def problems(blocks: list[Any]) -> list[str]:
    """What Slack would say is wrong with these blocks, each with its JSON pointer; empty when fine."""
    return list(_problems(blocks))


def _problems(blocks: list[Any]) -> Iterator[str]:
    if len(blocks) > MAX_BLOCKS:
        yield _problem(f"no more than {MAX_BLOCKS} items allowed", "/blocks")
    block_ids: set[str] = set()
    for number, block in enumerate(blocks):
        where = f"/blocks/{number}"
        if not isinstance(block, dict) or block.get("type") not in KNOWN_BLOCKS:
            yield _problem("unsupported type", f"{where}/type")
            continue
        block_id = block.get("block_id")
        if isinstance(block_id, str) and block_id:
            if block_id in block_ids:
                yield _problem(f"`block_id` {block_id[:40]} already exists", where)
            block_ids.add(block_id)
        if block["type"] == "section" and not block.get("text") and not block.get("fields"):
            yield _problem("missing required field: text or fields", where)
        yield from _checked(block, block["type"], where)


def _checked(thing: dict[str, Any], kind: str, where: str) -> Iterator[str]:
    """One block, element, option or confirm, and everything inside it."""
    for name in NEEDED.get(kind, ()):
        if not thing.get(name):
            yield _problem(f"missing required field: {name}", where)
    for name in ("block_id", "action_id"):
        if len(str(thing.get(name) or "")) > 255:
            yield _problem("must be less than 256 characters", f"{where}/{name}")
    if kind == "button" and thing.get("style") not in (None, *STYLES):
        yield _problem("must be one of primary, danger", f"{where}/style")
    action_ids = [part.get("action_id") for part in _parts(thing.get("elements")) if part.get("action_id")]
    if len(action_ids) != len(set(action_ids)):
        yield _problem("`action_id` already exists", f"{where}/elements")
    for name, value in thing.items():
        if isinstance(value, list) and len(value) > MOST.get((kind, name), 10_000):
            yield _problem(f"no more than {MOST[kind, name]} items allowed", f"{where}/{name}")
        if kind != "rich_text":
            for spot, part in _spots(value, f"{where}/{name}"):
                yield from _part(part, kind, name, spot)


def _part(part: Any, kind: str, name: str, where: str) -> Iterator[str]:
    """One value of a field: a string, a text object, or an object of its own."""
    text = part
    if isinstance(part, dict):
        if part.get("type") not in ("plain_text", "mrkdwn"):
            inner = (
                "confirm" if name == "confirm" else "option" if name == "options" else part.get("type", "")
            )
            yield from _checked(part, inner, where)
            return
        if kind == "header" and part["type"] != "plain_text":
            yield _problem("must be plain_text", f"{where}/type")
        text = part.get("text")
        if not text:
            yield _problem("must be more than 0 characters", f"{where}/text")
    longest = LONGEST.get((kind, name))
    if isinstance(text, str) and longest is not None and len(text) > longest:
        yield _problem(f"must be less than {longest + 1} characters", where)


def _spots(value: Any, where: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, list):
        yield from ((f"{where}/{number}", part) for number, part in enumerate(value))
    else:
        yield where, value


def _parts(value: Any) -> list[dict[str, Any]]:
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def _problem(text: str, pointer: str) -> str:
    return f"[ERROR] {text} [json-pointer:{pointer}]"
