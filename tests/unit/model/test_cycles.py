"""Which walks come back to where they were?"""

from hypothesis import given
from hypothesis import strategies as st

from router.model.cycles import cycles

GRAPHS = st.dictionaries(
    st.sampled_from("abcdef"), st.sets(st.sampled_from("abcdef"), max_size=4), max_size=6
)


def complete(graph: dict[str, set[str]]) -> dict[str, tuple[str, ...]]:
    names = sorted(set(graph) | {name for below in graph.values() for name in below})
    return {name: tuple(sorted(graph.get(name, ()))) for name in names}


@given(GRAPHS)
def test_every_cycle_found_is_one(written: dict[str, set[str]]) -> None:
    """A path along the edges that ends where it began, nothing twice."""
    graph = complete(written)
    for cycle in cycles(graph):
        assert len(set(cycle)) == len(cycle)
        for name, below in zip(cycle, [*cycle[1:], cycle[0]], strict=True):
            assert below in graph[name]


@given(GRAPHS)
def test_without_the_edges_reported_nothing_goes_round(written: dict[str, set[str]]) -> None:
    """Each finding stands at the edge that closes its cycle, so mending all of them mends the topology."""
    graph = complete(written)
    closing = {(cycle[-1], cycle[0]) for cycle in cycles(graph)}
    left = {name: tuple(b for b in below if (name, b) not in closing) for name, below in graph.items()}
    assert list(cycles(left)) == []


def test_a_long_chain_needs_no_deep_stack() -> None:
    """Ten thousand components in a row, closed to a ring."""
    graph = {f"c{n:05}": (f"c{(n + 1) % 10_000:05}",) for n in range(10_000)}
    (cycle,) = cycles(graph)
    assert len(cycle) == 10_000
