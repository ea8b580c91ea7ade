"""What an importer of configuration makes: the files of a rules folder, and what it could not carry over."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from router.importing.description import Given, Unmapped


@dataclass(slots=True)
class Remarks:
    """What has no counterpart, and what is left to the operator, collected on the way."""

    unmapped: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    todo: dict[str, list[str]] = field(default_factory=dict)

    def leave_out(self, what: str, why: str, *names: str) -> None:
        """Something of this sort, under these names, has no counterpart."""
        self.unmapped.setdefault((what, why), []).extend(names)

    def to_do(self, what: str, *names: str) -> None:
        """The operator has to see to it."""
        self.todo.setdefault(what, []).extend(names)

    @property
    def left_out(self) -> tuple[Unmapped, ...]:
        """Everything without a counterpart, in the order in which it was met."""
        return tuple(Unmapped(what, tuple(names), why) for (what, why), names in self.unmapped.items())


@dataclass(frozen=True, slots=True)
class Imported:
    """File name -> content; what was made of how many; and the remarks."""

    files: Mapping[str, str]
    made: Mapping[str, int]
    remarks: Remarks


class Configuration(NamedTuple):
    """What the command is for, what its file is called, and how it is read; `read` raises CannotImport."""

    does: str
    file: str
    read: Callable[[Given, str], Imported]
