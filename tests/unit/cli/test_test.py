"""`router test`: lines for people, one document for programs, and an exit code for the pipeline."""

import shutil
from pathlib import Path

import orjson
import pytest

from tests.unit.cli.conftest import Run

BASE = Path(__file__).parents[2] / "golden" / "bad_rules" / "base"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small rules folder with one test, which passes."""
    shutil.copytree(BASE, tmp_path / "rules")
    return tmp_path / "rules"


def break_it(folder: Path) -> None:
    """Let its test expect another owner."""
    tests = folder / "tests" / "orders.yaml"
    tests.write_text(tests.read_text().replace("owner: ops", "owner: sales"))


def test_what_passes_is_a_line_each(router: Run, folder: Path) -> None:
    """And exit code 0."""
    ran = router("test", str(folder))
    assert ran.code == 0
    assert ran.out.splitlines()[0].startswith("ok   a failed batch is one incident")
    assert ran.out.splitlines()[-1] == "1 passed, 0 failed"


def test_what_fails_says_why_it_came_out_so(router: Run, folder: Path) -> None:
    """Both sides, then the decisions behind it, further to the right."""
    break_it(folder)
    ran = router("test", str(folder))
    assert ran.code == 1
    lines = ran.out.splitlines()
    assert lines[0].startswith("FAIL a failed batch is one incident  (tests/orders.yaml:2)")
    assert lines[1].strip() == "incident 1 (orders-1): owner is ops, expected sales"
    assert lines[2].startswith("           0s owner.resolved: ")
    assert lines[-1] == "0 passed, 1 failed"


def test_the_document_has_reasons_beside_differences(router: Run, folder: Path) -> None:
    """As many lists of decisions as there are differences."""
    break_it(folder)
    document = orjson.loads(router("test", str(folder), "--json").out)
    assert document["ok"] is False
    (found,) = document["tests"]
    assert found["differences"] == ["incident 1 (orders-1): owner is ops, expected sales"]
    assert len(found["because"]) == 1
    assert found["because"][0][0].startswith("0s owner.resolved")
