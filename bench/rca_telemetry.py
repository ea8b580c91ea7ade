"""Failures seen as anomalous metrics, traces and logs of one site (MicroSS, Online Boutique and their kind).

A case: `events` [{t_ms, kind (`metric`|`trace`|`log`), entity, signal, direction, caller?, host?, samples?}] and
`root_cause` {entity, level}; the graph: `nodes` [{id, type}], `edges` [{source, target, label}]. A trace's event is
at the callee. A log template has no time.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from bench.rca_case import Case, Link, Sign, rules_of, signs_of
from bench.rca_faults import CALL_ERRORS, CALL_LATENCY, fault_of_log, fault_of_metric
from router.model.fault import ComponentKind

CALL = 0.7
WHOLE_TO_PART, PART_TO_WHOLE, HOST_TO_GUEST, GUEST_TO_HOST = 0.9, 0.2, 0.2, 0.1
"""Chances that a failure travels along an edge of each kind; see docs/attribution.md."""

_KINDS = {"host": ComponentKind.STORE, "database": ComponentKind.STORE, "cache": ComponentKind.STORE}


def telemetry_cases(rows: Sequence[dict[str, Any]], graph: dict[str, Any]) -> list[Case]:
    """The cases of one file; `graph` may be empty, then calls seen in traces are all that is known."""
    links = [*_graph_links(graph), *_event_links(event for row in rows for event in row["events"])]
    kinds = {
        node["id"]: _KINDS.get(node.get("type", "").lower(), ComponentKind.API)
        for node in graph.get("nodes", ())
    }
    for row in rows:
        for event in row["events"]:
            kinds.setdefault(event["entity"], ComponentKind.API)
    for link in links:
        kinds.setdefault(link.cause, ComponentKind.API)
        kinds.setdefault(link.effect, ComponentKind.API)
    rules = rules_of(kinds, links)
    return [
        Case(
            row["case_id"],
            row.get("system", ""),
            _signs(row["events"]),
            rules,
            frozenset({row["root_cause"]["entity"]}),
        )
        for row in rows
    ]


def _signs(events: Iterable[dict[str, Any]]) -> tuple[Sign, ...]:
    return signs_of((e["entity"], _fault(e), e["signal"], e.get("t_ms")) for e in events)


def _fault(event: dict[str, Any]) -> str:
    match event["kind"]:
        case "trace":
            return CALL_LATENCY if event.get("direction") == "PD" else CALL_ERRORS
        case "log":
            return fault_of_log(" ".join(event.get("samples") or ()))
        case _:
            return fault_of_metric(event["signal"], event.get("direction") != "down")


def _graph_links(graph: dict[str, Any]) -> Iterable[Link]:
    for edge in graph.get("edges", ()):
        source, target = edge["source"], edge["target"]
        match edge.get("label", ""):
            case "has_instance":
                yield from _part(source, target)
            case "instance_of":
                yield from _part(target, source)
            case "hosts":
                yield from _placed(source, target)
            case "hosted_on":
                yield from _placed(target, source)
            case "registers_with" | "discovers":
                continue  # a registry that is slow is noticed by nobody for hours
            case _:
                yield Link(target, source, CALL)


def _event_links(events: Iterable[dict[str, Any]]) -> Iterable[Link]:
    """Who calls whom and what runs where, as the events themselves say."""
    for event in events:
        entity, caller, host = event["entity"], event.get("caller"), event.get("host")
        if caller and caller != entity:
            yield Link(entity, caller, CALL)
        if host and host not in {entity, "system"} and event["kind"] == "metric":
            yield from _placed(host, entity)


def _part(whole: str, part: str) -> Iterable[Link]:
    yield Link(whole, part, WHOLE_TO_PART, part_of=True)
    yield Link(part, whole, PART_TO_WHOLE)


def _placed(host: str, guest: str) -> Iterable[Link]:
    yield Link(host, guest, HOST_TO_GUEST)
    yield Link(guest, host, GUEST_TO_HOST)
