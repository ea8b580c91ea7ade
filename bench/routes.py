"""What a routing decision costs, by how many routes there are; and one about silences, by how many there are.

    python -m bench.routes [--routes 10 100 1000 10000] [--silences 10 100 1000]

Prints one JSON line: median and p99 microseconds of a decision at each size, of routes that stand side by side and of
the same number below one route a team, the ratio of each median to the first; the yardstick is asking every route, as
their definition says, in the same run. Routes and silences match as people write them: on a component, on a service
and an environment, by the beginning of a name, on several values, one in fifty on what a label is not. Labels are
drawn anew for each decision, half of the services are ones that no route names.
"""

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta

from router.model.fault import OwnerKind, Severity
from router.model.headline import Headline
from router.model.incident import Cause, Incident, IncidentState, Ownership
from router.model.matcher import Matcher, parse_matchers
from router.model.record import Silence
from router.model.route import Route, RouteNode
from router.model.rules import Rules
from router.stages.mute import Silences
from router.stages.route import route, seen_by
from tests.builders import START, a_company

DECISIONS = 3_000
SCANS = 100
ENVIRONMENTS = ("production", "staging", "testing", "qa")
SEVERITIES = tuple(Severity)


def conditions(count: int) -> Iterable[tuple[Matcher, ...]]:
    """So many conditions as people write them, no two alike."""
    for number in range(count):
        match number % 50:
            case 0:
                yield parse_matchers(
                    f'env!="production",service!~"svc-{number}|svc-{number + 1}",tier="{number}"'
                )
            case kind if kind % 5 == 1:
                yield parse_matchers(f'cause.component="api.{number}"')
            case kind if kind % 5 == 2:
                yield parse_matchers(f'env="{ENVIRONMENTS[number % 4]}",service=~"svc-{number}-.*"')
            case kind if kind % 5 == 3:
                yield parse_matchers(f'severity=~"critical|major",service="svc-{number}"')
            case _:
                yield parse_matchers(f'env=~"prod.*",service=~"svc-{number}|svc-{number}-canary"')


def flat(count: int) -> tuple[Route, ...]:
    """Routes side by side."""
    return tuple(
        Route(name=f"r{n}", match=match, channel=f"#c{n}") for n, match in enumerate(conditions(count))
    )


def nested(count: int) -> tuple[Route, ...]:
    """The same routes, fifty below each team's; a team's first one continues."""
    leaves = flat(count)
    return tuple(
        Route(
            name=f"team{first}",
            match=parse_matchers(f'team="team-{first // 50}"'),
            routes=(leaves[first].model_copy(update={"continues": True}), *leaves[first + 1 : first + 50]),
        )
        for first in range(0, count, 50)
    )


def an_incident(chance: random.Random, count: int) -> Incident:
    """An incident whose alert has labels that may or may not be those of a route."""
    number = chance.randrange(2 * count)
    name = f"svc-{number}" + chance.choice(("", "-canary", f"-{chance.randrange(10**6)}"))
    labels = {
        "service": name,
        "env": chance.choice(ENVIRONMENTS),
        "team": f"team-{number // 50}",
        "tier": str(chance.randrange(10)),
        "instance": f"10.0.{chance.randrange(256)}.{chance.randrange(256)}:9100",
        "job": "node",
    }
    severity = chance.choice(SEVERITIES)
    headline = Headline(
        component=f"api.{number}", fault="api.latency", severity=severity, summary="slow", started_at=START,
        firing=1, labels=labels,
    )  # fmt: skip
    return Incident(
        id="main-1", scope="main", state=IncidentState.OPEN, severity=severity, opened_at=START, started_at=START,
        updated_at=START, cause=Cause(component=f"api.{number}", fault="api.latency", confidence=0.9),
        owner=Ownership(team="it-team", kind=OwnerKind.IT, why=""), workflows=("main",), headlines=(headline,),
    )  # fmt: skip


def asked_one_by_one(node: RouteNode, labels: Mapping[str, str]) -> list[RouteNode]:
    """The nodes that decide, by asking every route in order: the yardstick."""
    found: list[RouteNode] = []
    for child in node.children:
        if all(matcher.matches(labels) for matcher in child.route.match):
            found += asked_one_by_one(child, labels)
            if not child.route.continues:
                break
    return found or [node]


def timed(decide: Callable[[Incident], object], incidents: Sequence[Incident]) -> dict[str, float]:
    """Median and p99 microseconds of a decision."""
    taken = []
    for incident in incidents:
        start = time.perf_counter()
        decide(incident)
        taken.append((time.perf_counter() - start) * 1e6)
    return {
        "median_us": round(statistics.median(taken), 1),
        "p99_us": round(sorted(taken)[int(len(taken) * 0.99)], 1),
    }


def of_routes(count: int, shape: Callable[[int], tuple[Route, ...]]) -> dict[str, float]:
    """A whole routing decision among so many routes, and the yardstick's."""
    base = a_company()
    given = {name: getattr(base, name) for name in Rules.model_fields}
    rules = Rules(**given | {"routes": shape(count)})
    tree, chance = rules.route_tree, random.Random(count)
    incidents = [an_incident(chance, count) for _ in range(DECISIONS)]
    for incident in incidents[:SCANS]:
        labels = seen_by(incident, rules)[0]
        assert tree.matching([labels]) == asked_one_by_one(tree, labels)
    scan = timed(lambda one: asked_one_by_one(tree, seen_by(one, rules)[0]), incidents[:SCANS])
    return {**timed(lambda one: route(one, rules), incidents), "one_by_one_median_us": scan["median_us"]}


def of_silences(count: int) -> dict[str, float]:
    """Whether one of so many silences covers an incident, its labels included."""
    rules, chance = a_company(), random.Random(count)
    until = START + timedelta(hours=1)
    silences = Silences(
        Silence(id=f"s{n}", match=match, actor="ada", reason="", started_at=START, due=until)
        for n, match in enumerate(conditions(count))
    )
    incidents = [an_incident(chance, count) for _ in range(DECISIONS)]
    return timed(lambda one: silences.covering((seen_by(one, rules),), START), incidents)


def grown(measured: dict[int, dict[str, float]]) -> dict[str, dict[str, float]]:
    """The measures with the ratio of each median to that of the smallest size."""
    first = next(iter(measured.values()))["median_us"]
    return {
        str(size): {**found, "growth": round(found["median_us"] / first, 2)}
        for size, found in measured.items()
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--routes", type=int, nargs="+", default=[10, 100, 1_000, 10_000])
    parser.add_argument("--silences", type=int, nargs="+", default=[10, 100, 1_000])
    asked = parser.parse_args()
    document = {
        "decisions": DECISIONS,
        "routes_flat": grown({size: of_routes(size, flat) for size in asked.routes}),
        "routes_nested": grown({size: of_routes(size, nested) for size in asked.routes}),
        "silences": grown({size: of_silences(size) for size in asked.silences}),
    }
    print(json.dumps(document))


if __name__ == "__main__":
    main()
