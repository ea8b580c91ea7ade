"""`router coverage`: what the rules leave open, weighed by what can fail or by what a recording holds."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from router.cli.replay import JsonOption, MoreEvents, RulesOption
from router.coverage.gaps import Aspect

if TYPE_CHECKING:
    from router.coverage.report import Coverage

MOST_HOLES = 20
"""So many gaps are printed for people; `--json` has them all."""


def coverage(
    rules: RulesOption,
    events: Annotated[
        list[Path] | None,
        typer.Option("--events", help="A recording (JSON Lines) to weigh by; may be repeated."),
    ] = None,
    more: MoreEvents = None,
    only: Annotated[
        list[Aspect] | None, typer.Option(help="Look at this aspect only; may be repeated.")
    ] = None,
    at_least: Annotated[
        float,
        typer.Option(help="Exit with 1 when less than so many percent have everything.", min=0, max=100),
    ] = 0.0,
    json: JsonOption = False,
) -> None:
    """Show which components, or which alerts of a recording, have no identity, owner, runbook or schedule.

    And which routes nothing can reach, or nothing reached.
    """
    from router.config.load import load
    from router.coverage.cases import traffic_of
    from router.coverage.report import coverage as cover
    from router.recording import read_recordings

    loaded = load(rules)
    paths = [*(events or []), *(more or [])]
    traffic = traffic_of(loaded, list(read_recordings(paths))) if paths else None
    found = cover(loaded, traffic, datetime.now(UTC), only or ())
    if json:
        from router.cli.output import print_json

        print_json(found.document())
    else:
        show(found)
    raise typer.Exit(1 if found.percent < at_least else 0)


def show(found: "Coverage") -> None:
    """Print a coverage for people."""
    from router.cli.output import count, say, table

    rows = [[s.what, s.covered, s.of, f"{s.percent:g} %"] for s in found.shares]
    say(table(["", ">covered", f">{found.weighed_by}", ">share"], rows))
    if found.holes:
        listed = [
            [h.aspect.value, h.component, h.weight, _faults(h.faults), h.why]
            for h in found.holes[:MOST_HOLES]
        ]
        say("", table(["missing", "component", f">{found.weighed_by}", "faults", "why"], listed))
    if len(found.holes) > MOST_HOLES:
        say(f"and {count(len(found.holes) - MOST_HOLES, 'gap')} more; --json has them all")
    useless = [use for use in found.routes if use.reachable is False or use.incidents == 0]
    if useless:
        words = [[use.route, _use(use.reachable, use.incidents)] for use in useless]
        say("", table(["route", "use"], words))
    for topic, number in found.not_read.items():
        say(f"no source reads topic {topic}: {count(number, 'event')} left out")


def _faults(faults: tuple[str, ...]) -> str:
    return ", ".join(faults[:2]) + (f" and {len(faults) - 2} more" if len(faults) > 2 else "")


def _use(reachable: bool | None, incidents: int | None) -> str:
    if reachable is False:
        return "nothing can reach it"
    return "nothing reached it" + (", and only labels of events can" if reachable is None else "")
