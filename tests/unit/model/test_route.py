"""The tree of routes decides as its definition says, and what a route gives comes down from above."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.model.matcher import Matcher, MatchOperator, parse_matchers
from router.model.route import OWNER, Given, Route, RouteNode, route_tree

MATCHERS = st.builds(
    Matcher,
    label=st.sampled_from("ab"),
    operator=st.sampled_from(list(MatchOperator)),
    value=st.sampled_from(["", "1", "2", "1|2", ".*"]),
)
LABELS = st.dictionaries(st.sampled_from("abw"), st.sampled_from(["1", "2", "3"]))


def a_node(below: st.SearchStrategy[tuple[Route, ...]]) -> st.SearchStrategy[Route]:
    """A route with these below it."""
    return st.builds(
        Route,
        name=st.just("r"),
        match=st.lists(MATCHERS, max_size=2).map(tuple),
        continues=st.booleans(),
        receiver=st.sampled_from(["", "x", "y"]),
        routes=below,
    )


TREES = st.recursive(
    a_node(st.just(())), lambda child: a_node(st.lists(child, max_size=3).map(tuple)), max_leaves=8
)


def by_definition(node: RouteNode, labels: Mapping[str, str]) -> list[RouteNode]:
    """What Alertmanager's documentation says, word for word and without an index."""
    if not all(matcher.matches(labels) for matcher in node.route.match):
        return []
    found: list[RouteNode] = []
    for child in node.children:
        below = by_definition(child, labels)
        found += below
        if below and not child.route.continues:
            break
    return found or [node]


@given(st.lists(TREES, max_size=4), LABELS)
def test_the_index_decides_as_the_definition_does(trees, labels):
    """Depth first, in order, until one that matches does not continue; the parent where no child matches."""
    root = route_tree(tuple(trees), Route())
    assert root.matching([labels]) == by_definition(root, labels)


@given(st.lists(TREES, max_size=4), LABELS, LABELS)
def test_of_several_sets_of_labels_the_first_node_that_one_matches_decides(trees, one, other):
    """An incident that hits two workflows goes where either would go first."""
    root = route_tree(tuple(trees), Route())
    order = {id(node): place for place, node in enumerate(root.walk())}

    def first(seen):
        return order[id(root.matching(seen)[0])]

    tops = [first([one]), first([other])]
    leaves = [place for place in tops if place]
    assert (first([one, other]) == 0) == (not leaves)
    if all(not tree.routes for tree in trees):
        assert first([one, other]) == min(leaves, default=0)


def test_a_child_takes_what_it_does_not_say_from_its_parent():
    """Destination, policy, grouping, clocks; not its time intervals, and not `continue`."""
    parent = Route(
        name="p", receiver="x", policy="slow", group_by=("a",), settle_seconds=0, repeat_interval_seconds=9,
        mute=("night",), continues=True, routes=(Route(name="c", escalate_after_seconds=5),),
    )  # fmt: skip
    child = route_tree((parent,), Route(update_interval_seconds=7)).children[0].children[0]
    assert child.given == Given("x", "", "slow", ("a",), 0, 7, 9, 5)
    assert (child.route.mute, child.route.continues) == ((), False)


@pytest.mark.parametrize(
    ("fields", "receiver"),
    [({}, "x"), ({"channel": "#c"}, "#c"), ({"receiver": "y"}, "y"), ({"receiver": OWNER}, OWNER)],
)
def test_a_destination_of_its_own_takes_the_place_of_the_parent_s(fields, receiver):
    """Whether it is a receiver or a channel."""
    parent = Route(name="p", receiver="x", routes=(Route(name="c", **fields),))
    assert route_tree((parent,), Route()).children[0].children[0].receiver == receiver


def test_grouping_may_be_taken_back():
    """By an empty list, or by labels where all were meant."""
    every = Route(
        name="p", group_by=("...",), routes=(Route(name="c", group_by=()), Route(name="d", group_by=("b",)))
    )
    node = route_tree((every,), Route()).children[0]
    labels = {"a": "1", "b": "2"}
    assert node.group_of(labels) == labels
    assert [child.group_of(labels) for child in node.children] == [{}, {"b": "2"}]


def test_paths_are_written_as_alertmanager_prints_them():
    """Matchers from the root on, sorted, each route in braces."""
    below = Route(name="c", match=parse_matchers(r'a=~"x\"y",z!="1"'))
    node = route_tree((Route(name="p", match=parse_matchers("b=1,a!~2"), routes=(below,)),), Route())
    assert [each.path for each in node.walk()] == [
        "{}",
        '{}/{a!~"2",b="1"}',
        r'{}/{a!~"2",b="1"}/{a=~"x\"y",z!="1"}',
    ]
