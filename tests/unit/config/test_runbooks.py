"""Runbooks: front matter, body, and which of two counts."""

import shutil
from pathlib import Path

import pytest

from router.config.load import check, load
from router.config.shipped import shipped_dir
from router.model.fault import FAULTS
from tests.unit.config.bad_rules import BAD_RULES, findings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BAD_RULES / "base", tmp_path / "rules"))


def test_a_shipped_runbook_is_there_unless_the_operator_s_replaces_it(folder: Path) -> None:
    """The same id is no mistake then: that is how one is replaced."""
    name = next(each.id for each in load(folder).runbooks.values() if each.file.startswith("shipped/"))
    (folder / "runbooks" / "mine.md").write_text(f"---\nid: {name}\ntitle: Mine\nkinds: feed\n---\nMine.\n")
    rules = load(folder)
    assert (rules.runbooks[name].title, rules.runbooks[name].file) == ("Mine", "runbooks/mine.md")
    assert findings(folder) == ()


def test_naming_the_shipped_folder_reads_it_once(folder: Path) -> None:
    """A path to it in router.yaml is as good as none."""
    before = set(load(folder).runbooks)
    with (folder / "router.yaml").open("a") as router:
        router.write(f"runbooks: [runbooks, {shipped_dir('runbooks')}]\n")
    assert set(load(folder).runbooks) == before
    assert check(folder) == ()


def test_the_body_is_what_follows_the_front_matter(folder: Path) -> None:
    """Rules between lines of text are no front matter; Windows' line ends are taken."""
    page = folder / "runbooks" / "orders.md"
    page.write_bytes(
        b"---\r\nid: a\r\nkinds: erp\r\ntitle: A\r\n---\r\nOne\r\n---\r\nTwo {{ incident.idd }}\r\n"
    )
    (finding,) = findings(folder)
    assert (finding.code, finding.line, finding.column) == ("R510", 8, 17)
    page.write_bytes(b"---\nid: a\ntitle: A\n---\nOne\n---\nTwo\n")
    assert load(folder).runbooks["a"].body == "One\n---\nTwo\n"


def test_a_readme_is_no_runbook(folder: Path) -> None:
    """Folders of runbooks explain themselves."""
    (folder / "runbooks" / "README.md").write_text("# How to write one\n")
    assert findings(folder) == ()


def test_every_fault_of_the_taxonomy_has_a_shipped_runbook_that_names_it() -> None:
    """Whatever fails at three in the morning, there is a first step; no fault has two that claim it alike."""
    rules = load(shipped_dir("examples/acme"))
    shipped = [one for one in rules.runbooks.values() if one.file.startswith("shipped/")]
    named = [fault for runbook in shipped for fault in runbook.faults]
    assert sorted(named) == sorted(FAULTS)
