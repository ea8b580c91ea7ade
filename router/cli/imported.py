"""What an import says: what was left out, what is left to do; for people, and as the document of `--json`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from router.cli.output import count, say
from router.config.node import shorten
from router.importing.description import Unmapped
from router.importing.imported import Imported
from router.render.escape import clean

MOST_SHOWN = 8
"""So many names of one kind are printed; --json has them all."""


def print_imported(imported: Imported, out: Path, warnings: Sequence[str]) -> None:
    """What was made of a configuration."""
    made = ", ".join(
        count(number, what.removesuffix("s")) for what, number in imported.made.items() if number
    )
    say(f"{out}: {made}")
    say(*(f"  wrote {name}" for name in sorted(imported.files)))
    say(*left_out(imported.remarks.left_out), *to_do(imported.remarks.todo))
    say("", f"`router check {out}`: no errors, {count(len(warnings), 'warning')}")


def imported_document(name: str, imported: Imported, out: Path, warnings: Sequence[str]) -> dict[str, Any]:
    """The document of `--json`."""
    return {
        "format": name,
        "out": str(out),
        "written": sorted(imported.files),
        "made": {what.replace(" ", "_"): number for what, number in imported.made.items()},
        **remarks(imported.remarks.left_out, imported.remarks.todo),
        "warnings": list(warnings),
    }


def remarks(unmapped: Sequence[Unmapped], todo: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """What was left out and what is left to do, as parts of a document."""
    return {
        "unmapped": [{"what": one.what, "names": list(one.names), "why": one.why} for one in unmapped],
        "todo": [{"what": what, "names": list(names)} for what, names in todo.items()],
    }


def left_out(unmapped: Sequence[Unmapped]) -> list[str]:
    """What has no counterpart, a line a sort of thing."""
    if not unmapped:
        return []
    return [
        "",
        "What has no counterpart in rules, and was left out:",
        *(f"  {_unmapped(one)}" for one in unmapped),
    ]


def to_do(todo: Mapping[str, Sequence[str]]) -> list[str]:
    """What is left to the operator, a line a task."""
    if not todo:
        return []
    lines = (f"  {what}: {_some(names)}" if names else f"  {what}" for what, names in todo.items())
    return ["", "Left to you (marked TODO in the files):", *lines]


def _unmapped(one: Unmapped) -> str:
    return f"{one.what}: {_some(one.names)} ({one.why})" if one.names else f"{one.what} ({one.why})"


def _some(names: Sequence[str]) -> str:
    shown = clean(", ".join(shorten(name, 90) for name in names[:MOST_SHOWN]))
    return f"{shown} and {len(names) - MOST_SHOWN:,} more" if len(names) > MOST_SHOWN else shown
