"""Presses of buttons: what is taken from a payload, what is not believed, and who may act."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.model.incident import IncidentState
from router.model.input import Command, Verb
from router.model.rules import Rules
from router.render.blocks import (
    ACKNOWLEDGE,
    ACTION,
    ACTIONS,
    CONFIRM,
    HAND_OVER,
    HAND_OVER_MENU,
    RENEW,
    RESOLVE,
    SEEN,
    SNOOZE,
)
from router.slack.interactions import (
    VERBS,
    MalformedPress,
    Press,
    Presses,
    Profile,
    Refusal,
    already,
    command_of,
    names_incident,
    read_presses,
    refusal_of,
)
from tests.builders import a_company, at
from tests.unit.render.samples import an_incident
from tests.unit.web.site import TEAM, USER, form_of, payload_of


def presses(team_id: str = TEAM, **changes: Any) -> Presses:
    """What a payload with these changes asks for."""
    read = read_presses(form_of(payload_of(**changes)), team_id)
    assert isinstance(read, Presses)
    return read


def only(read: Presses) -> Press:
    """The one press of it, which is not refused."""
    (press,) = read.items
    assert isinstance(press, Press)
    return press


def refused(**changes: Any) -> Refusal:
    """Why a payload with these changes is refused as a whole."""
    team_id = changes.pop("team_id", TEAM)
    read = read_presses(form_of(payload_of(**changes)), team_id)
    assert isinstance(read, Refusal)
    return read


def listed(**members: tuple[str, ...]) -> Rules:
    """The company, with these members of its teams (`-` in a team's id written `_`)."""
    rules = a_company()
    teams = {
        team.id: team.model_copy(update={"members": members.get(team.id.replace("-", "_"), ())})
        for team in rules.teams.values()
    }
    return rules.model_copy(update={"teams": teams})


def test_our_buttons_are_the_ones_that_messages_carry() -> None:
    """The action ids that are read here are those that the renderer writes."""
    assert set(VERBS) == {
        ACKNOWLEDGE,
        RENEW,
        RESOLVE,
        CONFIRM,
        SEEN,
        SNOOZE,
        HAND_OVER,
        HAND_OVER_MENU,
        *ACTIONS,
    }


def test_a_confirmed_action_names_its_proposal_and_counts_while_the_incident_lives() -> None:
    """Whoever has the incident: doing it is nobody's privilege."""
    value = '{"incident": "main-1", "scope": "main", "revision": 3, "proposal": 2}'
    press = only(presses(actions=[{"type": "button", "action_id": ACTION, "action_ts": "1", "value": value}]))
    assert (press.verb, press.proposal) == (Verb.CONFIRM_ACTION, 2)
    command = command_of(press, "U0BOB00001", {"main"}, None, at(0))
    assert isinstance(command, Command)
    assert (command.verb, command.proposal) == (Verb.CONFIRM_ACTION, 2)
    taken = an_incident(state=IncidentState.ACKNOWLEDGED, acknowledged_by="U0BOB00001")
    assert already(Verb.CONFIRM_ACTION, taken) == ""
    assert already(Verb.RENEW, taken) == ""
    over = an_incident(state=IncidentState.RESOLVED, resolved_by="U0BOB00001")
    assert "resolved already" in already(Verb.CONFIRM_ACTION, over)
    assert "resolved already" in already(Verb.RENEW, over)


def test_a_hand_over_chosen_from_the_menu_says_to_whom_and_why() -> None:
    """The option's value names the incident, the revision, the reason of the closed list and the team."""
    action = {
        "type": "static_select",
        "action_id": HAND_OVER_MENU,
        "action_ts": "1",
        "selected_option": {"value": "main-1|3|not_ours_contract|it-team"},
    }
    command = command_of(only(presses(actions=[action])), "U0BOB00001", {"main"}, None, at(0))
    assert isinstance(command, Command)
    assert (command.verb, command.team, command.because.value) == (
        Verb.HAND_OVER,
        "it-team",
        "not_ours_contract",
    )
    action["selected_option"] = {"value": "main-1|3|boredom|it-team"}
    assert isinstance(presses(actions=[action]).items[0], Refusal)


def test_a_snooze_chosen_from_the_menu_says_for_how_long() -> None:
    """The option's value names the incident, the revision and the seconds."""
    action = {
        "type": "static_select",
        "action_id": SNOOZE,
        "action_ts": "1",
        "selected_option": {"value": "main-1|3|3600"},
    }
    press = only(presses(actions=[action]))
    assert (press.verb, press.incident, press.scope, press.revision, press.seconds) == (
        Verb.SNOOZE, "main-1", "main", 3, 3_600
    )  # fmt: skip
    command = command_of(press, USER, {"main"}, None, at(0))
    assert isinstance(command, Command)
    assert command.seconds == 3_600


@pytest.mark.parametrize(
    "value", ["", "main-1|3", "main-1|x|60", "main-1|3|-60", "main-1|3|99999999999", "x|3|60"]
)
def test_an_option_that_is_not_ours_is_refused(value: str) -> None:
    """What Slack signed is not therefore good."""
    action = {
        "type": "static_select",
        "action_id": SNOOZE,
        "action_ts": "1",
        "selected_option": {"value": value},
    }
    (found,) = presses(actions=[action]).items
    assert isinstance(found, Refusal)


@pytest.mark.parametrize(("action_id", "verb"), VERBS.items())
def test_a_press_asks_for_its_buttons_verb_on_the_incident_in_its_value(action_id: str, verb: Verb) -> None:
    """Verb, incident, scope and the revision that the presser saw."""
    press = only(presses(action_id=action_id))
    assert press[1:5] == (verb, "main-1", "main", 3)


def test_the_command_names_the_presser_by_slack_id_and_nothing_else_of_them() -> None:
    """The audit trail holds the id; names people give themselves stay out."""
    read = presses()
    command = command_of(only(read), read.user, {"main"}, None, at(0))
    assert isinstance(command, Command)
    assert (command.actor, command.via, command.at) == (USER, "slack", at(0))
    assert "lice" not in command.model_dump_json().replace(USER, "")


def test_the_same_press_has_the_same_id_and_any_other_press_another() -> None:
    """The id is of workspace, user, action and its time: a re-sent click is the same command."""
    base = only(presses()).id
    assert only(presses(trigger_id="other", response_url="")).id == base
    moved = payload_of()
    moved["actions"][0]["action_ts"] = "1772420400.000101"
    others = {
        only(presses(user={"id": "U0BOB00001", "team_id": TEAM})).id,
        only(presses(action_id="router.resolve")).id,
        only(presses(actions=moved["actions"])).id,
        only(presses(team_id="", team={"id": "T0OTHER"})).id,
    }
    assert len(others | {base}) == 5


def test_controls_that_are_not_ours_ask_for_nothing() -> None:
    """Another app's button, a menu, a link button: read over, not refused."""
    assert presses(action_id="somebody.elses").items == ()


@pytest.mark.parametrize("kind", ["view_submission", "block_suggestion", "shortcut", "", None, 7])
def test_payloads_of_other_kinds_ask_for_nothing(kind: object) -> None:
    """Slack sends all interactivity to one address."""
    assert presses(type=kind).items == ()


def test_the_documents_own_example_is_read() -> None:
    """A payload with an enterprise, without a state, and with nulls where we expect text."""
    user = {
        "id": "W111",
        "username": "primary-owner",
        "name": "primary-owner",
        "team_id": "T111",
        "is_bot": None,
    }
    team = {
        "id": "T111",
        "domain": "workspace-domain",
        "enterprise_id": "E111",
        "enterprise_name": "Sandbox Org",
    }
    for home in ("", "T111", "E111"):
        assert presses(home, user=user, team=team).user == "W111"


@pytest.mark.parametrize(
    "value",
    [
        "",
        "click_me_123",
        "[]",
        "null",
        "{}",
        {"incident": "main-1"},
        {"incident": "main-1", "scope": "main", "revision": "3"},
        {"incident": "main-1", "scope": "main", "revision": -1},
        {"incident": "main-1", "scope": "main", "revision": 1e300},
        {"incident": "other-1", "scope": "main"},
        {"incident": "main-0", "scope": "main"},
        {"incident": "main-01", "scope": "main"},
        {"incident": "main-1\n", "scope": "main"},
        {"incident": "main-\u0661", "scope": "main"},
        {"incident": "main-" + "1" * 400, "scope": "main"},
        {"incident": ["main-1"], "scope": "main"},
        {"incident": "main-1", "scope": ""},
        '{"incident": "main-1", "scope": "main"' + "[" * 900,
    ],
)
def test_a_value_that_is_not_ours_is_refused_with_words_for_the_presser(value: object) -> None:
    """Pattern, types and lengths are checked, whatever the button says."""
    (refusal,) = presses(value=value).items
    assert isinstance(refusal, Refusal)
    assert refusal.code == "bad_value"
    assert "newer message" in refusal.text


def test_a_press_without_its_time_is_refused() -> None:
    """Without action_ts a second press could not be told from a re-sent one."""
    action = payload_of()["actions"][0] | {"action_ts": ""}
    (refusal,) = presses(actions=[action]).items
    assert isinstance(refusal, Refusal)


@pytest.mark.parametrize(
    ("team_id", "changes"),
    [
        (TEAM, {"team": {"id": "T0STRANGER"}}),
        (TEAM, {"team": None}),
        (TEAM, {"team": None, "enterprise": {"id": "E0OTHER"}}),
        (TEAM, {"user": {"id": USER, "team_id": "T0STRANGER"}}),
        ("E0ACME", {"team": {"id": TEAM, "enterprise_id": "E0OTHER"}}),
    ],
)
def test_only_the_configured_workspace_may_press(team_id: str, changes: dict[str, Any]) -> None:
    """A press in another workspace, or by somebody of another one (Slack Connect), is refused as a whole."""
    assert refused(team_id=team_id, **changes).code == "wrong_workspace"


def test_people_of_any_workspace_of_the_configured_enterprise_may_press() -> None:
    """An org-wide install names the enterprise, and its people have workspaces of their own."""
    user = {"id": USER, "team_id": "T0SISTER"}
    assert presses("E0ACME", team=None, enterprise={"id": "E0ACME"}, user=user).user == USER


@pytest.mark.parametrize(
    "user", [{"id": "USLACKBOT"}, {"id": "U0BOT00001", "is_bot": True}, {"id": "U0BOT00001", "bot_id": "B1"}]
)
def test_bots_are_refused(user: dict[str, Any]) -> None:
    """Acknowledging is a promise, and only people keep promises."""
    assert refused(user=user).code == "bot"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"payload",
        b"payload=",
        b"payload=%FF",
        b"payload=not+json",
        b"payload=[]",
        b"payload=7",
        b"payload={}&payload={}",
        b"other={}",
        b"payload=" + b"[" * 5_000,
        b"&".join(b"a%d=1" % n for n in range(50)),
        form_of(payload_of(user={"name": "no id"})),
        form_of(payload_of(user={"id": "u-lower"})),
        form_of(payload_of(user={"id": "U1|<!channel>"})),
        form_of(payload_of(actions=[{}] * 11)),
        form_of(payload_of(actions="x")),
        form_of(payload_of(team="T1")),
        form_of('{"type": "block_actions", "user": {"id": "U1\\ud800"}}'),
    ],
)
def test_what_is_no_payload_of_slacks_is_malformed_and_never_quoted(body: bytes) -> None:
    """One exception for all of it, with none of it in its text."""
    with pytest.raises(MalformedPress) as caught:
        read_presses(body, "")
    assert "channel" not in str(caught.value)
    assert "lower" not in str(caught.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=8,
)


