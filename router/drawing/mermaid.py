"""The picture as a Mermaid flowchart, for pages that draw it themselves (https://mermaid.js.org/syntax/flowchart.html).

Names stand in quotes with Mermaid's entity codes, so that nothing in a name is read as syntax or markup.
"""

from collections.abc import Iterator

from router.config.durations import write_duration
from router.drawing.picture import Edge, Mark, Picture
from router.render.escape import clean

_CODES = {
    "&": "#amp;",
    "<": "#lt;",
    ">": "#gt;",
    '"': "#quot;",
    "#": "#35;",
    ";": "#59;",
    "`": "#96;",
    "\\": "#92;",
}
_CLASSES = {
    Mark.CAUSE: "fill:#b42318,stroke:#7a271a,color:#fff",
    Mark.ALERTING: "fill:#ffead5,stroke:#c4320a,stroke-width:2px",
    Mark.AFFECTED: "fill:#fffaeb,stroke:#b54708,stroke-dasharray:5 3",
}


def mermaid(picture: Picture) -> str:
    """The whole diagram."""
    return "\n".join(_lines(picture)) + "\n"


def _lines(picture: Picture) -> Iterator[str]:
    names = {node.id: f"n{number}" for number, node in enumerate(picture.nodes)}
    yield "flowchart LR"
    for number, (workflow, nodes) in enumerate(picture.workflows.items()):
        yield f'  subgraph w{number}["{_text(workflow)}"]'
        for node in nodes:
            mark = f" ({node.mark.value})" if node.mark else ""
            yield f'    {names[node.id]}["{_text(node.id + mark)}"]'
        yield "  end"
    for edge in picture.edges:
        yield f"  {names[edge.upstream]} {_arrow(edge)} {names[edge.downstream]}"
    for mark, style in _CLASSES.items():
        marked = ",".join(names[node.id] for node in picture.nodes if node.mark is mark)
        if marked:
            yield f"  classDef {mark.value} {style}"
            yield f"  class {marked} {mark.value}"


def _arrow(edge: Edge) -> str:
    delay = f"{write_duration(edge.soonest_seconds)}..{write_duration(edge.latest_seconds)}"
    line = "-.->" if edge.feedback else "==>" if edge.on_path else "-->"
    return f'{line}|"{delay}"|'


def _text(text: str) -> str:
    return "".join(_CODES.get(letter, letter) for letter in clean(text))
