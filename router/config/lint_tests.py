"""Do the rules' own tests name what exists, and can they hold?"""

from collections.abc import Iterator, Mapping

from router.config.codes import Lint
from router.config.draft import Draft
from router.config.durations import parse_duration
from router.config.lint_references import (
    known_component,
    known_fault,
    known_team,
    known_workflow,
    workflow_lost,
)
from router.config.node import Node, Place
from router.config.suggest import did_you_mean

_COMPONENTS = ("component", "components", "subtrees")

_NEEDED: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "hand_over": (("team",),),
    "seen": (("team",),),
    "correct": (("component",),),
    "silence": (("match",), ("for",)),
    "expire_silence": (("silence",),),
    "maintenance": (("components", "subtrees", "workflows"), ("for",)),
    "end_maintenance": (("silence",),),
}
"""Command -> what it cannot do without; of several keys in one place, one is enough."""


def check_names(test: Node, draft: Draft) -> None:
    """Report names in events and expectations that nothing declares, and expectations that no run can meet."""
    sent = set()
    for event in test.items("events"):
        for key in _COMPONENTS:
            for name, place in event.texts(key):
                sent.add(name)
                _check_component(name, place, draft)
        for name, place in event.texts("fault"):
            known_fault(name, place, "event of", draft)
        for name, place in event.texts("team"):
            known_team(name, place, "hand-over to", draft)
        for name, place in event.texts("workflows"):
            known_workflow(name, place, "maintenance of", draft)
        _check_command(event, draft)
    for expected in test.items("expect", "incidents"):
        _check_expected(expected, sent, draft)
        _check_possible(expected, draft)


def _check_component(name: str, place: Place, draft: Draft) -> None:
    if name not in draft.components and not workflow_lost(draft):
        hint = did_you_mean(name, draft.components)
        draft.report.add(Lint.EVENT_UNMAPPED, place, f'event of unknown component "{name}"', hint)


def _check_expected(expected: Node, sent: set[str], draft: Draft) -> None:
    """`sent` are the components of events: an unmapped one may be the cause under its sender's name."""
    for key in ("owner", "also", "escalated_to"):
        for name, place in expected.texts(key):
            known_team(name, place, f"expected {key} is", draft)
    for telling in expected.items("told"):
        for name, place in telling.texts("team"):
            known_team(name, place, "expected telling is for", draft)
    for name, place in expected.texts("fault"):
        known_fault(name, place, "expected fault is", draft)
    for name, place in expected.texts("cause"):
        if name not in sent:
            known_component(name, place, "expected cause is", draft)
    for name, place in expected.texts("runbook"):
        if name not in draft.runbooks:
            hint = did_you_mean(name, draft.runbooks)
            draft.report.add(Lint.EXPECTS_UNKNOWN_RUNBOOK, place, f'unknown runbook "{name}"', hint)
    for name, place in expected.texts("workflows"):
        known_workflow(name, place, "expected workflow is", draft)


def _check_possible(expected: Node, draft: Draft) -> None:
    told = dict(_destinations(expected))
    for destination, place in expected.texts("not_told"):
        if destination in told:
            message = f"{destination} is expected to be told and not to be told"
            draft.report.add(Lint.EXPECTS_BOTH, place, message)
    for telling in expected.items("told"):
        if telling.entry("at") and telling.entry("within"):
            message = "a telling is expected at a moment or within a time, not both"
            draft.report.add(Lint.EXPECTS_BOTH, telling.place, message, "keep at")


def check_moments(test: Node, until_seconds: int, draft: Draft) -> None:
    """Report tellings that are expected after the test has ended."""
    for expected in test.items("expect", "incidents"):
        for telling in expected.items("told"):
            given = telling.find("at")
            if given and isinstance(given.value, str | int) and parse_duration(given.value) > until_seconds:
                message = f"a telling is expected at {given.value}, and the test ends before that"
                draft.report.add(Lint.EXPECTS_TOO_LATE, given.place, message)


def _destinations(expected: Node) -> Iterator[tuple[str, Place]]:
    yield from expected.texts("told")
    for telling in expected.items("told"):
        if isinstance(telling.value, Mapping):
            yield from telling.texts("where")


def _check_command(event: Node, draft: Draft) -> None:
    """Report a command that lacks what it cannot do without."""
    for verb, place in event.texts("command"):
        for choices in _NEEDED.get(verb, ()):
            if not any(event.entry(key) for key in choices):
                message = f'command "{verb}" needs {" or ".join(choices)}'
                draft.report.add(Lint.COMMAND_INCOMPLETE, place, message)
