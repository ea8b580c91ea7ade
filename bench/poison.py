"""Does a storm of bad events hold the good ones up?

    python -m bench.poison [--events 100000]

A whole intake on the embedded broker reads two topics of so many events: all good and distinct, and every second one
bad (each kind of bad event takes its turn). `ratio` is how fast it gets through the second compared with the first:
a good event waits for what stands before it, and a bad one before it shall cost no more than a good one would. It is to
stay at 0.8 or above. `good_ratio` compares the good events alone, of which the second topic has only half. Rates are
of the wall clock, best of `--rounds`, taken in turn. Prints one JSON line.
"""

import argparse
import json
import os
from collections.abc import Iterator
from itertools import cycle

from bench.intake import Measured, a_broker, best, events, fill, measure_intake

BAD = (
    b"",
    b"{",
    b'{"specversion": "1.0", "id": "\xff"}',
    b"\xef\xbb\xbf{}",
    b"[1, 2]",
    b'{"specversion": "1.0", "value": NaN}',
    b'{"specversion": "2.0", "id": "1", "source": "s", "type": "router.alert.v1"}',
    b'{"specversion": "1.0", "id": "1", "source": "s", "type": "router.alert.v9"}',
    b'{"specversion": "1.0", "id": "1", "source": "s", "type": "router.alert.v1", "subject": "a", "data": {}}',
    b'{"a":' * 40 + b"1" + b"}" * 40,
    b'{"a": "' + b"x" * 20_000 + b'"}',
)


def poisoned(load: Iterator[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """The load with a bad event after each of its own."""
    bad = cycle(BAD)
    for key, value in load:
        yield key, value
        yield key, next(bad)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    run = f"bench-poison-{os.getpid()}"
    clean: list[Measured] = []
    mixed: list[Measured] = []
    with a_broker("") as kafka:
        fill(kafka, f"{run}-clean", events(options.events, distinct=True))
        fill(kafka, f"{run}-mixed", poisoned(events(options.events // 2, distinct=True)))
        for number in range(options.rounds):
            clean.append(measure_intake(kafka, f"{run}-clean", options.events, f"{run}-c{number}"))
            mixed.append(measure_intake(kafka, f"{run}-mixed", options.events, f"{run}-m{number}"))
    clean_rate, mixed_rate = best(clean).rate, best(mixed).rate
    print(
        json.dumps(
            {
                "benchmark": "poison",
                "events": options.events,
                "clean_per_second": round(clean_rate),
                "poisoned_per_second": round(mixed_rate),
                "ratio": round(mixed_rate / clean_rate, 3),
                "good_ratio": round(mixed_rate / 2 / clean_rate, 3),
            }
        )
    )


if __name__ == "__main__":
    main()
