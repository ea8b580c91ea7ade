"""A YAML document as values that know where they stand, so that every finding can name line and column."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple


class Place(NamedTuple):
    """Where something stands: file relative to the rules folder; line and column count from 1."""

    file: str
    line: int = 1
    column: int = 1


class _Broken(Enum):
    BROKEN = "broken"


BROKEN: Final = _Broken.BROKEN
"""The value of a node that was already reported (an alias, a tag): whoever reads it stays silent."""


@dataclass(frozen=True, slots=True)
class Node:
    """A value and its place; `value` is a scalar, a tuple of nodes, or a mapping of entries by key."""

    place: Place
    value: "str | int | float | bool | None | _Broken | tuple[Node, ...] | Mapping[str, Entry]"

    def entry(self, key: str) -> "Entry | None":
        """The entry under a key, if this is a mapping that has it."""
        return self.value.get(key) if isinstance(self.value, Mapping) else None

    def at(self, *path: str | int) -> Place:
        """Where the value under this path stands; as deep as the path leads."""
        node = self
        for step in path:
            below = node._below(step)
            if below is None:
                break
            node = below
        return node.place

    def key_at(self, *path: str | int) -> Place:
        """Where the last key of this path stands (not its value); as deep as the path leads."""
        node = self
        for step in path[:-1]:
            node = node._below(step) or node
        entry = node.entry(str(path[-1]))
        return entry.place if entry else node.at(path[-1])

    def texts(self, *path: str | int) -> "tuple[tuple[str, Place], ...]":
        """The texts of the list under this path (or the one text in place of a list) and where each stands."""
        node: Node | None = self
        for step in path:
            node = node._below(step) if node else None
        if node is None:
            return ()
        nodes = node.value if isinstance(node.value, tuple) else (node,)
        return tuple((each.value, each.place) for each in nodes if isinstance(each.value, str))

    def _below(self, step: str | int) -> "Node | None":
        if isinstance(step, str):
            entry = self.entry(step)
            return entry.node if entry else None
        if isinstance(self.value, tuple) and step < len(self.value):
            return self.value[step]
        return None

    def describe(self) -> str:
        """What it is, in words an operator reads."""
        match self.value:
            case None:
                return "nothing"
            case bool(value):
                return "true" if value else "false"
            case str(value):
                return f'the text "{shorten(value)}"'
            case int(value) | float(value):
                return f"the number {value}"
            case tuple():
                return "a list"
            case _:
                return "a mapping"


class Entry(NamedTuple):
    """One entry of a mapping: where its key stands, and its value."""

    place: Place
    node: Node


class Home(NamedTuple):
    """Where something of the rules is declared: the place of its name, and its value.

    `damaged`: something in it was reported and left out, so what it seems to lack may be there.
    """

    place: Place
    node: Node
    damaged: bool = False


def shorten(text: str, limit: int = 60) -> str:
    """The text on one line, cut to a length that fits a message."""
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
