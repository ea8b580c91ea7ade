"""`router routes`: which routes decide, for people, as a tree, and as the document that scripts read."""

from pathlib import Path

import orjson
import pytest

from tests.unit.cli.conftest import Run
from tests.unit.cli.golden import expect_golden

ROOT = Path(__file__).parents[3]
CATALOGS = ROOT / "examples" / "catalogs"


@pytest.fixture
def imported(router: Run, tmp_path: Path) -> str:
    """The rules folder that the example alertmanager.yml becomes."""
    out = str(tmp_path / "rules")
    assert router("import", "alertmanager", str(CATALOGS / "alertmanager.yml"), "--out", out).code == 0
    return out


LABELS = ("team=checkout", "service=cart", "severity=critical")


def test_the_tree_marks_what_decides(router: Run, imported: str) -> None:
    """Every route with where it leads and when, then what counts for those that decide."""
    ran = router("routes", "--rules", imported, *LABELS, "--tree")
    assert (ran.code, ran.err) == (0, "")
    expect_golden("routes", ran.out)


def test_the_document_is_what_scripts_read(router: Run, imported: str) -> None:
    """Receivers in order, and of each route its path, grouping and clocks."""
    document = orjson.loads(router("routes", "--rules", imported, *LABELS, "--json").out)
    assert document == {
        "receivers": ["wall", "checkout-pager"],
        "routes": [
            {
                "path": '{}/{severity="critical"}',
                "group_by": ["alertname", "cluster"],
                "settle_seconds": 45,
                "update_interval_seconds": 300,
                "repeat_interval_seconds": 12_600,
            },
            {
                "path": '{}/{team="checkout"}/{service=~"^(?:^(cart|payment).*)$"}',
                "group_by": ["alertname", "cluster"],
                "settle_seconds": 10,
                "update_interval_seconds": 300,
                "repeat_interval_seconds": 3_600,
            },
        ],
    }


def test_without_labels_the_default_route_decides(router: Run) -> None:
    """Under rules without one it is the owner's own channel, with the company's clocks."""
    document = orjson.loads(router("routes", "--rules", str(ROOT / "examples" / "acme"), "--json").out)
    assert document["receivers"] == ["owner"]
    assert document["routes"][0]["path"] == "{}"
    assert document["routes"][0]["settle_seconds"] == 120


def test_a_critical_incident_settles_as_critical_ones_do(router: Run) -> None:
    """The label severity is known to the company's clocks."""
    words = (
        "--rules",
        str(ROOT / "examples" / "acme"),
        "severity=critical",
        "cause.fault=api.latency",
        "--json",
    )
    assert orjson.loads(router("routes", *words).out)["routes"][0]["settle_seconds"] == 30


@pytest.mark.parametrize("label", ["severity", "severity=~critical", "a!=b", "{a=b}"])
def test_what_is_no_label_is_a_mistake_in_usage(router: Run, imported: str, label: str) -> None:
    """Exit code 2, and it says how to write one."""
    ran = router("routes", "--rules", imported, label)
    assert ran.code == 2
    assert "is no label" in ran.err


def test_labels_may_be_quoted_and_have_any_value(router: Run, imported: str) -> None:
    """As matchers may; the last of two values of a label counts."""
    words = ("team=x", 'team="data"', '"odd name"="a b"', "--json")
    assert orjson.loads(router("routes", "--rules", imported, *words).out)["receivers"] == ["data"]
