"""A notice as a Slack message: what a person woken at three needs first, the rest below the buttons.

Words of ours are mrkdwn; whatever comes from senders (summaries, evidence, runbook steps) is rich_text, in
which Slack reads no markup at all. `verbatim` keeps Slack from turning words into links by itself.
"""

from collections.abc import Sequence

import orjson
from pydantic import JsonValue

from router.model.fault import OwnerKind
from router.model.incident import Incident, IncidentState, Trigger
from router.model.input import Because
from router.model.notice import Notice
from router.model.rules import Rules
from router.render.asked import open_proposals
from router.render.card import Card
from router.render.digest import shown
from router.render.escape import clean, escape
from router.render.fit import fit
from router.render.line import Line, Link, Strong, mrkdwn, plain, rich
from router.render.message import Block, Message
from router.render.runbook_text import RunbookText

ACKNOWLEDGE, RESOLVE, CONFIRM = "router.acknowledge", "router.resolve", "router.confirm"
SEEN = "router.seen"
RENEW = "router.renew"
ACTION = "router.confirm_action"
ACTIONS = (ACTION, f"{ACTION}.2", f"{ACTION}.3")
HAND_OVER = "router.hand_over"
SNOOZE = "router.snooze"
SNOOZES = (("30 min", 1_800), ("1 hour", 3_600), ("4 hours", 14_400), ("1 day", 86_400))
"""Spans that the menu offers; an option's value is `incident|revision|seconds`, 0 ends a snooze."""
MAX_VALUE = 150
"""Characters of an option's value (Slack's documents, "Option object")."""
HAND_OVER_MENU = "router.hand_over.menu"
"""`action_id` of the buttons; their value is JSON: {"incident", "scope", "revision"}, where it is about the cause its
"component", where it is about an owner their "team", and where it is about a proposed action its "proposal".
"""

MAX_LABEL = 75
"""Characters on a button (Slack's documents, "Button element")."""


def slack_message(notice: Notice, rules: Rules, runbooks: Sequence[RunbookText] = ()) -> Message:
    """What the notice's destination should show now; `runbooks` are the incident's, best first."""
    card = shown(notice, rules)
    blocks: list[Block] = [_header(card), _section(card.lead)]
    if card.facts:
        blocks.append(_fields(card.facts))
    blocks += _cause(card)
    blocks += _list("What it hits", card.impacts)
    if card.buttons or card.seen_by:
        blocks.append(_buttons(card, notice.incident))
    blocks.append(_context(card.state))
    for runbook in runbooks if card.detailed else ():
        blocks += _runbook(runbook)
    blocks += _list("Why we think so", card.evidence)
    blocks += _list("Held back for now" if notice.listed else "First alerts", card.headlines)
    blocks.append(_context(card.footer))
    return fit(Message(text=escape(card.summary), blocks=tuple(blocks)))


def text_message(notice: Notice, rules: Rules) -> Message:
    """The same in plain words without blocks, for when Slack refuses the blocks: telling comes first."""
    card = shown(notice, rules)
    lines = [
        f"{card.mark} {card.title}",
        plain(card.lead),
        *(f"{label}: {plain(line)}" for label, line in card.facts),
    ]
    lines += ["Cause: " + plain(card.cause)] if card.cause else []
    lines += [
        plain(line) for line in (*card.candidates, *card.impacts, *card.evidence, card.state, card.footer)
    ]
    return fit(Message(text="\n".join(escape(line) for line in lines)))


def _cause(card: Card) -> list[Block]:
    if card.cause:
        return [_section((Strong("Cause:"), " ", *card.cause))]
    return _list(card.doubt, card.candidates, "ordered")


def _runbook(runbook: RunbookText) -> list[Block]:
    title = Link(runbook.title, runbook.url) if runbook.url else Strong(runbook.title)
    lead: Line = (Strong("Runbook:"), " ", title, *([f" ({runbook.why})"] if runbook.why else []))
    if runbook.problem:
        return [_section((*lead, f". Its steps could not be rendered: {runbook.problem}."))]
    if not runbook.steps:
        return [_section(lead)]
    heading = _rich_section((*lead, ", the first five minutes:"))
    return [{"type": "rich_text", "elements": [heading, _rich_list(runbook.steps, "ordered")]}]


def _header(card: Card) -> Block:
    return {"type": "header", "text": _plain_text(f"{card.mark} {clean(card.title)}")}


def _section(line: Line) -> Block:
    return {"type": "section", "text": _mrkdwn(mrkdwn(line))}


def _fields(facts: Sequence[tuple[str, Line]]) -> Block:
    return {"type": "section", "fields": [_mrkdwn(f"*{label}*\n{mrkdwn(line)}") for label, line in facts]}


def _context(line: Line) -> Block:
    return {"type": "context", "elements": [_mrkdwn(mrkdwn(line))]}


def _list(title: str, lines: Sequence[Line], style: str = "bullet") -> list[Block]:
    """A titled list; no block at all when it is empty."""
    if not lines:
        return []
    return [{"type": "rich_text", "elements": [_rich_section((Strong(title),)), _rich_list(lines, style)]}]


