"""Tiny failures in the formats that the attribution bench reads, written by hand."""

from typing import Any

from bench.rca_case import Case, Link, Sign, rules_of
from router.model.fault import ComponentKind

GRAPH: dict[str, Any] = {
    "nodes": [
        {"id": "shop", "type": "Service"},
        {"id": "stock", "type": "Service"},
        {"id": "stock-0", "type": "Service_Instance"},
        {"id": "stock-1", "type": "Service_Instance"},
        {"id": "rack", "type": "Host"},
    ],
    "edges": [
        {"source": "shop", "target": "stock", "label": "control_flow"},
        {"source": "stock", "target": "stock-0", "label": "has_instance"},
        {"source": "stock-1", "target": "stock", "label": "instance_of"},
        {"source": "rack", "target": "stock-0", "label": "hosts"},
        {"source": "shop", "target": "registry", "label": "registers_with"},
    ],
}


def metric(entity: str, signal: str, direction: str = "up", t_ms: int = 1_000) -> dict[str, Any]:
    """An anomalous metric."""
    return {"t_ms": t_ms, "kind": "metric", "entity": entity, "signal": signal, "direction": direction}


def trace(entity: str, caller: str, direction: str = "PD", t_ms: int = 1_000) -> dict[str, Any]:
    """An anomalous call."""
    return {
        "t_ms": t_ms,
        "kind": "trace",
        "entity": entity,
        "caller": caller,
        "signal": "/get",
        "direction": direction,
    }


def telemetry(name: str, root: str, *events: dict[str, Any]) -> dict[str, Any]:
    """A failure as metrics, traces and logs."""
    return {
        "case_id": name,
        "system": "shop",
        "events": list(events),
        "root_cause": {"entity": root, "level": "pod"},
    }


def kubernetes(name: str, *alerts: tuple[str, str], root: str, lead: str) -> dict[str, Any]:
    """A failure as alerts of Kubernetes objects; its propagations lead astray, so that reading them shows."""
    entities = {entity for _, entity in alerts}
    return {
        "case_id": name,
        "alerts": [
            {"alert": alert, "entity": entity, "description": f"due to {root}"} for alert, entity in alerts
        ],
        "groups": {entity: {"kind": "Pod" if "-pod" in entity else "Service"} for entity in sorted(entities)},
        "propagations": [{"from": "frontend-proxy-service-1", "to": root}],
        "aliases": [],
        "root_cause": [root],
        "lead_entities": [lead],
    }


def a_case(
    *signs: Sign, links: tuple[Link, ...] = (), right: str = "db", among: frozenset[str] | None = None
) -> Case:
    """A case on a graph of these links."""
    names = {sign.component for sign in signs} | {name for link in links for name in link[:2]} | {right}
    return Case(
        "one",
        "site",
        signs,
        rules_of(dict.fromkeys(names, ComponentKind.API), links),
        frozenset({right}),
        among,
    )
