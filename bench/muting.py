"""What a decision about muting costs, by how many silences, inhibiting alerts and maintenance windows there are.

    python -m bench.muting [--sizes 10 100 1000 10000]

Prints one JSON line: median and p99 microseconds of a whole decision (is this incident muted, by anything?) in a scope
that holds so many silences; so many firing alerts that are sources of an inhibition rule; so many windows of which
some are open. Beside each the ratio of its median to that of the first size. One incident of three alerts is asked
about that nothing mutes, so that nothing ends the look early. Silences stop at a thousand, windows too.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable, Sequence

from router.lifecycle.muting import mute_of
from router.model.input import AlertBatch
from router.model.matcher import parse_matcher
from router.model.muting import Inhibition, Maintenance, Recurrence
from router.model.record import Silence
from router.model.rules import Rules
from router.model.turn import Turn
from router.simulator import Simulator
from tests.builders import a_batch, a_company, a_component, an_alert, at

DECISIONS = 1_000
MOST = 1_000


def a_turn(rules: Rules, *, silences: int = 0, sources: int = 0) -> Turn:
    """A scope with one incident to ask about, and so many silences and sources that are not about it."""
    simulator = Simulator(rules)
    alerts = [
        an_alert("api.target", f"api.{word}", labels={"region": "eu"})
        for word in ("latency", "error_rate", "rate_limited")
    ]
    alerts += [
        an_alert("api.source", "api.latency", key=f"s{number}", labels={"region": f"r{number}"})
        for number in range(sources)
    ]
    simulator.advance(at(0))
    for place in range(0, len(alerts), 500):
        batch: AlertBatch = a_batch(*alerts[place : place + 500], first=place)
        simulator.apply("main", batch)
    state = simulator.states["main"]
    for number in range(silences):
        match = (
            parse_matcher(f'cause.component="api.other{number}"'),
            parse_matcher('severity=~"minor|major"'),
        )
        state.put(
            Silence(id=f"s{number}", match=match, actor="a", reason="", started_at=at(-60), due=at(86_400))
        )
    return Turn(state, rules, at(100))


def measured(turn: Turn) -> dict[str, float]:
    """Median and p99 microseconds of a decision."""
    incident = next(i for i in turn.state.incidents() if i.cause.component == "api.target")
    taken = []
    for _ in range(DECISIONS):
        start = time.perf_counter()
        mute = mute_of(turn, incident)
        taken.append((time.perf_counter() - start) * 1e6)
        if mute is not None:
            raise AssertionError("the incident that is asked about is muted")
    ordered = sorted(taken)
    return {
        "median_us": round(statistics.median(ordered), 1),
        "p99_us": round(ordered[int(DECISIONS * 0.99)], 1),
    }


def with_silences(size: int) -> Turn:
    """So many silences."""
    return a_turn(a_company(*_components()), silences=size)


def with_sources(size: int) -> Turn:
    """So many firing alerts that are sources."""
    rule = Inhibition(
        name="sources",
        source=(parse_matcher('component="api.source"'),),
        target=(parse_matcher('component="api.target"'),),
        equal=("region",),
    )
    return a_turn(a_company(*_components()).model_copy(update={"inhibition": (rule,)}), sources=size)


def with_windows(size: int) -> Turn:
    """So many windows, one of ten open now."""
    windows = tuple(
        Maintenance(
            id=f"w{number}",
            components=("api.source",),
            starts_at=at(-number % 10 * 3_600),
            seconds=3_000,
            recurrence=Recurrence(rule="FREQ=DAILY"),
        )
        for number in range(size)
    )
    return a_turn(a_company(*_components()).model_copy(update={"maintenance": windows}))


def _components() -> Sequence[object]:
    return (a_component("api.target"), a_component("api.source"))


def grown(build: Callable[[int], Turn], sizes: Sequence[int]) -> list[dict[str, float]]:
    """A row a size, each with its ratio to the first."""
    rows: list[dict[str, float]] = []
    for size in sizes:
        row = {"size": size, **measured(build(size))}
        rows.append(
            {
                **row,
                "ratio": round(row["median_us"] / (rows[0]["median_us"] if rows else row["median_us"]), 2),
            }
        )
    return rows


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 100, 1_000, 10_000])
    sizes = parser.parse_args().sizes
    few = [size for size in sizes if size <= MOST]
    found = {
        "silences": grown(with_silences, few),
        "sources": grown(with_sources, sizes),
        "windows": grown(with_windows, few),
    }
    print(json.dumps({"bench": "muting", **found}))


if __name__ == "__main__":
    main()
