"""What commands print on stdout: one JSON document for programs, or short tables for people.

Text from outside (names, summaries, bytes of events) is cleaned first: it must not steer a terminal.
"""

import sys
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import orjson
from rich.box import SIMPLE_HEAD
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from router.render.escape import clean

PIPE_WIDTH = 160
"""Columns where stdout is no terminal: rows stay on one line, and can be compared."""


def print_json(document: Any) -> None:
    """The one document of `--json`; `document` is of dicts, lists and plain values, datetimes included."""
    sys.stdout.write(orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z).decode() + "\n")


def say(*lines: RenderableType) -> None:
    """Print for people. A plain string is taken as it is: brackets are no markup, and it is not wrapped."""
    terminal = sys.stdout.isatty()
    console = Console(width=None if terminal else PIPE_WIDTH, highlight=False, markup=False)
    with console.capture() as printed:
        for line in lines:
            console.print(line, soft_wrap=isinstance(line, str))
    text = printed.get()
    if not terminal:
        text = "".join(f"{line.rstrip()}\n" for line in text.splitlines())
    sys.stdout.write(text)


def warn(line: str) -> None:
    """A remark for people on stderr, where it is in nobody's way."""
    sys.stderr.write(f"{line}\n")


def table(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> Table:
    """A table; nothing in it is cut off. A column named `>count` is set to the right; Text cells keep their style."""
    drawn = Table(box=SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for place, column in enumerate(columns):
        number = column.startswith(">")
        drawn.add_column(
            column.removeprefix(">"),
            justify="right" if number else "left",
            no_wrap=number or not place,  # what a row is about, people copy
            overflow="fold",
        )
    for row in rows:
        drawn.add_row(*(cell if isinstance(cell, Text) else Text(_words(cell)) for cell in row))
    return drawn


def moment(at: datetime | None) -> str:
    """`2026-03-02 08:00`, in UTC; a dash for never."""
    return f"{at:%Y-%m-%d %H:%M}" if at else "-"


def count(number: int, one: str, many: str = "") -> str:
    """`1 event`, `12 events`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _words(cell: object) -> str:
    match cell:
        case datetime():
            return moment(cell)
        case bool() | str():
            return clean(str(cell))
        case int():
            return f"{cell:,}"
        case None:
            return "-"
        case _:
            return clean(str(cell))
