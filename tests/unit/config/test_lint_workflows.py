"""Names of the router's own, and what is reported of a workflow and its components."""

import shutil
from pathlib import Path

import pytest

from tests.unit.config.bad_rules import BAD_RULES, findings


@pytest.mark.parametrize(
    ("file", "old", "new", "line"),
    [
        ("teams.yaml", "  risk:", "  canary:", 5),
        ("workflows/orders.yaml", "workflow: orders", "workflow: canary", 1),
        ("workflows/orders.yaml", "workflow: orders", "workflow: unmapped", 1),
        ("workflows/orders.yaml", "workflow: orders", "workflow: orders\nscope: canary", 2),
        ("workflows/orders.yaml", "  feed.orders:\n", "  router.canary:\n", 5),
    ],
)
def test_names_of_the_router_s_own_are_reserved(
    file: str, old: str, new: str, line: int, tmp_path: Path
) -> None:
    """Its canary and the scope of what nobody knows would be mixed up with the operator's."""
    folder = Path(shutil.copytree(BAD_RULES / "base", tmp_path / "rules"))
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new))
    assert ("R309", file, line) in {
        (finding.code, finding.file, finding.line) for finding in findings(folder)
    }
