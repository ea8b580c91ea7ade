"""Simple routers to compare with, over the same labelled days; each answers with incidents as in the replay document.

All tell the accountable owner of what they believe at the moment they believe it, so their tellings are comparable.
"""

from collections.abc import Callable
from typing import Any

from bench.days.case import accountable

GAP_MS = 4 * 3_600_000
"""An incident of a connected component ends when nothing was heard of it for so long."""

Yardstick = Callable[[dict[str, Any]], list[dict[str, Any]]]


def one_an_alert(case: dict[str, Any]) -> list[dict[str, Any]]:
    """What a tool does that routes first: one incident a dedup key and firing, its component to blame."""
    groups: dict[str, list[int]] = {}
    for index, value in _alerts(case):
        groups.setdefault(value["data"]["dedup_key"], []).append(index)
    return [_incident(case, members, _first(case, members)) for members in groups.values()]


def first_alert(case: dict[str, Any]) -> list[dict[str, Any]]:
    """One incident a connected component of the graph while it keeps alerting; the first alert is the cause."""
    return [_incident(case, members, _first(case, members)) for members in _by_connected_component(case)]


def no_alerting_dependency(case: dict[str, Any]) -> list[dict[str, Any]]:
    """Grouped in the same way; the cause is the first alerting component none of whose dependencies alerts."""
    upstream: dict[str, set[str]] = {}
    for edge in case["company"]["edges"]:
        upstream.setdefault(edge["to"], set()).add(edge["from"])
    found = []
    for members in _by_connected_component(case):
        subjects = {case["events"][m]["value"]["subject"] for m in members}
        roots = [
            m for m in members if not upstream.get(case["events"][m]["value"]["subject"], set()) & subjects
        ]
        found.append(_incident(case, members, _first(case, roots or members)))
    return found


YARDSTICKS: dict[str, Yardstick] = {
    "first alert": first_alert,
    "one an alert": one_an_alert,
    "no alerting dep.": no_alerting_dependency,
}


def _alerts(case: dict[str, Any]) -> list[tuple[int, dict[str, Any]]]:
    """Indexes and values of the alert events, in order of arrival."""
    events = enumerate(event["value"] for event in case["events"])
    return [(index, value) for index, value in events if value["type"] == "router.alert.v1"]


def _first(case: dict[str, Any], members: list[int]) -> int:
    """The member that began first by its own account, firing before resolved."""
    values = {m: case["events"][m]["value"]["data"] for m in members}
    return min(members, key=lambda m: (values[m]["status"] != "firing", values[m]["started_at"], m))


def _by_connected_component(case: dict[str, Any]) -> list[list[int]]:
    parent = {component["id"]: component["id"] for component in case["company"]["components"]}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            name = parent[name]
        return name

    for edge in case["company"]["edges"]:
        parent[root(edge["from"])] = root(edge["to"])
    groups: list[list[int]] = []
    newest: dict[str, tuple[int, list[int]]] = {}
    for index, value in _alerts(case):
        at, scope = case["events"][index]["timestamp_ms"], root(value["subject"])
        last, members = newest.get(scope, (-GAP_MS, []))
        if not members or at - last > GAP_MS:
            members = []
            groups.append(members)
        members.append(index)
        newest[scope] = (at, members)
    return groups


def _incident(case: dict[str, Any], members: list[int], blamed: int) -> dict[str, Any]:
    value = case["events"][blamed]["value"]
    component, fault = value["subject"], value["data"]["fault"]
    owners = next((c["owners"] for c in case["company"]["components"] if c["id"] == component), {"it": ""})
    team = accountable(owners, fault)
    return {
        "members": members,
        "cause": {
            "component": component,
            "fault": fault,
            "confidence": 1.0,
            "candidates": [{"component": component}],
        },
        "owner": {"team": team},
        "notifications": [{"at": case["events"][members[0]]["timestamp_ms"], "team": team}],
    }
