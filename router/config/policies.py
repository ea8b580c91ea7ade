"""policies.yaml: who is told next while nobody acknowledges, as ordered steps."""

from collections.abc import Mapping
from typing import Any, Literal

from router.config.calendar_shapes import PERSON
from router.config.codes import Lint
from router.config.collections_of import Declarations, Either, Field, Items, ListOf, Record
from router.config.draft import Draft
from router.config.node import Node, Place
from router.config.shapes import ANY_TEXT, NAME, Choice, Duration, Flag, Number
from router.config.suggest import did_you_mean
from router.config.teams import Channel
from router.config.words import SEVERITY
from router.model.escalation import Automatic, Notify, OnlyIf, Policy, Propose, Repeat, Step, Wait, Whom
from router.model.fault import Severity
from router.model.ownership import Hours
from router.model.time_interval import TimeInterval

WORKING_HOURS = "working_hours"
"""In place of a time interval's name: the working hours of the owner's team."""

_ACTION = Choice.of(Automatic, "action")
_NAMED = {"team": Whom.TEAM, "on_call": Whom.ON_CALL, "people": Whom.PEOPLE, "channel": Whom.CHANNEL}
_PLAIN = (Whom.ON_CALL, Whom.OWNER, Whom.BACKUP, Whom.MANAGER)
_KINDS = ("notify", "wait", "wait_for", "propose", "repeat")

_NOTIFY = Record(
    "whom to notify",
    {
        "team": Field(ListOf(NAME, or_one=True), "Teams, in their channels."),
        "on_call": Field(ListOf(NAME, or_one=True), "Whoever is on call in these schedules."),
        "people": Field(ListOf(PERSON, or_one=True), "Persons: Slack ids or e-mail addresses."),
        "channel": Field(ListOf(Channel(), or_one=True), "Slack channels."),
        "to": Field(Choice.of(_PLAIN, "receiver"), "on_call, owner, backup or manager, as the short form."),
        "by": Field(
            Choice(("message", "mention"), "way"),
            "How persons are told: a direct message (default), or a mention in the team's channel.",
        ),
        "take_turns": Field(Flag(), "Only one of `people`, another one in each round."),
    },
)

_ONLY_IF = Record(
    "a condition",
    {
        "severity": Field(SEVERITY, "At least so bad."),
        "confidence": Field(Number(0, 1, whole=False), "At least so sure of the cause, 0 to 1."),
        "within": Field(ANY_TEXT, f"A time interval of routes.yaml, or {WORKING_HOURS} (the owner's)."),
        "outside": Field(ANY_TEXT, f"The same, outside of it: a time interval, or {WORKING_HOURS}."),
        "unacknowledged": Field(Flag(), "Only while nobody has it (for policies `until: resolved`)."),
    },
)

_STEP = Record(
    "a step",
    {
        "notify": Field(
            Either(Choice.of(_PLAIN, "receiver"), _NOTIFY),
            "on_call, owner, backup or manager; or `team:`, `on_call:`, `people:`, `channel:` with names.",
        ),
        "wait": Field(Duration(1, 7 * 86_400), "How long to wait for an acknowledgement."),
        "wait_for": Field(ANY_TEXT, f"Wait until a time interval of routes.yaml, or {WORKING_HOURS}, holds."),
        "propose": Field(
            Either(
                _ACTION,
                Record(
                    "a proposal",
                    {
                        "action": Field(_ACTION, "pause, manual or roll_back.", True),
                        "text": Field(ANY_TEXT, "What people read on the button."),
                        "runbook": Field(NAME, "The runbook that says how."),
                    },
                ),
            ),
            "pause, manual or roll_back: proposed with a button; a person does it and confirms.",
        ),
        "repeat": Field(Number(1, 100), "Begin with the first step again, so many times."),
        "only_if": Field(_ONLY_IF, "Skip the step (of notify and propose) unless all of this holds."),
    },
)

POLICY = Record(
    "a policy",
    {
        "name": Field(ANY_TEXT, "What people read; the id if left out."),
        "steps": Field(Items(_STEP), "What is done in order, until somebody acknowledges.", True),
        "until": Field(
            Choice(("acknowledged", "resolved"), "end"), "What ends it: acknowledged (default), or resolved."
        ),
        "ack_timeout": Field(Duration(0, 30 * 86_400), "How long an acknowledgement holds; 0: for good."),
        "ack_reminder": Field(Duration(0, 30 * 86_400), "How long before its end the person is reminded."),
    },
)

SHAPE = Record(
    "policies.yaml", {"policies": Field(Declarations(POLICY, "policy"), "The policies by id.", True)}
)


