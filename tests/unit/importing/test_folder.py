"""Nothing that exists is overwritten: a folder is new or empty, or gets new workflow files and nothing else."""

import shutil
from pathlib import Path

import pytest

from router.config.load import load
from router.importing import dbt, openlineage
from router.importing.description import CannotImport
from router.importing.folder import existing, refuse_unless_free, write
from router.importing.plan import plan
from router.importing.writer import files_of, workflow_files
from tests.unit.importing.shop import ROOT, given, manifest, rules_of, sample


@pytest.fixture
def acme(tmp_path: Path) -> Path:
    """A copy of acme's rules."""
    return Path(shutil.copytree(ROOT / "examples" / "acme", tmp_path / "acme"))


def contents(folder: Path) -> dict[str, bytes]:
    """All files by name."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_folder_that_holds_anything_is_refused(tmp_path: Path) -> None:
    """Even if it is no rules folder; an empty one is fine."""
    refuse_unless_free(tmp_path)
    refuse_unless_free(tmp_path / "new")
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(CannotImport, match="--add"):
        refuse_unless_free(tmp_path)


def test_rules_with_an_error_are_never_put_in_place(tmp_path: Path) -> None:
    """They are checked beside the folder, and nothing is left there."""
    with pytest.raises(CannotImport, match="R207"):
        write(
            tmp_path / "rules", {"router.yaml": "triage: a\n", "teams.yaml": "teams: {a: {kind: nonsense}}\n"}
        )
    assert list(tmp_path.iterdir()) == []


def test_adding_writes_new_workflow_files_only(acme: Path) -> None:
    """All that was there is there, byte for byte."""
    before = contents(acme)
    planned = plan(openlineage.describe([sample("openlineage.jsonl")], []), existing(acme))
    write(acme, workflow_files(planned, "router import openlineage x"))
    after = contents(acme)
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {"workflows/airflow-prod.yaml"}
    assert load(acme).components["feed.clean"].owners == {}
    assert set(load(acme).components["feed.scores"].owners.values()) == {"claims-ai"}
    assert planned.todo["teams that teams.yaml has not: add them, and name them as owners"] == (
        "claims-data",
    )


def test_what_the_rules_know_by_its_name_is_left_alone_and_depended_on(acme: Path) -> None:
    """`dbt: model.acme.stg_orders` is acme's feed.orders already."""
    changed = manifest()
    nodes = changed["nodes"]
    nodes["model.acme.stg_orders"] = nodes.pop("model.shop.stg_orders")
    nodes["model.shop.fct_order_features"]["depends_on"]["nodes"][0] = "model.acme.stg_orders"
    planned = plan(dbt.describe([given(changed)], []), existing(acme))
    assert planned.known == {"model.acme.stg_orders": "feed.orders"}
    write(acme, workflow_files(planned, "router import dbt x"))
    assert "feed.orders" in {
        edge.upstream for edge in load(acme).components["feed.fct_order_features"].depends_on
    }
    lost = [one.names for one in planned.unmapped if "files that exist" in one.why]
    assert lost == [("feed.orders -> feed.erp.orders",)]


def test_adding_the_same_again_adds_nothing(tmp_path: Path) -> None:
    """And says what is there."""
    description = dbt.describe([sample("manifest.json")], [])
    rules_of(description, tmp_path / "rules")
    again = plan(description, existing(tmp_path / "rules"))
    assert workflow_files(again, "x") == {}
    assert len(again.known) == len(description.things)


def test_adding_to_rules_with_errors_is_refused(acme: Path) -> None:
    """Mend them first: what is theirs and what is ours could not be told apart."""
    (acme / "teams.yaml").write_text("teams: {}\n")
    with pytest.raises(CannotImport, match="router check"):
        existing(acme)


def test_a_file_that_appeared_in_the_meantime_is_not_overwritten(tmp_path: Path) -> None:
    """The name is taken, whoever took it."""
    folder = tmp_path / "rules"
    files = files_of(plan(dbt.describe([sample("manifest.json")], [])), "x")
    folder.mkdir()
    (folder / "teams.yaml").write_text("mine")
    with pytest.raises(CannotImport, match="is there already"):
        write(folder, files)
    assert contents(folder) == {"teams.yaml": b"mine"}
