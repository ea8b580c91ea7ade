"""`router test`: run the rules' own tests."""

from pathlib import Path
from typing import Annotated

import orjson
import typer

from router.cli.replay import JsonOption


def test(
    folder: Annotated[Path, typer.Argument(help="The rules folder; its tests are in tests/*.yaml.")],
    json: JsonOption = False,
) -> None:
    """Run the tests of a rules folder on a virtual clock; exits with 1 when one fails."""
    from router.config.load import load, load_tests
    from router.rules_testing.running import run

    rules = load(folder)
    results = [(test, run(test, rules)) for test in load_tests(folder, rules)]
    failed = [test for test, differences in results if differences]
    if json:
        listed = [
            {
                "name": test.name,
                "file": test.file,
                "line": test.line,
                "differences": [wrong.text for wrong in found],
                "because": [list(wrong.because) for wrong in found],
            }
            for test, found in results
        ]
        typer.echo(orjson.dumps({"ok": not failed, "tests": listed}))
    else:
        for case, differences in results:
            typer.echo(f"{'FAIL' if differences else 'ok  '} {case.name}  ({case.file}:{case.line})")
            for wrong in differences:
                typer.echo(f"       {wrong.text}")
                for reason in wrong.because:
                    typer.echo(f"           {reason}")
        typer.echo(f"{len(results) - len(failed)} passed, {len(failed)} failed")
    raise typer.Exit(1 if failed else 0)
