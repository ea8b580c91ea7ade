"""A whole runbook as blocks for the thread: headings, lists, tables and code of its Markdown, nothing else.

The text was rendered over event data, so all of it is rich_text, in which Slack reads no markup.
"""

import re

from pydantic import JsonValue

from router.render.escape import clean
from router.render.line import Line, Link, Strong, rich
from router.render.message import Block
from router.render.runbook_text import RunbookText, inline

MAX_CHARACTERS = 11_000
"""Of the whole text; a message has 12,000 in all."""

_HEADING = re.compile(r"\s{0,3}#{1,6}\s+(.*?)\s*#*\s*")
_ITEM = re.compile(r"(\s*)(\d{1,3}[.)]|[-*+])\s+(.*)")
_FENCE = "```"


def thread_blocks(runbook: RunbookText, markdown: str) -> tuple[Block, ...]:
    """The runbook's title and text, one block a section; cut at the end where it is too long, and that is said."""
    title: Line = (
        Strong("Runbook: "),
        Link(runbook.title, runbook.url) if runbook.url else Strong(runbook.title),
        *([f" ({runbook.why})"] if runbook.why else []),
    )
    whole = len(markdown) <= MAX_CHARACTERS
    parts = _parts(markdown if whole else markdown[:MAX_CHARACTERS].rpartition("\n")[0])
    if not whole:
        parts.append([_section((f"It goes on at {runbook.url}" if runbook.url else "The rest is cut off",))])
    blocks: list[list[JsonValue]] = [[_section(title)], *parts]
    return tuple({"type": "rich_text", "elements": list(elements)} for elements in blocks if elements)


def _parts(markdown: str) -> list[list[JsonValue]]:
    """The elements of each part: one a heading, with what stands below it."""
    parts: list[list[JsonValue]] = [[]]
    reader = _Reader()
    for line in markdown.splitlines():
        heading = _HEADING.fullmatch(line)
        if heading and not reader.fenced:
            parts[-1] += reader.end()
            parts.append([_section((Strong(heading[1]),))])
        else:
            reader.read(line)
            parts[-1] += reader.done()
    parts[-1] += reader.end()
    return parts


class _Reader:
    """Gathers lines into paragraphs, lists and code."""

    def __init__(self) -> None:
        self.fenced = False
        self._lines: list[str] = []
        self._items: list[str] = []
        self._ordered = False
        self._done: list[JsonValue] = []

    def read(self, line: str) -> None:
        """One more line, no heading."""
        if line.strip().startswith(_FENCE):
            self._flush()
            self.fenced = not self.fenced
            return
        item = None if self.fenced else _ITEM.fullmatch(line)
        if item:
            ordered = item[2][0].isdigit()
            if self._lines or (self._items and ordered != self._ordered and not item[1]):
                self._flush()
            self._ordered = ordered if not self._items else self._ordered
            self._items.append(item[3].strip())
        elif not line.strip() and not self.fenced:
            self._flush()
        elif self._items and line[:1].isspace():
            self._items[-1] += f" {line.strip()}"
        else:
            if self._items:
                self._flush()
            self._lines.append(line.rstrip() if self.fenced else line.strip())

    def done(self) -> list[JsonValue]:
        """What is complete since the last call."""
        found, self._done = self._done, []
        return found

    def end(self) -> list[JsonValue]:
        """What is left."""
        self._flush()
        return self.done()

    def _flush(self) -> None:
        if self._items:
            style = "ordered" if self._ordered else "bullet"
            listed: list[JsonValue] = [_section(inline(item)) for item in self._items if item]
            self._done += [{"type": "rich_text_list", "style": style, "elements": listed}] if listed else []
        elif self._lines and (self.fenced or self._lines[0].startswith("|")):
            text = "\n".join(clean(line) for line in self._lines)
            code: JsonValue = {"type": "text", "text": text}
            self._done.append({"type": "rich_text_preformatted", "elements": [code]})
        elif self._lines:
            self._done.append(_section(inline(" ".join(self._lines))))
        self._items, self._lines = [], []


def _section(line: Line) -> Block:
    return {"type": "rich_text_section", "elements": rich(line)}
