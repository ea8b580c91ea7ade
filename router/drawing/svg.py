"""The picture as an SVG of its own: no script, no font or image from elsewhere, every text escaped.

Marks are told by words and lines as well as by colour. The same picture gives the same bytes.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

from router.config.durations import write_duration
from router.drawing.layout import BOX_HEIGHT, BOX_WIDTH, Layout, Point, layout
from router.drawing.picture import Edge, Mark, Node, Picture
from router.render.escape import clean

MARGIN, HEAD = 24, 74
LETTERS = 27
"""So many letters of the text font fit into a box."""

_STYLE = """
text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;fill:#1d2939}
.head{font-size:16px;font-weight:600}.small{font-size:11px;fill:#475467}.name{font-size:12px;font-weight:600}
.box{fill:#fff;stroke:#98a2b3;stroke-width:1.2}
.cause .box{fill:#b42318;stroke:#7a271a;stroke-width:2}.cause text{fill:#fff}
.alerting .box{fill:#ffead5;stroke:#c4320a;stroke-width:2}
.affected .box{fill:#fffaeb;stroke:#b54708;stroke-width:1.6;stroke-dasharray:5 3}
.edge{fill:none;stroke:#98a2b3;stroke-width:1.2}.path{stroke:#b42318;stroke-width:2.6}.feedback{stroke-dasharray:4 4}
""".strip()


def svg(picture: Picture) -> str:
    """The whole document."""
    places = layout(picture)
    width = max(places.width + 2 * MARGIN, 640)
    height = places.height + HEAD + 2 * MARGIN
    size = f'width="{width}" height="{height}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {width} {height}" role="img">',
        f"<title>{_text(_headline(picture))}</title>",
        f"<style>{_STYLE}</style>",
        _arrows(),
        f'<rect width="{width}" height="{height}" fill="#fcfcfd"/>',
        *_head(picture),
        f'<g transform="translate({MARGIN} {HEAD})">',
        *(_edge(edge, places) for edge in sorted(picture.edges, key=lambda edge: edge.on_path)),
        *(line for node in picture.nodes for line in _box(node, places)),
        "</g>",
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _headline(picture: Picture) -> str:
    return f"Topology: {picture.about}"


def _head(picture: Picture) -> Iterator[str]:
    yield f'<text class="head" x="{MARGIN}" y="30">{_text(_headline(picture))}</text>'
    if picture.incident is None:
        yield f'<text class="small" x="{MARGIN}" y="50">an arrow points to what depends on it</text>'
        return
    cause = picture.incident.cause
    sure = "not sure enough to name it" if cause.abstained else f"{cause.confidence:.0%} sure"
    line = f"Incident {picture.incident.id}: {cause.component} ({cause.fault}), {sure}"
    yield f'<text class="small" x="{MARGIN}" y="50">{_text(line)}</text>'


def _arrows() -> str:
    heads = "".join(
        f'<marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto" '
        f'markerUnits="userSpaceOnUse"><path d="M0 0L8 4L0 8z" fill="{colour}"/></marker>'
        for name, colour in (("to", "#98a2b3"), ("hit", "#b42318"))
    )
    return f"<defs>{heads}</defs>"


def _edge(edge: Edge, places: Layout) -> str:
    classes = " ".join(
        name for name, on in (("edge", True), ("path", edge.on_path), ("feedback", edge.feedback)) if on
    )
    route = places.routes.get((edge.upstream, edge.downstream), ())
    drawn = _around(route, places.height + 24) if edge.feedback else _curve(route)
    delay = f"{write_duration(edge.soonest_seconds)}..{write_duration(edge.latest_seconds)}"
    told = _text(f"{edge.upstream} to {edge.downstream}: {delay}{', feedback' if edge.feedback else ''}")
    head = "hit" if edge.on_path else "to"
    return f'<path class="{classes}" marker-end="url(#{head})" d="{drawn}"><title>{told}</title></path>'


def _curve(route: Sequence[Point]) -> str:
    if not route:
        return ""
    parts = [f"M{route[0].x} {route[0].y}"]
    for before, after in pairwise(route):
        if before.y == after.y:
            parts.append(f"H{after.x}")
        else:
            middle = (before.x + after.x) // 2
            parts.append(f"C{middle} {before.y} {middle} {after.y} {after.x} {after.y}")
    return "".join(parts)


def _around(route: Sequence[Point], low: int) -> str:
    """Below all boxes and back up."""
    start, end = route
    side = 16 if end.x >= start.x else -16
    down, up = (
        f"V{low - 16}Q{start.x} {low} {start.x + side} {low}",
        f"Q{end.x} {low} {end.x} {low - 16}V{end.y}",
    )
    return f"M{start.x} {start.y}{down}H{end.x - side}{up}"


def _box(node: Node, places: Layout) -> Iterator[str]:
    place = places.boxes[node.id]
    marked = f" class={quoteattr(node.mark.value)}" if node.mark else ""
    yield f'<g{marked} transform="translate({place.x} {place.y})">'
    told = f"{node.title} ({node.kind.value}), workflow {node.workflow}, owner {node.owner or 'the default'}"
    yield f"<title>{_text(told)}</title>"
    yield f'<rect class="box" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="6"/>'
    yield f'<text class="name" x="10" y="20">{_text(_short(node.id))}</text>'
    yield f'<text class="small" x="10" y="37">{_text(_short(_second_line(node)))}</text>'
    yield "</g>"


def _second_line(node: Node) -> str:
    mark = {Mark.CAUSE: "CAUSE · ", Mark.ALERTING: "alerting · ", Mark.AFFECTED: "affected · "}
    return f"{mark[node.mark] if node.mark else ''}{node.owner or node.kind.value}"


def _short(text: str) -> str:
    return text if len(text) <= LETTERS else f"{text[: LETTERS - 1]}…"


def _text(text: str) -> str:
    return escape(clean(text))
