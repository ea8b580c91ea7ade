"""Matchers as in Alertmanager: `label op "value"` with = != =~ !~, the value quoted or bare."""

import re
from enum import StrEnum
from functools import cached_property

from router.model.value import Value

_MATCHER = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_.-]*)\s*(=~|!=|!~|=)\s*(.*?)\s*", re.DOTALL)
_ESCAPES = {"n": "\n", '"': '"', "\\": "\\"}
_WRITTEN = {"\n": "\\n", '"': '\\"', "\\": "\\\\"}


class MatchOperator(StrEnum):
    """How a matcher compares; regular expressions are anchored at both ends."""

    EQUAL = "="
    NOT_EQUAL = "!="
    MATCHES = "=~"
    NOT_MATCHES = "!~"


class Matcher(Value):
    """A condition on one label; an absent label counts as the empty string."""

    label: str
    operator: MatchOperator
    value: str

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(f"(?:{self.value})", re.DOTALL)

    def matches(self, labels: dict[str, str]) -> bool:
        """Whether these labels satisfy the condition."""
        given = labels.get(self.label, "")
        match self.operator:
            case MatchOperator.EQUAL:
                return given == self.value
            case MatchOperator.NOT_EQUAL:
                return given != self.value
            case MatchOperator.MATCHES:
                return self._pattern.fullmatch(given) is not None
            case MatchOperator.NOT_MATCHES:
                return self._pattern.fullmatch(given) is None

    def __str__(self) -> str:
        """As it is written, so that `parse_matcher` reads it back."""
        value = re.sub(r'["\\\n]', lambda special: _WRITTEN[special[0]], self.value)
        return f'{self.label}{self.operator.value}"{value}"'


class BadRegex(ValueError):
    """The value of a =~ or !~ matcher is no regular expression."""


def parse_matcher(text: str) -> Matcher:
    r"""The matcher that the text says.

    In quotes, `\"`, `\\` and `\n` are escapes; any other backslash stays, so `"\d+"` is a regular expression.

    Raises:
        BadRegex: the regular expression does not compile.
        ValueError: the text is no matcher. Both messages say what is wrong with it.
    """
    found = _MATCHER.fullmatch(text)
    if not found:
        raise ValueError('write it as label="value", with one of = != =~ !~')
    label, operator, written = found.groups()
    value = _unquoted(written) if written.startswith('"') else _bare(written)
    matcher = Matcher(label=label, operator=MatchOperator(operator), value=value)
    if matcher.operator in (MatchOperator.MATCHES, MatchOperator.NOT_MATCHES):
        try:
            re.compile(value)
        except (re.error, RecursionError, OverflowError) as error:
            raise BadRegex(str(error)) from None
    return matcher


def _unquoted(written: str) -> str:
    match = re.fullmatch(r'"((?:[^"\\]|\\.)*)"', written, re.DOTALL)
    if not match:
        raise ValueError('its closing " is missing, or more follows it')
    return re.sub(r'\\([n"\\])', lambda escape: _ESCAPES[escape[1]], match[1])


def _bare(written: str) -> str:
    if '"' in written or written.startswith(("=", "~")):
        raise ValueError('put the whole value in quotes, and write \\" for a quote in it')
    return written
