"""Presses of our buttons in Slack: what is asked, by whom, and whether they may. Pure.

A press arrives as Slack's `block_actions` payload in the form field `payload` (Slack's documents,
"Interaction payloads"). The signature proves that Slack sent it, not that its contents are good: a button's
value was ours once, and is checked again. Roles are never read from the button, only from the rules.
"""

import hashlib
import re
from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Any, Literal, NamedTuple
from urllib.parse import parse_qs

import orjson
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from router.model.incident import Incident, IncidentState, Trigger, transition
from router.model.input import Because, Command, Verb
from router.model.rules import Rules
from router.render.line import Person as Named
from router.render.line import mrkdwn
from router.slack.press_value import PressValue, chosen

VERBS = {
    "router.acknowledge": Verb.ACKNOWLEDGE,
    "router.resolve": Verb.RESOLVE,
    "router.confirm": Verb.CONFIRM,
    "router.hand_over": Verb.HAND_OVER,
    "router.hand_over.menu": Verb.HAND_OVER,
    "router.seen": Verb.SEEN,
    "router.renew": Verb.RENEW,
    "router.confirm_action": Verb.CONFIRM_ACTION,
    "router.confirm_action.2": Verb.CONFIRM_ACTION,
    "router.confirm_action.3": Verb.CONFIRM_ACTION,
    "router.snooze": Verb.SNOOZE,
}
"""`action_id` of our buttons; any other control in a message is somebody else's business."""

_WHILE_LIVE = frozenset((Verb.SNOOZE, Verb.CONFIRM_ACTION))
"""Presses that count as long as the incident lives, whoever has it."""

MAX_ACTIONS = 10
_ENTERPRISE = re.compile(r"E[A-Z0-9]+")
_NUMBER = re.compile(r"[1-9][0-9]{0,17}")

Code = Literal["wrong_workspace", "bot", "outsider", "not_a_member", "not_checked", "bad_value"]


class MalformedPress(ValueError):
    """Signed by Slack, but not a payload that its documents describe: answer 400. Quotes nothing of it."""


class Refusal(NamedTuple):
    """A press that does nothing: `code` for counting, `text` (Slack mrkdwn) for whoever pressed."""

    code: Code
    text: str


class Press(NamedTuple):
    """One press of one of our buttons. `id` is the same however often Slack sends it: the command's id.

    `component` is the cause that the button was about, where it was about the cause; `team` the owner to be.
    """

    id: str
    verb: Verb
    incident: str
    scope: str
    revision: int | None
    component: str = ""
    team: str = ""
    seconds: int = 0
    proposal: int = 0
    because: Because = Because.OTHER


class Presses(NamedTuple):
    """What one request asks for: who pressed what; at `response_url` Slack takes an answer for them."""

    user: str
    response_url: str
    items: tuple[Press | Refusal, ...]


class Profile(NamedTuple):
    """What Slack tells of a user (users.info); the empty one when nothing is known.

    `outsider`: a guest, or from another company's workspace. `unsure`: Slack did not answer just now.
    """

    email: str = ""
    bot: bool = False
    outsider: bool = False
    unsure: bool = False


