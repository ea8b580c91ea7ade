"""The sample catalogs of examples/catalogs, and what a router makes of them."""

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from router.config.load import load
from router.importing.description import Description, Given, Thing
from router.importing.folder import write
from router.importing.plan import Existing, Plan, plan
from router.importing.writer import files_of
from router.model.rules import Rules

ROOT = Path(__file__).parents[3]
CATALOGS = ROOT / "examples" / "catalogs"
CORPUS = ROOT.parent / "shared" / "corpus" / "payloads"
RUNS = tuple(CATALOGS / f"run_results_{night}.json" for night in range(1, 6))


def sample(name: str) -> Given:
    """A file of examples/catalogs."""
    return Given(name, (CATALOGS / name).read_bytes())


def samples(paths: Sequence[Path]) -> list[Given]:
    """These files."""
    return [Given(path.name, path.read_bytes()) for path in paths]


def manifest() -> dict[str, Any]:
    """The sample manifest, to be changed."""
    return copy.deepcopy(orjson.loads((CATALOGS / "manifest.json").read_bytes()))


def given(value: object, name: str = "given.json") -> Given:
    """A value as a file."""
    return Given(name, orjson.dumps(value))


def by_key(description: Description) -> dict[str, Thing]:
    """The things by key."""
    return {thing.key: thing for thing in description.things}


def rules_of(description: Description, folder: Path, existing: Existing | None = None) -> Rules:
    """The rules that come of a description; no finding is an error."""
    planned: Plan = plan(description, existing)
    assert all(
        finding.level == "warning" for finding in write(folder, files_of(planned, "router import test"))
    )
    return load(folder)