def read_policies(root: Node, draft: Draft) -> None:
    """Fill the draft's policies; one with mistakes keeps its name known."""
    values = SHAPE.read(root, "policies.yaml", draft.report)
    if not isinstance(values, Mapping) or "policies" not in values:
        draft.lost.add("policies.yaml")
        return
    for name, given, home in values["policies"]:
        draft.homes["policy", name] = home
        steps = [_step(each.values, each.home.node, draft) for each in given.get("steps", ())]
        draft.policies[name] = Policy(
            id=name,
            name=given.get("name", ""),
            steps=tuple(step for step in steps if step is not None),
            ack_timeout_seconds=given.get("ack_timeout"),
            ack_reminder_seconds=given.get("ack_reminder"),
            until_resolved=given.get("until") == "resolved",
        )


def _step(given: Mapping[str, Any], node: Node, draft: Draft) -> Step | None:
    """The step; None, and reported, where it is none or several."""
    kinds = [kind for kind in _KINDS if node.entry(kind)]
    if len(kinds) != 1:
        what = f"is {' and '.join(kinds)} at once" if kinds else "says nothing to do"
        draft.report.add(
            Lint.STEP_UNCLEAR, node.place, f"a step that {what}", f"give one of {', '.join(_KINDS)}"
        )
        return None
    kind = kinds[0]
    if given.get(kind) is None:
        return None
    only_if = _only_if(given.get("only_if"), node, draft)
    if only_if and kind not in ("notify", "propose"):
        message = f"a step that is {kind} has no conditions"
        draft.report.add(Lint.STEP_UNCLEAR, node.key_at("only_if"), message, "put them on the next step")
    match kind:
        case "wait":
            return Wait(seconds=given["wait"])
        case "wait_for":
            return _wait_for(given["wait_for"], node, draft)
        case "repeat":
            return Repeat(times=given["repeat"])
        case "propose":
            asked = (
                given["propose"] if isinstance(given["propose"], Mapping) else {"action": given["propose"]}
            )
            if "action" not in asked:
                return None
            text, runbook = asked.get("text", ""), asked.get("runbook", "")
            return Propose(action=asked["action"], text=text, runbook=runbook, only_if=only_if)
    return _notify(given["notify"], only_if, node, draft)


def _notify(given: Any, only_if: OnlyIf | None, node: Node, draft: Draft) -> Notify | None:
    if isinstance(given, str):
        return Notify(whom=Whom(given), only_if=only_if)
    named = [key for key in (*_NAMED, "to") if key in given]
    if len(named) != 1:
        place = node.at("notify")
        damaged = any(node.find("notify", key) for key in (*_NAMED, "to"))
        if named or not damaged:
            message = "whom to notify is not clear"
            hint = f"give one of {', '.join((*_NAMED, 'to'))}"
            draft.report.add(Lint.STEP_UNCLEAR, place, message, hint)
        return None
    key = named[0]
    names = () if key == "to" else tuple(dict.fromkeys(given[key]))
    if key != "to" and not names:
        return None
    return Notify(
        whom=Whom(given["to"]) if key == "to" else _NAMED[key],
        names=names,
        mention=given.get("by") == "mention",
        takes_turns=given.get("take_turns", False),
        only_if=only_if,
    )


def _wait_for(name: str, node: Node, draft: Draft) -> Wait | None:
    if name == WORKING_HOURS:
        return Wait(team_hours=True)
    interval = _interval(name, node.at("wait_for"), draft)
    return Wait(until=Hours(interval=interval)) if interval else None


def _only_if(given: Mapping[str, Any] | None, node: Node, draft: Draft) -> OnlyIf | None:
    if not given:
        return None
    hours: dict[str, Hours] = {}
    team_hours: Literal["", "within", "outside"] = ""
    for side in ("within", "outside"):
        name = given.get(side)
        if name == WORKING_HOURS:
            team_hours = "within" if side == "within" else "outside"
        elif name is not None and (found := _interval(name, node.at("only_if", side), draft)):
            hours[side] = Hours(interval=found)
    return OnlyIf(
        severity=Severity(given["severity"]) if "severity" in given else None,
        confidence=given.get("confidence"),
        within=hours.get("within"),
        outside=hours.get("outside"),
        team_hours=team_hours,
        unacknowledged=given.get("unacknowledged", False),
    )


def _interval(name: str, place: Place, draft: Draft) -> TimeInterval | None:
    """The time interval of routes.yaml; None, and reported, where there is none of this name."""
    draft.intervals_used.add(name)
    found = draft.time_intervals.get(name)
    if (
        found is None
        and draft.routing.find("time_intervals", name) is None
        and "routes.yaml" not in draft.lost
    ):
        hint = did_you_mean(name, (*draft.time_intervals, WORKING_HOURS))
        draft.report.add(Lint.UNKNOWN_INTERVAL, place, f'unknown time interval "{name}"', hint)
    return found
