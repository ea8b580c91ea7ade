"""The JSON Schemas for editors."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from router.config.node import Node
from router.config.report import Report
from router.config.schema import document, main, schemas
from router.config.shipped import shipped_dir
from router.config.yaml_reader import parse_yaml, read_yaml
from tests.unit.config.bad_rules import BAD_RULES
from tests.unit.config.test_shapes import plain

FOLDER = Path(__file__).resolve().parents[3] / "docs" / "rules.schema"
FILES = {
    "router.yaml": "router.json",
    "teams.yaml": "teams.json",
    "sources.yaml": "sources.json",
    "routes.yaml": "routes.json",
    "workflows/*.yaml": "workflow.json",
    "tests/*.yaml": "tests.json",
}


def test_the_schemas_are_current(tmp_path: Path) -> None:
    """docs/rules.schema is what `python -m router.config.schema docs/rules.schema` writes, and nothing else."""
    main(tmp_path)
    written = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    assert written == {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}
    assert written == {name: document(schema) for name, schema in schemas().items()}


@pytest.mark.parametrize("name", schemas())
def test_each_is_a_valid_schema(name: str) -> None:
    """An editor can use it."""
    jsonschema.Draft202012Validator.check_schema(json.loads((FOLDER / name).read_text(encoding="utf-8")))


@pytest.mark.parametrize("folder", [BAD_RULES / "base", shipped_dir("examples/acme")], ids=["base", "acme"])
@pytest.mark.parametrize("pattern", FILES)
def test_sound_files_pass(folder: Path, pattern: str) -> None:
    """What the router takes, the editor does not mark."""
    for path in folder.glob(pattern):
        root = read_yaml(path, path.name, Report())
        assert root is not None
        jsonschema.validate(plain(root), schemas()[FILES[pattern]])


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ("router.json", "triage: ops\nsetle: 2m"),
        ("router.json", "settle: 2 minutes"),
        ("teams.json", "teams: {a: {kind: legal}}"),
        ("teams.json", 'teams: {a: {kind: it, channel: "#Big"}}'),
        ("workflow.json", "workflow: a\ncomponents: {b: {}}"),
        ("sources.json", "sources: {a: {topics: [x], format: xml}}"),
        ("routes.json", "routes: [{name: a, match: [severity]}]"),
        ("tests.json", "tests: [{name: a, events: [{at: 0s}]}]"),
        ("runbook.json", "id: a"),
    ],
)
def test_common_mistakes_are_marked(schema: str, text: str) -> None:
    """While they are typed."""
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(values(text), schemas()[schema])


def values(text: str) -> Any:
    root = parse_yaml(text, "f.yaml", Report())
    assert isinstance(root, Node)
    return plain(root)
