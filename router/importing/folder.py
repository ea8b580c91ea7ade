"""Writing a plan: into a folder that is new or empty, or as new workflow files into one that has rules.

Everything is written beside the folder first and checked as `router check` would; only rules without an error are
put in place, and a file that exists is never touched.
"""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from router.config.draft import Draft
from router.config.folder import read_folder
from router.config.load import check
from router.importing.description import CannotImport
from router.importing.plan import Existing
from router.model.errors import Finding


def existing(folder: Path) -> Existing:
    """What the rules in the folder have. Raises CannotImport where they have errors."""
    draft = read_folder(folder)
    errors = [finding for finding in check(folder) if finding.level == "error"]
    if errors:
        raise CannotImport(
            str(folder), f"its rules have errors, first {errors[0]}", "mend them, see `router check`"
        )
    return _existing(draft)


def _existing(draft: Draft) -> Existing:
    identities = {
        (space, name): component.id
        for component in draft.components.values()
        for space, names in component.known_as.items()
        for name in names
    }
    return Existing(
        {
            name: frozenset(edge.upstream for edge in body.depends_on)
            for name, body in draft.components.items()
        },
        identities,
        frozenset(draft.teams),
        frozenset(draft.workflows),
        frozenset(source.format for source in draft.sources.values()),
        {name: frozenset(body.owners.values()) for name, body in draft.components.items()},
    )


def refuse_unless_free(folder: Path, may_add: bool = True) -> None:
    """Raises CannotImport unless the folder does not exist or is empty; `may_add`: --add is another way."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CannotImport(
            str(folder),
            "is there already and not empty, and nothing is overwritten",
            "name a new folder"
            + (", or use --add to add new workflow files to rules that are there" if may_add else ""),
        )


def write(folder: Path, files: Mapping[str, str]) -> tuple[Finding, ...]:
    """Put the files in place and answer what `router check` says of the whole; raises CannotImport, then nothing is.

    Raises:
        CannotImport: a file is there already, or the rules would have errors.
    """
    there = [name for name in files if (folder / name).exists()]
    if there:
        raise CannotImport(str(folder / there[0]), "is there already", "nothing was written; move it away")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".import-", dir=folder.parent) as place:
        trial = Path(place) / "rules"
        if folder.exists():
            shutil.copytree(folder, trial)
        _put(trial, files)
        findings = check(trial)
    errors = [finding for finding in findings if finding.level == "error"]
    if errors:
        raise CannotImport(
            str(errors[0]), "rules with an error came out", "nothing was written; report this, please"
        )
    _put(folder, files)
    return findings


def _put(folder: Path, files: Mapping[str, str]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as opened:
            opened.write(content)
