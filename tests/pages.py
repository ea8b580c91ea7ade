"""Reads the Markdown pages of the repository: fenced blocks, code in running text, links, anchors."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]

_FENCE = re.compile(r"^(?P<fence>`{3,})(?P<info>[^`]*)$")
_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_LINK = re.compile(r"(?<!!)\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^()\s]+)\)")
_HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block: its page, the line of its fence, the words after the fence, and what is in it."""

    page: str
    line: int
    info: str
    text: str

    @property
    def language(self) -> str:
        """The first word after the fence."""
        return self.info.partition(" ")[0]

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


@dataclass(frozen=True)
class Page:
    """One page: its path from the root, its blocks, and its text without them."""

    path: str
    blocks: tuple[Block, ...]
    prose: str

    def __str__(self) -> str:
        return self.path

    def blocks_of(self, *languages: str) -> list[Block]:
        """The blocks in these languages."""
        return [block for block in self.blocks if block.language in languages]

    @property
    def spans(self) -> list[str]:
        """Code in running text; a bar that a table needs escaped is a bar."""
        return [match[2].strip().replace("\\|", "|") for match in _SPAN.finditer(self.prose)]

    @property
    def links(self) -> list[str]:
        """Where links lead; not those in code."""
        return _LINK.findall(_SPAN.sub("", self.prose))

    @property
    def anchors(self) -> set[str]:
        """What a link may name after a #, as GitHub makes them of headings."""
        return {_slug(heading) for heading in _HEADING.findall(self.prose)}


def _slug(heading: str) -> str:
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading.replace("`", ""))
    return re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")


@cache
def pages() -> tuple[Page, ...]:
    """Every page that belongs to the repository."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(read(name) for name in sorted(listed.split()) if (ROOT / name).is_file())


def read(path: str) -> Page:
    """One page, by its path from the root."""
    blocks: list[Block] = []
    prose: list[str] = []
    fence, info, began, inside = "", "", 0, [""]
    for number, line in enumerate((ROOT / path).read_text(encoding="utf-8").splitlines(), 1):
        found = _FENCE.match(line)
        if not fence and found:
            fence, info, began, inside = found["fence"], found["info"].strip(), number, []
        elif fence and line.strip() == fence:
            blocks.append(Block(path, began, info, "\n".join(inside) + "\n"))
            fence = ""
        elif fence:
            inside.append(line)
        else:
            prose.append(line)
    assert not fence, f"{path}:{began} is never closed"
    return Page(path, tuple(blocks), "\n".join(prose))


@dataclass(frozen=True)
class Command:
    """A command in a block: the line it is on, what is typed, and in a console what comes of it."""

    line: int
    text: str
    exits: int = 0
    output: tuple[str, ...] = ()


def commands(block: Block) -> Iterator[Command]:
    """The commands of a block. In a console they follow `$ ` and output follows them; else every line is one.

    A line that ends in a backslash goes on; `# exits with N` says the exit code.
    """
    lines = block.text.splitlines()
    console = block.language == "console"
    place = 0
    while place < len(lines):
        number, text = block.line + 1 + place, lines[place]
        place += 1
        if console and not text.startswith("$ "):
            continue
        text = text.removeprefix("$ ")
        while text.endswith("\\") and place < len(lines):
            text = text[:-1] + lines[place]
            place += 1
        output = []
        while console and place < len(lines) and not lines[place].startswith("$ "):
            output.append(lines[place].rstrip())
            place += 1
        code = re.search(r"#\s*exits with (\d+)", text)
        if text.strip() and not text.lstrip().startswith("#"):
            yield Command(number, text, int(code[1]) if code else 0, tuple(filter(None, output)))


def shows(expected: tuple[str, ...], output: str) -> str:
    """The first expected line that is not in the output, after the one before it; "" if all are. `…` is anything."""
    lines = iter(output.splitlines())
    for wanted in expected:
        pattern = ".*".join(re.escape(part) for part in re.split(r"…|\.\.\.", wanted.strip()))
        if pattern != ".*" and not any(re.fullmatch(pattern, line.strip()) for line in lines):
            return wanted
    return ""
