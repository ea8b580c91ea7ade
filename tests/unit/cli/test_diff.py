"""`router diff`: what would have been different, as a table and as one JSON document."""

import shutil
from pathlib import Path

import orjson
import pytest

from tests.unit.cli.conftest import Run
from tests.unit.cli.golden import expect_golden

ACME = Path(__file__).parents[3] / "examples" / "acme"
EVENTS = (
    "--events",
    *(
        str(ACME / "recordings" / f"{name}.jsonl")
        for name in ("crm-bulk-job-failed", "unauthorised-action", "unmapped-fax-gateway")
    ),
)


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Acme with other routes: the CRM has a room, and risk may take twenty minutes to answer."""
    folder = tmp_path / "rules"
    shutil.copytree(ACME, folder, ignore=shutil.ignore_patterns("recordings"))
    (folder / "routes.yaml").write_text(
        """
routes:
  - {name: risk, match: ['owner.kind="risk"'], channel: "#risk-urgent", settle: 0s, escalate_after: 20m}
  - {name: crm, match: ['cause.component=~"crm[.].*"'], channel: "#crm-room", settle: 5m}
""",
        encoding="utf-8",
    )
    return folder


def test_rules_that_tell_differently_are_a_finding(router: Run, other: Path) -> None:
    """The table is what people review before they merge a change of the rules."""
    ran = router("diff", str(ACME), str(other), *EVENTS)
    assert ran.code == 1
    expect_golden("diff-routes", ran.out)


def test_the_same_rules_differ_in_nothing(router: Run) -> None:
    """Exit code 0, and one line."""
    ran = router("diff", str(ACME), str(ACME), *EVENTS)
    assert ran.code == 0
    assert ran.out == "Nothing differs: 3 incidents compared.\n"


def test_with_truth_it_says_better_or_worse(router: Run, other: Path, tmp_path: Path) -> None:
    """One verdict an incident, and the sums of them."""
    truth = tmp_path / "truth.json"
    failures = [{"cause": "crm.accounts", "owner": "crm-platform", "members": list(range(12))}]
    truth.write_bytes(orjson.dumps({"incidents": failures}))
    ran = router("diff", str(ACME), str(other), *EVENTS, "--truth", str(truth), "--json")
    assert ran.code == 1
    document = orjson.loads(ran.out)
    verdicts = {incident["cause"]["component"]: incident["verdict"] for incident in document["incidents"]}
    assert verdicts["crm.accounts"] in ("better", "worse")
    totals = {total["what"]: total["new"] for total in document["totals"]}
    assert totals["failures served better"] + totals["failures served worse"] == 1


def test_a_topic_that_one_side_does_not_read_is_a_difference(router: Run, tmp_path: Path) -> None:
    """Not an error: a source may be what is being added."""
    folder = tmp_path / "rules"
    shutil.copytree(ACME, folder, ignore=shutil.ignore_patterns("recordings"))
    sources = folder / "sources.yaml"
    text = sources.read_text(encoding="utf-8").replace("[acme.alertmanager.v1]", "[acme.other.v1]")
    sources.write_text(text, encoding="utf-8")
    ran = router("diff", str(ACME), str(folder), *EVENTS)
    assert ran.code == 1
    assert "events not_read" in ran.out


def test_what_is_no_truth_is_a_mistake_of_the_caller(router: Run, tmp_path: Path) -> None:
    """Exit code 2, where, what, and what to write instead."""
    truth = tmp_path / "truth.json"
    truth.write_text('{"incidents": [{"cause": "a"}]}', encoding="utf-8")
    ran = router("diff", str(ACME), str(ACME), *EVENTS, "--truth", str(truth))
    assert ran.code == 2
    assert "'members' is missing" in ran.err
    assert '"owner": "TEAM"' in ran.err
