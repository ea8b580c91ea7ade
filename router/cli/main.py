"""`router`: which commands there are, and how any of them ends.

Exit codes: 0 good, 1 a finding, 2 a mistake in usage or configuration, 70 a bug of ours. A command's module is imported
when that command is asked for and not before, so that `router --help` is quick.
"""

import os
import sys
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, NamedTuple

import typer

BUG = 70
"""EX_SOFTWARE of sysexits.h: no script may take a bug for a finding."""

RULES, OPERATE, PEOPLE = "Rules", "Operate", "Incidents"


class Entry(NamedTuple):
    """One command: its name, its part of the help, module and function (or group), and what it does."""

    name: str
    panel: str
    module: str
    attribute: str
    help: str


def _entry(panel: str, name: str, help: str, module: str = "", attribute: str = "") -> Entry:
    return Entry(name, panel, f"router.cli.{module or name}", attribute or name, help)


COMMANDS = (
    _entry(RULES, "demo", "Show the router at work: a company, a story of failures, an embedded broker."),
    _entry(RULES, "check", "Check a rules folder and say where each mistake is."),
    _entry(RULES, "test", "Run the rules' own tests."),
    _entry(RULES, "replay", "Send recorded events through the whole pipeline in virtual time."),
    _entry(RULES, "explain", "Explain why an incident has this owner, and who was told or was not."),
    _entry(RULES, "routes", "Show which routes these labels lead to."),
    _entry(OPERATE, "run", "Run all roles, or one of them."),
    _entry(OPERATE, "topics", "Compare the router's topics with the cluster's, or create them."),
    _entry(OPERATE, "send", "Send recorded events, or one event made from flags, to Kafka."),
    _entry(OPERATE, "record", "Record events off Kafka for a replay."),
    _entry(OPERATE, "reconcile", "Balance what was consumed against what became of it."),
    _entry(OPERATE, "deadletter", "Look at events that could not be used, and send them again."),
    _entry(PEOPLE, "incidents", "List the incidents, open ones first."),
    _entry(PEOPLE, "ack", "Acknowledge an incident.", "commands"),
    _entry(PEOPLE, "resolve", "Resolve an incident.", "commands"),
    _entry(PEOPLE, "handover", "Hand an incident over to another team.", "commands"),
    _entry(PEOPLE, "silence", "Silence what matches for a while: it is tracked, and nobody is told.", "commands"),
    _entry(PEOPLE, "unsilence", "End a silence early.", "commands"),
)


def main() -> None:
    """The console script."""
    sys.exit(execute(sys.argv[1:]))


def execute(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; whatever goes wrong is told on stderr."""
    try:
        result = build(_asked_for(arguments))(list(arguments), prog_name="router", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except typer.Abort:
        return 130
    except typer.TyperException as error:
        return _usage(error, "--json" in arguments)
    except BrokenPipeError:
        # Whoever read our stdout has seen enough; the interpreter must not complain while it closes it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        return _failure(error, "--json" in arguments)


def build(wanted: str | None) -> typer.Typer:
    """The program with its command `wanted` ready to run (None: all), and of the others name and help only."""
    app = typer.Typer(
        help="Finds the cause of failures in AI workflows, and hands each to the team that owns it.",
        epilog="Exit codes: 0 good, 1 a finding, 2 a mistake in usage or configuration.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_program)
    for entry in COMMANDS:
        _register(app, entry, load=wanted in (None, entry.name))
    return app


def _register(app: typer.Typer, entry: Entry, load: bool) -> None:
    command: Any = getattr(import_module(entry.module), entry.attribute) if load else _not_loaded
    if isinstance(command, typer.Typer):
        app.add_typer(command, name=entry.name, rich_help_panel=entry.panel)
    else:
        about = None if load else entry.help
        app.command(entry.name, help=about, rich_help_panel=entry.panel)(command)


def _program(
    version: bool = typer.Option(False, "--version", is_eager=True, help="Print the version and exit."),
) -> None:
    if version:
        from router import __version__

        typer.echo(f"router {__version__}")
        raise typer.Exit


def _not_loaded() -> None:
    raise AssertionError("only the command that was asked for can run")


def _asked_for(arguments: Sequence[str]) -> str | None:
    """The command that this command line names, "" for none; None when a shell asks for completions."""
    if "_ROUTER_COMPLETE" in os.environ:
        return None
    return next((argument for argument in arguments if not argument.startswith("-")), "")


def _usage(error: typer.TyperException, json: bool) -> int:
    show: Callable[[], None] = getattr(error, "show")
    show()
    if json:
        from router.cli.output import print_json

        what = error.format_message()
        print_json({"error": {"where": "command line", "what": what, "do": "see --help"}})
    return 2


def _failure(error: Exception, json: bool) -> int:
    from router.cli.output import print_json, warn
    from router.cli.problem import problem_of

    problem = problem_of(error)
    if problem is None:
        traceback.print_exc()
        warn("router: this is a bug in the router; please report it with the lines above")
        return BUG
    for finding in problem.findings:
        warn(str(finding))
    warn(f"router: {problem}")
    if json:
        print_json(problem.document())
    return 2
