"""Reads a whole rules folder into a draft: every file that counts, and a word about those that do not."""

from collections.abc import Callable, Iterator
from pathlib import Path

from router.config.codes import Lint
from router.config.draft import Draft
from router.config.inhibition import read_inhibition
from router.config.maintenance import read_maintenance
from router.config.node import Node, Place
from router.config.obligations import read_obligations
from router.config.overrides import read_overrides
from router.config.policies import read_policies
from router.config.report import Report
from router.config.routes import read_more_routes, read_routes
from router.config.runbooks import read_runbooks
from router.config.schedules import read_schedules
from router.config.settings import read_settings
from router.config.sources import read_sources
from router.config.suggest import did_you_mean
from router.config.teams import read_teams
from router.config.workflows import read_workflow, resolve_scopes
from router.config.yaml_reader import read_yaml

FILES: dict[str, tuple[Callable[[Node, Draft], None], bool]] = {
    "router.yaml": (read_settings, True),
    "teams.yaml": (read_teams, True),
    "sources.yaml": (read_sources, False),
    "routes.yaml": (read_routes, False),
    "maintenance.yaml": (read_maintenance, False),
    "inhibition.yaml": (read_inhibition, False),
    "overrides.yaml": (read_overrides, False),
    "obligations.yaml": (read_obligations, False),
    "schedules.yaml": (read_schedules, False),
    "policies.yaml": (read_policies, False),
}
"""File -> how it is read, and whether it must be there."""

FOLDERS = ("workflows", "routes", "tests")


def read_folder(folder: Path) -> Draft:
    """Everything the folder says, and the findings of single files. `tests/` is left to `rule_tests`."""
    draft = Draft(folder, Report())
    if not folder.is_dir():
        draft.report.add(Lint.NO_FOLDER, Place(str(folder)), "there is no such rules folder")
        draft.lost.add(str(folder))
        return draft
    for file, (read, needed) in FILES.items():
        path = folder / file
        if path.exists():
            _read(path, file, read, draft)
        elif needed:
            draft.report.add(Lint.NO_FILE, Place(file), "the file is missing", "examples/acme has one")
            draft.lost.add(file)
    for path in yaml_files(folder / "routes"):
        _read(path, f"routes/{path.name}", read_more_routes, draft)
    for path in yaml_files(folder / "workflows"):
        _read(path, f"workflows/{path.name}", read_workflow, draft)
    resolve_scopes(draft)
    read_runbooks(draft)
    _report_unread(draft)
    return draft


def yaml_files(folder: Path) -> list[Path]:
    """The folder's YAML files by name; hidden ones do not count."""
    return sorted(path for path in folder.glob("*.yaml") if not path.name.startswith("."))


def _read(path: Path, file: str, read: Callable[[Node, Draft], None], draft: Draft) -> None:
    root = read_yaml(path, file, draft.report)
    if root is None:
        draft.lost.add(file)
    else:
        read(root, draft)


def _report_unread(draft: Draft) -> None:
    known = [*FILES, *(f"{name}/*.yaml" for name in FOLDERS)]
    for file in _unread(draft.folder):
        hint = f'name it "{file[:-4]}.yaml"' if file.endswith(".yml") else did_you_mean(file, known)
        message = "the file is not read"
        draft.report.add(Lint.FILE_NOT_READ, Place(file), message, hint or f"read are {', '.join(known)}")


def _unread(folder: Path) -> Iterator[str]:
    for path in sorted(folder.iterdir()):
        if path.suffix in (".yaml", ".yml") and path.name not in FILES and not path.name.startswith("."):
            yield path.name
    for name in FOLDERS:
        for path in sorted((folder / name).glob("*.yml")):
            yield f"{name}/{path.name}"
