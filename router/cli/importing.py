"""`router import`: a rules folder from what a company has already."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from router.cli.imported import imported_document, left_out, print_imported, remarks, to_do
from router.cli.output import count, print_json, say, table, warn
from router.cli.problem import Problem
from router.cli.replay import JsonOption
from router.config.durations import write_duration
from router.importing.description import CannotImport, Given
from router.importing.folder import existing, refuse_unless_free, write
from router.importing.formats import CONFIGURATIONS, IMPORTERS, MAX_FILE_BYTES, Importer
from router.importing.imported import Configuration
from router.importing.plan import Plan, plan
from router.importing.writer import files_of, workflow_files

MOST_SHOWN = 8
"""So many dependencies are printed; --json has them all."""

importing = typer.Typer(help="Make a rules folder from what you have.", no_args_is_help=True)


def _command(name: str, importer: Importer) -> Callable[..., None]:
    def read(
        files: Annotated[
            list[Path],
            typer.Argument(help=f"{importer.files[0].upper()}{importer.files[1:]}.", dir_okay=False),
        ],
        out: Annotated[Path, typer.Option("--out", help="The rules folder to write.", file_okay=False)],
        runs: Annotated[
            list[Path] | None, typer.Option("--runs", help="Run history for the delays; may be repeated.")
        ] = None,
        add: Annotated[
            bool, typer.Option("--add", help="Add new workflow files to rules that are there already.")
        ] = False,
        json: JsonOption = False,
    ) -> None:
        try:
            _import(name, importer, files, runs or [], out, add=add, json=json)
        except CannotImport as error:
            raise Problem(error.where, error.what, error.do) from None

    return read


def _configuration_command(name: str, configuration: Configuration) -> Callable[..., None]:
    def read(
        file: Annotated[Path, typer.Argument(help=f"The file {configuration.file}.", dir_okay=False)],
        out: Annotated[Path, typer.Option("--out", help="The rules folder to write.", file_okay=False)],
        json: JsonOption = False,
    ) -> None:
        try:
            refuse_unless_free(out, may_add=False)
            imported = configuration.read(_read(file), f"router import {name} {file.name}")
            warnings = [str(finding) for finding in write(out, imported.files)]
        except CannotImport as error:
            raise Problem(error.where, error.what, error.do) from None
        if json:
            print_json(imported_document(name, imported, out, warnings))
        else:
            print_imported(imported, out, warnings)

    return read


for _name, _importer in IMPORTERS.items():
    importing.command(_name, help=f"{_importer.does} Nothing that exists is overwritten.")(
        _command(_name, _importer)
    )
for _name, _configuration in CONFIGURATIONS.items():
    importing.command(_name, help=f"{_configuration.does} Nothing that exists is overwritten.")(
        _configuration_command(_name, _configuration)
    )


def _import(
    name: str,
    importer: Importer,
    files: Sequence[Path],
    runs: Sequence[Path],
    out: Path,
    *,
    add: bool,
    json: bool,
) -> None:
    has = None
    if add:
        has = existing(out)
    else:
        refuse_unless_free(out)
    described = importer.describe([_read(path) for path in files], [_read(path) for path in runs])
    if not described.things:
        raise CannotImport(str(files[0]), "nothing in it can fail", f"give {importer.files}")
    planned = plan(described, has)
    command = f"router import {name} {files[0].name}"
    written = workflow_files(planned, command) if add else files_of(planned, command)
    findings = write(out, written) if written else ()
    warnings = [str(finding) for finding in findings]
    if json:
        print_json(_document(name, planned, out, sorted(written), warnings))
    else:
        _print(planned, out, sorted(written), warnings)


def _read(path: Path) -> Given:
    with path.open("rb") as opened:
        content = opened.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise CannotImport(str(path), f"larger than {MAX_FILE_BYTES >> 20} MB", "import it in parts")
    return Given(str(path), content)


def _document(
    name: str, planned: Plan, out: Path, written: Sequence[str], warnings: Sequence[str]
) -> dict[str, Any]:
    components = [component for workflow in planned.workflows for component in workflow.components]
    return {
        "format": name,
        "out": str(out),
        "written": list(written),
        "workflows": [workflow.id for workflow in planned.workflows],
        "teams": [team.id for team in planned.teams],
        "components": [
            {
                "id": component.id,
                "kind": component.kind.value,
                "owners": {kind.value: team for kind, team in component.owners.items()},
                "known_as": {space: list(names) for space, names in component.known_as.items()},
            }
            for component in components
        ],
        "dependencies": [
            {
                "component": component.id,
                "depends_on": edge.upstream,
                "soonest_seconds": edge.delay.soonest_seconds,
                "latest_seconds": edge.delay.latest_seconds,
                "feedback": edge.feedback,
                "why": edge.delay.why,
            }
            for component in components
            for edge in component.edges
        ],
        "already_there": dict(planned.known),
        **remarks(planned.unmapped, planned.todo),
        "warnings": list(warnings),
    }


def _print(planned: Plan, out: Path, written: Sequence[str], warnings: Sequence[str]) -> None:
    components = [component for workflow in planned.workflows for component in workflow.components]
    edges = [(component.id, edge) for component in components for edge in component.edges]
    guessed = sum(edge.delay.why.startswith("guess") for _, edge in edges)
    if not written:
        say(f"nothing new: {out} has all of it ({count(len(planned.known), 'component')})")
    else:
        made = f"{count(len(components), 'component')}, {count(len(edges), 'dependency', 'dependencies')}"
        say(f"{out}: {made} ({guessed} with a guessed delay), {count(len(planned.teams), 'team')}")
        say(*(f"  wrote {name}" for name in written))
        if planned.known:
            say(f"  left alone: {count(len(planned.known), 'component')} that the rules have already")
    if edges:
        rows = [
            (
                component,
                edge.upstream,
                _delay(edge.delay.soonest_seconds, edge.delay.latest_seconds),
                edge.delay.why,
            )
            for component, edge in edges[:MOST_SHOWN]
        ]
        say("", table(["component", "depends on", "delay", "proposed from"], rows))
        if len(edges) > MOST_SHOWN:
            say(f"… and {len(edges) - MOST_SHOWN:,} more; the files and --json have all of them")
    say(*left_out(planned.unmapped), *to_do(planned.todo))
    if written:
        say("", f"`router check {out}`: no errors, {count(len(warnings), 'warning')}")
    elif warnings:
        warn("\n".join(warnings))


def _delay(soonest: float, latest: float) -> str:
    return f"{write_duration(soonest)}..{write_duration(latest)}"
