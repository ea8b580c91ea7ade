"""Which regular expressions only list values? `critical|major` does; then equality says it, and an index finds it."""

import re

_PART = re.compile(r"(?:[^\\.+*?()|\[\]{}^$]|\\[^A-Za-z0-9\s\\]|\\\\|\[[.]\])*")
_ESCAPED = re.compile(r"\\(.)|\[([.])\]", re.DOTALL)
_PREFIX = re.compile(r"\^?((?:[^\\.+*?()|\[\]{}^$]|\\[^A-Za-z0-9\s\\]|\[[.]\])*)")


def literals_of(pattern: str) -> frozenset[str] | None:
    """The values that the pattern matches as a whole, where it is an alternation of literals; else None.

    `^`, `$` and one pair of brackets around the alternatives are seen through.
    """
    wrapped = re.fullmatch(r"\^?\((?:\?:)?([^()]*)\)\$?", pattern, re.DOTALL)
    parts = (wrapped[1] if wrapped else pattern).split("|")
    if not wrapped and len(parts) == 1:
        parts = [pattern.removeprefix("^").removesuffix("$")]
    if not all(_PART.fullmatch(part) for part in parts):
        return None
    return frozenset(_plain(part) for part in parts)


def prefix_of(pattern: str) -> str:
    """What every match must begin with; the empty string where nothing can be said at once."""
    if "|" in pattern or pattern.startswith("(?"):
        return ""
    found = _PREFIX.match(pattern)
    assert found is not None
    follows = pattern[found.end() : found.end() + 1]
    literal = found[1]
    if follows and follows in "*?{":
        literal = re.sub(r"(?:\\.|\[[.]\]|[^\\])\Z", "", literal, count=1, flags=re.DOTALL)
    return _plain(literal)


def _plain(literal: str) -> str:
    return _ESCAPED.sub(lambda escape: escape[1] or escape[2], literal)