@given(st.sampled_from(["user", "team", "enterprise", "actions", "response_url"]), JSON)
def test_whatever_stands_in_a_field_nothing_but_malformed_is_raised(field: str, value: Any) -> None:
    """A payload with one field replaced by anything is read, refused, or malformed."""
    try:
        read_presses(form_of(payload_of(**{field: value})), TEAM)
    except MalformedPress:
        return


@given(st.text(max_size=40) | JSON)
def test_whatever_a_buttons_value_says_a_command_is_only_about_its_own_scope(value: Any) -> None:
    """No value makes a command for a scope that the rules do not know."""
    for press in presses(value=json.dumps(value)).items:
        if isinstance(press, Press):
            assert isinstance(command_of(press, USER, {"main"}, None, at(0)), Command) is (
                press.scope == "main"
            )


def test_an_incident_may_outlive_its_scope_in_the_rules() -> None:
    """Its button works on as long as we know the incident to be of that scope; no other scope is believed."""
    press = Press("i", Verb.RESOLVE, "old-1", "old", None)
    known = an_incident().model_copy(update={"id": "old-1", "scope": "old"})
    assert isinstance(command_of(press, USER, {"main"}, known, at(0)), Command)
    refusal = command_of(press, USER, {"main"}, None, at(0))
    assert isinstance(refusal, Refusal)
    assert refusal.code == "bad_value"


