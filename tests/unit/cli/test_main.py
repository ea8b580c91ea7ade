"""The program: which commands there are, and how any of them ends."""

import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import orjson
import pytest
import typer

from router.cli import main
from router.cli.main import COMMANDS, Entry, build
from router.cli.problem import Problem
from router.model.errors import Finding, RulesError
from tests.unit.cli.conftest import Run

MISTAKE = Finding("teams.yaml", 3, 7, "R201", 'unknown team "erp"', 'did you mean "erp-it"?')


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[..., Any]], None]:
    """Makes a function the program's command `fake`."""

    def register(command: Callable[..., Any]) -> None:
        module = ModuleType("router.cli.fake")
        module.__dict__["fake"] = command
        monkeypatch.setitem(sys.modules, "router.cli.fake", module)
        monkeypatch.setattr(main, "COMMANDS", (Entry("fake", "Test", "Do what a test wants."),))

    return register


def raising(error: BaseException) -> Callable[..., int]:
    """A command that fails."""

    def fake(json: bool = False) -> int:
        raise error

    return fake


def test_the_help_lists_every_command_and_what_it_does(router: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the order in which a newcomer needs them."""
    monkeypatch.setattr("typer.rich_utils.MAX_WIDTH", 120)
    ran = router("--help")
    lines = [line.strip("│ ") for line in ran.out.splitlines()]
    told = [line for line in lines if line.split(" ")[0] in {entry.name for entry in COMMANDS}]
    assert ran.code == 0
    assert [" ".join(line.split()) for line in told] == [f"{entry.name} {entry.does}" for entry in COMMANDS]


def test_without_arguments_the_help_is_shown(router: Run) -> None:
    """Nobody is left alone with an error."""
    assert router().out == router("--help").out


def test_help_imports_nothing_heavy() -> None:
    """What a command needs is imported when that command runs, so that the help comes at once."""
    script = (
        "import sys; from router.cli.main import execute; code = execute(['--help']);"
        "heavy = {'pydantic', 'confluent_kafka', 'faust', 'fastapi', 'jinja2', 'orjson'} & set(sys.modules);"
        "sys.exit(f'{code} {heavy}' if code or heavy else 0)"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize("entry", COMMANDS, ids=lambda entry: entry.name)
def test_every_command_explains_itself_in_sentences(entry: Entry) -> None:
    """In the list, in its own help, and of every option."""
    if find_spec(f"router.cli.{entry.module or entry.name}") is None:
        pytest.skip("not written yet")
    assert is_a_sentence(entry.does)
    command = typer.main.get_group(build(entry.name)).commands[entry.name]
    for one in getattr(command, "commands", {"": command}).values():
        assert is_a_sentence((one.help or "").split("\n\n")[0].strip()), one.help
        for option in one.params:
            assert is_a_sentence(getattr(option, "help", "") or ""), option.name


def is_a_sentence(text: str) -> bool:
    """Whether it begins like one and ends like one."""
    return bool(text) and text[0].isupper() and text.rstrip()[-1] in ".?"


@pytest.mark.parametrize("code", [0, 1])
def test_a_command_returns_its_exit_code(
    router: Run, fake: Callable[[Callable[..., Any]], None], code: int
) -> None:
    """0 good, 1 a finding."""
    fake(lambda: code)
    assert router("fake") == (code, "", "")


def test_a_command_may_leave_by_exit(router: Run, fake: Callable[[Callable[..., Any]], None]) -> None:
    """As commands do whose code is known only deep inside."""
    fake(raising(typer.Exit(1)))
    assert router("fake").code == 1


def test_a_problem_says_where_what_and_what_to_do(
    router: Run, fake: Callable[[Callable[..., Any]], None]
) -> None:
    """On stderr, and the exit code is 2."""
    fake(raising(Problem("teams.yaml", "is empty", "write a team")))
    assert router("fake") == (2, "", "router: teams.yaml: is empty; write a team\n")


def test_with_json_a_problem_is_one_document_too(
    router: Run, fake: Callable[[Callable[..., Any]], None]
) -> None:
    """Whoever reads stdout as JSON can always do so."""
    fake(raising(Problem("teams.yaml", "is empty", "write a team")))
    ran = router("fake", "--json")
    assert (ran.code, orjson.loads(ran.out)) == (
        2,
        {"error": {"where": "teams.yaml", "what": "is empty", "do": "write a team"}},
    )


def test_mistakes_in_the_rules_are_printed_one_by_one(
    router: Run, fake: Callable[[Callable[..., Any]], None]
) -> None:
    """Each with its place, and the exit code is 2."""
    fake(raising(RulesError((MISTAKE, MISTAKE))))
    ran = router("fake", "--json")
    assert ran.code == 2
    assert ran.err.splitlines()[:2] == [str(MISTAKE)] * 2
    assert [found["code"] for found in orjson.loads(ran.out)["error"]["findings"]] == ["R201"] * 2


def test_a_bug_is_never_taken_for_a_finding(router: Run, fake: Callable[[Callable[..., Any]], None]) -> None:
    """It has a traceback, a request to report it, and an exit code of its own."""
    fake(raising(ZeroDivisionError("oops")))
    ran = router("fake")
    assert ran.code == 70
    assert "ZeroDivisionError: oops" in ran.err
    assert "report it" in ran.err


@pytest.mark.parametrize(
    "arguments", [("topic",), ("incidents", "--jsn"), ("ack",), ("send", "--severity", "bad"), ("topics",)]
)
def test_a_mistake_in_usage_has_exit_code_2_and_points_to_the_help(
    router: Run, arguments: tuple[str, ...]
) -> None:
    """In one line, not in a screen of usage."""
    ran = router(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("router: command line: ")
    assert "--help`" in ran.err
    assert orjson.loads(router(*arguments, "--json").out)["error"]["where"] == "command line"


def test_a_misspelled_command_is_guessed(router: Run) -> None:
    """As the rules' names are."""
    assert "Did you mean 'topics'" in router("topic").err


def test_an_interrupt_is_no_finding(router: Run, fake: Callable[[Callable[..., Any]], None]) -> None:
    """130, as shells have it."""
    fake(raising(KeyboardInterrupt()))
    assert router("fake").code == 130


def test_the_version_is_printed(router: Run) -> None:
    """Nothing else is loaded for it."""
    ran = router("--version")
    assert ran.code == 0
    assert ran.out.startswith("router 0.")


def test_all_commands_can_be_loaded_for_completion(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shell that asks for completions gets the options of every command."""
    written = [entry for entry in COMMANDS if find_spec(f"router.cli.{entry.module or entry.name}")]
    monkeypatch.setattr(main, "COMMANDS", tuple(written))
    commands = typer.main.get_group(build(None)).commands
    assert set(commands) == {entry.name for entry in written}
    assert "--kafka" in {name for option in commands["incidents"].params for name in option.opts}
