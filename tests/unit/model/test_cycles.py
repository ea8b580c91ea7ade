"""Which edges go round?"""

from hypothesis import given
from hypothesis import strategies as st

from router.model.cycles import cycles


@given(st.dictionaries(st.sampled_from("abcdef"), st.sets(st.sampled_from("abcdef"), max_size=4), max_size=6))
def test_without_the_closing_edges_nothing_goes_round(graph: dict[str, set[str]]) -> None:
    """And an edge that is on no cycle is never among them."""
    found = {(walk[-1], walk[0]) for walk in cycles(graph)}
    left = {name: {to for to in below if (name, to) not in found} for name, below in graph.items()}
    for start in left:
        assert start not in _reached(left, start)
    for name, to in found:
        assert name == to or name in _reached(graph, to)


def _reached(graph: dict[str, set[str]], start: str) -> set[str]:
    found: set[str] = set()
    todo = [start]
    while todo:
        for below in graph.get(todo.pop(), set()):
            if below not in found:
                found.add(below)
                todo.append(below)
    return found
