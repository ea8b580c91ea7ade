"""A rendered runbook as a message carries it: where it is, and its first steps.

Runbooks are Markdown; only what their authors use is understood (headings, lists, bold, code, links), and
everything else stays as it is written. The text was rendered over event data, so it is not trusted here.
"""

import re
from dataclasses import dataclass

from router.model.rules import Rules
from router.model.runbook import Runbook
from router.render.line import Code, Line, Link, Strong
from router.render.words import runbook_url

MAX_STEPS = 5
MAX_STEP_CHARACTERS = 400
FIRST_STEPS = "first five minutes"
"""The heading (of any level, in any case) whose list goes into the message."""

_HEADING = re.compile(r"\s{0,3}#{1,6}\s+(.*?)\s*#*\s*")
_ITEM = re.compile(r"(\s*)(?:\d{1,3}[.)]|[-*+])\s+(?:\[[ xX]\]\s+)?(.*)")
_INLINE = re.compile(
    r"\\(?P<escaped>[\\`*_{}\[\]()#+.!<>~|-])"
    r"|`(?P<code>(?:\\.|[^`\\\n]){1,300})`"
    r"|\*\*(?P<bold>(?:\\.|[^*\\\n]){1,300})\*\*"
    r"|\[(?P<label>(?:\\.|[^\[\]\\\n]){1,300})\]\((?P<url>[^()\s]{1,2000})\)"
    r"|<(?P<auto>https?://[^<>\s]{1,2000})>"
)
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+.!<>~|-])")


@dataclass(frozen=True)
class RunbookText:
    """Title, address ("" for none) and first steps of a runbook; `problem` says why there are no steps.

    `why` is a sentence that says why it was chosen.
    """

    title: str
    url: str
    steps: tuple[Line, ...] = ()
    problem: str = ""
    why: str = ""


def runbook_text(
    runbook: Runbook, rules: Rules, markdown: str = "", problem: str = "", incident: str = "", why: str = ""
) -> RunbookText:
    """The runbook with the steps of its rendered Markdown, or with the problem that left it unrendered.

    `incident` is the id of the one that its page is to be filled in for, `why` why it goes with it.
    """
    steps = first_steps(markdown) if not problem else ()
    url = runbook_url(runbook, rules, incident)
    return RunbookText(runbook.title or runbook.id, url, steps, problem, why)


def first_steps(markdown: str) -> tuple[Line, ...]:
    """The list under the heading "First five minutes", or the first list when there is no such heading."""
    lines = markdown.splitlines()
    start = next((n + 1 for n, line in enumerate(lines) if FIRST_STEPS in _heading(line).lower()), None)
    items = _items(lines[start:], until_heading=True) if start is not None else _items(lines)
    return tuple(inline(item) for item in items[:MAX_STEPS])


def _heading(line: str) -> str:
    found = _HEADING.fullmatch(line)
    return found[1] if found else ""


def _items(lines: list[str], until_heading: bool = False) -> list[str]:
    """The items of the first list, each with its continuation lines; code blocks become code."""
    items: list[str] = []
    margin, fenced = 0, False
    for line in lines:
        stripped = line.strip()
        found = _ITEM.fullmatch(line)
        if stripped.startswith("```"):
            fenced = not fenced
        elif fenced:
            if items and stripped:
                items[-1] += f" `{stripped.replace('`', '')}`"
        elif _heading(line):
            if items or until_heading:
                break
        elif found and (not items or len(found[1]) < margin + 2):
            margin = len(found[1]) if not items else margin
            items.append(found[2].strip())
        elif items and stripped and line[:1].isspace():
            items[-1] += " " + (found[2].strip() if found else stripped)
        elif items and stripped:
            break
    return [item for item in items if item]


def inline(text: str) -> Line:
    """A line of Markdown as words, bold, code and links; a link that is not http(s) stays text."""
    text = text if len(text) <= MAX_STEP_CHARACTERS else text[: MAX_STEP_CHARACTERS - 1].rstrip() + "…"
    parts: list[str | Strong | Code | Link] = []
    place = 0
    for found in _INLINE.finditer(text):
        if found.start() > place:
            parts.append(text[place : found.start()])
        parts.append(_part(found))
        place = found.end()
    if place < len(text):
        parts.append(text[place:])
    return tuple(_joined(parts))


def _part(found: re.Match[str]) -> str | Strong | Code | Link:
    if found["escaped"]:
        return found["escaped"]
    if found["code"]:
        return Code(_ESCAPE.sub(r"\1", found["code"]))  # values are escaped in code, too
    if found["bold"]:
        return Strong(_ESCAPE.sub(r"\1", found["bold"]))
    if found["label"]:
        return Link(_ESCAPE.sub(r"\1", found["label"]), found["url"])
    return Link(found["auto"], found["auto"])


def _joined(parts: list[str | Strong | Code | Link]) -> list[str | Strong | Code | Link]:
    """Neighbouring words as one part, so that spaces between them survive cleaning."""
    joined: list[str | Strong | Code | Link] = []
    for part in parts:
        if joined and isinstance(part, str) and isinstance(joined[-1], str):
            joined[-1] = str(joined[-1]) + part
        else:
            joined.append(part)
    return joined
