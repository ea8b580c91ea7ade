"""Is the dependency graph sound? Edges run from what is depended on to what depends on it."""

from collections import Counter

from router.config.codes import Lint
from router.config.draft import Draft
from router.model.catalog import Dependency
from router.model.cycles import cycles

Graph = dict[str, tuple[Dependency, ...]]
"""Component -> what it depends on, known components only."""


def check_topology(draft: Draft) -> None:
    """Report self-dependencies, cycles, idle feedback marks, edges across scopes and isolated components."""
    graph: Graph = {
        name: tuple(edge for edge in component.depends_on if edge.upstream in draft.components)
        for name, component in sorted(draft.components.items())
    }
    _check_self(graph, draft)
    _check_cycles(graph, draft)
    _check_feedback(graph, draft)
    _check_scopes(graph, draft)
    _check_isolated(graph, draft)


def _check_self(graph: Graph, draft: Draft) -> None:
    for name, edges in graph.items():
        if any(edge.upstream == name for edge in edges):
            place = draft.home("component", name).node.key_at("depends_on", name)
            draft.report.add(Lint.DEPENDS_ON_ITSELF, place, f'component "{name}" depends on itself')


def _check_cycles(graph: Graph, draft: Draft) -> None:
    plain = {
        name: tuple(edge.upstream for edge in edges if not edge.feedback and edge.upstream != name)
        for name, edges in graph.items()
    }
    for cycle in cycles(plain):
        last = cycle[-1]
        place = draft.home("component", last).node.key_at("depends_on", cycle[0])
        message = f"dependency cycle {' -> '.join((*cycle, cycle[0]))}"
        hint = "remove an edge, or mark the one that closes it on purpose with feedback: true"
        draft.report.add(Lint.CYCLE, place, message, hint)


def _check_feedback(graph: Graph, draft: Draft) -> None:
    for name, edges in graph.items():
        for edge in edges:
            if edge.feedback and edge.upstream != name and name not in _upstream(edge.upstream, graph):
                place = draft.home("component", name).node.at("depends_on", edge.upstream, "feedback")
                message = f'the edge from "{edge.upstream}" to "{name}" closes no cycle'
                draft.report.add(Lint.IDLE_FEEDBACK, place, message, "remove feedback: true")


def _upstream(start: str, graph: Graph) -> set[str]:
    """Everything that a component depends on, directly or not, itself included."""
    found, left = {start}, [start]
    while left:
        for edge in graph[left.pop()]:
            if edge.upstream not in found:
                found.add(edge.upstream)
                left.append(edge.upstream)
    return found


def _check_scopes(graph: Graph, draft: Draft) -> None:
    for name, edges in graph.items():
        for edge in edges:
            scope, other = draft.components[name].scope, draft.components[edge.upstream].scope
            if scope != other and not draft.home("component", name).damaged:
                place = draft.home("component", name).node.key_at("depends_on", edge.upstream)
                message = f'"{name}" (scope {scope}) depends on "{edge.upstream}" (scope {other})'
                hint = "failures are not correlated across scopes: name the same scope, or none"
                draft.report.add(Lint.SCOPES_MIXED, place, message, hint)


def _check_isolated(graph: Graph, draft: Draft) -> None:
    """Only when every edge is known: an edge with a slip of the pen isolates what it was meant for."""
    homes = {name: draft.home("component", name) for name in graph}
    if any(home.damaged for home in homes.values()) or any(
        edge.upstream not in graph for component in draft.components.values() for edge in component.depends_on
    ):
        return
    connected = {name for name, edges in graph.items() if edges}
    connected |= {edge.upstream for edges in graph.values() for edge in edges}
    siblings = Counter(home.place.file for home in homes.values())
    for name, home in homes.items():
        if name not in connected and siblings[home.place.file] > 1:
            message = f'component "{name}" depends on nothing and nothing depends on it'
            draft.report.add(Lint.ISOLATED, home.place, message, "its alerts are correlated with nobody's")
