"""`router coverage`: a table for people, a document for programs, and a gate for CI."""

from pathlib import Path

import orjson

from tests.unit.cli.conftest import Run
from tests.unit.cli.golden import expect_golden

ACME = Path(__file__).parents[3] / "examples" / "acme"
RULES = ("--rules", str(ACME))
EVENTS = (
    "--events",
    str(ACME / "recordings" / "unmapped-fax-gateway.jsonl"),
    str(ACME / "recordings" / "crm-bulk-job-failed.jsonl"),
)


def test_holes_are_weighed_by_the_recording(router: Run) -> None:
    """What nobody knows of the fax gateway is told first, then routes that nothing reached."""
    ran = router("coverage", *RULES, *EVENTS)
    assert ran.code == 0
    expect_golden("coverage", ran.out)


def test_less_than_asked_for_is_a_finding(router: Run) -> None:
    """Exit code 1, so that CI can hold a line."""
    assert router("coverage", *RULES, *EVENTS, "--only", "identity", "--at-least", "99").code == 1
    assert router("coverage", *RULES, *EVENTS, "--only", "owner", "--at-least", "100").code == 0


def test_the_document_has_every_hole_and_every_route(router: Run) -> None:
    """One JSON document and nothing else."""
    document = orjson.loads(router("coverage", *RULES, *EVENTS, "--json").out)
    assert document["weighed_by"] == "alerts"
    assert {hole["component"] for hole in document["holes"] if hole["aspect"] == "identity"} == {
        "fax-gateway"
    }
    assert all({"route", "path", "reachable", "incidents"} == use.keys() for use in document["routes"])


def test_without_a_recording_everything_that_can_fail_counts(router: Run) -> None:
    """No component of the example is without an owner."""
    document = orjson.loads(router("coverage", *RULES, "--only", "owner", "--json").out)
    assert document["weighed_by"] == "faults"
    assert document["shares"][0]["percent"] == 100
