"""What one alert costs the core, by how many alerts are open in the scope; and what an open incident weighs.

    python -m bench.step [--open 1000 10000 100000]

Prints one JSON line: median and p99 microseconds of a step (one new alert, decode and encode included) at each size,
the ratio of each median to the first, and the bytes an open incident takes in memory. The catalog is two-level
islands, so that open alerts spread over many incidents; the yardstick is the same run's smallest scope.
"""

import argparse
import gc
import json
import statistics
import time
import tracemalloc
from collections.abc import Sequence
from datetime import timedelta

from router.model.input import INPUT, AlertBatch
from router.model.rules import Rules
from router.model.state import State
from router.pipeline import step
from tests.builders import START, a_batch, a_company, a_component, an_alert

SAMPLES = 2_000
TICKLESS = {
    "alert_timeout_seconds": 30 * 86_400,
    "settle_seconds": 86_400,
    "max_new_alerts_per_second": 10_000_000,
}


def company(islands: int) -> Rules:
    """So many pairs of an API and an app that depends on it."""
    pairs = []
    for number in range(islands):
        pairs += [a_component(f"api.{number}"), a_component(f"app.{number}", f"api.{number}")]
    bounds = {"max_open_alerts": 10_000_000, "max_open_incidents": 10_000_000}
    return a_company(*pairs, **TICKLESS, **bounds)


def filled(rules: Rules, alerts: int, islands: int) -> State:
    """A scope with so many open alerts, spread evenly over the islands."""
    state = State("main")
    for first in range(0, alerts, 500):
        events = [
            an_alert(f"api.{n % islands}", "api.latency", n / 1000, key=f"1:{n}")
            for n in range(first, min(first + 500, alerts))
        ]
        step(state, a_batch(*events, first=first), rules, START)
        state.take_changes()
    return state


def measure(sizes: Sequence[int], islands: int) -> dict[int, dict[str, float]]:
    """Microseconds of a step that brings one new alert into scopes with so many open.

    The scopes take turns, sample by sample, so that a machine that slows down slows all of them; and what is open is
    kept from the garbage collector, as the engine does (router/kafka/memory.py).
    """
    rules = company(islands)
    states = {size: filled(rules, size, islands) for size in sizes}
    gc.collect()
    gc.freeze()
    seconds: dict[int, list[float]] = {size: [] for size in sizes}
    for number in range(SAMPLES):
        for size, state in states.items():
            seconds[size].append(one_step(state, rules, size, number, islands))
    gc.unfreeze()
    return {
        size: {
            "median_us": statistics.median(taken) * 1e6,
            "p99_us": sorted(taken)[int(SAMPLES * 0.99)] * 1e6,
        }
        for size, taken in seconds.items()
    }


def one_step(state: State, rules: Rules, size: int, number: int, islands: int) -> float:
    """Seconds of one new alert: decoded, applied, and everything that it changed encoded."""
    alert = an_alert(f"app.{number % islands}", "app.latency", number / 1000, key=f"1:new-{number}")
    value = a_batch(alert, first=size + number).model_dump_json()
    began = time.perf_counter()
    batch = INPUT.validate_json(value)
    assert isinstance(batch, AlertBatch)
    effects = step(state, batch, rules, START + timedelta(seconds=1))
    for record in state.take_changes().values():
        if record is not None:
            record.model_dump_json()
    for decision in effects.decisions:
        decision.model_dump_json()
    return time.perf_counter() - began


def bytes_per_incident(incidents: int) -> float:
    """Memory of a scope with so many open incidents of one alert each, divided by their number."""
    rules = company(incidents)
    for number in range(incidents):
        rules.topology.kin_of(f"api.{number}")
        rules.topology.upstream_of(f"api.{number}")
        rules.topology.downstream_of(f"api.{number}")
    tracemalloc.start()
    state = filled(rules, incidents, incidents)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert state.live == incidents
    return taken / incidents


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--open", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--islands", type=int, default=500)
    arguments = parser.parse_args()
    results = measure(arguments.open, arguments.islands)
    base = results[arguments.open[0]]["median_us"]
    print(
        json.dumps(
            {
                "bench": "step",
                "open_alerts": {str(s): {k: round(v, 1) for k, v in r.items()} for s, r in results.items()},
                "ratio_to_smallest": {str(s): round(r["median_us"] / base, 2) for s, r in results.items()},
                "bytes_per_open_incident": round(bytes_per_incident(5_000)),
            }
        )
    )


if __name__ == "__main__":
    main()
