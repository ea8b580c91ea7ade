"""Searches for the model's parameters on some sets of labelled days and scores them on the one left out.

    python -m bench.tune --set normal:1 --set dark:2 --set noisy:3 --cases 12 --date 2026-01-31 --out tuned.json

A set is `SETTING:SEED` of generated days, or `stories`. For every set, parameters are searched on the others and scored
on it; last, they are searched on all, which is an upper bound and is called so. The file holds the parameters and where
they come from: sets, seeds, cases, command, date, and the objective in and out of every set left out. The date is an
argument, so the same command writes the same file.
"""

import argparse
import sys
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from functools import cache
from pathlib import Path
from statistics import fmean
from typing import Any

import orjson

from bench.company import rules_of
from bench.days.case import make
from bench.days.setting import SETTINGS
from bench.score import Tally, score, tally
from bench.search import Fold, Scale, Search
from bench.stories.judge import judge
from bench.stories.reading import company, names, story
from router.likelihood.parameters import DEFAULTS, Parameters
from router.likelihood.weighing import Likelihood, likelihood_of
from router.model.rules import Rules
from router.recording import Recorded, record_of
from router.replay import Replay

STORIES = "stories"

_BY_SCALE = {
    Scale.CHANCE: (
        "own_alert measure lapse emission_self emission_symptom emission_starve fault_share tail again change"
    ),
    Scale.PLAIN: "unknown join merge tell",
    Scale.POSITIVE: (
        "background failure kind_fits kind_unfit named nature_unfit sharpness tail_stretch tail_seconds again_seconds "
        "again_weight again_inside part_weight next_component brief_seconds lasting_seconds lasting_weight "
        "change_hours changes_per_hour silence"
    ),
}
SCALES: dict[str, Scale] = {name: scale for scale, named in _BY_SCALE.items() for name in named.split()}
"""How each parameter moves: chances by log-odds, thresholds plainly, rates, times and weights by factors.

A parameter that is not here is not searched for; a test asks for every one of them.
"""


def worth(measured: dict[str, Any]) -> float:
    """One number for a table of scores: grouping, cause and owner alike, less miscalibration and noise pages.

    Noise counts up to two pages a day, so that a set where nothing helps does not drown the others.
    """
    shares = ("bcubed_f1", "cause_at_1", "cause_at_3", "owner", "first_owner")
    right = fmean(measured[share] or 0.0 for share in shares)
    pages = min(2.0, measured["noise_pages_per_day"] or 0.0)
    return float(right - 0.5 * measured["ece"] - 0.1 * pages)


def use(rules: Rules, parameters: Parameters) -> None:
    """From now on these rules are judged with these parameters."""
    rules.topology.memo["likelihood"] = Likelihood(rules, parameters)
    if likelihood_of(rules).parameters != parameters:
        raise RuntimeError("the router does not take its parameters from here any more; mend bench.tune.use")


def tally_of(name: str, number: int, parameters: Parameters) -> Tally:
    """One generated case of a set, replayed with these parameters and judged."""
    case = _case(name, number)
    rules = rules_of(case["company"])
    use(rules, parameters)
    events = [Recorded(n, record_of(event, n)) for n, event in enumerate(case["events"])]
    return tally(case, Replay(rules, events).document()["incidents"])


def stories_right(parameters: Parameters) -> float:
    """Share of the stories of which the router says what the engineer says."""
    for name in {story(name).company for name in names()}:
        use(company(name), parameters)
    return fmean(not judge(story(name)) for name in names())


@cache
def _case(name: str, number: int) -> dict[str, Any]:
    setting, _, seed = name.partition(":")
    return make(int(seed), number, setting)


class Objective:
    """Sets by name; cases are judged by `jobs` processes."""

    def __init__(self, cases: int, executor: Executor) -> None:
        self.cases, self._executor = cases, executor

    def __call__(self, name: str, parameters: Parameters) -> float:
        """What these parameters are worth on this set."""
        if name == STORIES:
            return stories_right(parameters)
        numbers = range(self.cases)
        tallies = self._executor.map(tally_of, [name] * self.cases, numbers, [parameters] * self.cases)
        return worth(score(tallies))


