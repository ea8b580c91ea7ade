"""Generated days through the whole pipeline, scored, beside the yardsticks.

    python -m bench.measure --setting normal --setting dark --seed 7 --cases 40
    python -m bench.measure --cases-file FILE

generates the days of each setting (all of them unless some are named), or reads a file of cases, replays them and
prints one table a setting: the router and simple routers over the same days. `--json` prints one JSON document.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import orjson

from bench.days.case import make
from bench.days.setting import SETTINGS
from bench.score import score, tally
from bench.workflows import cases, predict
from bench.yardsticks import YARDSTICKS

Table = dict[str, dict[str, float | int | None]]
"""Solver -> measure -> value."""


def measure(days: Sequence[dict[str, Any]], yardsticks: bool = True) -> Table:
    """The router's scores over these cases, and those of the yardsticks."""
    table: Table = {"router": score(tally(case, predict(case)["incidents"]) for case in days)}
    if yardsticks:
        for name, answer in YARDSTICKS.items():
            table[name] = score(tally(case, answer(case)) for case in days)
    return table


def show(title: str, table: Table, seconds: float) -> str:
    """The table for people: a measure a line, a solver a column."""
    names = list(table)
    lines = [f"{title} ({seconds:.1f} s)", f"{'':22}" + "".join(f"{name:>18}" for name in names)]
    for measured in table[names[0]]:
        values = ("-" if table[name][measured] is None else str(table[name][measured]) for name in names)
        lines.append(f"{measured:22}" + "".join(f"{value:>18}" for value in values))
    return "\n".join(lines)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--setting", action="append", choices=sorted(SETTINGS), help="repeat for several; default all"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", type=int, default=40, help="cases a setting")
    parser.add_argument("--days", type=int, default=1, help="days of each case; failures are on the last one")
    parser.add_argument("--cases-file", type=Path, help="score a file of cases instead of generating them")
    parser.add_argument("--no-yardsticks", action="store_true")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def main() -> None:
    """Command line."""
    arguments = _arguments()
    found: dict[str, Table] = {}
    sets = [str(arguments.cases_file)] if arguments.cases_file else arguments.setting or list(SETTINGS)
    for name in sets:
        started = perf_counter()
        days = (
            list(cases(arguments.cases_file))
            if arguments.cases_file
            else [make(arguments.seed, n, name, arguments.days) for n in range(arguments.cases)]
        )
        found[name] = measure(days, not arguments.no_yardsticks)
        if not arguments.json:
            print(show(name, found[name], perf_counter() - started), end="\n\n", flush=True)
    if arguments.json:
        print(orjson.dumps(found).decode())


if __name__ == "__main__":
    main()
