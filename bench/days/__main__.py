"""Labelled days of made-up companies: `python -m bench.days --help`.

    python -m bench.days --seed 7 --cases 80 --setting normal --out days.jsonl.gz
    python -m bench.workflows --cases days.jsonl.gz --out predictions.jsonl

One case a line: `company`, `events`, `truth`. The mechanism is in `plant.py`: conditions spread through processing
schedules, and monitors with thresholds notice some of it. The same arguments give the same file.
"""

import argparse
import gzip
from pathlib import Path

import orjson

from bench.days.case import make
from bench.days.setting import SETTINGS


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", type=int, default=80)
    parser.add_argument("--setting", choices=sorted(SETTINGS), default="normal")
    parser.add_argument("--days", type=int, default=1, help="days of each case; failures are on the last one")
    parser.add_argument("--out", type=Path, required=True, help="JSON Lines; gzip where it ends in .gz")
    arguments = parser.parse_args()
    lines = b"".join(
        orjson.dumps(make(arguments.seed, number, arguments.setting, arguments.days)) + b"\n"
        for number in range(arguments.cases)
    )
    arguments.out.write_bytes(gzip.compress(lines, mtime=0) if arguments.out.suffix == ".gz" else lines)


if __name__ == "__main__":
    main()
