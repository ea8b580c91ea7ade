"""Hypothesis profiles (`ci`, or `nightly` by HYPOTHESIS_PROFILE, which attacks for longer), and CI's rule on skips."""

import os

import pytest
from hypothesis import HealthCheck, settings

# Shared machines are slow at times: a deadline per example would measure the machine.
settings.register_profile(
    "ci", max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
settings.register_profile(
    "nightly", max_examples=3_000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

_skipped: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember every test on Apache Kafka that did not run."""
    if report.skipped and "kafka" in report.keywords:
        _skipped.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI (CI=true) a skipped Kafka test is a failure: what claims durability must have been tried."""
    if _skipped and os.environ.get("CI"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say why the run failed."""
    if _skipped and os.environ.get("CI"):
        terminalreporter.write_line(
            f"FAILED: {len(_skipped)} tests on Apache Kafka were skipped in CI", red=True
        )
