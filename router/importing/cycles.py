"""Which edges close a cycle? They are marked as feedback, so that the rest of the graph has an order."""

from collections.abc import Iterator, Mapping


def closing(graph: Mapping[str, Mapping[str, object]]) -> set[tuple[str, str]]:
    """(component, what it depends on) of every edge that closes a cycle on a walk in alphabetical order."""
    done: set[str] = set()
    found: set[tuple[str, str]] = set()
    for start in sorted(graph):
        if start in done:
            continue
        path, on_path = [start], {start}
        left: list[Iterator[str]] = [iter(sorted(graph[start]))]
        while path:
            below = next(left[-1], None)
            if below is None:
                done.add(path[-1])
                on_path.discard(path.pop())
                left.pop()
            elif below in on_path:
                found.add((path[-1], below))
            elif below not in done and below in graph:
                path.append(below)
                on_path.add(below)
                left.append(iter(sorted(graph[below])))
    return found
