"""Findings are collected, told once, and sorted by place."""

from router.config.codes import Lint
from router.config.node import Place
from router.config.report import Report


def test_findings_are_sorted_by_place_and_told_once() -> None:
    """Two checks may find the same mistake."""
    report = Report()
    report.add(Lint.UNKNOWN_TEAM, Place("b.yaml", 1, 1), "later file")
    report.add(Lint.UNKNOWN_TEAM, Place("a.yaml", 10, 2), "later line")
    report.add(Lint.UNKNOWN_TEAM, Place("a.yaml", 2, 9), "first", "a hint")
    report.add(Lint.UNKNOWN_TEAM, Place("a.yaml", 2, 9), "first", "a hint")
    assert [str(finding) for finding in report.findings()] == [
        "a.yaml:2:9 R201 first; a hint",
        "a.yaml:10:2 R201 later line",
        "b.yaml:1:1 R201 later file",
    ]


def test_errors_count_what_makes_a_value_unsure() -> None:
    """Warnings do not; a mistake met again does, since it damages this value as well."""
    report = Report()
    report.add(Lint.ISOLATED, Place("a.yaml"), "a warning")
    assert report.errors == 0
    report.add(Lint.CYCLE, Place("a.yaml"), "an error")
    report.add_again()
    assert report.errors == 2
    assert [finding.level for finding in report.findings()] == ["error", "warning"]
