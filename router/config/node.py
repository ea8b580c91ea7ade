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
    value: "str | int | float | bool | _Broken | tuple[Node, ...] | Mapping[str, Entry] | None"

    def entry(self, key: str) -> "Entry | None":
        """The entry under a key, if this is a mapping that has it."""
        return self.value.get(key) if isinstance(self.value, Mapping) else None

    def below(self, step: str | int) -> "Node | None":
        """The value under a key, or of an item counted from 0; None where there is none."""
        if isinstance(self.value, tuple) and isinstance(step, int):
            return self.value[step] if step < len(self.value) else None
        entry = self.entry(str(step))
        return entry.node if entry else None

    def find(self, *path: str | int) -> "Node | None":
        """The value under this path; None where the path leads nowhere."""
        node: Node | None = self
        for step in path:
            node = node.below(step) if node else None
        return node

    def at(self, *path: str | int) -> Place:
        """Where the value under this path stands; as deep as the path leads."""
        node = self
        for step in path:
            node = node.below(step) or node
        return node.place

    def key_at(self, *path: str) -> Place:
        """Where the last key of this path stands (not its value); this value's place where there is none."""
        parent = self.find(*path[:-1])
        entry = parent.entry(path[-1]) if parent else None
        return entry.place if entry else self.place

    def items(self, *path: str | int) -> "tuple[Node, ...]":
        """The items of the list under this path; what stands in place of a list is its only item."""
        node = self.find(*path)
        if node is None:
            return ()
        return node.value if isinstance(node.value, tuple) else (node,)

    def texts(self, *path: str | int) -> tuple[tuple[str, Place], ...]:
        """The texts among the items of the list under this path, and where each stands."""
        return tuple((each.value, each.place) for each in self.items(*path) if isinstance(each.value, str))

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
