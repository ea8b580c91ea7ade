"""Builds the broken rules folders of tests/golden/bad_rules: a good base, and an overlay per mistake.

An overlay holds the files that differ and `expected.txt`: every line that `router check` prints for it. Some
files steer the building: `_remove` lists paths that the base has and this folder has not, `_grow` gives a file
and the size in bytes by which comment lines extend it, `_latin1` a file to be written in that encoding.
"""

import shutil
from datetime import date
from pathlib import Path

from router.config.load import check
from router.model.errors import Finding

BAD_RULES = Path(__file__).resolve().parents[2] / "golden" / "bad_rules"
CASES = sorted(path.name for path in BAD_RULES.iterdir() if path.is_dir() and path.name != "base")
TODAY = date(2026, 11, 21)
STEERING = ("_remove", "_grow", "_latin1", "expected.txt")


def build(case: str, folder: Path) -> Path:
    """The rules folder of this case."""
    overlay = BAD_RULES / case
    shutil.copytree(BAD_RULES / "base", folder)
    for line in _lines(overlay / "_remove"):
        path = folder / line
        path.unlink() if path.is_file() else shutil.rmtree(path)
    for path in overlay.rglob("*"):
        if path.is_file() and path.name not in STEERING:
            target = folder / path.relative_to(overlay)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    for line in _lines(overlay / "_grow"):
        file, size = line.split()
        text = (folder / file).read_bytes()
        (folder / file).write_bytes(text + b"# \n" * (int(size) // 3))
    for file in _lines(overlay / "_latin1"):
        (folder / file).write_text((folder / file).read_text(encoding="utf-8"), encoding="latin-1")
    return folder


def findings(folder: Path) -> tuple[Finding, ...]:
    """What `check` says of the folder; shipped runbooks are not the subject here."""
    return tuple(finding for finding in check(folder, TODAY) if not finding.file.startswith("shipped/"))


def printed(folder: Path) -> str:
    """The lines of all findings, with the folder's own path as DIR."""
    return "".join(f"{finding}\n" for finding in findings(folder)).replace(str(folder), "DIR")


def _lines(path: Path) -> list[str]:
    return path.read_text().split("\n")[:-1] if path.exists() else []
