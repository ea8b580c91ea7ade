"""Boxes never overlap, failures run to the right, and the same graph looks the same."""

from itertools import combinations
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from router.drawing.layout import BOX_HEIGHT, BOX_WIDTH, layout
from router.drawing.mermaid import mermaid
from router.drawing.picture import Edge, Node, Picture
from router.drawing.svg import svg
from router.model.fault import ComponentKind

HOSTILE = [
    "<script>alert(1)</script>",
    '"]; end',
    "a&b",
    "x`y`",
    "#quot;",
    "line\nbreak",
    "\u202eabc",
    "]]>",
    "a--x",
]


@st.composite
def pictures(draw: st.DrawFn) -> Picture:
    """A graph without cycles, but for edges that are marked as feedback."""
    count = draw(st.integers(1, 12))
    names = [f"c{number:02}" for number in range(count)]
    pairs = draw(st.sets(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=25))
    edges = [
        Edge(names[one], names[other], 0, 60, feedback=one > other)
        for one, other in sorted(pairs)
        if one != other
    ]
    nodes = [Node(name, name, ComponentKind.FEED, "w", "") for name in names]
    return Picture("x", tuple(nodes), tuple(edges))


@given(pictures())
def test_no_two_boxes_overlap(picture: Picture) -> None:
    """Whatever the graph."""
    boxes = layout(picture).boxes.values()
    for one, other in combinations(boxes, 2):
        assert abs(one.x - other.x) >= BOX_WIDTH or abs(one.y - other.y) >= BOX_HEIGHT


@given(pictures())
def test_what_depends_stands_to_the_right(picture: Picture) -> None:
    """Of everything it depends on; feedback runs back."""
    places = layout(picture)
    for edge in picture.edges:
        if not edge.feedback:
            assert places.boxes[edge.upstream].x + BOX_WIDTH < places.boxes[edge.downstream].x


@given(pictures())
def test_every_edge_is_drawn_and_everything_is_inside(picture: Picture) -> None:
    """Routes begin and end at their boxes; nothing is cut off."""
    places = layout(picture)
    assert set(places.routes) == {(edge.upstream, edge.downstream) for edge in picture.edges}
    for edge in picture.edges:
        if not edge.feedback:
            route = places.routes[edge.upstream, edge.downstream]
            assert route[0].x == places.boxes[edge.upstream].x + BOX_WIDTH
            assert route[-1].x == places.boxes[edge.downstream].x
    for place in places.boxes.values():
        assert 0 <= place.x <= places.width - BOX_WIDTH
        assert 0 <= place.y <= places.height - BOX_HEIGHT


@given(pictures())
def test_the_same_graph_gives_the_same_bytes(picture: Picture) -> None:
    """So that a drawing can be kept in Git."""
    assert svg(picture) == svg(picture)
    assert ElementTree.fromstring(svg(picture)).tag == "{http://www.w3.org/2000/svg}svg"


def hostile() -> Picture:
    """Names that try to be markup."""
    nodes = [Node(name, name, ComponentKind.APP, name, name) for name in sorted(HOSTILE)]
    return Picture(HOSTILE[0], tuple(nodes), (Edge(HOSTILE[0], HOSTILE[1], 0, 60),))


def test_names_are_never_markup_in_svg() -> None:
    """It parses, and holds no element or attribute but ours."""
    root = ElementTree.fromstring(svg(hostile()))
    tags = {part.tag.partition("}")[2] for part in root.iter()}
    assert tags == {"svg", "title", "style", "defs", "marker", "path", "rect", "text", "g"}
    assert not [
        name for part in root.iter() for name in part.attrib if name.startswith("on") or name == "href"
    ]


def test_names_are_never_syntax_in_mermaid() -> None:
    """Between its quotes a label holds no quote, bracket of a tag, backtick or semicolon of its own."""
    for line in mermaid(hostile()).splitlines():
        if '["' in line:
            label = line.partition('["')[2].removesuffix('"]')
            assert not set('"<>`\\') & set(label)
    assert "#35;quot#59;" in mermaid(hostile())


def test_an_empty_picture_is_drawn_too() -> None:
    """A title and nothing below it."""
    assert "<title>Topology: x</title>" in svg(Picture("x", (), ()))
    assert mermaid(Picture("x", (), ())) == "flowchart LR\n"
