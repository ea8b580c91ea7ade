"""alertmanager.yml: routes, receivers, inhibition and time intervals become a rules folder.

https://prometheus.io/docs/alerting/latest/configuration/. A file that holds only a route is taken as its root route.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from router.config.routes import LABELS
from router.importing.alertmanager_parts import (
    Receiver,
    Rule,
    Spans,
    inhibition_of,
    intervals_of,
    receivers_of,
)
from router.importing.alertmanager_routes import (
    GROUP_INTERVAL,
    GROUP_WAIT,
    REPEAT_INTERVAL,
    ROOT,
    RouteReader,
)
from router.importing.alertmanager_writer import (
    inhibition_file,
    more_routes_files,
    router_file,
    routes_file,
    sources_file,
    teams_file,
)
from router.importing.description import CannotImport, Given
from router.importing.imported import Imported, Remarks
from router.importing.yaml_document import read_yaml
from router.model.route import Route
from router.render.escape import clean

NEVER = "never-told"
"""The time interval that holds always: it mutes what goes to a receiver that tells nobody."""

_KNOWN = frozenset(
    ("route", "receivers", "inhibit_rules", "time_intervals", "mute_time_intervals", "templates", "global")
)


def read(given: Given, command: str) -> Imported:
    """The rules folder that means the same; `command` stands in the first comment of each file. Raises CannotImport."""
    document = read_yaml(given, "an alertmanager.yml")
    if "route" not in document and ("receiver" in document or "routes" in document):
        document = {"route": document}
    if not isinstance(document.get("route"), dict):
        raise CannotImport(given.name, "it has no route", "give an alertmanager.yml")
    remarks = Remarks()
    reader = RouteReader(given.name, remarks)
    root = _root(document["route"], reader)
    named = dict.fromkeys(route.receiver for route in _walk(root) if route.receiver)
    receivers = receivers_of(document.get("receivers"), named, remarks)
    intervals = intervals_of(document, reader)
    _check_intervals(root, intervals, reader)
    root = _hushed(root, "", receivers, remarks)
    if any(NEVER in route.mute for route in _walk(root)):
        intervals = {**intervals, NEVER: ({},)}
    inhibition = inhibition_of(document.get("inhibit_rules"), reader)
    _leave_out(document, remarks)
    made = f"# Made by `{clean(command)}`."
    files = {
        "router.yaml": router_file(made, root),
        "teams.yaml": teams_file(made, receivers.values()),
        "sources.yaml": sources_file(made),
        "routes.yaml": routes_file(
            made, root, receivers.values(), intervals, _alert_labels(root, inhibition), remarks
        ),
        **more_routes_files(made, root),
    }
    if inhibition:
        files["inhibition.yaml"] = inhibition_file(made, inhibition)
    remarks.to_do("the topic that has Alertmanager's webhooks (sources.yaml)")
    remarks.to_do("the components and what depends on what (workflows/): without them nothing is correlated")
    routes = sum(1 for _ in _walk(root)) - 1
    counts = {"routes": routes, "receivers": len(receivers), "time intervals": len(intervals)}
    return Imported(files, {**counts, "inhibition rules": len(inhibition)}, remarks)


def _root(given: Mapping[str, Any], reader: RouteReader) -> Route:
    """The root route with the clocks that Alertmanager has where it says nothing. Raises CannotImport."""
    if any(
        given.get(key)
        for key in ("match", "match_re", "matchers", "mute_time_intervals", "active_time_intervals")
    ):
        raise CannotImport(
            f"{reader.file}: route", "the root route has matchers or time intervals", "move them below it"
        )
    root = reader.route(given, "route")
    clocks = (
        ("settle_seconds", GROUP_WAIT),
        ("update_interval_seconds", GROUP_INTERVAL),
        ("repeat_interval_seconds", REPEAT_INTERVAL),
    )
    missing = {field: seconds for field, seconds in clocks if getattr(root, field) is None}
    return root.model_copy(update={**missing, "continues": False})


def _walk(route: Route) -> Iterator[Route]:
    yield route
    for child in route.routes:
        yield from _walk(child)


def _check_intervals(root: Route, intervals: Mapping[str, Spans], reader: RouteReader) -> None:
    for route in _walk(root):
        unknown = [name for name in (*route.mute, *route.active) if name not in intervals]
        if unknown:
            where = f"{reader.file}: route to {route.receiver or 'its parent receiver'}"
            raise CannotImport(where, f"it names unknown time interval {unknown[0]}", "declare it")


def _hushed(route: Route, above: str, receivers: Mapping[str, Receiver], remarks: Remarks) -> Route:
    """The route, and all below it, muted for good where its receiver is there to tell nobody."""
    name = route.receiver or above
    below = tuple(_hushed(child, name, receivers, remarks) for child in route.routes)
    if name not in receivers or not receivers[name].nowhere:
        return route.model_copy(update={"routes": below})
    if route.name == ROOT:
        remarks.to_do(f"receiver {name} tells nobody: what no route matches is told to its owner here")
        return route.model_copy(update={"routes": below, "receiver": "owner"})
    return route.model_copy(update={"routes": below, "mute": (*route.mute, NEVER)})


def _alert_labels(root: Route, inhibition: Iterable[Rule]) -> list[str]:
    """The labels of ours by whose names the file means the alerts' own."""
    used = {matcher.label for route in _walk(root) for matcher in route.match}
    used |= {label for route in _walk(root) for label in route.group_by or ()}
    for rule in inhibition:
        used |= {matcher.label for matcher in (*rule.source, *rule.target)} | set(rule.equal)
    return sorted(used & {*LABELS, "incident"})


def _leave_out(document: Mapping[str, Any], remarks: Remarks) -> None:
    settings = document.get("global")
    for key in sorted(settings if isinstance(settings, dict) else {}):
        why = "addresses and credentials are settings of the installation, see docs/settings.md"
        if key == "resolve_timeout":
            why = "an alert's source says when it ends; alert_timeout in router.yaml is for those that never say"
        remarks.leave_out("global setting", why, key)
    templates = document.get("templates")
    for name in templates if isinstance(templates, list) else []:
        remarks.leave_out("template", "messages are made from the incident", str(name))
    for key in sorted(document.keys() - _KNOWN):
        remarks.leave_out("part of the file", "not known here", key)
