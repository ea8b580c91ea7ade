r"""The written forms of matchers, classic and UTF-8, read as (label, operator, value); regular expressions unjudged.

Classic is Alertmanager's first grammar: a label of letters, digits, `_` and `:`, then everything up to the next comma
outside quotes; only `\"`, `\\` and `\n` are escapes and any other backslash stays. UTF-8 is its successor: label
and value are either quoted, with the escapes of a Go string, or bare without reserved characters.
Facts from Alertmanager's documentation (configuration, "matcher") and the behaviour of its `matcher/parse` and
`pkg/labels` packages.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

Written = tuple[str, str, str]
"""Label, operator, value; the value is unescaped."""

_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_RESERVED = rf"""{_SPACE}{{}}!=~,\\"'`"""
_TOKEN = re.compile(
    rf"""(?P<space>[{_SPACE}]+)|(?P<mark>[{{}},])|(?P<operator>=~|!~|!=|=)"""
    rf"""|(?P<quoted>"(?:[^"\\]|\\.)*")|(?P<bare>[^{_RESERVED}]+)""",
    re.DOTALL,
)
_ESCAPE = re.compile(
    r"""\\(?:(?P<octal>[0-7]{3})|x(?P<byte>[0-9a-fA-F]{2})|u(?P<short>[0-9a-fA-F]{4})|U(?P<long>[0-9a-fA-F]{8})"""
    r"""|(?P<plain>[abfnrtv\\"]))|[^\\\n"]+""",
)
_PLAIN = {"a": 7, "b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13, "\\": 0x5C, '"': 0x22}
_CLASSIC = re.compile(
    r"[\t\n\f\r ]*([a-zA-Z_:][a-zA-Z0-9_:]*)[\t\n\f\r ]*(=~|=|!=|!~)[\t\n\f\r ]*(.*?)[\t\n\f\r ]*", re.DOTALL
)
_DOTTED = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_.:-]*)\s*(=~|=|!=|!~)\s*(.*?)\s*", re.DOTALL)


class _Token(NamedTuple):
    kind: str
    text: str
    column: int


def read_utf8(text: str) -> list[Written]:
    """The matchers of the text in the UTF-8 grammar, in braces or without; a trailing comma is allowed.

    Raises:
        ValueError: it does not follow the grammar; the message names the column, from 0.
    """
    tokens = list(_tokens(text))
    end = _Token("end", "", len(text))
    if tokens and tokens[0].text == "{":
        if len(tokens) == 1 or tokens[-1].text != "}":
            raise ValueError(f"column {end.column}: the closing }} is missing")
        tokens = tokens[1:-1]
    found: list[Written] = []
    at = 0

    def take(*kinds: str, what: str) -> _Token:
        token = tokens[at] if at < len(tokens) else end
        if token.kind not in kinds:
            raise ValueError(f"column {token.column}: expected {what}, found {token.text or 'the end'}")
        return token

    while at < len(tokens):
        label = _text(take("quoted", "bare", what="a label"))
        at += 1
        operator = take("operator", what="one of = != =~ !~").text
        at += 1
        value = _text(take("quoted", "bare", what="a value"))
        at += 1
        found.append((label, operator, value))
        if at < len(tokens):
            if tokens[at].text != "," or tokens[at].kind != "mark":
                raise ValueError(f"column {tokens[at].column}: expected a comma, found {tokens[at].text}")
            at += 1
    return found


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            unclosed = text[at] == '"'
            raise ValueError(
                f"column {at}: " + ('the closing " is missing' if unclosed else f"unexpected {text[at]}")
            )
        if found.lastgroup != "space":
            yield _Token(str(found.lastgroup), found[0], at)
        at = found.end()


def _text(token: _Token) -> str:
    """What a token says; a quoted one by the escapes of Go, whose bytes must be UTF-8 in the end."""
    if token.kind == "bare":
        return token.text
    inner, at, read = token.text[1:-1], 0, bytearray()
    while at < len(inner):
        found = _ESCAPE.match(inner, at)
        if found is None:
            what = inner[at : at + 2] if inner[at] == "\\" else "a line break"
            raise ValueError(f"column {token.column}: {what} is no escape that double quotes know")
        read += _bytes(found, token)
        at = found.end()
    try:
        return read.decode()
    except UnicodeDecodeError:
        raise ValueError(f"column {token.column}: {token.text} is not UTF-8") from None


def _bytes(found: re.Match[str], token: _Token) -> bytes:
    match found.lastgroup:
        case "octal" | "byte":
            number = int(found["octal"], 8) if found["octal"] else int(found["byte"], 16)
            if number > 255:
                raise ValueError(f"column {token.column}: {found[0]} is more than a byte")
            return bytes([number])
        case "short" | "long":
            number = int(found["short"] or found["long"], 16)
            if number > 0x10FFFF or 0xD800 <= number <= 0xDFFF:
                raise ValueError(f"column {token.column}: {found[0]} is no character")
            return chr(number).encode()
        case "plain":
            return bytes([_PLAIN[found["plain"]]])
        case _:
            return found[0].encode()


def read_classic(text: str, dotted: bool = False) -> list[Written]:
    """The matchers of the text in the classic grammar: a brace at either end is optional, commas separate.

    Raises:
        ValueError: one of them is no matcher.
    """
    parts = _split(text.removeprefix("{").removesuffix("}"))
    return [read_classic_one(part, dotted) for part in parts]


def _split(text: str) -> list[str]:
    """The text at its commas outside quotes; white space after the last one is no part."""
    parts, part, quoted, escaped = [], "", False, False
    for char in text:
        if char == "," and not quoted:
            parts.append(part)
            part = ""
            continue
        if char == '"' and not escaped:
            quoted = not quoted
        escaped = char == "\\" and not escaped
        part += char
    return [*parts, part] if part.strip() else parts


def read_classic_one(text: str, dotted: bool = False) -> Written:
    """One matcher in the classic grammar; `dotted` allows `.` and `-` in the label, as our own labels have.

    Raises:
        ValueError: it is no matcher; the message says what to mend.
    """
    found = (_DOTTED if dotted else _CLASSIC).fullmatch(text)
    if not found:
        raise ValueError('write it as label="value", with one of = != =~ !~')
    label, operator, written = found.groups()
    return label, operator, _classic_value(written)


def _classic_value(written: str) -> str:
    quoted = written.startswith('"')
    inner = written[1:-1] if quoted else written
    if quoted and (len(written) < 2 or not _closes(written)):
        raise ValueError('its closing " is missing, or more follows it')
    if re.search(r'(?<!\\)(?:\\\\)*"', inner):
        where = 'its closing " is missing, or more follows it' if quoted else "put the whole value in quotes"
        raise ValueError(f'{where}, and write \\" for a quote in it')
    escapes = {"n": "\n", '"': '"', "\\": "\\"}
    return re.sub(r'\\([n"\\])', lambda escape: escapes[escape[1]], inner)


def _closes(written: str) -> bool:
    """Whether the last character is a quote that no backslash escapes."""
    before = written[1:-1]
    return written[-1] == '"' and (len(before) - len(before.rstrip("\\"))) % 2 == 0
