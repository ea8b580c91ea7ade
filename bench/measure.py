"""Generated days through the whole pipeline, scored, beside the yardsticks.

    python -m bench.measure --setting normal --setting dark --seed 7 --cases 40
    python -m bench.measure --cases-file FILE

generates the days of each setting (all of them unless some are named), or reads a file of cases, replays them and
prints one table a setting: the router and simple routers over the same days. `--json` prints one JSON document,
`--pictures DIR` draws how far the confidence can be trusted.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import orjson

from bench.days.case import make
from bench.days.setting import SETTINGS
from bench.pictures import coverage_curve, reliability_diagram
from bench.rca_measures import Answer, accuracy_at
from bench.score import Tally, score, tally
from bench.workflows import cases, predict
from bench.yardsticks import YARDSTICKS

Table = dict[str, dict[str, float | int | None]]
"""Solver -> measure -> value."""


def measure(days: Sequence[dict[str, Any]], yardsticks: bool = True) -> Table:
    """The router's scores over these cases, and those of the yardsticks."""
    found = [predict(case)["incidents"] for case in days]
    table: Table = {"router": {**_scored(_judged(days, found)), "handovers_per_incident": _handovers(found)}}
    if yardsticks:
        for name, answer in YARDSTICKS.items():
            table[name] = _scored([tally(case, answer(case)) for case in days])
    return table


def _judged(days: Sequence[dict[str, Any]], found: Sequence[list[dict[str, Any]]]) -> list[Tally]:
    return [tally(case, incidents) for case, incidents in zip(days, found, strict=True)]


def _handovers(found: Sequence[list[dict[str, Any]]]) -> float | None:
    """How often evidence moved an incident that somebody had been told of, a told incident."""
    told = [
        incident["notifications"]
        for incidents in found
        for incident in incidents
        if incident["notifications"]
    ]
    moves = sum(note["kind"] == "handed_over" for notes in told for note in notes)
    return round(moves / len(told), 4) if told else None


def answers_of(tallies: Sequence[Tally]) -> list[Answer]:
    """How right and how sure each answer is, for the coverage curve; failures that nobody answered are left out."""
    return [
        Answer(str(number), float(one.cause), float(one.among_three), one.confidence)
        for number, one in enumerate(one for case in tallies for one in case.judged)
        if one.confidence is not None
    ]


def _scored(tallies: Sequence[Tally]) -> dict[str, float | int | None]:
    answers = answers_of(tallies)
    half = round(accuracy_at(answers, 0.5), 4) if answers else None
    return {**score(tallies), "right_of_surer_half": half}


def show(title: str, table: Table, seconds: float) -> str:
    """The table for people: a measure a line, a solver a column."""
    names = list(table)
    lines = [f"{title} ({seconds:.1f} s)", f"{'':22}" + "".join(f"{name:>18}" for name in names)]
    for measured in table[names[0]]:
        values = ("-" if (one := table[name].get(measured)) is None else str(one) for name in names)
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
    parser.add_argument("--pictures", type=Path, help="folder for a reliability diagram and a coverage curve")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _draw(answers: Sequence[Answer], name: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}-reliability.svg").write_text(reliability_diagram(answers, f"{name}: reliability"))
    (folder / f"{name}-coverage.svg").write_text(coverage_curve(answers, f"{name}: coverage"))


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
        if arguments.pictures:
            found_here = [predict(case)["incidents"] for case in days]
            _draw(answers_of(_judged(days, found_here)), Path(name).name, arguments.pictures)
        if not arguments.json:
            print(show(name, found[name], perf_counter() - started), end="\n\n", flush=True)
    if arguments.json:
        print(orjson.dumps(found).decode())


if __name__ == "__main__":
    main()