@pytest.mark.parametrize("name", ["a-b-7", "a-b-1"])
def test_an_incident_is_called_after_its_scope(name: str) -> None:
    """Scopes may hold dashes; the number is the last part."""
    assert names_incident(name, "a-b")
    assert not names_incident(name, "a")


def test_everybody_may_act_where_the_owner_lists_nobody() -> None:
    """Without members there is no rule to apply; the workspace is the rule."""
    assert refusal_of(USER, Profile(), "it-team", a_company()) is None
    assert refusal_of(USER, Profile(unsure=True), "it-team", listed(sales=(USER,))) is None


def test_where_the_owner_lists_members_any_listed_member_of_any_team_may_act() -> None:
    """Owners help each other at night: a member of another team is no stranger."""
    rules = listed(it_team=("U0BOB00001", "bob@acme.example"), sales=(USER,))
    assert refusal_of(USER, Profile(), "it-team", rules) is None
    refusal = refusal_of("U0CAROL001", Profile(email="carol@acme.example"), "it-team", rules)
    assert refusal is not None
    assert refusal.code == "not_a_member"
    assert "U0CAROL001" in refusal.text


def test_members_are_known_by_e_mail_address_in_any_case() -> None:
    """teams.yaml may list addresses; Slack's own spelling of them does not matter."""
    rules = listed(it_team=("Alice@Acme.example",))
    assert refusal_of(USER, Profile(email="alice@acme.example"), "it-team", rules) is None
    assert refusal_of(USER, Profile(email="eve@acme.example"), "it-team", rules) is not None


