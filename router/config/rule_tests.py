"""tests/*.yaml: the rules' own tests."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from router.config.codes import Lint
from router.config.collections_of import Field, Items, ListOf, Record
from router.config.draft import Draft
from router.config.folder import yaml_files
from router.config.lint_references import known_component, known_fault, known_team, workflow_lost
from router.config.node import Home, Node
from router.config.report import Report
from router.config.routes import LABELS, MatcherText
from router.config.shapes import ANY_TEXT, INVALID, Choice, Duration, Flag, Json, Number, Shape, wrong_type
from router.config.suggest import did_you_mean
from router.config.words import SEVERITY
from router.config.yaml_reader import read_yaml
from router.model.event import AlertStatus, ChangeKind
from router.model.incident import IncidentState
from router.model.input import Verb
from router.model.rules_test import ExpectedIncident, Given, GivenAlert, GivenChange, GivenCommand, RulesTest

SILENCE_LABELS = (*LABELS, "incident")
"""What a silence can match on."""

AFTER_LAST_SECONDS = 3_600
"""How long a test goes on after its last event, where it does not say `until`."""

_AT = Field(Duration(0, 400 * 86_400), "When it arrives, from the start of the test.", True)

ALERT = Record(
    "an alert",
    {
        "at": _AT,
        "component": Field(ANY_TEXT, "The component's id.", True),
        "fault": Field(ANY_TEXT, "What is wrong.", True),
        "status": Field(Choice.of(AlertStatus, "status"), "firing (default) or resolved."),
        "severity": Field(SEVERITY, "The fault's own if left out."),
        "summary": Field(ANY_TEXT, "For people."),
        "key": Field(ANY_TEXT, "Tells two alerts of one component and fault apart."),
        "trace_ids": Field(ListOf(ANY_TEXT, or_one=True), "Traces it was seen in."),
    },
)

CHANGE = Record(
    "a change",
    {
        "at": _AT,
        "change": Field(Choice.of(ChangeKind, "kind of change"), "What kind of thing was changed.", True),
        "component": Field(ANY_TEXT, "The component's id.", True),
        "summary": Field(ANY_TEXT, "For people."),
        "actor": Field(ANY_TEXT, "Who did it."),
        "version": Field(ANY_TEXT, "The new version."),
    },
)

COMMAND = Record(
    "a command",
    {
        "at": _AT,
        "command": Field(Choice.of(Verb, "command"), "What a person asks for.", True),
        "actor": Field(ANY_TEXT, "Who asks."),
        "incident": Field(Number(1), "Number of the incident in the order of opening; 1 if left out."),
        "team": Field(ANY_TEXT, "The new owner of a hand_over."),
        "component": Field(ANY_TEXT, "The true cause of a correct, or what a forget is about."),
        "reason": Field(ANY_TEXT, "Why."),
        "for": Field(Duration(0, 90 * 86_400), "The span of a silence."),
        "match": Field(ListOf(MatcherText(SILENCE_LABELS), or_one=True), "What a silence covers."),
    },
)

_KINDS = {"fault": ALERT, "change": CHANGE, "command": COMMAND}


class Event(Shape):
    """An alert, a change or a command, by the key that only it has."""

    def _read(self, node: Node, what: str, report: Report) -> object:
        if not isinstance(node.value, Mapping):
            return wrong_type(node, what, "a mapping", report)
        kinds = [key for key in _KINDS if key in node.value]
        if len(kinds) != 1:
            message = "an event has one of the keys fault, change and command"
            hint = f"this has {' and '.join(kinds)}" if kinds else ""
            report.add(Lint.EVENT_UNCLEAR, node.place, message, hint)
            return INVALID
        return _KINDS[kinds[0]].read(node, what, report)

    def _schema(self) -> Json:
        return {"anyOf": [record.schema() for record in _KINDS.values()]}


EXPECTED = Record(
    "an expected incident",
    {
        "cause": Field(ANY_TEXT, "The component it is attributed to."),
        "fault": Field(ANY_TEXT, "The fault it is attributed to."),
        "owner": Field(ANY_TEXT, "The accountable team."),
        "state": Field(Choice.of(IncidentState, "state"), "Its state when the test ends."),
        "severity": Field(SEVERITY, "Its severity."),
        "members": Field(Number(0), "How many alerts belong to it."),
        "workflows": Field(ListOf(ANY_TEXT, or_one=True), "The workflows that it hits."),
        "told": Field(ListOf(ANY_TEXT, or_one=True), "Every channel that was told, in any order."),
        "escalated_to": Field(ANY_TEXT, "The team it was escalated to."),
        "abstained": Field(Flag(), "Whether the triage desk decides."),
    },
)

TEST = Record(
    "a test",
    {
        "name": Field(ANY_TEXT, "What it proves, as a sentence.", True),
        "events": Field(ListOf(Event()), "What happens, in order.", True),
        "until": Field(Duration(0, 400 * 86_400), "When it ends; one hour after the last event if left out."),
        "expect": Field(
            Record(
                "expect",
                {"incidents": Field(ListOf(EXPECTED), "All there must be; an empty list says none.", True)},
            ),
            "What must be true at the end.",
        ),
    },
)

SHAPE = Record("a test file", {"tests": Field(Items(TEST), "The tests.", True)})


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
    _check_names(home.node, draft)
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
    expected = tuple(ExpectedIncident(**incident) for incident in given["expect"]["incidents"])
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


def _check_names(test: Node, draft: Draft) -> None:
    """Report names in events and expectations that nothing declares."""
    sent = set()
    for event in test.items("events"):
        for name, place in event.texts("component"):
            sent.add(name)
            if name not in draft.components and not workflow_lost(draft):
                hint = did_you_mean(name, draft.components)
                draft.report.add(Lint.EVENT_UNMAPPED, place, f'event of unknown component "{name}"', hint)
        for name, place in event.texts("fault"):
            known_fault(name, place, "event of", draft)
        for name, place in event.texts("team"):
            known_team(name, place, "hand-over to", draft)
    for expected in test.items("expect", "incidents"):
        _check_expected(expected, sent, draft)


def _check_expected(expected: Node, sent: set[str], draft: Draft) -> None:
    """`sent` are the components of events: an unmapped one may be the cause under its sender's name."""
    for key in ("owner", "escalated_to"):
        for name, place in expected.texts(key):
            known_team(name, place, f"expected {key} is", draft)
    for name, place in expected.texts("fault"):
        known_fault(name, place, "expected fault is", draft)
    for name, place in expected.texts("cause"):
        if name not in sent:
            known_component(name, place, "expected cause is", draft)
    for name, place in expected.texts("workflows"):
        if name not in draft.workflows and not workflow_lost(draft):
            hint = did_you_mean(name, draft.workflows)
            draft.report.add(Lint.UNKNOWN_WORKFLOW, place, f'unknown workflow "{name}"', hint)
