"""Twenty thousand events of one day end in the incidents, owners and tellings that people reviewed line by line.

`ROUTER_WRITE_GOLDEN=1` writes them anew; read the diff.
"""

import os
import shutil
from collections import Counter
from pathlib import Path

import pytest

from router.cli.diff import show
from router.comparing.difference import compare
from router.config.load import load
from router.replay import Replay
from tests.scenarios.acme import ACME
from tests.scenarios.day_of_acme import events, replayed, summary

GOLDEN = Path(__file__).parents[1] / "golden" / "day"
ROUTES = """
routes:
  - {name: risk-urgent, match: ['owner.kind="risk"'], channel: "#risk-urgent", settle: 0s, escalate_after: 5m}
  - {name: all-of-it, match: ['owner.kind="it"'], channel: "#operations-room", settle: 5m, escalate_after: 30m}
  - {name: warnings, match: ['severity=~"warning|info"'], settle: 10m, escalate_after: 2h}
"""


def expect_golden(name: str, text: str) -> None:
    """The text is what the golden file of this name holds."""
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("ROUTER_WRITE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_the_day_is_as_large_and_as_mixed_as_it_says() -> None:
    """About twenty thousand events of every topic, some doubled, some late."""
    recorded = [event.record for event in events()]
    assert 18_000 < len(recorded) < 22_000
    doubled = [n for n in Counter((r.topic, r.key, r.value, r.headers) for r in recorded).values() if n > 1]
    assert sum(doubled) > 300
    assert len({record.topic for record in recorded}) == 10


def test_the_day_ends_as_reviewed() -> None:
    """Storms are one incident each, noise wakes nobody, maintenance is quiet, and nothing is lost."""
    assert sum(replayed()["outcomes"].values()) >= len(events())
    expect_golden("incidents", summary(replayed()))


def test_other_routes_show_as_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What one room for all of IT would have changed on that day."""
    folder = tmp_path / "rules"
    shutil.copytree(ACME, folder, ignore=shutil.ignore_patterns("recordings", "tests"))
    (folder / "routes.yaml").write_text(ROUTES, encoding="utf-8")
    found = compare(replayed(), Replay(load(folder), events()).document())
    assert not found.same
    show(found)
    expect_golden("diff-routes", capsys.readouterr().out)
