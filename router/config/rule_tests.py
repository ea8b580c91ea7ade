"""tests/*.yaml: the rules' own tests."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from router.config.codes import Lint
from router.config.draft import Draft
from router.config.folder import yaml_files
from router.config.lint_tests import check_moments, check_names
from router.config.node import Home
from router.config.rule_test_shapes import SHAPE
from router.config.shapes import INVALID
from router.config.yaml_reader import read_yaml
from router.model.rules_test import (
    ExpectedIncident,
    ExpectedTelling,
    Given,
    GivenAlert,
    GivenChange,
    GivenCommand,
    RulesTest,
)

AFTER_LAST_SECONDS = 3_600
"""How long a test goes on after its last event, where it does not say `until`."""


def read_tests(draft: Draft) -> tuple[RulesTest, ...]:
    """The tests in the folder's tests/, by file and order; those with mistakes are reported and left out."""
    found: dict[str, RulesTest] = {}
    for path in yaml_files(draft.folder / "tests"):
        root = read_yaml(path, f"tests/{path.name}", draft.report)
        values = SHAPE.read(root, "the file", draft.report) if root else INVALID
        for name, given, home in values.get("tests", ()) if isinstance(values, Mapping) else ():
            if name in found:
                place = home.node.at("name")
                message = f'test name "{name}" is used twice, first in {found[name].file}:{found[name].line}'
                draft.report.add(Lint.TEST_TWICE, place, message)
            elif test := _test(name, given, home, draft):
                found[name] = test
    return tuple(found.values())


def _test(name: str, given: Mapping[str, Any], home: Home, draft: Draft) -> RulesTest | None:
    check_names(home.node, draft)
    if "expect" not in given and not home.node.entry("expect"):
        draft.report.add(Lint.EXPECTS_NOTHING, home.place, f'test "{name}" expects nothing', "add expect")
    if home.damaged or "expect" not in given:
        return None
    events = tuple(_given(event) for event in given["events"])
    times = [event.at_seconds for event in events]
    for number, (before, after) in enumerate(pairwise(times), 1):
        if after < before:
            message = "this event happens before the one above it"
            draft.report.add(
                Lint.EVENT_ORDER, home.node.at("events", number, "at"), message, "sort them by at"
            )
    last = max(times, default=0)
    until = given.get("until", last + AFTER_LAST_SECONDS)
    if until < last:
        draft.report.add(
            Lint.ENDS_TOO_EARLY, home.node.at("until"), f'test "{name}" ends before its last event'
        )
    check_moments(home.node, until, draft)
    expected = tuple(_expected(incident) for incident in given["expect"]["incidents"])
    place = home.place
    return RulesTest(
        name=name, file=place.file, line=place.line, events=events, until_seconds=until, incidents=expected
    )


def _given(event: Mapping[str, Any]) -> Given:
    values = {key: value for key, value in event.items() if key not in ("at", "change", "command", "for")}
    if "change" in event:
        return GivenChange(at_seconds=event["at"], kind=event["change"], **values)
    if "command" in event:
        values["match"] = tuple(placed.text for placed in event.get("match", ()))
        return GivenCommand(
            at_seconds=event["at"], verb=event["command"], seconds=event.get("for", 0), **values
        )
    return GivenAlert(at_seconds=event["at"], **values)


def _expected(values: Mapping[str, Any]) -> ExpectedIncident:
    told = values.get("told")
    tellings = None if told is None else tuple(_telling(each) for each in told)
    return ExpectedIncident(**{**values, "told": tellings})


def _telling(given: str | Mapping[str, Any]) -> ExpectedTelling:
    if isinstance(given, str):
        return ExpectedTelling(destination=given)
    return ExpectedTelling(
        destination=given["where"],
        at_seconds=given.get("at"),
        within_seconds=given.get("within"),
        kind=given.get("as", ""),
        team=given.get("team", ""),
    )
