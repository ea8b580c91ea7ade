"""Is every team told somewhere?"""

import shutil
from pathlib import Path

import pytest

from router.config.load import check
from tests.unit.config.bad_rules import BAD_RULES


@pytest.mark.parametrize(
    ("routes", "told"),
    [
        ('- {name: a, match: [\'owner="data"\'], channel: "#a"}', True),
        ('- {name: a, match: [\'owner.kind="data"\'], channel: "#a"}', True),
        ('- {name: a, channel: "#a"}', True),
        ('- {name: a, match: [\'owner=~"data|risk"\'], channel: "#a"}', True),
        ('- {name: a, match: [\'owner="data"\', \'severity="critical"\'], channel: "#a"}', False),
        (
            '- {name: a, match: [\'owner="data"\', \'severity="info"\'], settle: 1h}\n  - {name: b, channel: "#b"}',
            False,
        ),
        ("- {name: a, match: ['owner=\"data\"'], settle: 1h}", False),
        ('- {name: a, match: [\'owner="sales"\'], settle: 1h}\n  - {name: b, channel: "#b"}', True),
    ],
)
def test_routes_can_stand_in_for_a_channel(routes: str, told: bool, tmp_path: Path) -> None:
    """If they take all incidents of the team to one, whatever else is true of them."""
    folder = Path(shutil.copytree(BAD_RULES / "base", tmp_path / "rules"))
    teams = (folder / "teams.yaml").read_text().replace('channel: "#data", ', "")
    (folder / "teams.yaml").write_text(teams)
    (folder / "routes.yaml").write_text(f"routes:\n  {routes}\n")
    assert ("R401" not in {finding.code for finding in check(folder)}) is told
