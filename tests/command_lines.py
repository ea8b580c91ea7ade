"""Is this a command line that would be taken? Parsed against the program itself, without running it."""

import re
import shlex
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from typing import Any

import typer
import typer.main

from router.cli.main import COMMANDS, build
from router.config.runtime import RuntimeSettings

NAMES = {entry.name for entry in COMMANDS}
SHELL = {"cd", "cp", "curl", "docker", "git", "kill", "ls", "mkdir", "pip", "sed", "shred", "watch"}
"""Programs of others that pages may name."""

_ASSIGNED = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=.*", re.DOTALL)


@cache
def variables() -> frozenset[str]:
    """Every environment variable that the router reads, and those of its tests."""
    found = {"ROUTER_TEST_KAFKA", "ROUTER_TEST_KAFKA_CACHE", "ROUTER_TEST_KAFKA_LOG", "ROUTER_WRITE_GOLDEN"}
    for name, field in RuntimeSettings.model_fields.items():
        inner = getattr(field.annotation, "model_fields", None)
        found |= {f"ROUTER_{name}__{one}".upper() for one in inner} if inner else {f"ROUTER_{name}".upper()}
    return frozenset(found)


def argument_lists(line: str) -> Iterator[list[str]]:
    """The commands of a shell line, one after another, without their comments."""
    words = shlex.split(line, comments=True)
    command: list[str] = []
    for word in [*words, ";"]:
        if word in {"&&", "||", ";", "|"} or word.endswith(";"):
            if word not in {"&&", "||", ";", "|"}:
                command.append(word.removesuffix(";"))
            if command:
                yield command
            command = []
        else:
            command.append(word)


def problem_of_line(line: str) -> str:
    """Why this shell line would not be taken, or ""."""
    if re.match(r"\w+\(\)\s*\{", line):
        return ""  # a shell function of the page
    problems = (_problem_of_command(command) for command in argument_lists(line))
    return next(filter(None, problems), "")


def _problem_of_command(words: list[str]) -> str:
    if words[0] == "export":
        words = words[1:]
    assigned = [word.partition("=")[0] for word in words if _ASSIGNED.fullmatch(word)]
    unknown = [name for name in assigned if name.startswith("ROUTER_") and name not in variables()]
    if unknown:
        return f"there is no variable {unknown[0]}"
    while words and _ASSIGNED.fullmatch(words[0]):
        words = words[1:]
    if not words:
        return ""
    program = words[0].removeprefix(".venv/bin/")
    if program == "router":
        return problem_of(words[1:])
    if program in {"python", "python3"}:
        return _problem_of_python(words[1:])
    return "" if program in SHELL | {"allow"} else f"{program} is no program that a page may name"


def _problem_of_python(words: list[str]) -> str:
    if words[:1] != ["-m"]:
        return "" if not words or words[0].endswith(".py") else f"python {words[0]}: give -m MODULE"
    module = words[1]
    known = module in {"pip", "pytest", "venv"} or find_spec(module) is not None
    return "" if known else f"there is no module {module}"


def problem_of(arguments: list[str]) -> str:
    """Why `router` would not take these arguments, or "". Nothing is run, and no file need exist."""
    if not arguments or arguments[0] in {"-h", "--help", "--version"}:
        return ""
    if arguments[0] not in NAMES:
        return f"there is no command router {arguments[0]}"
    command: Any = typer.main.get_command(build(arguments[0])).commands[arguments[0]]  # type: ignore[attr-defined]
    words = arguments[1:]
    while hasattr(command, "commands"):
        if not words or words[0] not in command.commands:
            return f"router {arguments[0]} has no command {' '.join(words[:1])}"
        command, words = command.commands[words[0]], words[1:]
    if {"-h", "--help"} & set(words):
        return ""
    try:
        command.make_context(command.name, list(words))
    except typer.TyperException as error:
        return f"router {' '.join(arguments)}: {error.format_message()}"
    return ""


def problem_of_mention(text: str) -> str:
    """Why there is no such command or option, or "": for `router topics plan|apply` and the like in running text.

    Words in capitals and whatever else stands for something is not looked at.
    """
    words = text.split()[1:]
    for one in words[0].split("|"):
        if not one.islower() or one.startswith("-"):
            continue
        if one not in NAMES:
            return f"there is no command router {one}"
        command: Any = typer.main.get_command(build(one)).commands[one]  # type: ignore[attr-defined]
        if hasattr(command, "commands") and len(words) > 1:
            for inner in words[1].split("|"):
                if inner not in command.commands:
                    return f"router {one} has no command {inner}"
                problem = _unknown_option(command.commands[inner], words[2:])
                if problem:
                    return problem
        elif problem := _unknown_option(command, words[1:]):
            return problem
    return ""


def _unknown_option(command: Any, words: list[str]) -> str:
    known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    asked = [word.strip("[],").partition("=")[0] for word in words if word.strip("[").startswith("--")]
    missing = [word for word in asked if word not in known | {"--help"}]
    return f"router {command.name} has no option {missing[0]}" if missing else ""
