"""`router`: which commands there are, and how any of them ends.

Exit codes: 0 good, 1 a finding, 2 a mistake in usage or configuration, 70 a bug of ours. A command's module is
imported when that command is asked for and not before, so that `router --help` is quick.
"""

import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from keyword import iskeyword
from typing import Annotated, Any, NamedTuple

import typer

MISUSED, BUG, INTERRUPTED = 2, 70, 130
"""70 is EX_SOFTWARE of sysexits.h: no script may take a bug for a finding."""

RULES, OPERATE, PEOPLE = "Rules", "Operate", "Incidents"


class Entry(NamedTuple):
    """One command: its name, its part of the help, what it does, and its module if that has another name.

    The module holds a function, or a group (`typer.Typer`), of the command's name, or of its own name where the
    command's is a word of Python.
    """

    name: str
    panel: str
    does: str
    module: str = ""

    def load(self) -> Any:
        """The function or the group."""
        module = import_module(f"router.cli.{self.module or self.name}")
        return getattr(module, self.module if iskeyword(self.name) else self.name)


COMMANDS = (
    Entry("demo", RULES, "Show the router at work: a company, a story of failures, an embedded broker."),
    Entry("check", RULES, "Check a rules folder and say where each mistake is."),
    Entry("test", RULES, "Run the rules' own tests."),
    Entry("replay", RULES, "Send recorded events through the whole pipeline in virtual time."),
    Entry("diff", RULES, "Show what other rules would have changed over a recording."),
    Entry("coverage", RULES, "Show what no owner, runbook or schedule covers, and routes without use."),
    Entry("explain", RULES, "Explain why an incident has this owner, and who was told or was not."),
    Entry("routes", RULES, "Show which routes labels lead to."),
    Entry(
        "import", RULES, "Make a rules folder from what you have, such as dbt or Alertmanager.", "importing"
    ),
    Entry("topology", RULES, "Draw what depends on what, and propose what is missing."),
    Entry("schedule", RULES, "Show who is on call; import and export schedules as calendars."),
    Entry("run", OPERATE, "Run all roles, or one of them."),
    Entry("topics", OPERATE, "Compare the router's topics with the cluster's, or create them."),
    Entry("send", OPERATE, "Send recorded events, or one event made from flags, to Kafka."),
    Entry("record", OPERATE, "Record events off Kafka for a replay."),
    Entry("reconcile", OPERATE, "Balance what was consumed against what became of it."),
    Entry("deadletter", OPERATE, "Look at events that could not be used, and send them again."),
    Entry("canary", OPERATE, "Send a test alert through the running router and see whether it arrives."),
    Entry("incidents", PEOPLE, "List the incidents, open ones first."),
    Entry("ack", PEOPLE, "Acknowledge an incident.", "commands"),
    Entry("renew", PEOPLE, "Say that you are still on an incident.", "renewing"),
    Entry("done", PEOPLE, "Confirm that a proposed action was done.", "renewing"),
    Entry("resolve", PEOPLE, "Resolve an incident.", "commands"),
    Entry("handover", PEOPLE, "Hand an incident over to another team.", "commands"),
    Entry("seen", PEOPLE, "Say that a team that must know of an incident saw it.", "commands"),
    Entry("confirm", PEOPLE, "Say that the cause of an incident is right.", "commands"),
    Entry("correct", PEOPLE, "Say what the cause of an incident really is.", "commands"),
    Entry("snooze", PEOPLE, "Hear nothing of an incident for a while.", "commands"),
    Entry("silence", PEOPLE, "Silence what matches for a while: tracked, but not told.", "silences"),
    Entry("unsilence", PEOPLE, "End a silence early.", "silences"),
    Entry("silences", PEOPLE, "List silences, who made them, and until when."),
    Entry("maintenance", PEOPLE, "Begin, list and end maintenance: what it explains is told to nobody."),
    Entry("learned", PEOPLE, "Show what the router learned from people and from noise."),
    Entry("forget", PEOPLE, "Forget what was learned of a component or from a person.", "commands"),
)


def main() -> None:
    """The console script."""
    code = execute(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our stdout has seen enough; the interpreter must not complain while it closes it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)


def execute(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; whatever goes wrong is told on stderr."""
    wanted = _asked_for(arguments)
    try:
        result = build(wanted)(list(arguments) or ["--help"], prog_name="router", standalone_mode=False)
    except typer.Abort:
        return INTERRUPTED
    except SystemExit:
        return 0  # typer's way out when whoever read our stdout has seen enough
    except Exception as error:
        return _failed(error, wanted or "", "--json" in arguments)
    return result if isinstance(result, int) else 0


def build(wanted: str | None) -> typer.Typer:
    """The program with its command `wanted` ready to run (None: all), and of the others only name and help."""
    app = typer.Typer(
        help="Finds the cause of failures in AI workflows, and hands each to the team that owns it.",
        epilog="Exit codes: 0 good, 1 a finding, 2 a mistake in usage or configuration.",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_program)
    for entry in COMMANDS:
        command = entry.load() if wanted in (None, entry.name) else _not_loaded
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=entry.name, rich_help_panel=entry.panel)
        else:
            about = entry.does if command is _not_loaded else None
            app.command(entry.name, help=about, rich_help_panel=entry.panel)(command)
    return app


def _print_version(wanted: bool) -> None:
    if wanted:
        from router import __version__

        typer.echo(f"router {__version__}")
        raise typer.Exit


def _program(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit."),
    ] = False,
) -> None:
    """Options of the program itself; each acts by its own callback."""


def _not_loaded() -> None:
    raise AssertionError("only the command that was asked for can run")


def _asked_for(arguments: Sequence[str]) -> str | None:
    """The command that this command line names, "" for none; None when a shell asks for completions."""
    if "_ROUTER_COMPLETE" in os.environ:
        return None
    return next((argument for argument in arguments if not argument.startswith("-")), "")


def _failed(error: Exception, command: str, json: bool) -> int:
    from router.cli.output import print_json, warn
    from router.cli.problem import Problem, problem_of

    if isinstance(error, typer.TyperException):
        usage = (
            f"router {command} --help" if command in {entry.name for entry in COMMANDS} else "router --help"
        )
        problem: Problem | None = Problem(
            "command line", error.format_message().rstrip("."), f"see `{usage}`"
        )
    else:
        problem = problem_of(error)
    if problem is None:
        traceback.print_exception(error)
        warn("router: this is a bug in the router; please report it with the lines above")
        return BUG
    for finding in problem.findings:
        warn(str(finding))
    warn(f"router: {problem}")
    if json:
        print_json(problem.document())
    return MISUSED


if __name__ == "__main__":
    main()