def test_an_unknown_owner_counts_as_one_that_lists_members() -> None:
    """We may not know the incident yet: then the stricter rule holds, if there is one at all."""
    rules = listed(sales=("U0BOB00001",))
    refusal = refusal_of(USER, Profile(), "", rules)
    assert refusal is not None
    assert refusal_of(USER, Profile(), "", a_company()) is None


def test_nobody_is_guessed_to_be_a_member_while_slack_does_not_answer() -> None:
    """Not sure is not yes; the presser is asked to press again, and a Slack id needs no answer."""
    rules = listed(it_team=("alice@acme.example", "U0BOB00001"))
    refusal = refusal_of(USER, Profile(unsure=True), "it-team", rules)
    assert refusal is not None
    assert refusal.code == "not_checked"
    assert refusal_of("U0BOB00001", Profile(unsure=True), "it-team", rules) is None


def test_addresses_that_slack_does_not_tell_cannot_keep_people_out() -> None:
    """Members by address only, and an app without `users:read.email`: the workspace may act, as without members."""
    rules = listed(it_team=("alice@acme.example",))
    assert refusal_of("U0CAROL001", Profile(), "it-team", rules) is None


@pytest.mark.parametrize("rules", [a_company(), listed(it_team=("U0BOB00001",))])
def test_guests_and_strangers_may_act_only_when_listed_and_bots_never(rules: Rules) -> None:
    """A partner's people are guests, and are listed; a bot is nobody's member."""
    guest = refusal_of(USER, Profile(outsider=True), "it-team", rules)
    assert guest is not None
    assert guest.code == "outsider"
    named = listed(it_team=(USER,))
    assert refusal_of(USER, Profile(outsider=True), "it-team", named) is None
    bot = refusal_of(USER, Profile(bot=True), "it-team", named)
    assert bot is not None
    assert bot.code == "bot"


def test_who_comes_second_is_told_who_was_first() -> None:
    """The state machine says whether a press still counts; the words name the person in Slack's way."""
    taken = an_incident().model_copy(
        update={"state": IncidentState.ACKNOWLEDGED, "acknowledged_by": "U0BOB00001"}
    )
    assert "<@U0BOB00001>" in already(Verb.ACKNOWLEDGE, taken)
    assert already(Verb.RESOLVE, taken) == ""
    over = taken.model_copy(update={"state": IncidentState.RESOLVED, "resolved_by": "<!channel>"})
    assert "&lt;!channel&gt;" in already(Verb.RESOLVE, over)
    assert already(Verb.ACKNOWLEDGE, None) == ""
    assert already(Verb.CONFIRM, taken) == ""
    settled = taken.model_copy(update={"cause_by": "U0BOB00002"})
    assert "<@U0BOB00002>" in already(Verb.CONFIRM, settled)


def test_a_confirmation_names_the_cause_that_the_presser_saw() -> None:
    """It may have moved since: then the engine refuses it."""
    value = {"incident": "main-1", "scope": "main", "component": "erp.orders"}
    command = command_of(only(presses(action_id=CONFIRM, value=value)), USER, {"main"}, None, at(0))
    assert isinstance(command, Command)
    assert (command.verb, command.component) == (Verb.CONFIRM, "erp.orders")


def test_a_hand_over_names_the_team_that_was_suggested() -> None:
    """Any other button's value may say what it likes of teams; the engine refuses a team that there is not."""
    value = {"incident": "main-1", "scope": "main", "team": "it-team"}
    command = command_of(only(presses(action_id=HAND_OVER, value=value)), USER, {"main"}, None, at(0))
    assert isinstance(command, Command)
    assert (command.verb, command.team) == (Verb.HAND_OVER, "it-team")


def test_ownership_is_read_from_the_rules_not_from_the_button() -> None:
    """Whatever a value says about teams or roles is read over."""
    press = only(presses(value={"incident": "main-1", "scope": "main", "team": "risk", "role": "admin"}))
    assert not {"risk", "admin"} & set(map(str, press))
