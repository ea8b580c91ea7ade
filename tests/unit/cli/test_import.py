"""`router import`: what it says and writes, word for word; and that it never overwrites."""

import os
from pathlib import Path

import orjson
import pytest

from tests.unit.cli.conftest import Run

ROOT = Path(__file__).parents[3]
CATALOGS = ROOT / "examples" / "catalogs"
GOLDEN = ROOT / "tests" / "golden" / "import"
RUNS = [word for night in range(1, 6) for word in ("--runs", str(CATALOGS / f"run_results_{night}.json"))]
IMPORTS = {
    "dbt": [str(CATALOGS / "manifest.json"), *RUNS],
    "openlineage": [str(CATALOGS / "openlineage.jsonl")],
    "backstage": [str(CATALOGS / "catalog-info.yaml")],
    "codeowners": [str(CATALOGS / "CODEOWNERS")],
    "pagerduty": [str(CATALOGS / "pagerduty.json")],
    "opsgenie": [
        str(CATALOGS / f"opsgenie-{name}.json") for name in ("services", "team", "escalations", "schedules")
    ],
}


def expect(name: str, text: str) -> None:
    """The text is that of the golden file; ROUTER_WRITE_GOLDEN=1 writes it anew (the fixture clears the variable)."""
    golden = GOLDEN / name
    if WRITING:
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


WRITING = bool(os.environ.get("ROUTER_WRITE_GOLDEN"))


@pytest.mark.parametrize("name", IMPORTS)
def test_a_catalog_becomes_a_rules_folder_that_passes_the_check(
    router: Run, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is printed and every file, as an operator reads them; `router check` finds no error."""
    monkeypatch.chdir(tmp_path)
    ran = router("import", name, *IMPORTS[name], "--out", "rules")
    assert (ran.code, ran.err) == (0, "")
    expect(f"{name}/printed.txt", ran.out)
    files = sorted(path for path in Path("rules").rglob("*") if path.is_file())
    for path in files:
        expect(f"{name}/{path.relative_to('rules')}", path.read_text())
    kept = {str(path.relative_to(GOLDEN / name)) for path in (GOLDEN / name).rglob("*") if path.is_file()}
    assert kept == {"printed.txt", *(str(path.relative_to("rules")) for path in files)}
    assert router("check", "rules").code == 0


@pytest.mark.parametrize("name", IMPORTS)
def test_the_document_names_everything(router: Run, name: str, tmp_path: Path) -> None:
    """Components, dependencies with where their delay is from, what was left out, what is left to do."""
    ran = router("import", name, *IMPORTS[name], "--out", str(tmp_path / "rules"), "--json")
    document = orjson.loads(ran.out)
    assert set(document) == {
        "format", "out", "written", "workflows", "teams", "components", "dependencies", "already_there", "unmapped",
        "todo", "warnings",
    }  # fmt: skip
    assert document["format"] == name
    assert {
        str(path.relative_to(tmp_path / "rules")) for path in (tmp_path / "rules").rglob("*.yaml")
    } == set(document["written"])
    assert all(edge["why"] for edge in document["dependencies"])


def test_the_same_catalog_gives_the_same_bytes(router: Run, tmp_path: Path) -> None:
    """So that a second import can be compared with the first."""
    for out in ("one", "two"):
        router("import", "dbt", *IMPORTS["dbt"], "--out", str(tmp_path / out))
    one, two = (
        {path.relative_to(tmp_path / out): path.read_bytes() for path in (tmp_path / out).rglob("*.yaml")}
        for out in ("one", "two")
    )
    assert one == two


def test_a_folder_with_something_in_it_is_refused(router: Run, tmp_path: Path) -> None:
    """Exit code 2, and --add is named as the way."""
    (tmp_path / "mine.txt").write_text("mine")
    ran = router("import", "backstage", *IMPORTS["backstage"], "--out", str(tmp_path))
    assert (ran.code, ran.out) == (2, "")
    assert "nothing is overwritten" in ran.err
    assert "--add" in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_second_catalog_is_added_beside_the_first(router: Run, tmp_path: Path) -> None:
    """New workflow files; adding it again finds nothing new."""
    rules = str(tmp_path / "rules")
    router("import", "dbt", *IMPORTS["dbt"], "--out", rules)
    ran = router("import", "openlineage", *IMPORTS["openlineage"], "--out", rules, "--add")
    assert ran.code == 0
    assert "wrote workflows/airflow-prod.yaml" in ran.out
    assert "sources.yaml reads no events of this format: add a source: openlineage" in ran.out
    assert router("check", rules).code == 0
    again = router("import", "openlineage", *IMPORTS["openlineage"], "--out", rules, "--add")
    assert "nothing new" in again.out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["dbt", str(CATALOGS / "catalog-info.yaml")], "not JSON"),
        (["dbt", str(CATALOGS / "run_results_1.json")], "this is no manifest"),
        (["openlineage", str(CATALOGS / "manifest.json")], "no OpenLineage event in it"),
        (["backstage", str(CATALOGS / "manifest.json")], "no Backstage entity in it"),
        (
            ["backstage", str(CATALOGS / "catalog-info.yaml"), "--runs", str(CATALOGS / "manifest.json")],
            "no run history",
        ),
        (["dbt", "nowhere.json"], "nowhere.json"),
        (["cobol", "x"], "cobol"),
    ],
)
def test_what_cannot_be_imported_is_a_usage_error(
    router: Run, arguments: list[str], says: str, tmp_path: Path
) -> None:
    """Exit code 2, nothing written, and the message says where and what."""
    ran = router("import", *arguments, "--out", str(tmp_path / "rules"))
    assert ran.code == 2
    assert says in ran.err
    assert not (tmp_path / "rules").exists()


def test_an_alertmanager_s_configuration_becomes_a_rules_folder(
    router: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is printed and every file; what has no counterpart is said on both."""
    monkeypatch.chdir(tmp_path)
    ran = router("import", "alertmanager", str(CATALOGS / "alertmanager.yml"), "--out", "rules")
    assert (ran.code, ran.err) == (0, "")
    expect("alertmanager/printed.txt", ran.out)
    files = sorted(path for path in Path("rules").rglob("*") if path.is_file())
    for path in files:
        expect(f"alertmanager/{path.relative_to('rules')}", path.read_text())
    assert router("check", "rules").code == 0
    document = orjson.loads(
        router("import", "alertmanager", str(CATALOGS / "alertmanager.yml"), "--out", "2", "--json").out
    )
    assert set(document) == {"format", "out", "written", "made", "unmapped", "todo", "warnings"}
    assert document["made"] == {"routes": 6, "receivers": 6, "time_intervals": 4, "inhibition_rules": 2}
    assert document["written"] == [str(path.relative_to("rules")) for path in files]


def test_a_configuration_with_a_mistake_writes_nothing(router: Run, tmp_path: Path) -> None:
    """Exit code 2, with the place."""
    (tmp_path / "am.yml").write_text("route: {receiver: r, group_wait: soon}")
    ran = router("import", "alertmanager", str(tmp_path / "am.yml"), "--out", str(tmp_path / "rules"))
    assert ran.code == 2
    assert "route.group_wait" in ran.err
    assert not (tmp_path / "rules").exists()
