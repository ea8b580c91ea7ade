"""Which values does this YAML file hold, and where? Nothing clever: no anchors, aliases, merge keys or tags.

Built on the parser's events, not on its loader, so that nothing is ever constructed from a file but text,
numbers, true/false, lists and mappings (YAML 1.2's core schema: `no` and `2026-10-01` are text).
"""

import math
import re
from collections.abc import Iterator
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from router.config.codes import Lint
from router.config.node import BROKEN, Entry, Node, Place
from router.config.report import Report

MAX_BYTES = 256 * 1024
MAX_DEPTH = 32

_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]{1,4})?")
_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS |= {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


def read_text(path: Path, file: str, report: Report) -> str | None:
    """The file's text; None, and reported, when it is too large, unreadable or not UTF-8."""
    try:
        with path.open("rb") as opened:
            raw = opened.read(MAX_BYTES + 1)
    except OSError as error:
        report.add(Lint.UNREADABLE, Place(file), f"cannot be read: {error.strerror}")
        return None
    if len(raw) > MAX_BYTES:
        report.add(
            Lint.TOO_LARGE, Place(file), f"larger than {MAX_BYTES // 1024} KB", "split it into several files"
        )
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        report.add(Lint.NOT_TEXT, Place(file, line, column), "not UTF-8 text")
        return None


def read_yaml(path: Path, file: str, report: Report) -> Node | None:
    """The document in the file, a mapping if it is empty; None, and reported, when it cannot be parsed."""
    text = read_text(path, file, report)
    return None if text is None else parse_yaml(text, file, report)


def parse_yaml(text: str, file: str, report: Report, first_line: int = 1) -> Node | None:
    """The document in the text, which begins at `first_line` of its file; None, and reported, if bad."""
    composer = _Composer(file, first_line, report)
    try:
        events = YAML(typ="safe", pure=True).parse(text)
        return composer.document(iter(events))
    except _TooDeep as error:
        message = f"nested more than {MAX_DEPTH} levels deep"
        report.add(Lint.TOO_DEEP, error.place, message, "are all brackets closed?")
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = composer.place(mark.line, mark.column) if mark else Place(file, first_line)
        problem = " ".join(part for part in (error.context, error.problem) if part)
        report.add(Lint.SYNTAX, place, f"not YAML: {problem}", _advice(problem))
    except ReaderError as error:
        before = text[: error.position]
        place = composer.place(before.count("\n"), len(before) - before.rfind("\n") - 1)
        report.add(Lint.NOT_TEXT, place, f"control character U+{ord(text[error.position]):04X}")
    except YAMLError as error:
        report.add(Lint.SYNTAX, Place(file, first_line), f"not YAML: {' '.join(str(error).split())}")
    return None


def _advice(problem: str) -> str:
    if "mapping values are not allowed" in problem:
        return "put quotes around a text with a colon"
    if r"'\t'" in problem:
        return "indent with spaces"
    return ""


class _TooDeep(Exception):
    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place


class _Composer:
    """Builds nodes from parser events, one at a time, so that a bad file is given up early."""

    def __init__(self, file: str, first_line: int, report: Report) -> None:
        self._file = file
        self._first_line = first_line
        self._report = report

    def place(self, line: int, column: int) -> Place:
        return Place(self._file, line + self._first_line, column + 1)

    def document(self, events: Iterator[Event]) -> Node | None:
        root: Node | None = None
        for event in events:
            if isinstance(event, DocumentStartEvent) and root is not None:
                message = "not YAML: a second document begins here"
                self._report.add(Lint.SYNTAX, self._at(event), message, "a rules file is one document")
                return None
            if isinstance(event, NodeEvent):
                root = self._node(event, events, 0)
        if root is None or root.value is None:
            return Node(self.place(0, 0), {})
        return root

    def _at(self, event: Event) -> Place:
        return self.place(event.start_mark.line, event.start_mark.column)

    def _node(self, event: Event, events: Iterator[Event], depth: int) -> Node:
        place = self._at(event)
        if depth > MAX_DEPTH:
            raise _TooDeep(place)
        refused = self._refused(event, place)
        if isinstance(event, MappingStartEvent):
            node = Node(place, self._mapping(events, depth))
        elif isinstance(event, SequenceStartEvent):
            node = Node(place, self._sequence(events, depth))
        elif isinstance(event, ScalarEvent):
            node = Node(place, _scalar(event))
        else:
            node = Node(place, BROKEN)
        return Node(place, BROKEN) if refused else node

    def _refused(self, event: Event, place: Place) -> bool:
        """Whether the value is lost by what rules may not use; an anchored value is read all the same."""
        if isinstance(event, AliasEvent):
            self._report.add(Lint.ANCHOR, place, f'alias "*{event.anchor}"', "write the value out")
        elif isinstance(event, MappingStartEvent | SequenceStartEvent | ScalarEvent):
            if event.anchor:
                self._report.add(Lint.ANCHOR, place, f'anchor "&{event.anchor}"', "remove it")
            tag = str(event.ctag or "!").replace("tag:yaml.org,2002:", "!!")
            if tag != "!":
                self._report.add(Lint.TAG, place, f'tag "{tag}"', "remove it")
                return True
        return False

    def _sequence(self, events: Iterator[Event], depth: int) -> tuple[Node, ...]:
        items = []
        while not isinstance(event := next(events), CollectionEndEvent):
            items.append(self._node(event, events, depth + 1))
        return tuple(items)

    def _mapping(self, events: Iterator[Event], depth: int) -> dict[str, Entry]:
        entries: dict[str, Entry] = {}
        while not isinstance(event := next(events), CollectionEndEvent):
            place = self._at(event)
            self._node(event, events, depth + 1)
            node = self._node(next(events), events, depth + 1)
            if not isinstance(event, ScalarEvent):
                if not isinstance(event, AliasEvent):
                    self._report.add(Lint.SYNTAX, place, "not YAML: a key must be text")
            elif event.value == "<<" and event.style is None:
                self._report.add(Lint.ANCHOR, place, 'merge key "<<"', "write the entries out")
            elif event.value in entries:
                first = entries[event.value].place.line
                message = f'key "{event.value}" is given twice, first in line {first}'
                self._report.add(Lint.DUPLICATE_KEY, place, message, "keep one")
            else:
                # The parser puts a value that is not there where the next thing begins.
                found = Node(place, None) if node.value is None else node
                entries[event.value] = Entry(place, found)
        return entries


def _scalar(event: ScalarEvent) -> str | int | float | bool | None:
    text: str = event.value
    if event.style is not None:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text
