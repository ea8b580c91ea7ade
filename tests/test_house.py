"""The house keeps its own rules: lint, types, imports, sizes, names."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "router").rglob("*.py"))
TEST_FILES = sorted((ROOT / "tests").rglob("test_*.py"))
CORE = [
    path
    for folder in ("model", "likelihood", "stages", "lifecycle")
    for path in (ROOT / "router" / folder).rglob("*.py")
]
CORE.append(ROOT / "router" / "pipeline.py")
MAX_LINES = 300


def run(*command: str) -> None:
    """Run one of the quality tools of this environment; its output is the failure's message."""
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-6000:]}{done.stderr[-2000:]}"


def test_the_linter_finds_nothing():
    """ruff, with every silenced rule's reason in pyproject.toml."""
    run("ruff", "check", ".")


def test_the_code_is_formatted():
    """Ruff format changes nothing."""
    run("ruff", "format", "--check", ".")


def test_types_are_strict():
    """Mypy --strict over router/, without blanket ignores."""
    run("mypy")


def test_imports_run_one_way():
    """Cli -> kafka | slack | web -> pipeline -> stages -> model, and the core does no I/O."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports"))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_is_longer_than_300_lines(path):
    """Whoever opens a file can read it to the end."""
    assert len(path.read_text().splitlines()) <= MAX_LINES


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_is_a_drawer_for_odds_and_ends(path):
    """No utils, no helpers, no common: a name says what is inside."""
    assert path.stem not in {"utils", "util", "helpers", "helper", "common", "misc"}


FORBIDDEN_IN_CORE = {
    "asyncio", "threading", "time", "random", "secrets", "os", "sys", "io", "pathlib", "socket", "subprocess",
    "logging", "structlog", "confluent_kafka", "faust", "aiokafka", "slack_sdk", "fastapi",
}  # fmt: skip


@pytest.mark.parametrize("path", CORE, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_core_reads_no_clock_and_does_no_io(path):
    """model, stages, lifecycle and pipeline import nothing that could, and call neither now() nor open()."""
    tree = ast.parse(path.read_text())
    imported = {
        name.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for name in node.names
    } | {(node.module or "").partition(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not imported & FORBIDDEN_IN_CORE
    called = {
        node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    }
    assert not called & {"now", "utcnow", "today", "open", "uuid4", "getenv"}


@pytest.mark.parametrize("path", TEST_FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_test_says_its_rule_in_a_sentence(path):
    """By its docstring, or by a name of four words and more; anything less is a riddle."""
    tree = ast.parse(path.read_text())
    silent = [
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not ast.get_docstring(node)
        and node.name.count("_") < 4
    ]
    assert not silent


def test_no_tracked_file_names_a_folder_of_somebody_s_machine():
    """Paths are relative to the repository."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    homes = ("/" + "work/", "/" + "root/", "/" + "home/")
    named = []
    for name in listed:
        path = ROOT / name
        if path.is_file() and path.suffix in {".py", ".md", ".yaml", ".toml", ".yml", ".json"}:
            named += [name for home in homes if home in path.read_text()]
    assert not named
