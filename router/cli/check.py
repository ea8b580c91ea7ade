"""`router check`: lint the rules."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import orjson
import typer

from router.cli.replay import JsonOption


def check(
    folder: Annotated[Path, typer.Argument(help="The rules folder.")],
    json: JsonOption = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Also say what the defaults will do.")
    ] = False,
) -> None:
    """Report every mistake in a rules folder: file, line, column, code, and what to do.

    Exits with 0 when the rules can be used, with 1 when an error was found; warnings alone do not fail.
    """
    from router.config.load import check as findings_of

    if not folder.is_dir():
        raise typer.BadParameter(f"{folder} is not a folder; name the folder that holds router.yaml")
    findings = findings_of(folder, today=datetime.now(UTC).date())
    errors = sum(finding.level == "error" for finding in findings)
    if json:
        fields = ("file", "line", "column", "code", "level", "message", "hint")
        listed = [{name: getattr(finding, name) for name in fields} for finding in findings]
        typer.echo(orjson.dumps({"ok": not errors, "findings": listed}))
    else:
        for finding in findings:
            typer.echo(f"{'warning: ' if finding.level == 'warning' else ''}{finding}")
        _summary(folder, errors, len(findings) - errors, verbose)
    raise typer.Exit(1 if errors else 0)


def _summary(folder: Path, errors: int, warnings: int, verbose: bool) -> None:
    if errors:
        typer.echo(f"{errors} errors, {warnings} warnings; each code is explained in docs/lint-codes.md")
        return
    from router.config.load import load

    rules = load(folder)
    typer.echo(
        f"ok: {len(rules.workflows)} workflows, {len(rules.components)} components, {len(rules.teams)} teams, "
        f"{len(rules.sources)} sources, {sum(1 for _ in rules.route_tree.walk()) - 1} routes, "
        f"{len(rules.runbooks)} runbooks; "
        f"{warnings} warnings; rules {rules.hash}"
    )
    if verbose:
        from router.config.defaults import explain_defaults

        for line in explain_defaults(rules):
            typer.echo(f"  {line}")