def document(search: Search[Parameters], sets: list[str], arguments: argparse.Namespace) -> dict[str, Any]:
    """Parameters and their provenance, as the file holds them."""
    folds = search.leave_one_out(sets)
    best = search.best(sets)
    return {
        "parameters": best._asdict(),
        "moved": _moved(best),
        "provenance": {
            "date": arguments.date,
            "command": "python -m bench.tune " + " ".join(sys.argv[1:]),
            "sets": [_described(name, arguments.cases) for name in sets],
            "search": {
                "seed": arguments.seed,
                "points": arguments.points,
                "rounds": arguments.rounds,
                "evaluations": search.evaluations,
            },
            "objective": "mean of F1, cause@1, cause@3, owner, first owner; less .5 ECE and .1 noise pages a day "
            "(2 at most); of stories the share that is right",
        },
        "all_sets": {
            "note": "searched and scored on the same sets: an upper bound",
            "tuned": round(search.worth(best, sets), 4),
            "defaults": round(search.worth(search.start, sets), 4),
        },
        "left_out": [_fold(fold) for fold in folds],
    }


def _fold(fold: Fold[Parameters]) -> dict[str, Any]:
    return {
        "set": fold.left_out,
        "inside": round(fold.inside, 4),
        "inside_defaults": round(fold.start_inside, 4),
        "outside": round(fold.outside, 4),
        "outside_defaults": round(fold.start_outside, 4),
        "moved": _moved(fold.point),
    }


def _moved(point: Parameters) -> dict[str, float]:
    start = DEFAULTS._asdict()
    return {name: value for name, value in point._asdict().items() if value != start[name]}


def _described(name: str, cases: int) -> dict[str, Any]:
    setting, _, seed = name.partition(":")
    return (
        {"stories": len(names())}
        if name == STORIES
        else {"setting": setting, "seed": int(seed), "cases": cases}
    )


def lines(found: dict[str, Any]) -> Iterator[str]:
    """The result for people."""
    yield f"{'left out':14}{'inside':>10}{'defaults':>10}{'outside':>10}{'defaults':>10}"
    for fold in found["left_out"]:
        values = (fold[key] for key in ("inside", "inside_defaults", "outside", "outside_defaults"))
        yield f"{fold['set']:14}" + "".join(f"{value:10.4f}" for value in values)
    every = found["all_sets"]
    yield f"{'(none)':14}{every['tuned']:10.4f}{every['defaults']:10.4f}   an upper bound"
    yield f"moved: {found['moved']}"


def _set(written: str) -> str:
    setting, _, seed = written.partition(":")
    if written != STORIES and (setting not in SETTINGS or not seed.isdigit()):
        raise argparse.ArgumentTypeError(
            f"write {STORIES} or SETTING:SEED, SETTING one of {', '.join(SETTINGS)}"
        )
    return written


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--set", dest="sets", action="append", type=_set, required=True, help="two or more")
    parser.add_argument("--cases", type=int, default=12, help="cases of each set of generated days")
    parser.add_argument("--points", type=int, default=16, help="random points to look at first")
    parser.add_argument("--rounds", type=int, default=0, help="rounds through all coordinates after that")
    parser.add_argument("--seed", type=int, default=1, help="of the search; each set has its own")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--date", required=True, help="as it shall stand in the file")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    with ProcessPoolExecutor(arguments.jobs) as executor:
        objective = Objective(arguments.cases, executor)
        search = Search(DEFAULTS, SCALES, objective, arguments.seed, arguments.points, arguments.rounds)
        found = document(search, list(dict.fromkeys(arguments.sets)), arguments)
    arguments.out.write_bytes(orjson.dumps(found, option=orjson.OPT_INDENT_2) + b"\n")
    print("\n".join(lines(found)))


if __name__ == "__main__":
    main()
