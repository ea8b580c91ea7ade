"""Which walks along a graph come back to where they were?"""

from collections.abc import Iterable, Iterator, Mapping


def cycles(graph: Mapping[str, Iterable[str]]) -> Iterator[list[str]]:
    """For every edge that closes a cycle on a walk in the graph's order, the cycle as a path along the graph.

    The closing edge runs from the last of a path to its first. What the graph does not hold has no edges.
    """
    done: set[str] = set()
    for start in graph:
        if start in done:
            continue
        path, on_path = [start], {start}
        left = [iter(graph[start])]
        while path:
            below = next(left[-1], None)
            if below is None:
                done.add(path[-1])
                on_path.discard(path.pop())
                left.pop()
            elif below in on_path:
                yield path[path.index(below) :]
            elif below not in done and below in graph:
                path.append(below)
                on_path.add(below)
                left.append(iter(graph[below]))
