"""What one alert costs where incidents are large, near each other, or many, and what a large graph costs.

    python -m bench.cost [--samples 400] [--skip-near] [--cpu]

Prints a table, and one JSON line with the same figures:

- into an open incident of 190 to 200 components (it keeps 200 symptoms): an alert of a symptom that it has, a new
  symptom of a component that alerts already, and a new component; each in order, and up to a quarter of an hour
  late. Steps of the pipeline alone.
- with 1,000 and 100,000 open alerts in the scope, most of them of components that could fail together with the one
  that alerts (`bench.step` has the same where they could not).
- a graph of 5,000 components and 20,000 edges: rules from memory, topology, and first look-ups at 200 components.
- a storm: 300 symptoms within a minute in one connected graph of 400 components, into an empty scope.
"""

import argparse
import gc
import random
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

import orjson

from router.model.catalog import Component
from router.model.event import Alert
from router.model.rules import Rules
from router.model.state import State
from router.pipeline import step
from tests.builders import START, a_batch, a_company, a_component, an_alert

UNBOUNDED = {
    "alert_timeout_seconds": 30 * 86_400,
    "max_new_alerts_per_second": 10_000_000,
    "max_open_alerts": 10_000_000,
    "max_open_incidents": 10_000_000,
}
LATE_SECONDS = 900.0
FAULTS = {
    "erp": "erp.batch_failed",
    "feed": "feed.stale",
    "model": "model.data_drift",
    "agent": "agent.escalation_surge",
    "api": "api.latency",
    "app": "app.latency",
}
MORE_FAULTS = ("feed.schema_change", "api.error_rate", "agent.tool_failure", "model.serving_errors")

CLOCK: list[Callable[[], float]] = [time.perf_counter]
"""What seconds are counted by: time on the wall, or the processor's own (`--cpu`), which others' load leaves alone."""

Figures = dict[str, float | int]


