"""The picture as rows and sentences, for terminals and programs."""

from collections.abc import Sequence
from typing import Any

from router.config.durations import write_duration
from router.drawing.layout import layout
from router.drawing.picture import Path, Picture

Row = tuple[str, str, str, str, str]


def rows(picture: Picture) -> list[Row]:
    """(mark, component, kind, owner, what it depends on with delays), causes before effects."""
    order = layout(picture).boxes
    depends: dict[str, list[str]] = {}
    for edge in picture.edges:
        delay = f"{write_duration(edge.soonest_seconds)}..{write_duration(edge.latest_seconds)}"
        again = ", feedback" if edge.feedback else ""
        depends.setdefault(edge.downstream, []).append(f"{edge.upstream} {delay}{again}")
    nodes = sorted(picture.nodes, key=lambda node: (node.workflow, order[node.id].x, node.id))
    return [
        (
            node.mark.value.upper() if node.mark else "",
            node.id,
            node.kind.value,
            node.owner or "-",
            "; ".join(depends.get(node.id, ["nothing"])),
        )
        for node in nodes
    ]


def sentence(path: Path) -> str:
    """`a -> b -> c, after 15m..6h`."""
    delay = f"{write_duration(path.soonest_seconds)}..{write_duration(path.latest_seconds)}"
    return f"{' -> '.join(path.components)}, after {delay}"


def whole(paths: Sequence[Path]) -> list[Path]:
    """The paths that are not the beginning of another one, longest first."""
    beginnings = {path.components[:length] for path in paths for length in range(len(path.components))}
    found = [path for path in paths if path.components not in beginnings]
    return sorted(found, key=lambda path: (-len(path.components), path.components))


def document(picture: Picture) -> dict[str, Any]:
    """What `--json` prints."""
    incident = picture.incident
    return {
        "about": picture.about,
        "components": [
            {
                "id": node.id,
                "name": node.title,
                "kind": node.kind.value,
                "workflow": node.workflow,
                "owner": node.owner,
                "mark": node.mark.value if node.mark else "",
            }
            for node in picture.nodes
        ],
        "dependencies": [
            {
                "component": edge.downstream,
                "depends_on": edge.upstream,
                "soonest_seconds": edge.soonest_seconds,
                "latest_seconds": edge.latest_seconds,
                "feedback": edge.feedback,
                "on_path": edge.on_path,
            }
            for edge in picture.edges
        ],
        "paths": [list(path.components) for path in picture.paths],
        "incident": incident.id if incident else "",
    }
