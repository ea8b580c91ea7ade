"""Failures seen as alerts of Kubernetes objects (ITBench's SRE scenarios).

A case: `alerts` [{alert, entity}], `groups` {entity: {kind}}, `root_cause` [entity], `lead_entities` (the alerting
entities nearest to the root). The graph comes from the groups' kinds and from what is generally known of the
demo applications (the OpenTelemetry demo's architecture, Istio's Bookinfo); `propagations`, `aliases` and the alerts'
descriptions are the label in other words and are not read. Every scenario sets up its cluster afresh, so each is a site
of its own: nothing that alerted in one is history to another.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from bench.rca_case import Case, Link, Sign, rules_of, signs_of
from bench.rca_faults import ERRORS, LATENCY, NO_REQUESTS, NOT_READY
from router.model.fault import ComponentKind

CALLS = {
    "frontendproxy": ("frontend", "imageprovider"),
    "frontend": (
        "ad", "cart", "checkout", "currency", "productcatalog", "recommendation", "shipping", "productreviews",
    ),
    "checkout": ("cart", "currency", "email", "payment", "productcatalog", "shipping"),
    "recommendation": ("productcatalog",),
    "productreviews": ("productcatalog", "llm", "postgresql"),
    "shipping": ("quote",),
    "cart": ("valkey",),
    "accounting": ("postgresql",),
    "loadgenerator": ("frontendproxy",),
    "productpage": ("details", "reviews"),
    "reviews": ("ratings",),
    "ratings": ("mongodb", "mysqldb"),
}  # fmt: skip
"""Caller -> callees, which answer while it waits."""

FEEDS = {"checkout": ("kafka", "accounting", "frauddetection"), "kafka": ("accounting", "frauddetection")}
"""Producer -> consumers of its queue; the queue itself is often not among the groups."""

CALL, FEED, PART_TO_WHOLE, WHOLE_TO_PART = 0.8, 0.5, 0.9, 0.7
_SYNONYMS = {
    "valkeycart": "valkey",
    "rediscart": "valkey",
    "redis": "valkey",
    "productcatalogue": "productcatalog",
}
_RANK = {"Deployment": 0, "StatefulSet": 0, "Service": 1, "Pod": 2}
_KIND_IN_NAME = re.compile(r"(-(service|pod|deployment|statefulset|endpoint|svc|container))?(-\d+)?$")


def itbench_cases(rows: Sequence[dict[str, Any]]) -> list[Case]:
    """The cases of one file, each with its own graph; asked for is the nearest alerting component to the root."""
    return [_case(row) for row in rows]


def _case(row: dict[str, Any]) -> Case:
    kinds = {name: group["kind"] for name, group in row["groups"].items() if group.get("kind") in _RANK}
    for alert in row["alerts"]:
        if alert["entity"]:
            kinds.setdefault(alert["entity"], "Pod" if "-pod" in alert["entity"] else "Service")
    signs = _signs(row["alerts"])
    alerting = frozenset(sign.component for sign in signs)
    root, lead = frozenset(row["root_cause"]), frozenset(row.get("lead_entities") or ()) & alerting
    rules = rules_of(dict.fromkeys(kinds, ComponentKind.APP), _links(kinds))
    answers = root & alerting or lead
    if not answers:  # nothing that alerts is near the root: any component may be named
        return Case(row["case_id"], row["case_id"], signs, rules, root)
    return Case(row["case_id"], row["case_id"], signs, rules, answers, alerting)


def _signs(alerts: Iterable[dict[str, Any]]) -> tuple[Sign, ...]:
    return signs_of((a["entity"], _fault(a["alert"]), a["alert"], None) for a in alerts if a["entity"])


def _fault(alert: str) -> str:
    if re.search(r"latency|duration|slow", alert, re.IGNORECASE):
        return LATENCY
    if re.search(r"error", alert, re.IGNORECASE):
        return ERRORS
    return NO_REQUESTS if re.match(r"No[A-Z]", alert) else NOT_READY


def application(entity: str) -> str:
    """What the entity is an object of: `product-catalog-service-1`, `productcatalog-pod-2` -> `productcatalog`."""
    name = re.sub(r"-v\d+$", "", _KIND_IN_NAME.sub("", entity.lower()))
    name = re.sub(r"[^a-z0-9]", "", name.removesuffix("service"))
    return _SYNONYMS.get(name, name)


def _links(kinds: dict[str, str]) -> Iterable[Link]:
    objects: dict[str, list[str]] = {}
    for entity in sorted(kinds):
        objects.setdefault(application(entity), []).append(entity)
    front = {name: _speakers(found, kinds) for name, found in objects.items()}
    for caller, callees in CALLS.items():
        for callee in callees:
            for cause in front.get(callee, ()):
                yield from (Link(cause, effect, CALL) for effect in front.get(caller, ()))
    for producer, consumers in FEEDS.items():
        for consumer in consumers:
            for cause in front.get(producer, ()):
                yield from (Link(cause, effect, FEED) for effect in front.get(consumer, ()))
    for found in objects.values():
        for one in found:
            for other in found:
                if one != other:
                    whole = _RANK[kinds[one]] < _RANK[kinds[other]]
                    yield Link(one, other, WHOLE_TO_PART if whole else PART_TO_WHOLE, part_of=whole)


def _speakers(found: Sequence[str], kinds: dict[str, str]) -> list[str]:
    """The objects of an application that others call: its services, or whatever there is."""
    return [entity for entity in found if kinds[entity] == "Service"] or list(found)