def layered(components: int, edges: int, seed: int) -> list[Component]:
    """A connected graph in four layers under one system, with about so many edges; delays within ten minutes."""
    chance = random.Random(seed)
    sizes = {"feed": components // 8, "model": components // 4}
    sizes["agent"] = components - 1 - sum(sizes.values())
    above: list[str] = ["erp.root"]
    found = [a_component("erp.root")]
    more = edges - (components - 1)
    for kind, size in sizes.items():
        names = [f"{kind}.{number}" for number in range(size)]
        extra = round(more * size / (components - 1 - sizes["feed"])) if len(above) > 1 else 0
        for place, name in enumerate(names):
            count = 1 + extra // size + (place < extra % size)
            found.append(a_component(name, *chance.sample(above, min(count, len(above)))))
        above = names
    return found


def alert_of(
    component: str, seconds: float, key: str, fault: str = "", started: float | None = None
) -> Alert:
    """An alert of this component, of the fault usual for its kind."""
    kind = component.split(".")[0]
    return an_alert(component, fault or FAULTS[kind], seconds, key=key, started=started)


def into_a_large_incident(samples: int) -> dict[str, Figures]:
    """Microseconds of a step that brings one alert into an open incident that grows from 190 to 200 components."""
    rules = a_company(*layered(400, 800, 1), **UNBOUNDED)
    names = list(rules.components)
    members, others = names[:190], names[190:]

    def repeated(number: int) -> tuple[str, str]:
        component = members[number % len(members)]
        return component, FAULTS[component.split(".")[0]]

    def another_fault(number: int) -> tuple[str, str]:
        return members[number % len(members)], MORE_FAULTS[number // len(members) % len(MORE_FAULTS)]

    def another_component(number: int) -> tuple[str, str]:
        component = others[number % len(others)]
        return component, FAULTS[component.split(".")[0]]

    kinds: dict[str, Callable[[int], tuple[str, str]]] = {
        "a symptom it has": repeated,
        "a new symptom": another_fault,
        "a new component": another_component,
    }
    return {
        f"{name}, {when}": _sampled(rules, members, which, late, samples)
        for name, which in kinds.items()
        for when, late in (("in order", 0.0), ("late", LATE_SECONDS))
    }


def _sampled(
    rules: Rules,
    members: Sequence[str],
    which: Callable[[int], tuple[str, str]],
    late: float,
    samples: int,
) -> Figures:
    """The figures of so many such steps, each into an incident of these components made anew every ten steps."""
    chance = random.Random(2)
    taken: list[float] = []
    state = State("main")
    for number in range(samples):
        if number % 10 == 0:
            state, offset = _incident_of(rules, members)
        seconds = 1_200.0 + number % 10
        started = seconds - chance.uniform(0, late) if late else seconds
        component, fault = which(number)
        batch = a_batch(alert_of(component, seconds, f"1:new-{number}", fault, started), first=offset)
        offset += 1
        began = CLOCK[0]()
        step(state, batch, rules, START + timedelta(seconds=seconds))
        taken.append(CLOCK[0]() - began)
        state.take_changes()
    return figures(taken)


def _incident_of(rules: Rules, members: Sequence[str]) -> tuple[State, int]:
    """A scope with one open incident of these components, which began to alert one after another in 20 minutes."""
    state = State("main")
    for place, component in enumerate(members):
        seconds = 1_200.0 * place / len(members)
        step(
            state,
            a_batch(alert_of(component, seconds, f"1:{component}"), first=place),
            rules,
            START + timedelta(seconds=seconds),
        )
    state.take_changes()
    assert state.live == 1, state.live
    return state, len(members)


def near_others(sizes: Sequence[int], samples: int) -> dict[str, Figures]:
    """Microseconds of a step with so many open alerts of components that could fail together with this one.

    A hundred islands of a system and 40 applications on it, where its failure may show any time within a month: so
    whatever alerts on an island may be one failure with all that does there, and hardly ever is. Half of the
    applications alert already; the alerts that are measured are of the others.
    """
    rules = _islands(100, 40)
    states = {size: _filled(rules, size, 100, 20) for size in sizes}
    gc.collect()
    gc.freeze()
    taken: dict[int, list[float]] = {size: [] for size in sizes}
    for number in range(samples):
        for size, state in states.items():
            alert = alert_of(
                f"app.{number % 100}-{20 + number // 100 % 20}",
                2_000 + number,
                f"1:new-{number}",
                "app.latency",
            )
            batch = a_batch(alert, first=size + number)
            began = CLOCK[0]()
            step(state, batch, rules, START + timedelta(seconds=2_000 + number))
            taken[size].append(CLOCK[0]() - began)
            state.take_changes()
    gc.unfreeze()
    return {str(size): figures(seconds) for size, seconds in taken.items()}


def _islands(islands: int, width: int) -> Rules:
    found = []
    for island in range(islands):
        found.append(a_component(f"api.{island}"))
        above = f"api.{island}"
        found += [a_component(f"app.{island}-{place}", above, latest=30 * 86_400) for place in range(width)]
    return a_company(*found, settle_seconds=86_400, **UNBOUNDED)


def _filled(rules: Rules, alerts: int, islands: int, width: int) -> State:
    """So many alerts over all islands and two weeks, so that each island has several incidents at any time."""
    state = State("main")
    for first in range(0, alerts, 500):
        events = [
            alert_of(
                f"app.{n % islands}-{n // islands % width}",
                -14 * 86_400 * ((n * 7_919) % alerts) / alerts + 2_000,
                f"1:{n}",
                ("app.latency", "app.error_rate", "app.crash")[n % 3],
            )
            for n in range(first, min(first + 500, alerts))
        ]
        step(state, a_batch(*events, first=first), rules, START)
        state.take_changes()
    return state


def a_large_graph() -> Figures:
    """Seconds until a graph of 5,000 components and 20,000 edges answers, and until it has answered 200 times."""
    began = CLOCK[0]()
    rules = a_company(*layered(5_000, 20_000, 3), **UNBOUNDED)
    built = CLOCK[0]()
    edges = sum(len(component.depends_on) for component in rules.components.values())
    state = State("main")
    names = list(rules.components)[:: len(rules.components) // 200][:200]
    step(state, a_batch(alert_of(names[-1], 0, "1:first"), first=0), rules, START)
    first = CLOCK[0]()
    for place, component in enumerate(names[:-1]):
        step(state, a_batch(alert_of(component, place, f"1:{component}"), first=place + 1), rules, START)
    return {
        "components": len(rules.components),
        "edges": edges,
        "build_seconds": round(built - began, 2),
        "first_alert_seconds": round(first - built, 2),
        "next_199_alerts_seconds": round(CLOCK[0]() - first, 2),
    }


def a_storm() -> Figures:
    """Seconds for 300 new symptoms within a minute, one input each, in one connected graph of 400 components."""
    rules = a_company(*layered(400, 800, 1), **UNBOUNDED)
    state = State("main")
    alerts = [
        alert_of(name, place / 5, f"1:{name}") for place, name in enumerate(list(rules.components)[:300])
    ]
    began = CLOCK[0]()
    for place, alert in enumerate(alerts):
        step(state, a_batch(alert, first=place), rules, alert.at)
    taken = CLOCK[0]() - began
    return {"symptoms": len(alerts), "incidents": state.live, "seconds": round(taken, 2)}


def figures(seconds: Sequence[float]) -> Figures:
    """Median and p99, in microseconds."""
    ordered = sorted(seconds)
    return {
        "median_us": round(statistics.median(ordered) * 1e6, 1),
        "p99_us": round(ordered[int(len(ordered) * 0.99)] * 1e6, 1),
    }


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--samples", type=int, default=400)
    parser.add_argument("--open", type=int, nargs="+", default=[1_000, 100_000])
    parser.add_argument("--skip-near", action="store_true", help="leave out the scopes with many open alerts")
    parser.add_argument(
        "--cpu", action="store_true", help="count processor time, on a machine that others use"
    )
    arguments = parser.parse_args()
    if arguments.cpu:
        CLOCK[0] = time.process_time
    found: dict[str, object] = {"bench": "cost", "clock": "cpu" if arguments.cpu else "wall"}
    large = into_a_large_incident(arguments.samples)
    print(f"{'into an incident of 200 components':44}{'median us':>12}{'p99 us':>12}")
    for name, row in large.items():
        print(f"  {name:42}{row['median_us']:12}{row['p99_us']:12}")
    found["large_incident"] = large
    if not arguments.skip_near:
        near = near_others(arguments.open, arguments.samples)
        print(f"{'open alerts, all kin':44}{'median us':>12}{'p99 us':>12}")
        for name, row in near.items():
            print(f"  {name:42}{row['median_us']:12}{row['p99_us']:12}")
        first, last = (near[str(size)]["median_us"] for size in (arguments.open[0], arguments.open[-1]))
        found |= {"near": near, "near_ratio": round(last / first, 2)}
    for name, row in (("graph", a_large_graph()), ("storm", a_storm())):
        print(f"{name}: " + ", ".join(f"{key} {value}" for key, value in row.items()))
        found[name] = row
    print(orjson.dumps(found).decode())


if __name__ == "__main__":
    main()
