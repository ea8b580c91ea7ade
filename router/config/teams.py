"""teams.yaml: the accountable teams, their channels and who they escalate to."""

from collections.abc import Mapping

from router.config.codes import Lint
from router.config.collections_of import Declarations, Field, ListOf, Record
from router.config.contracts import CONTRACT, WORKING_HOURS, contract_of, working_hours
from router.config.draft import Draft
from router.config.node import Node
from router.config.report import Report
from router.config.shapes import ANY_TEXT, INVALID, NAME, Duration, Json, Shape, Text
from router.config.words import OWNER_KIND
from router.model.catalog import Team
from router.model.fault import OwnerKind


class Channel(Shape):
    """A Slack channel: `#name`, or an id."""

    def _read(self, node: Node, what: str, report: Report) -> object:
        if isinstance(node.value, str) and is_channel(node.value):
            return node.value
        message = f"{what} is no Slack channel: {node.describe()}"
        report.add(Lint.BAD_CHANNEL, node.place, message, _channel_hint(node.value))
        return INVALID

    def _schema(self) -> Json:
        return {"type": "string", "pattern": r"^(#[^\sA-Z#.,]{1,80}|[CG][A-Z0-9]{7,})$"}


def is_channel(name: str) -> bool:
    """Whether Slack could have a channel of this name or id (lower-case letters may be of any script)."""
    if name.startswith("#"):
        letters = name[1:]
        return 1 <= len(letters) <= 80 and all(
            letter in "-_" or letter.isdigit() or (letter.isalpha() and letter == letter.lower())
            for letter in letters
        )
    return len(name) >= 8 and name[0] in "CG" and name.isascii() and name.isalnum() and name == name.upper()


def _channel_hint(value: object) -> str:
    if value is None:
        return 'put it in quotes, a bare # begins a comment: "#name"'
    if isinstance(value, str):
        plain = "#" + value.strip().lstrip("#").lower().replace(" ", "-").replace(".", "-")
        if is_channel(plain):
            return f'did you mean "{plain}"?'
    return 'write "#name" in lower case, or its id'


_PERSON = Text(
    r"[UW][A-Z0-9]{2,}|[^@\s]+@[^@\s]+\.[^@\s]+",
    "is neither a Slack id (U…) nor an e-mail",
    Lint.BAD_MEMBER,
)

TEAM = Record(
    "a team",
    {
        "kind": Field(OWNER_KIND, "What it answers for.", True),
        "name": Field(ANY_TEXT, "What people read; the id if left out."),
        "channel": Field(Channel(), 'Its Slack channel, "#name" or an id; the triage desk\'s if left out.'),
        "also_channel": Field(Channel(), "Where it is told for information only; its channel if left out."),
        "escalates_to": Field(NAME, "The team told when nobody acknowledged in time."),
        "escalate_after": Field(Duration(0, 7 * 86_400), "How long to wait for an acknowledgement."),
        "members": Field(
            ListOf(_PERSON),
            "Slack ids or e-mail addresses: who may act for the team.",
        ),
        "policy": Field(NAME, "Its escalation policy."),
        "schedule": Field(NAME, "Its on-call schedule."),
        "backup": Field(NAME, "The team that stands in for it."),
        "manager": Field(_PERSON, "Whom business escalation reaches: a Slack id or an e-mail address."),
        "working_hours": Field(WORKING_HOURS, "When its people work; always if left out."),
        "contract": Field(CONTRACT, "What a partner answers for, and what it may see."),
    },
)

SHAPE = Record("teams.yaml", {"teams": Field(Declarations(TEAM, "team"), "The teams by id.", True)})


def read_teams(root: Node, draft: Draft) -> None:
    """Fill the draft's teams; a team with mistakes keeps its name known."""
    values = SHAPE.read(root, "teams.yaml", draft.report)
    if not isinstance(values, Mapping) or "teams" not in values:
        draft.lost.add("teams.yaml")
        return
    for name, given, home in values["teams"]:
        draft.homes["team", name] = home
        draft.teams[name] = Team(
            id=name,
            kind=given.get("kind", OwnerKind.IT),
            name=given.get("name", ""),
            channel=given.get("channel", ""),
            escalates_to=given.get("escalates_to", ""),
            escalate_after_seconds=given.get("escalate_after"),
            members=given.get("members", ()),
            also_channel=given.get("also_channel", ""),
            policy=given.get("policy", ""),
            schedule=given.get("schedule", ""),
            backup=given.get("backup", ""),
            manager=given.get("manager", ""),
            hours=working_hours(given.get("working_hours"), name),
            contract=contract_of(given.get("contract"), name),
        )
