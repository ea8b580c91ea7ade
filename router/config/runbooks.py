"""runbooks/*.md: front matter between two `---` lines that says what it is for, then a Jinja2 body."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from router.config.codes import Lint
from router.config.collections_of import Field, ListOf, Record
from router.config.draft import Draft
from router.config.node import Home, Node, Place
from router.config.shapes import ADDRESS, ANY_TEXT, INVALID, NAME, Day
from router.config.shipped import shipped_dir
from router.config.template import check_template
from router.config.words import COMPONENT_KIND
from router.config.yaml_reader import parse_yaml, read_text
from router.model.runbook import Runbook

SHIPPED = "shipped/runbooks"
"""Stands for the folder of the shipped runbooks in findings."""

_FENCE = re.compile(r"^---[ \t]*\r?$", re.MULTILINE)

_NAMES = ListOf(ANY_TEXT, or_one=True)

SHAPE = Record(
    "a runbook's front matter",
    {
        "id": Field(NAME, "The id.", True),
        "title": Field(ANY_TEXT, "What people read.", True),
        "faults": Field(_NAMES, "The faults it is for."),
        "kinds": Field(
            ListOf(COMPONENT_KIND, or_one=True),
            "The kinds of component it is for.",
        ),
        "components": Field(_NAMES, "The components it is for."),
        "workflows": Field(_NAMES, "The workflows it is for."),
        "owner": Field(ANY_TEXT, "The team that keeps it right."),
        "reviewed": Field(Day(), "The day of the last review, 2026-10-01."),
        "url": Field(ADDRESS, "Where people read it."),
    },
)


def read_runbooks(draft: Draft) -> None:
    """Fill the draft's runbooks: the operator's, then the shipped ones that they do not replace."""
    own = [_folder(name, draft) for name in draft.runbook_folders]
    try:
        shipped = shipped_dir("runbooks").resolve()
    except FileNotFoundError:
        shipped = None
    for folder in own:
        if folder and folder.resolve() != shipped:
            for path in _pages(folder):
                _read(path, os.path.relpath(path, draft.folder), draft)
    for path in _pages(shipped) if shipped else ():
        _read(path, f"{SHIPPED}/{path.name}", draft, shipped=True)


def _folder(name: str, draft: Draft) -> Path | None:
    folder = draft.folder / name
    if folder.is_dir():
        return folder
    place = next(
        (place for text, place in draft.router.texts("runbooks") if text == name), draft.router.place
    )
    draft.report.add(
        Lint.NO_RUNBOOK_FOLDER, place, f'no folder "{name}"', "it is relative to the rules folder"
    )
    return None


def _pages(folder: Path) -> list[Path]:
    pages = (path for path in folder.glob("*.md") if not path.name.startswith("."))
    return sorted(path for path in pages if path.name.lower() != "readme.md")


def _read(path: Path, file: str, draft: Draft, *, shipped: bool = False) -> None:
    text = read_text(path, file, draft.report)
    if text is None:
        draft.lost.add(file)
        return
    fences = list(_FENCE.finditer(text))[:2]
    if len(fences) < 2 or text[: fences[0].start()].strip():
        hint = "begin the file with ---, id: and title:, and ---"
        draft.report.add(Lint.NO_FRONT_MATTER, Place(file), "no front matter", hint)
        draft.lost.add(file)
        return
    head = parse_yaml(
        text[fences[0].end() + 1 : fences[1].start()], file, draft.report, _line(text, fences[0].end() + 1)
    )
    body = text[fences[1].end() :].removeprefix("\n")
    check_template(body, file, _line(text, len(text) - len(body)), draft.report)
    values = INVALID if head is None else SHAPE.read(head, "front matter", draft.report)
    if head is not None and isinstance(values, Mapping) and "id" in values:
        _add(values, head, body, draft, shipped=shipped)
    else:
        draft.lost.add(file)


def _line(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def _add(values: Mapping[str, Any], head: Node, body: str, draft: Draft, *, shipped: bool) -> None:
    name, file = values["id"], head.place.file
    if ("runbook", name) in draft.homes:
        if shipped and not draft.runbooks[name].file.startswith(SHIPPED):
            return
        first = draft.home("runbook", name).place.file
        message = f'runbook id "{name}" is used twice, first in {first}'
        draft.report.add(Lint.RUNBOOK_TWICE, head.at("id"), message)
        return
    draft.homes["runbook", name] = Home(head.at("id"), head)
    draft.runbooks[name] = Runbook(**{"title": name, **values}, body=body, file=file)