class _Lenient(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


class _User(_Lenient):
    id: Annotated[str, StringConstraints(pattern=r"^[UW][A-Z0-9]{1,30}$")]
    team_id: str | None = None
    is_bot: bool | None = None
    bot_id: str | None = None


class _Workspace(_Lenient):
    id: str
    enterprise_id: str | None = None


class _Option(_Lenient):
    value: str = ""


class _Action(_Lenient):
    action_id: Annotated[str, StringConstraints(max_length=255)] = ""
    action_ts: str = ""
    value: str | None = None
    selected_option: _Option | None = None


class _Payload(_Lenient):
    user: _User
    team: _Workspace | None = None
    enterprise: _Workspace | None = None
    response_url: Annotated[str, StringConstraints(max_length=2000)] = ""
    actions: Annotated[tuple[_Action, ...], Field(max_length=MAX_ACTIONS)] = ()


def read_presses(raw_body: bytes, team_id: str) -> Presses | Refusal:
    """The presses of our buttons in a request whose signature was verified; none if it is about other things.

    `team_id`: the workspace or enterprise that may press ("": any that has our signing secret). A press from
    elsewhere, or of a bot, is refused as a whole. Raises MalformedPress.
    """
    document = _document(raw_body)
    if document.get("type") != "block_actions":
        return Presses("", "", ())
    try:
        payload = _Payload.model_validate(document)
    except ValidationError as error:
        raise MalformedPress("not a block_actions payload") from error
    user = payload.user
    if user.is_bot or user.bot_id or user.id == "USLACKBOT":
        return Refusal("bot", "Bots may not act on incidents.")
    if team_id and not _at_home(payload, team_id):
        return Refusal("wrong_workspace", "Only people of the router's own workspace may act on incidents.")
    workspace = payload.team or payload.enterprise
    home = workspace.id if workspace else ""
    ours = [action for action in payload.actions if action.action_id in VERBS]
    return Presses(user.id, payload.response_url, tuple(_press(action, user.id, home) for action in ours))


def _document(raw_body: bytes) -> dict[str, Any]:
    try:
        fields = parse_qs(raw_body.decode(), strict_parsing=True, max_num_fields=8, errors="strict")
        (payload,) = fields["payload"]
        document = orjson.loads(payload)
    except (ValueError, KeyError) as error:
        raise MalformedPress("not a form with one JSON payload") from error
    if not isinstance(document, dict):
        raise MalformedPress("the payload is not an object")
    return document


def _at_home(payload: _Payload, team_id: str) -> bool:
    """Whether both the place of the press and the presser belong to this workspace (or enterprise)."""
    places = [place for place in (payload.team, payload.enterprise) if place is not None]
    homes = {place.id for place in places} | {place.enterprise_id for place in places}
    if team_id not in homes:
        return False
    # Within an enterprise people belong to many workspaces; users.info tells strangers apart there.
    return not payload.user.team_id or payload.user.team_id in homes or bool(_ENTERPRISE.fullmatch(team_id))


def _press(action: _Action, user: str, workspace: str) -> Press | Refusal:
    try:
        value = _said(action)
    except ValueError:
        value = None
    if value is None or not action.action_ts or not names_incident(value.incident, value.scope):
        return Refusal(
            "bad_value", "This button is not one of the router's, or is too old. Use a newer message."
        )
    named = orjson.dumps([workspace, user, action.action_id, action.action_ts])
    verb = VERBS[action.action_id]
    return Press(
        f"slack-{hashlib.sha256(named).hexdigest()[:40]}",
        verb,
        value.incident,
        value.scope,
        value.revision,
        value.component,
        value.team if verb in (Verb.HAND_OVER, Verb.SEEN) else "",
        value.seconds if verb is Verb.SNOOZE else 0,
        value.proposal if verb is Verb.CONFIRM_ACTION else 0,
        value.because if verb is Verb.HAND_OVER else Because.OTHER,
    )


def _said(action: _Action) -> PressValue:
    """What the button, or the option of the menu, holds. Raises ValueError."""
    if action.selected_option is None:
        return PressValue.model_validate_json(action.value or "")
    return chosen(action.selected_option.value, VERBS[action.action_id])


def names_incident(incident: str, scope: str) -> bool:
    """Whether this is how an incident of that scope is called: `<scope>-<running number>`."""
    return incident.startswith(f"{scope}-") and _NUMBER.fullmatch(incident[len(scope) + 1 :]) is not None


def command_of(
    press: Press, user: str, scopes: Collection[str], incident: Incident | None, now: datetime
) -> Command | Refusal:
    """The command that the press asks for, unless it names a scope that there is not.

    `scopes` are the rules'; `incident` is the one it names, if we know it: an incident may outlive its scope.
    """
    if press.scope not in scopes and (incident is None or incident.scope != press.scope):
        return Refusal("bad_value", "The rules have changed and no longer know this incident's scope.")
    return Command(
        id=press.id,
        scope=press.scope,
        verb=press.verb,
        actor=user,
        at=now,
        via="slack",
        incident=press.incident,
        revision=press.revision,
        component=press.component,
        team=press.team,
        seconds=press.seconds,
        proposal=press.proposal,
        because=press.because,
    )


def refusal_of(user: str, profile: Profile, owner: str, rules: Rules) -> Refusal | None:
    """Why this user may not act on an incident of this owner (a team; "" when not known); None: they may.

    Where the owner lists members, only somebody that any team lists may act, by Slack id or e-mail address. A
    guest or stranger may act only when listed, a bot never. When members are listed by address only and Slack
    does not tell us addresses (scope `users:read.email`), nobody can be checked: the workspace may act.
    """
    listed = {member.casefold() for team in rules.teams.values() for member in team.members}
    if profile.bot:
        return Refusal("bot", "Bots may not act on incidents.")
    if user.casefold() in listed or (profile.email and profile.email.casefold() in listed):
        return None
    how = f"Ask your administrator to add {user} to the members of your team in the router's rules."
    if profile.outsider:
        return Refusal("outsider", f"Guests may act only when a team lists them. {how}")
    team = rules.teams.get(owner)
    if not (team.members if team else listed):
        return None
    if profile.unsure:
        return Refusal(
            "not_checked", "Slack did not tell who you are just now. Nothing was done: press again."
        )
    if not profile.email and all("@" in member for member in listed):
        return None
    return Refusal("not_a_member", f"Only members of the router's teams may act on this incident. {how}")


def already(verb: Verb, incident: Incident | None) -> str:
    """What to tell the presser when somebody was faster, as Slack mrkdwn; "" when the press still counts."""
    if incident is None:
        return ""
    if verb is Verb.CONFIRM:
        said = ("The cause of ", incident.id, " is settled already by ", Named(incident.cause_by))
        return mrkdwn((*said, ". Your press changed nothing.")) if incident.cause_by else ""
    if verb is Verb.SEEN or (verb in _WHILE_LIVE and incident.live):
        return ""
    if verb not in _WHILE_LIVE and transition(incident.state, Trigger(verb.value)) is not None:
        return ""
    resolved = incident.state is not IncidentState.ACKNOWLEDGED
    by = incident.resolved_by if resolved else incident.acknowledged_by
    who = (" by ", Named(by)) if by else ()
    return mrkdwn((f"{incident.id} is {incident.state.value} already", *who, ". Your press changed nothing."))
