"""`router replay`: recorded events through the whole pipeline in virtual time."""

from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

RulesOption = Annotated[Path, typer.Option("--rules", help="The rules folder.", file_okay=False)]
EventsOption = Annotated[
    list[Path], typer.Option("--events", help="A recording (JSON Lines); may be repeated.")
]
MoreEvents = Annotated[
    list[Path] | None, typer.Argument(help="More recordings, so that *.jsonl can follow --events.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


def replay(
    rules: RulesOption, events: EventsOption, more: MoreEvents = None, json: JsonOption = False
) -> None:
    """Run recorded events through intake and the pipeline on a virtual clock and show what came of them."""
    from router.config.load import load
    from router.replay import read_and_replay

    document = read_and_replay(load(rules), [*events, *(more or [])]).document()
    if json:
        typer.echo(orjson.dumps(document))
        return
    _print(document)


def _print(document: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    table = Table(
        "incident", "state", "cause", "sure", "owner", "alerts", "first told", "told", title="Incidents"
    )
    for incident in document["incidents"]:
        cause = incident["cause"]
        told = incident["notifications"]
        table.add_row(
            incident["id"],
            incident["state"],
            f"{cause['component']}\n{cause['fault']}",
            "not sure" if cause["abstained"] else f"{cause['confidence']:.0%}",
            f"{incident['owner']['team']} ({incident['owner']['kind']})",
            str(len(incident["members"])),
            (incident["told_at"] or "never")[:16].replace("T", " "),
            ", ".join(dict.fromkeys(n["destination"] for n in told)) or "nobody",
        )
    console.print(table)
    outcomes = ", ".join(f"{count} {outcome}" for outcome, count in document["outcomes"].items())
    console.print(f"Outcomes: {outcomes or 'none'}")
    for rejected in document["rejected"]:
        console.print(
            f"rejected event {rejected['index']}: {rejected['code']}: {rejected['message']}", markup=False
        )
