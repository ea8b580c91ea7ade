"""docs/configuration.md: every key of every file of the rules folder, from the shapes that read them."""

import re

from generate_table import table

from router.config.collections_of import Declarations, Either, Items, ListOf, MapOf, Record
from router.config.durations import write_duration
from router.config.rule_test_shapes import ALERT, CHANGE, COMMAND, Event
from router.config.schema import KINDS
from router.config.shapes import ADDRESS, NAME, Choice, Day, Delay, Duration, Flag, Number, Shape, Text
from router.model.rules import Settings

MOST_WORDS = 14
"""So many words of a closed list stand in a row; longer lists have pages of their own."""

HEAD = """\
# Configuration reference

Every key of every file of the [rules folder](rules.md), generated from what reads them (`router/config`). A key that
is not here is refused. `router check` holds a folder against it, and
[an editor can, too](rules.md#an-editor-that-knows-the-files).

**Bold** keys are required; everything else has a default that works. A *duration* is `90s`, `15m`, `6h`, `2d`, `1h30m`
or whole seconds; a *delay* `15m..6h` or `5m`; a *name* has letters, digits, `.`, `_` and `-`, at most 100 of them. Of
"x, or several" one may stand without brackets.

| file | about |
| --- | --- |"""

ABOUT = {
    "router": "the company, its triage desk, clocks, bounds, faults of its own",
    "teams": "who can be accountable, where and when they are told; partners' contracts",
    "workflow": "business processes, their components, what depends on what",
    "sources": "which Kafka topics to read, and how",
    "routes": "what is told elsewhere, sooner, later or less often; receivers and time intervals",
    "more-routes": "more routes, asked after those of routes.yaml, by file name",
    "maintenance": "when somebody works on what",
    "inhibition": "what keeps quiet while something else is told",
    "overrides": "incidents that go to another team than the catalog says, for a while or for good",
    "obligations": "duties that a fault brings with it, and their clocks",
    "schedules": "who is on call",
    "policies": "who is told next when nobody answers",
    "runbook": "what to do",
    "tests": "what must come out when this happens",
}
"""What each file is for; one that is missing here ends the generation."""


def _defaults() -> dict[str, str]:
    """Key of router.yaml -> its default, as it would be written there."""
    found = {}
    for name, field in Settings.model_fields.items():
        value = field.default
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        seconds = name.endswith("_seconds")
        found[name.removesuffix("_seconds")] = write_duration(int(value)) if seconds else f"{value:g}"
    return found


ROUTER = KINDS["router"][1]
DEFAULTS = _defaults()


def configuration() -> str:
    """The page."""
    index = [f"| [{files}](#{_slug(files)}) | {ABOUT[kind]} |" for kind, (files, _) in KINDS.items()]
    lines = [HEAD, *index]
    for files, record in KINDS.values():
        lines += ["", f"## {files}", *_File(files).tables(record)]
    return "\n".join(lines) + "\n"


class _File:
    """The tables of one file: that of the file itself, then one for each record in it, each once."""

    def __init__(self, files: str) -> None:
        self._files = files
        self._waiting: list[Record] = []
        self._headings: dict[int, str] = {}

    def tables(self, record: Record) -> list[str]:
        """All of them."""
        lines = ["", *self._table(record)]
        while self._waiting:
            waiting = self._waiting.pop(0)
            lines += ["", f"### {self._headings[id(waiting)]}", "", *self._table(waiting)]
        return lines

    def _table(self, record: Record) -> list[str]:
        defaults = DEFAULTS if record is ROUTER else {}
        rows = [
            (
                f"**`{key}`**" if field.required else f"`{key}`",
                self._words(field.shape),
                *([defaults.get(key, "")] if defaults else []),
                field.note.replace("<", "&lt;"),
            )
            for key, field in record.fields.items()
        ]
        return table(("key", "value", *(["default"] if defaults else []), "meaning"), rows)

    def _link(self, record: Record) -> str:
        if id(record) not in self._headings:
            used = set(self._headings.values())
            title = f"{self._files}: {record.title}"
            number = 2
            while title in used:
                title = f"{self._files}: {record.title} ({number})"
                number += 1
            self._headings[id(record)] = title
            self._waiting.append(record)
        heading = self._headings[id(record)]
        return f"[{record.title}](#{_slug(heading)})"

    def _words(self, shape: Shape) -> str:
        """What may stand there, in words."""
        match shape:
            case Record():
                return self._link(shape)
            case ListOf(item, or_one):
                return f"{self._words(item)}, or several" if or_one else f"list of {self._words(item)}"
            case MapOf(_, value, noun):
                return f"by {noun}: {self._words(value)}"
            case Declarations(record, noun):
                return f"by {noun}: {self._link(record)}"
            case Items(record):
                return f"list of {self._link(record)}"
            case Event():
                return "one of " + ", ".join(self._link(record) for record in (ALERT, CHANGE, COMMAND))
            case Either(short, long):
                return f"{self._words(short)}, or {self._link(long)}"
            case _:
                return _plain(shape)


def _plain(shape: Shape) -> str:
    match shape:
        case Duration(least, most):
            bound = f" up to {write_duration(most)}" if most is not None else ""
            return f"duration{f' from {write_duration(least)}' if least else ''}{bound}"
        case Number(least, most, whole):
            kind = "whole number" if whole else "number"
            return f"{kind}, at least {least:g}" if most is None else f"{kind}, {least:g} to {most:g}"
        case Choice(words):
            listed = words if len(words) <= MOST_WORDS else (*words[: MOST_WORDS - 1], "…")
            return ", ".join("…" if word == "…" else f"`{word}`" for word in listed)
        case Flag():
            return "`true` or `false`"
        case Delay():
            return "delay"
        case Day():
            return "date, `2026-10-01`"
        case Text():
            return "name" if shape == NAME else "http(s) address" if shape == ADDRESS else "text"
        case _:
            return _first_sentence(shape)


def _first_sentence(shape: Shape) -> str:
    """What a shape of its own says of itself."""
    told = (type(shape).__doc__ or "").partition("\n\n")[0]
    sentence = re.split(r"(?<=[^.])\.(?:\s|$)|[;,] read as ", " ".join(told.split()), maxsplit=1)[0]
    return sentence[:1].lower() + sentence[1:]


def _slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
