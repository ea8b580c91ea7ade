"""CODEOWNERS files of GitHub and GitLab: which owners a path has.

https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
and https://docs.gitlab.com/user/project/codeowners/reference. The last line that matches counts; a line without owners
says that nobody owns it. GitLab adds sections, each with its own last match, default owners, and `!` for exclusions.
A relative pattern with a slash means the root on GitHub, any depth on GitLab.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

_SECTION = re.compile(r"\^?\[(?P<name>[^\]]+)\](?:\[\d+\])?(?P<owners>(?:\s.*)?)$")
_SPLIT = re.compile(r"(?:\\.|[^\s\\])+")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a pattern and its owners, as written; `excluded` for one of GitLab's exclusions."""

    number: int
    pattern: str
    owners: tuple[str, ...]
    excluded: bool = False


@dataclass(slots=True)
class Section:
    """Lines that are judged on their own; what stands before the first heading is a section without a name."""

    name: str
    defaults: tuple[str, ...] = ()
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CodeOwners:
    """A whole file; `gitlab` where it has sections. `unread` are lines that mean nothing, with why."""

    sections: tuple[Section, ...]
    gitlab: bool
    unread: tuple[str, ...]

    def owners_of(self, path: str) -> tuple[str, ...]:
        """The owners of a path (no leading slash; a trailing one for a directory), section by section, each once."""
        found: dict[str, None] = {}
        for section in self.sections:
            last = next(
                (line for line in reversed(section.lines) if matches(line.pattern, path, self.gitlab)), None
            )
            if last is not None and not last.excluded:
                found.update(dict.fromkeys(last.owners or section.defaults))
        return tuple(found)

    @property
    def lines(self) -> Sequence[Line]:
        """All lines, in the order of the file within each section."""
        return [line for section in self.sections for line in section.lines]


def read_codeowners(written: str) -> CodeOwners:
    """The file. Sections of one name, whatever its case, are one; nothing raises."""
    sections: dict[str, Section] = {"": Section("")}
    current, unread = sections[""], list[str]()
    for number, raw in enumerate(written.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        heading = _SECTION.fullmatch(line)
        if heading:
            name = heading["name"].strip()
            current = sections.setdefault(name.casefold(), Section(name))
            current.defaults = current.defaults or _owners(heading["owners"])
            continue
        pattern, *rest = _SPLIT.findall(line)
        excluded = pattern.startswith("!")
        if excluded and len(sections) == 1:
            unread.append(f"line {number}: {pattern} (! means nothing on GitHub)")
            continue
        clean = re.sub(r"\\(.)", r"\1", pattern.removeprefix("!"))
        current.lines.append(Line(number, clean, _owners(" ".join(rest)), excluded))
    return CodeOwners(tuple(sections.values()), len(sections) > 1, tuple(unread))


def _owners(written: str) -> tuple[str, ...]:
    """The owners in what follows a pattern or a heading; from a `#` on it is a comment."""
    words = written.split()
    end = next((place for place, word in enumerate(words) if word.startswith("#")), len(words))
    return tuple(dict.fromkeys(word for word in words[:end] if "@" in word))


def matches(pattern: str, path: str, gitlab: bool = False) -> bool:
    """Whether a pattern of such a file covers this path; a pattern that names a directory covers all below it."""
    return _expression(pattern, gitlab).fullmatch(path) is not None


def _expression(pattern: str, gitlab: bool) -> re.Pattern[str]:
    anchored = pattern.startswith("/") or (not gitlab and "/" in pattern.rstrip("/"))
    body = pattern.strip("/")
    parts: list[str] = []
    for part in body.split("/"):
        if part == "**":
            parts.append("(?:.*/)?")
            continue
        parts.append(
            "".join("[^/]*" if c == "*" else "[^/]" if c == "?" else re.escape(c) for c in part) + "/"
        )
    said = "".join(parts)
    if body.endswith("**"):
        said = said.removesuffix("(?:.*/)?") + ".*"
    elif body.endswith("/*"):
        said = said.removesuffix("/")  # only what is in the directory itself, not what is below it
    elif pattern.endswith("/"):
        said += ".*"
    else:
        said = said.removesuffix("/") + "(?:/.*)?"
    return re.compile(said if anchored else f"(?:.*/)?{said}")
