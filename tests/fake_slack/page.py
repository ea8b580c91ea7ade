"""The page at `/`: what is in the channels, for a person to read. Everything that was posted is escaped."""

import re
from datetime import UTC, datetime
from html import escape

from tests.fake_slack.click import elements
from tests.fake_slack.store import Json, Message, Store

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
STYLE = """
body{font:15px/1.45 system-ui,sans-serif;margin:0 auto;max-width:52rem;padding:1rem;
color:#1d1c1d;background:#fff}
h1{font-size:1.2rem} h2{font-size:1.05rem;border-bottom:1px solid #ddd;padding-bottom:.3rem}
article{border-left:3px solid #ddd;margin:.8rem 0;padding:.1rem .8rem} article article{margin-left:1rem}
.meta,.context{color:#616061;font-size:.85rem} .text{white-space:pre-wrap;margin:.3rem 0}
.head{font-weight:700;font-size:1.05rem} .deleted{opacity:.5;text-decoration:line-through}
.fields{display:grid;grid-template-columns:1fr 1fr;gap:.3rem} mark{background:#e8f0fe;color:#0b4c8c}
button,.label{border:1px solid #bbb;border-radius:4px;background:#fff;padding:.25rem .6rem;font:inherit;
font-weight:600} .primary{background:#007a5a;color:#fff} .danger{background:#e01e5a;color:#fff}
form{display:inline} select{font:inherit}
"""


def render(store: Store, clickable: bool) -> str:
    """The whole page. `clickable`: buttons are real and press the product's."""
    channels = "".join(_channel(store, channel_id, clickable) for channel_id in store.channels)
    refresh = "" if clickable else '<meta http-equiv="refresh" content="5">'
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>Fake Slack</title>{refresh}<style>{STYLE}</style></head><body>"
        "<h1>Fake Slack: what was told to whom</h1>"
        f'<p class="meta">Nothing here leaves this machine. <a href="/">Refresh</a></p>'
        f"{channels}</body></html>"
    )


def _channel(store: Store, channel_id: str, clickable: bool) -> str:
    channel = store.channels[channel_id]
    here = [message for message in store.messages.values() if message.channel == channel_id]
    roots = [message for message in here if message.thread_ts in (None, message.ts)]
    known = {message.ts for message in roots}
    roots += [
        message for message in here if message.thread_ts and message.thread_ts not in known | {message.ts}
    ]
    told = "".join(_message(store, message, here, clickable) for message in reversed(roots))
    archived = " (archived)" if channel.archived else ""
    told = told or '<p class="meta">Nothing yet.</p>'
    return f"<section><h2>#{escape(channel.name)}{archived}</h2>{told}</section>"


def _message(store: Store, message: Message, here: list[Message], clickable: bool) -> str:
    at = datetime.fromtimestamp(message.posted_at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    edited = f", edited {len(message.edits)} times" if message.edits else ""
    body = (
        "".join(_block(block) for block in message.blocks)
        or f'<div class="text">{mrkdwn(message.text)}</div>'
    )
    replies = "".join(
        _message(store, reply, [], clickable) for reply in here if reply.thread_ts == message.ts != reply.ts
    )
    buttons = "" if message.deleted else _buttons(store, message, clickable)
    return (
        f'<article class="{"deleted" if message.deleted else ""}">'
        f'<div class="meta">{at}{edited}</div>{body}{buttons}{replies}</article>'
    )


def _block(block: Json) -> str:
    kind = block.get("type")
    if kind == "divider":
        return "<hr>"
    if kind == "header":
        return f'<div class="text head">{mrkdwn(_text(block.get("text")))}</div>'
    if kind == "context":
        return "".join(
            f'<div class="text context">{mrkdwn(_text(e))}</div>' for e in block.get("elements") or []
        )
    if kind == "actions":
        return ""
    text = mrkdwn(_text(block if kind == "rich_text" else block.get("text")).strip())
    fields = "".join(f"<div>{mrkdwn(_text(field))}</div>" for field in block.get("fields") or [])
    return f'<div class="text">{text}</div>' + (f'<div class="text fields">{fields}</div>' if fields else "")


def _text(thing: object) -> str:
    """The words of a text object, of a string, or of anything that nests them (rich text)."""
    if isinstance(thing, str):
        return thing
    if isinstance(thing, list):
        return "".join(_text(part) for part in thing)
    if isinstance(thing, dict):
        if thing.get("type") == "rich_text_list":
            return "".join(f"\n• {_text(item).lstrip()}" for item in thing.get("elements") or [])
        words = ("text", "elements", "alt_text", "fallback", "url")
        text = _text(next((thing[name] for name in words if thing.get(name)), ""))
        return f"\n{text}" if thing.get("type") in ("rich_text_section", "rich_text_quote") else text
    return ""


def _buttons(store: Store, message: Message, clickable: bool) -> str:
    drawn = "".join(_element(message, element, clickable) for element in elements(message.blocks))
    if not drawn or not clickable:
        return f"<div>{drawn}</div>"
    users = "".join(f'<option value="{escape(u.id)}">{escape(u.name)}</option>' for u in store.users.values())
    return (
        '<form method="post" action="/_control/click">'
        f'<input type="hidden" name="channel" value="{escape(message.channel)}">'
        f'<input type="hidden" name="ts" value="{escape(message.ts)}">'
        f'{drawn} <label class="meta">as <select name="user">{users}</select></label></form>'
    )


def _element(message: Message, element: Json, clickable: bool) -> str:
    label = escape(
        _plain(_text(element.get("text") or element.get("placeholder") or element.get("type") or ""))
    )
    style = escape(str(element.get("style") or ""))
    action = escape(str(element.get("action_id") or ""))
    if clickable and element.get("type") == "button" and not element.get("url"):
        return f'<button class="{style}" name="action_id" value="{action}">{label}</button> '
    choices = " | ".join(escape(_plain(_text(option))) for option in element.get("options") or [])
    return f'<span class="label {style}" title="{action}">{label}{": " if choices else ""}{choices}</span> '


def mrkdwn(text: str) -> str:
    """Slack's mrkdwn as safe HTML; mentions are marked, so that an unwanted one is seen."""
    parts = re.split(r"<([^<>]*)>", text)
    return "".join(_reference(part) if odd % 2 else escape(_plain(part)) for odd, part in enumerate(parts))


def _reference(inside: str) -> str:
    target, _, label = inside.partition("|")
    if target[:1] in ("!", "@", "#"):
        return f"<mark>{escape(_plain(label or target))}</mark>"
    return escape(_plain(f"{label} ({target})" if label else target))


def _plain(text: str) -> str:
    """Undoes Slack's three escapes; what comes out must be escaped for HTML."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
