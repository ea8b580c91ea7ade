"""Matchers as in Alertmanager: `label op "value"` with = != =~ !~.

Regular expressions are RE2's, anchored at both ends; `.` is any character but a line break. RE2 takes time that grows
with the length of the text only, whatever the expression, so silences that people write cannot hold up an engine.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Protocol

import re2

from router.model.literals import literals_of
from router.model.matcher_grammar import Written, read_classic, read_classic_one, read_utf8
from router.model.value import Value

MAX_PATTERN = 16_384
"""Characters of a regular expression at most."""

_MEMORY = 1 << 20
"""Bytes that one compiled regular expression may use; RE2 refuses what needs more."""

_WRITTEN = {"\n": "\\n", '"': '\\"', "\\": "\\\\"}
_NEEDS_QUOTES = re.compile(r"""[\s{}!=~,\\"'`]""")
_BYTE_CLASS = re.compile(r"(?<!\\)(?:\\\\)*\\C")
_NEVER_RE2 = re.compile(r"\(\?(?:[=!>]|<[=!])|\\[1-9]|\(\?P=")


class MatchOperator(StrEnum):
    """How a matcher compares; regular expressions are anchored at both ends."""

    EQUAL = "="
    NOT_EQUAL = "!="
    MATCHES = "=~"
    NOT_MATCHES = "!~"


class BadRegex(ValueError):
    """The value of a =~ or !~ matcher is no regular expression."""


class _Pattern(Protocol):
    def fullmatch(self, text: str) -> object | None: ...