def _rich_section(line: Line) -> Block:
    return {"type": "rich_text_section", "elements": rich(line)}


def _rich_list(lines: Sequence[Line], style: str) -> Block:
    return {"type": "rich_text_list", "style": style, "elements": [_rich_section(line) for line in lines]}


def _buttons(card: Card, incident: Incident) -> Block:
    value = {"incident": incident.id, "scope": incident.scope, "revision": incident.revision}
    told = orjson.dumps(value).decode()
    buttons: list[JsonValue] = []
    if Trigger.ACKNOWLEDGE in card.buttons:
        buttons.append({**_button("Acknowledge", ACKNOWLEDGE, told), "style": "primary"})
    if Trigger.RENEW in card.buttons:
        buttons.append({**_button("Still on it", RENEW, told), "style": "primary"})
    if Trigger.RESOLVE in card.buttons:
        buttons.append({**_button("Resolve", RESOLVE, told), "confirm": _confirm()})
    if card.seen_by:
        told = orjson.dumps({**value, "team": card.seen_by}).decode()
        label = "Duty seen" if card.buttons else "Seen"
        buttons.append({**_button(label, SEEN, told), **({} if card.buttons else {"style": "primary"})})
    if card.buttons and _worth_asking(incident):
        told = orjson.dumps({**value, "component": incident.cause.component}).decode()
        buttons.append(_button("Cause is right", CONFIRM, told))
    if card.hand_to and incident.suggested_team == card.hand_to[0]:
        told = orjson.dumps({**value, "team": card.hand_to[0]}).decode()
        buttons.append(_button(f"Hand over to {clean(card.hand_to[0])}"[:MAX_LABEL], HAND_OVER, told))
    if options := _hand_overs(card, incident):
        buttons.append(_menu(HAND_OVER_MENU, "Hand over …", options))
    for action, proposal in zip(ACTIONS, open_proposals(incident) if card.buttons else (), strict=False):
        told = orjson.dumps({**value, "proposal": proposal.number}).decode()
        label = f"Done: {clean(proposal.text)}"[:MAX_LABEL]
        buttons.append({**_button(label, action, told), "confirm": _really_done(proposal.text)})
    if card.buttons and len(_snooze_value(incident, 86_400)) <= MAX_VALUE:
        buttons.append(_snooze(incident))
    return {"type": "actions", "elements": buttons}


def _snooze(incident: Incident) -> Block:
    """A menu: not now, but again if it still burns then."""
    spans = (("Wake up now", 0),) if incident.snooze else SNOOZES
    options: list[JsonValue] = [
        {"text": _plain_text(words), "value": _snooze_value(incident, seconds)} for words, seconds in spans
    ]
    return _menu(SNOOZE, "Snoozed" if incident.snooze else "Snooze", options)


def _menu(action_id: str, label: str, options: list[JsonValue]) -> Block:
    return {
        "type": "static_select",
        "action_id": action_id,
        "placeholder": _plain_text(label),
        "options": options,
    }


def _hand_overs(card: Card, incident: Incident) -> list[JsonValue]:
    """To whom, and why: each team that it may be for, with each reason that can be said in a word."""
    reasons = [(Because.WRONG_OWNER, "it is theirs"), (Because.NEEDS_HELP, "we need their help")]
    if incident.owner.kind is OwnerKind.PARTNER:
        reasons.append((Because.NOT_OURS_CONTRACT, "outside our contract"))
    told = [
        (f"{clean(team)}: {words}", f"{incident.id}|{incident.revision}|{because.value}|{team}")
        for team in card.hand_to
        for because, words in reasons
    ]
    return [
        {"text": _plain_text(text[:MAX_LABEL]), "value": value}
        for text, value in told
        if len(value) <= MAX_VALUE
    ]


def _snooze_value(incident: Incident, seconds: int) -> str:
    return f"{incident.id}|{incident.revision}|{seconds}"


def _worth_asking(incident: Incident) -> bool:
    """Somebody works on it, so they may know by now whether the cause is right; nobody said so yet."""
    acknowledged = incident.state is IncidentState.ACKNOWLEDGED
    return acknowledged and not incident.cause_by and not incident.cause.abstained


def _button(label: str, action_id: str, value: str) -> Block:
    return {"type": "button", "text": _plain_text(label), "action_id": action_id, "value": value}


def _really_done(text: str) -> Block:
    return {
        "title": _plain_text("Is it done?"),
        "text": _plain_text(f"People did this: {clean(text)[:200]}. The router itself does nothing."),
        "confirm": _plain_text("It is done"),
        "deny": _plain_text("Not yet"),
    }


def _confirm() -> Block:
    return {
        "title": _plain_text("Is it over?"),
        "text": _plain_text("Everybody who was told will see that you resolved this incident."),
        "confirm": _plain_text("Resolve"),
        "deny": _plain_text("Not yet"),
    }


def _plain_text(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": True}


def _mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": text, "verbatim": True}
