"""Failures seen as deviating metrics of services (PetShop and its kind).

A case: `events` [{t_ms, entity, signal, value, baseline, z}], `symptom` {node, metric}, `root_cause` {entity}; the
graph: `nodes` [id], `edges` [[caller, callee]].
"""

from collections.abc import Sequence
from typing import Any

from bench.rca_case import Case, Link, Sign, rules_of
from bench.rca_faults import ERRORS, LATENCY
from router.model.fault import ComponentKind

CALL = 0.7
LEAST_ANYWAY, MOST_ANYWAY = 0.02, 0.5


def petshop_cases(rows: Sequence[dict[str, Any]], graph: dict[str, Any], site: str) -> list[Case]:
    """The cases that share one graph."""
    names = {*graph.get("nodes", ()), *(event["entity"] for row in rows for event in row["events"])}
    links = [Link(callee, caller, CALL) for caller, callee in graph.get("edges", ())]
    rules = rules_of(dict.fromkeys(names, ComponentKind.API), links)
    return [
        Case(row["case_id"], site, _signs(row["events"]), rules, frozenset({row["root_cause"]["entity"]}))
        for row in rows
    ]


def _signs(events: Sequence[dict[str, Any]]) -> tuple[Sign, ...]:
    """The strongest deviation of each (component, fault): one that is k deviations out is anyway 1 in k times."""
    strongest: dict[tuple[str, str], dict[str, Any]] = {}
    first: dict[tuple[str, str], float] = {}
    for event in events:
        key = event["entity"], LATENCY if event["signal"] == "latency" else ERRORS
        first[key] = min(event["t_ms"], first.get(key, event["t_ms"]))
        if key not in strongest or abs(event["z"]) > abs(strongest[key]["z"]):
            strongest[key] = event
    return tuple(
        Sign(*key, 1, first[key], min(MOST_ANYWAY, max(LEAST_ANYWAY, 1 / max(1.0, abs(event["z"])))))
        for key, event in sorted(strongest.items())
    )
