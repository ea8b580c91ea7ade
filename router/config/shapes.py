"""What may stand at a place of a rules file. A shape reads a node, and describes itself to editors.

`read` answers the value, or INVALID once it has reported why. Collections of shapes are in `collections_of`.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from enum import Enum, StrEnum
from typing import Any, Final

from router.config.codes import Lint
from router.config.durations import parse_delay, parse_duration, write_duration
from router.config.node import BROKEN, Node
from router.config.report import Report
from router.config.suggest import did_you_mean

Json = dict[str, Any]
"""A JSON Schema."""


class _Invalid(Enum):
    INVALID = "invalid"


INVALID: Final = _Invalid.INVALID
"""Stands for a value that was reported and is left out."""


class Shape(ABC):
    """What may stand at one place; subclasses say how it is read and how it looks as JSON Schema."""

    def read(self, node: Node, what: str, report: Report) -> Any:
        """The value; INVALID after reporting that `what` (a key) is not of this shape."""
        if node.value is BROKEN:
            report.add_again()
            return INVALID
        return self._read(node, what, report)

    def schema(self) -> Json:
        """The shape as JSON Schema."""
        return self._schema()

    @abstractmethod
    def _read(self, node: Node, what: str, report: Report) -> Any: ...

    @abstractmethod
    def _schema(self) -> Json: ...


def wrong_type(node: Node, what: str, needed: str, report: Report, hint: str = "") -> Any:
    """Report that something else is needed here; INVALID."""
    report.add(Lint.WRONG_TYPE, node.place, f"{what} must be {needed}, not {node.describe()}", hint)
    return INVALID


@dataclass(frozen=True, slots=True)
class Text(Shape):
    """Any text but the empty one; `code` and `pattern` narrow it, `rule` says in words how."""

    pattern: str = ""
    rule: str = ""
    code: Lint = Lint.BAD_NAME

    def _read(self, node: Node, what: str, report: Report) -> Any:
        if not isinstance(node.value, str):
            number = isinstance(node.value, int | float) and not isinstance(node.value, bool)
            hint = f'put it in quotes: "{node.value}"' if number else ""
            return wrong_type(node, what, "text", report, hint)
        if not node.value.strip():
            return wrong_type(node, what, "text", report)
        if self.pattern and not re.fullmatch(self.pattern, node.value):
            report.add(self.code, node.place, f'{what} "{node.value}" {self.rule}')
            return INVALID
        return node.value

    def _schema(self) -> Json:
        return {"type": "string", "pattern": f"^(?:{self.pattern})$"} if self.pattern else {"type": "string"}


NAME: Final = Text(
    r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}",
    'is not a name: letters, digits, ".", "_" and "-", at most 100, beginning with a letter or digit',
)
"""The id of a team, component, workflow, source, route or runbook."""

ADDRESS: Final = Text(r"https?://[^\s<>|\"']+", "is not an http or https address", Lint.BAD_ADDRESS)
ANY_TEXT: Final = Text()


@dataclass(frozen=True, slots=True)
class Choice(Shape):
    """One of a closed list of words."""

    words: tuple[str, ...]
    noun: str
    code: Lint = Lint.UNKNOWN_WORD

    @classmethod
    def of(cls, words: type[StrEnum] | Iterable[str], noun: str, code: Lint = Lint.UNKNOWN_WORD) -> "Choice":
        """A choice among the values of an enumeration."""
        return cls(tuple(str(word) for word in words), noun, code)

    def _read(self, node: Node, what: str, report: Report) -> Any:
        if not isinstance(node.value, str):
            return wrong_type(node, what, f"one of {', '.join(self.words)}", report)
        if node.value in self.words:
            return node.value
        hint = did_you_mean(node.value, self.words) or f"one of {', '.join(self.words)}"
        report.add(self.code, node.place, f'unknown {self.noun} "{node.value}"', hint)
        return INVALID

    def _schema(self) -> Json:
        return {"enum": list(self.words)}


class Flag(Shape):
    """true or false."""

    def _read(self, node: Node, what: str, report: Report) -> Any:
        return node.value if isinstance(node.value, bool) else wrong_type(node, what, "true or false", report)

    def _schema(self) -> Json:
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Number(Shape):
    """A number from `least` to `most`."""

    least: float = 0
    most: float | None = None
    whole: bool = True

    def _read(self, node: Node, what: str, report: Report) -> Any:
        wanted = int if self.whole else int | float
        if not isinstance(node.value, wanted) or isinstance(node.value, bool):
            return wrong_type(node, what, "a whole number" if self.whole else "a number", report)
        value = node.value
        if value < self.least or (self.most is not None and value > self.most):
            bound = f"at least {self.least:g}" if self.most is None else f"{self.least:g} to {self.most:g}"
            report.add(Lint.OUT_OF_RANGE, node.place, f"{what} must be {bound}, not {value:g}")
            return INVALID
        return value

    def _schema(self) -> Json:
        most = {} if self.most is None else {"maximum": self.most}
        return {"type": "integer" if self.whole else "number", "minimum": self.least, **most}


_DURATION = r"[0-9]{1,9}|(?=.)([0-9]{1,9}d)?([0-9]{1,9}h)?([0-9]{1,9}m)?([0-9]{1,9}s)?"


@dataclass(frozen=True, slots=True)
class Duration(Shape):
    """A span of time, read as whole seconds from `least` to `most`."""

    least: int = 0
    most: int | None = None

    def _read(self, node: Node, what: str, report: Report) -> Any:
        try:
            seconds = parse_duration(node.value)
        except ValueError as error:
            report.add(Lint.BAD_DURATION, node.place, f"{what} is no duration: {node.describe()}", str(error))
            return INVALID
        if seconds < self.least or (self.most is not None and seconds > self.most):
            least = write_duration(self.least)
            bound = f"at least {least}" if self.most is None else f"{least} to {write_duration(self.most)}"
            report.add(
                Lint.OUT_OF_RANGE, node.place, f"{what} must be {bound}, not {write_duration(seconds)}"
            )
            return INVALID
        return seconds

    def _schema(self) -> Json:
        return {
            "anyOf": [{"type": "string", "pattern": f"^(?:{_DURATION})$"}, {"type": "integer", "minimum": 0}]
        }


class Delay(Shape):
    """How long a failure takes to show: (soonest, latest) in seconds."""

    def _read(self, node: Node, what: str, report: Report) -> Any:
        try:
            return parse_delay(node.value)
        except ValueError as error:
            message = f"{what} is no delay: {node.describe()}"
            report.add(Lint.BAD_DELAY, node.place, message, str(error))
            return INVALID

    def _schema(self) -> Json:
        both = rf"^(?:(?:{_DURATION})\s*\.\.\s*)?(?:{_DURATION})$"
        return {"anyOf": [{"type": "string", "pattern": both}, {"type": "integer", "minimum": 0}]}


class Day(Shape):
    """A date such as 2026-10-01, kept as text."""

    def _read(self, node: Node, what: str, report: Report) -> Any:
        if isinstance(node.value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", node.value, re.ASCII):
            with suppress(ValueError):
                return date.fromisoformat(node.value).isoformat()
        message = f"{what} is no date: {node.describe()}"
        report.add(Lint.BAD_DATE, node.place, message, "write it like 2026-10-01")
        return INVALID

    def _schema(self) -> Json:
        return {"type": "string", "format": "date"}
