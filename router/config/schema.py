"""JSON Schemas of the rules' files for editors, made from the shapes that read them.

`python -m router.config.schema docs/rules.schema` writes one a kind of file. They catch what a schema can;
`router check` tells the rest.
"""

import json
import sys
from pathlib import Path

from router.config import (
    inhibition,
    maintenance,
    obligations,
    overrides,
    policies,
    routes,
    rule_test_shapes,
    runbooks,
    schedules,
    settings,
    sources,
    teams,
    workflows,
)
from router.config.collections_of import Record
from router.config.shapes import Json

KINDS: dict[str, tuple[str, Record]] = {
    "router": ("router.yaml", settings.SHAPE),
    "teams": ("teams.yaml", teams.SHAPE),
    "workflow": ("workflows/*.yaml", workflows.SHAPE),
    "sources": ("sources.yaml", sources.SHAPE),
    "routes": ("routes.yaml", routes.SHAPE),
    "more-routes": ("routes/*.yaml", routes.MORE),
    "maintenance": ("maintenance.yaml", maintenance.SHAPE),
    "inhibition": ("inhibition.yaml", inhibition.SHAPE),
    "overrides": ("overrides.yaml", overrides.SHAPE),
    "obligations": ("obligations.yaml", obligations.SHAPE),
    "schedules": ("schedules.yaml", schedules.SHAPE),
    "policies": ("policies.yaml", policies.SHAPE),
    "runbook": ("front matter of runbooks/*.md", runbooks.SHAPE),
    "tests": ("tests/*.yaml", rule_test_shapes.SHAPE),
}
"""Name of the schema -> the files it is for, and their shape."""


def schemas() -> dict[str, Json]:
    """File name -> JSON Schema."""
    dialect = "https://json-schema.org/draft/2020-12/schema"
    return {
        f"{name}.json": {"$schema": dialect, "title": files, **shape.schema()}
        for name, (files, shape) in KINDS.items()
    }


def document(schema: Json) -> str:
    """The schema as it stands in its file."""
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def main(folder: Path) -> None:
    """Write all schemas into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, schema in schemas().items():
        (folder / name).write_text(document(schema), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
