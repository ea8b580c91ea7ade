"""Labelled days of companies through the whole pipeline.

    python -m bench.workflows --cases FILE --out PREDICTIONS

reads cases (`company`, `events`; JSON Lines, plain or gzip), builds rules from each company, replays its events and
writes `{"case_id", "incidents"}` a line, incidents as in the replay document, for a scorer that knows the truth.
"""

import argparse
import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from bench.company import rules_of
from router.recording import Recorded, record_of
from router.replay import Replay


def cases(path: Path) -> Iterator[dict[str, Any]]:
    """The cases of a file, one a line."""
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
        for line in lines:
            if line.strip():
                yield orjson.loads(line)


def predict(case: dict[str, Any]) -> dict[str, Any]:
    """The incidents of one case; its truth is never looked at."""
    rules = rules_of(case["company"])
    events = [Recorded(number, record_of(event, number)) for number, event in enumerate(case["events"])]
    return {"case_id": case["case_id"], "incidents": Replay(rules, events).document()["incidents"]}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    with arguments.out.open("wb") as out:
        for case in cases(arguments.cases):
            out.write(orjson.dumps(predict(case)) + b"\n")


if __name__ == "__main__":
    main()
