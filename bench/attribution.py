"""Labelled failures of other people's systems through the router's own attribution.

    python -m bench.attribution --cases FILE [--graph FILE] [--history confirmed] [--json] [--pictures DIR]

reads any file of failures in a format that `bench.rca_read` knows, turns what alerted into symptoms on a topology and
asks `router.stages.attribute` for the cause. Prints accuracy of the first and the first three, accuracy over the surest
50 % and 80 %, calibration error, and the same of simple yardsticks. Copies are dropped. `--history` says what a site
may have learned from its other failures (`bench.rca_history`); the figures of all three are printed, those of the
chosen one first. `--pictures` draws the reliability diagram and the coverage curve.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from bench.pictures import coverage_curve, reliability_diagram
from bench.rca_calibration import exponent_of, sharpened
from bench.rca_case import Case
from bench.rca_history import History, HistoryKind
from bench.rca_measures import (
    Answer,
    accuracy,
    accuracy_at,
    accuracy_of_three,
    answer,
    calibration_error,
)
from bench.rca_read import Reading, UnknownFormat, read
from bench.rca_router import shares
from bench.rca_yardsticks import YARDSTICKS

Figures = dict[str, float]


def attributed(cases: Sequence[Case], kind: HistoryKind) -> list[Answer]:
    """What the router answers to each case with this history."""
    history = History(cases, kind)
    found = [shares(case, history.anyway(number), history.prior(number)) for number, case in enumerate(cases)]
    answers: list[Answer] = []
    for number, case in enumerate(cases):
        exponent = exponent_of([(found[other], cases[other].answers) for other in history.others(number)])
        answers.append(answer(case.id, sharpened(found[number], exponent), case.answers))
    return answers


def compared(cases: Sequence[Case], yardstick: str) -> list[Answer]:
    """What a yardstick answers; it knows what alerted in the other cases, as the router does."""
    history = History(cases, HistoryKind.ALERTS)
    solve = YARDSTICKS[yardstick]
    return [
        answer(case.id, solve(case, history.anyway(number)), case.answers)
        for number, case in enumerate(cases)
    ]


def figures(answers: Sequence[Answer]) -> Figures:
    """The measures of these answers, rounded for reading."""
    values = {
        "acc_at_1": accuracy(answers),
        "acc_at_3": accuracy_of_three(answers),
        "accuracy_at_50": accuracy_at(answers, 0.5),
        "accuracy_at_80": accuracy_at(answers, 0.8),
        "ece": calibration_error(answers),
    }
    return {name: round(value, 4) for name, value in values.items()}


def report(reading: Reading, chosen: HistoryKind) -> tuple[dict[str, Any], list[Answer]]:
    """The document, and the answers with the chosen history."""
    answers = {kind: attributed(reading.cases, kind) for kind in HistoryKind}
    document: dict[str, Any] = {
        "format": reading.format,
        "cases": len(reading.cases),
        "copies_dropped": reading.copies,
        "history": chosen.value,
        **figures(answers[chosen]),
        "by_history": {kind.value: figures(found) for kind, found in answers.items()},
        "yardsticks": {
            name: {key: figures(compared(reading.cases, name))[key] for key in ("acc_at_1", "acc_at_3")}
            for name in YARDSTICKS
        },
    }
    return document, answers[chosen]


def table(document: dict[str, Any]) -> str:
    """The document for people."""
    columns = ("acc_at_1", "acc_at_3", "accuracy_at_50", "accuracy_at_80", "ece")
    rows = {f"router, history {kind}": values for kind, values in document["by_history"].items()}
    rows |= document["yardsticks"]
    lines = [
        f"{document['format']}: {document['cases']} unique cases, {document['copies_dropped']} copies dropped",
        f"{'':26}" + "".join(f"{name:>16}" for name in columns),
    ]
    for name, values in rows.items():
        cells = (f"{values[c]:.3f}" if c in values else "" for c in columns)
        lines.append(f"{name:26}" + "".join(f"{cell:>16}" for cell in cells))
    return "\n".join(lines)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=Path, required=True)
    parser.add_argument("--graph", type=Path)
    parser.add_argument(
        "--history", type=HistoryKind, choices=list(HistoryKind), default=HistoryKind.CONFIRMED
    )
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--pictures", type=Path)
    arguments = parser.parse_args()
    try:
        reading = read(arguments.cases, arguments.graph)
    except (UnknownFormat, OSError, orjson.JSONDecodeError) as error:
        sys.exit(f"bench.attribution: {error}")
    document, answers = report(reading, arguments.history)
    if arguments.pictures:
        arguments.pictures.mkdir(parents=True, exist_ok=True)
        title = f"{reading.format}, {len(reading.cases)} cases, history {arguments.history}"
        (arguments.pictures / "reliability.svg").write_text(reliability_diagram(answers, title))
        (arguments.pictures / "coverage.svg").write_text(coverage_curve(answers, title))
    print(orjson.dumps(document).decode() if arguments.json else table(document))


if __name__ == "__main__":
    main()
