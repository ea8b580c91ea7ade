"""What may stand in tests/*.yaml: events, commands and expectations."""

from collections.abc import Mapping
from typing import Any

from router.config.codes import Lint
from router.config.collections_of import Either, Field, Items, ListOf, Record
from router.config.node import Node
from router.config.report import Report
from router.config.routes import LABELS, MatcherText
from router.config.shapes import (
    ANY_TEXT,
    INVALID,
    NAME,
    Choice,
    Duration,
    Flag,
    Json,
    Number,
    Shape,
    wrong_type,
)
from router.config.teams import Channel
from router.config.words import SEVERITY
from router.model.decision import Reason
from router.model.event import AlertStatus, ChangeKind
from router.model.incident import IncidentState
from router.model.input import Because, Verb
from router.model.muting import MuteKind

SILENCE_LABELS = (*LABELS, "incident")
"""What a silence can match on."""

NOTHING = "nothing"
MUTES = Choice.of((*MuteKind, NOTHING), "mute")
TELLINGS = tuple(reason.value.removeprefix("told.") for reason in Reason if reason.value.startswith("told."))
"""What a message may be; the reasons that begin with `told.`."""

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
        "team": Field(ANY_TEXT, "The new owner of a hand_over, or the team that has seen it."),
        "component": Field(ANY_TEXT, "The true cause of a correct, or what a forget is about."),
        "fault": Field(ANY_TEXT, "The true fault of a correct."),
        "because": Field(Choice.of(Because, "reason to hand over"), "Why a hand_over is asked for."),
        "reason": Field(ANY_TEXT, "Why, in words."),
        "for": Field(Duration(0, 90 * 86_400), "The span of a silence, a snooze or a maintenance."),
        "match": Field(ListOf(MatcherText(SILENCE_LABELS), or_one=True), "What a silence covers."),
        "silence": Field(NAME, "The id of a silence or a maintenance, so that a later command can end it."),
        "proposal": Field(Number(1), "Number of the action of a confirm_action; 1 if left out."),
        "components": Field(ListOf(ANY_TEXT, or_one=True), "What a maintenance is of."),
        "subtrees": Field(ListOf(ANY_TEXT, or_one=True), "With everything that depends on these."),
        "workflows": Field(ListOf(ANY_TEXT, or_one=True), "All components of these workflows."),
    },
)

_KINDS = {"fault": ALERT, "change": CHANGE, "command": COMMAND}


class Event(Shape):
    """An alert, a change or a command, by the key that only it has."""

    def _read(self, node: Node, what: str, report: Report) -> object:
        if not isinstance(node.value, Mapping):
            return wrong_type(node, what, "a mapping", report)
        kinds = _kinds(node.value)
        if len(kinds) != 1:
            message = "an event has one of the keys fault, change and command"
            hint = f"this has {' and '.join(kinds)}" if kinds else ""
            report.add(Lint.EVENT_UNCLEAR, node.place, message, hint)
            return INVALID
        return _KINDS[kinds[0]].read(node, what, report)

    def _schema(self) -> Json:
        return {"anyOf": [record.schema() for record in _KINDS.values()]}


class MutedBy(Shape):
    """A kind of mute, or one by name as `kind:name`, or `nothing`."""

    def _read(self, node: Node, what: str, report: Report) -> object:
        kind = node.value.partition(":")[0] if isinstance(node.value, str) else node.value
        found = MUTES.read(Node(node.place, kind), what, report)
        return found if found is INVALID else node.value

    def _schema(self) -> Json:
        return {"type": "string", "pattern": f"^({'|'.join(MUTES.words)})(:.+)?$"}


def _kinds(event: Mapping[str, Any]) -> list[str]:
    """Which kinds of event this could be; a command may name a fault."""
    kinds = [key for key in _KINDS if key in event]
    return [key for key in kinds if key != "fault"] if "command" in kinds and "change" not in kinds else kinds


class Destination(Channel):
    """Where somebody is told: a channel, or a person as @U… or @mail@example.com."""

    def _read(self, node: Node, what: str, report: Report) -> object:
        if isinstance(node.value, str) and node.value.startswith("@") and len(node.value) > 1:
            return node.value
        return super()._read(node, what, report)

    def _schema(self) -> Json:
        return {"type": "string", "pattern": r"^([#@][^\s,]{1,200}|[CG][A-Z0-9]{7,})$"}


TELLING = Record(
    "a telling",
    {
        "where": Field(Destination(), "The channel, or the person.", True),
        "at": Field(
            Duration(0, 400 * 86_400), "When it was told first, from the start of the test, exactly."
        ),
        "within": Field(Duration(0, 400 * 86_400), "So long after the incident opened at the latest."),
        "as": Field(Choice.of(TELLINGS, "kind of telling"), "What its first message was."),
        "team": Field(ANY_TEXT, "The team it was for."),
    },
)

EXPECTED = Record(
    "an expected incident",
    {
        "cause": Field(ANY_TEXT, "The component it is attributed to."),
        "fault": Field(ANY_TEXT, "The fault it is attributed to."),
        "owner": Field(ANY_TEXT, "The accountable team."),
        "also": Field(ListOf(ANY_TEXT, or_one=True), "Every other team that must know, in any order."),
        "state": Field(Choice.of(IncidentState, "state"), "Its state when the test ends."),
        "severity": Field(SEVERITY, "Its severity."),
        "members": Field(Number(0), "How many alerts belong to it."),
        "workflows": Field(ListOf(ANY_TEXT, or_one=True), "The workflows that it hits."),
        "told": Field(
            ListOf(Either(Destination(), TELLING), or_one=True), "Every channel that was told, in any order."
        ),
        "not_told": Field(ListOf(Destination(), or_one=True), "Channels that must not have been told."),
        "muted_by": Field(MutedBy(), 'What mutes it at the end, as "silence" or "silence:ID"; or "nothing".'),
        "escalated_to": Field(ANY_TEXT, "The team it was escalated to."),
        "abstained": Field(Flag(), "Whether the triage desk decides."),
        "handovers": Field(Number(0), "How often it was handed over after the first telling."),
        "runbook": Field(ANY_TEXT, "The runbook that goes with it."),
        "reasons": Field(
            ListOf(Choice.of(Reason, "reason"), or_one=True), "Reasons that its decisions must have."
        ),
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
