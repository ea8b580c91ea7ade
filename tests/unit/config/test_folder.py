"""Which files of the folder count?"""

import shutil
from pathlib import Path

import pytest

from router.config.load import load
from tests.unit.config.bad_rules import BAD_RULES, findings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BAD_RULES / "base", tmp_path / "rules"))


def test_hidden_files_and_other_kinds_of_files_do_not_count(folder: Path) -> None:
    """Editors, Git and Kubernetes keep theirs beside ours."""
    (folder / "workflows" / ".orders.yaml.swp.yaml").write_text("not: ours")
    (folder / ".pre-commit.yaml").write_text("not: ours")
    (folder / "README.md").write_text("# Rules\n")
    (folder / "workflows" / "notes.txt").write_text("not ours")
    assert findings(folder) == ()


def test_a_mounted_config_map_is_read_through_its_links(folder: Path, tmp_path: Path) -> None:
    """Kubernetes mounts files as links into a hidden folder."""
    hidden = folder / "..2026_11_21"
    hidden.mkdir()
    for name in ("router.yaml", "teams.yaml"):
        (folder / name).rename(hidden / name)
        (folder / name).symlink_to(hidden / name)
    assert load(folder).settings.company == "Acme"
    assert findings(folder) == ()


def test_only_router_and_teams_are_needed(folder: Path) -> None:
    """A beginner's folder loads, with warnings."""
    for name in ("workflows", "runbooks", "tests"):
        shutil.rmtree(folder / name)
    for name in ("sources.yaml", "routes.yaml"):
        (folder / name).unlink()
    assert {finding.code for finding in findings(folder)} == {"R313", "R609"}
    assert load(folder).components == {}


@pytest.mark.parametrize("written", ["- a\n", "just text\n", "7\n"])
@pytest.mark.parametrize(
    "file",
    [
        "router.yaml",
        "teams.yaml",
        "workflows/orders.yaml",
        "sources.yaml",
        "routes.yaml",
        "tests/orders.yaml",
    ],
)
def test_a_file_that_is_no_mapping_is_one_mistake(file: str, written: str, folder: Path) -> None:
    """What it would have declared is blamed on nobody else."""
    (folder / file).write_text(written)
    assert [(finding.file, finding.line, finding.code) for finding in findings(folder)] == [(file, 1, "R112")]


@pytest.mark.parametrize(
    "file", ["teams.yaml", "workflows/orders.yaml", "sources.yaml", "routes.yaml", "tests/orders.yaml"]
)
def test_a_file_without_its_main_key_is_one_mistake(file: str, folder: Path) -> None:
    """As while it is being written."""
    text = (folder / file).read_text()
    key = (
        "components" if file.startswith("workflows") else Path(file).stem if "tests" not in file else "tests"
    )
    (folder / file).write_text(text.partition(f"{key}:")[0])
    assert [(finding.file, finding.code) for finding in findings(folder)] == [(file, "R111")]


@pytest.mark.parametrize(
    "file", ["router.yaml", "teams.yaml", "workflows/orders.yaml", "sources.yaml", "routes.yaml"]
)
def test_a_file_that_cannot_be_parsed_is_one_mistake(file: str, folder: Path) -> None:
    """Everything else is checked as if it were right."""
    with (folder / file).open("a") as opened:
        opened.write("}\n")
    assert [(finding.file, finding.code) for finding in findings(folder)] == [(file, "R101")]
