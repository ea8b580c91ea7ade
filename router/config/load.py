"""The rules folder in, `Rules` out; or every mistake that can be told, each with its place and what to do."""

from datetime import date
from hashlib import blake2b
from pathlib import Path

from router.config.draft import Draft
from router.config.folder import read_folder
from router.config.lint import cross_check
from router.config.rule_tests import read_tests
from router.model.errors import Finding, RulesError
from router.model.rules import Rules, Settings
from router.model.rules_test import RulesTest


def load(folder: Path) -> Rules:
    """The rules in the folder, checked.

    Raises:
        RulesError: with every error that was found; warnings do not stop anything.
    """
    draft = read_folder(folder)
    cross_check(draft)
    _refuse(draft)
    return _rules(draft)


def check(folder: Path, today: date | None = None) -> tuple[Finding, ...]:
    """Every error and warning by file, line, column, the rules' tests included.

    `today` is needed to say which runbooks were not reviewed for over a year.
    """
    draft = read_folder(folder)
    cross_check(draft, today)
    read_tests(draft)
    return draft.report.findings()


def load_tests(folder: Path, rules: Rules) -> tuple[RulesTest, ...]:
    """The rules' own tests, by file and order; `rules` are those loaded from the same folder.

    Raises:
        RulesError: a test cannot be run as written.
    """
    draft = read_folder(folder)
    _refuse(draft)
    tests = read_tests(draft)
    _refuse(draft)
    return tests


def _refuse(draft: Draft) -> None:
    errors = tuple(finding for finding in draft.report.findings() if finding.level == "error")
    if errors:
        raise RulesError(errors)


def _rules(draft: Draft) -> Rules:
    """Rules in a canonical order, so that equal content is equal in everything, its hash included."""
    rules = Rules(
        hash="",
        settings=Settings(**draft.settings),
        teams=dict(sorted(draft.teams.items())),
        workflows=dict(sorted(draft.workflows.items())),
        components=dict(sorted(draft.components.items())),
        sources=dict(sorted(draft.sources.items())),
        routes=tuple(placed.route for placed in draft.routes),
        default_route=draft.default_route,
        receivers=dict(sorted(draft.receivers.items())),
        time_intervals=dict(sorted(draft.time_intervals.items())),
        alert_labels=tuple(sorted(set(draft.alert_labels))),
        runbooks=dict(sorted(draft.runbooks.items())),
        own_faults=dict(sorted(draft.own_faults.items())),
        maintenance=tuple(window for _, window in sorted(draft.maintenance.items())),
        inhibition=tuple(placed.inhibition for placed in draft.inhibition),
        overrides=tuple(placed.override for placed in draft.overrides),
        obligations=dict(sorted(draft.obligations.items())),
        schedules=dict(sorted(draft.schedules.items())),
        policies=dict(sorted(draft.policies.items())),
    )
    return rules.model_copy(update={"hash": content_hash(rules)})


def content_hash(rules: Rules) -> str:
    """16 hex digits of the content: comments, file names and the order of what has no order do not count."""
    runbooks = {name: runbook.model_copy(update={"file": ""}) for name, runbook in rules.runbooks.items()}
    content = rules.model_copy(update={"hash": "", "runbooks": runbooks})
    return blake2b(content.model_dump_json().encode(), digest_size=8).hexdigest()