class Matcher(Value):
    """A condition on one label; an absent label counts as the empty string."""

    label: str
    operator: MatchOperator
    value: str

    @property
    def regex(self) -> bool:
        """Whether the value is a regular expression."""
        return self.operator in (MatchOperator.MATCHES, MatchOperator.NOT_MATCHES)

    @property
    def negative(self) -> bool:
        """Whether it says what the label must not be."""
        return self.operator in (MatchOperator.NOT_EQUAL, MatchOperator.NOT_MATCHES)

    @cached_property
    def values(self) -> frozenset[str] | None:
        """The only values of the label for which it holds; None where they cannot be listed."""
        match self.operator:
            case MatchOperator.EQUAL:
                return frozenset((self.value,))
            case MatchOperator.MATCHES:
                return literals_of(self.value)
            case _:
                return None

    def accepts(self, value: str) -> bool:
        """Whether the condition holds for this value of its label."""
        if self.values is not None:
            return value in self.values
        if self.regex:
            return _holds(self.value, value) is not self.negative
        return (value == self.value) is not self.negative

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether these labels satisfy the condition."""
        return self.accepts(labels.get(self.label, ""))

    def __str__(self) -> str:
        """As it is written, so that `parse_matchers` reads it back; as Alertmanager prints it."""
        if _NEEDS_QUOTES.search(self.label):
            return f"{go_quoted(self.label)}{self.operator.value}{go_quoted(self.value)}"
        value = re.sub(r'["\\\n]', lambda special: _WRITTEN[special[0]], self.value)
        return f'{self.label}{self.operator.value}"{value}"'


def written_matchers(matchers: Iterable[Matcher]) -> str:
    """`{a="1",b=~"2"}`, sorted by label, value and operator, as Alertmanager prints the matchers of a route."""
    order = list(MatchOperator)
    ordered = sorted(matchers, key=lambda each: (each.label, each.value, order.index(each.operator)))
    return "{" + ",".join(map(str, ordered)) + "}"


def parse_matcher(text: str) -> Matcher:
    r"""The one matcher that the text says, without braces.

    Read by the UTF-8 grammar and by the classic one as Alertmanager does: where only one of them takes it that one
    counts, where they disagree the classic one. So in quotes, `\"`, `\\` and `\n` are escapes; any other backslash
    stays, so `"\d+"` is a regular expression. Our own labels may have dots in either.

    Raises:
        BadRegex: the regular expression does not compile.
        ValueError: the text is no matcher. Both messages say what is wrong with it.
    """
    if text.startswith("{") or text.endswith("}"):
        raise ValueError('write it as label="value" without braces, with one of = != =~ !~')
    matchers = _agreed(
        _attempt(_one_utf8, text), *(_attempt(read, text) for read in (_one_classic, _one_dotted))
    )
    if matchers[0].value.startswith(("=", "~")) and not text.rstrip().endswith('"'):
        raise ValueError('put the whole value in quotes, and write \\" for a quote in it')
    return matchers[0]


def parse_matchers(text: str) -> tuple[Matcher, ...]:
    """All matchers that the text says, `a="1"` or `{a="1",b=~"2"}`; none for `{}` and for nothing.

    The grammars are chosen between as in `parse_matcher`.

    Raises:
        BadRegex: a regular expression does not compile.
        ValueError: the text is no list of matchers.
    """
    return _agreed(_attempt(read_utf8, text), _attempt(read_classic, text), _attempt(_dotted, text))


def _one_utf8(text: str) -> list[Written]:
    read = read_utf8(text)
    if len(read) != 1:
        raise ValueError(f"write one matcher, not {len(read)}")
    return read


def _one_classic(text: str) -> list[Written]:
    return [read_classic_one(text)]


def _one_dotted(text: str) -> list[Written]:
    return [read_classic_one(text, dotted=True)]


def _dotted(text: str) -> list[Written]:
    return read_classic(text, dotted=True)


_Attempt = tuple[Matcher, ...] | ValueError


def _attempt(read: Callable[[str], list[Written]], text: str) -> _Attempt:
    """What a grammar makes of the text, or why it does not take it, its regular expressions included."""
    try:
        return tuple(map(_built, read(text)))
    except ValueError as error:
        return error


def _agreed(modern: _Attempt, classic: _Attempt, dotted: _Attempt) -> tuple[Matcher, ...]:
    """The classic reading where there is one, else the modern one, else ours; raises why there is none."""
    for attempt in (classic, modern, dotted):
        if not isinstance(attempt, ValueError):
            return attempt
    bad = next((each for each in (classic, modern, dotted) if isinstance(each, BadRegex)), dotted)
    assert isinstance(bad, ValueError)
    raise bad


def _built(written: Written) -> Matcher:
    label, operator, value = written
    matcher = Matcher(label=label, operator=MatchOperator(operator), value=value)
    if matcher.regex:
        compiled(value)
    return matcher


@lru_cache(maxsize=1 << 14)
def compiled(pattern: str) -> _Pattern:
    """The regular expression, by RE2.

    Raises:
        BadRegex: RE2 does not take it; the message says why.
    """
    if len(pattern) > MAX_PATTERN:
        raise BadRegex(f"it has {len(pattern)} characters, at most {MAX_PATTERN} are allowed")
    if _BYTE_CLASS.search(pattern):
        raise BadRegex(r"\C (any byte) is not supported")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    options.never_capture = True
    try:
        built: _Pattern = re2.compile(pattern, options)
    except (re2.error, UnicodeEncodeError) as error:
        raise BadRegex(_why(error, pattern)) from None
    return built


def _why(error: Exception, pattern: str) -> str:
    """RE2's words, and a way out for what other kinds of regular expressions know."""
    first = error.args[0] if error.args else ""
    words = first.decode(errors="replace") if isinstance(first, bytes) else "it is not valid Unicode"
    if _NEVER_RE2.search(pattern):
        words += " (RE2 knows no look-around and no back-references: use several matchers, or !~)"
    return words


@lru_cache(maxsize=1 << 16)
def _holds(pattern: str, value: str) -> bool:
    """Whether the whole value matches; remembered, since labels take few values again and again."""
    try:
        return compiled(pattern).fullmatch(value) is not None
    except UnicodeEncodeError:
        return False


def go_quoted(text: str) -> str:
    """The text in double quotes with the escapes of Go's strconv.Quote."""
    named = {7: "a", 8: "b", 9: "t", 10: "n", 11: "v", 12: "f", 13: "r", 0x22: '"', 0x5C: "\\"}
    quoted = ""
    for char in text:
        code = ord(char)
        if code in named:
            quoted += "\\" + named[code]
        elif char.isprintable():
            quoted += char
        else:
            quoted += (
                f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
            )
    return f'"{quoted}"'
