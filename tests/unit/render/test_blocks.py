"""The Slack message of a notice. Its words are in tests/golden/slack; here are the rules behind them.

`ROUTER_WRITE_GOLDEN=1 pytest tests/unit/render/test_blocks.py` writes the golden files anew; read the diff.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from router.model.fault import OwnerKind
from router.model.incident import IncidentState, Ownership
from router.model.ownership import Track, TrackRole
from router.render.blocks import (
    ACKNOWLEDGE,
    CONFIRM,
    HAND_OVER,
    HAND_OVER_MENU,
    RESOLVE,
    SNOOZE,
    slack_message,
    text_message,
)
from router.render.message import Message
from router.render.runbook import RunbookRenderer
from router.render.runbook_text import RunbookText
from tests.fake_slack.blocks import problems
from tests.unit.render.samples import NOTICES, a_notice, company, sample

GOLDEN = Path(__file__).parents[2] / "golden" / "slack"


def buttons(message: Message) -> dict[str, dict[str, Any]]:
    """The buttons by action id."""
    elements = [e for block in message.blocks if block["type"] == "actions" for e in block["elements"]]  # type: ignore[union-attr]
    return {element["action_id"]: element for element in elements}  # type: ignore[index, call-overload, misc]


def written(message: Message) -> str:
    """The whole message as JSON text."""
    return json.dumps(message.model_dump(), ensure_ascii=False)


@pytest.mark.parametrize("name", NOTICES)
def test_the_message_is_the_golden_one(name: str) -> None:
    """Every kind of notice in every role says exactly what its golden file says, and Slack would take it."""
    notice, rules = sample(name), company()
    with RunbookRenderer(patience_seconds=20) as renderer:
        message = slack_message(notice, rules, renderer.texts(notice.incident, rules))
    golden = GOLDEN / f"{name}.json"
    shown = json.dumps(message.model_dump(), indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("ROUTER_WRITE_GOLDEN"):
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(shown)
    assert shown == golden.read_text()
    assert problems(list(message.blocks)) == []


def test_every_golden_file_has_its_notice() -> None:
    """No golden file outlives what it shows."""
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(NOTICES)


@pytest.mark.parametrize("role", ["owner", "escalation"])
def test_whoever_may_act_gets_both_buttons_while_it_is_open(role: str) -> None:
    """Acknowledge and Resolve carry incident, scope and revision: what the click is about."""
    found = buttons(slack_message(a_notice(role=role), company()))
    assert set(found) == {ACKNOWLEDGE, RESOLVE, SNOOZE}
    told = json.loads(found[ACKNOWLEDGE]["value"])
    assert told == {"incident": "main-17", "scope": "main", "revision": 4}


def test_an_acknowledged_incident_can_only_be_resolved_and_its_cause_confirmed() -> None:
    """The buttons follow the state machine; the one about the cause says which cause it means."""
    notice = a_notice("updated", state=IncidentState.ACKNOWLEDGED, acknowledged_by="ada")
    found = buttons(slack_message(notice, company()))
    assert set(found) == {RESOLVE, CONFIRM, SNOOZE}
    assert json.loads(found[CONFIRM]["value"])["component"] == notice.incident.cause.component


def test_a_suggested_owner_has_a_button_as_long_as_the_incident_lives() -> None:
    """Evidence does not take an incident from whoever has it in hand: one press does."""
    notice = a_notice("updated", state=IncidentState.ACKNOWLEDGED, suggested_team="it-team")
    found = buttons(slack_message(notice, company()))
    assert json.loads(found[HAND_OVER]["value"])["team"] == "it-team"
    assert found[HAND_OVER]["text"]["text"] == "Hand over to it-team"
    over = a_notice("resolved", state=IncidentState.RESOLVED, suggested_team="it-team")
    assert HAND_OVER not in buttons(slack_message(over, company()))


def test_a_menu_hands_over_to_whoever_it_may_be_for_with_a_reason() -> None:
    """The owners of other candidates, with what can be said in a word; a partner's may be outside its contract."""
    suspect = Track(team="it-team", kind=OwnerKind.IT, role=TrackRole.SUSPECT, why="may be the cause as well")
    found = buttons(slack_message(a_notice(also=(suspect,)), company()))
    options = found[HAND_OVER_MENU]["options"]
    assert [option["text"]["text"] for option in options] == [
        "it-team: it is theirs",
        "it-team: we need their help",
    ]
    assert options[0]["value"] == "main-17|4|wrong_owner|it-team"
    assert HAND_OVER not in found
    theirs = Ownership(team="vendor", kind=OwnerKind.PARTNER, why="")
    found = buttons(slack_message(a_notice(also=(suspect,), owner=theirs), company()))
    assert found[HAND_OVER_MENU]["options"][-1]["text"]["text"] == "it-team: outside our contract"


def test_a_snooze_is_chosen_from_a_menu_and_ended_from_it() -> None:
    """Each option says which incident, as of which revision, and for how long; a snoozed one can be woken up."""
    menu = buttons(slack_message(a_notice(), company()))[SNOOZE]
    assert [option["value"] for option in menu["options"]] == [
        f"main-17|4|{seconds}" for seconds in (1_800, 3_600, 14_400, 86_400)
    ]
    menu = buttons(slack_message(sample("updated-owner-snoozed"), company()))[SNOOZE]
    assert [option["text"]["text"] for option in menu["options"]] == ["Wake up now"]


@pytest.mark.parametrize("known", ["said", "doubtful"])
def test_a_cause_that_a_person_settled_or_that_is_in_doubt_has_no_button(known: str) -> None:
    """There is nothing to confirm any more, or not yet."""
    notice = a_notice("updated", state=IncidentState.ACKNOWLEDGED, acknowledged_by="ada")
    doubted = notice.incident.cause.model_copy(update={"abstained": True})
    update = {"cause_by": "ada"} if known == "said" else {"cause": doubted}
    incident = notice.incident.model_copy(update=update)
    notice = notice.model_copy(update={"incident": incident})
    assert set(buttons(slack_message(notice, company()))) == {RESOLVE, SNOOZE}


@pytest.mark.parametrize("state", [IncidentState.RESOLVED, IncidentState.MERGED, IncidentState.CLOSED])
@pytest.mark.parametrize("role", ["owner", "escalation", "former_owner"])
def test_nothing_can_be_pressed_once_it_is_over(role: str, state: IncidentState) -> None:
    """An ended or merged incident has no buttons and no runbook."""
    runbook = RunbookText("Title", "https://x.example", steps=(("do",),))
    message = slack_message(a_notice("resolved", role, state=state), company(), (runbook,))
    assert buttons(message) == {}
    assert "Runbook" not in written(message)


def test_the_former_owner_is_not_asked_to_do_anything() -> None:
    """Who handed it over sees where it went, without buttons."""
    message = slack_message(a_notice("handed_over", "former_owner"), company())
    assert buttons(message) == {}
    assert "Nothing to do here" in written(message)


def test_the_phone_says_how_bad_it_is_where_and_whose() -> None:
    """The fallback text is the notification that wakes somebody."""
    text = slack_message(a_notice(), company()).text
    assert text == "Major · feed.orders: schema change in main. Owner: data-team. Not acknowledged yet."


def test_words_of_senders_cannot_mention_or_link() -> None:
    """A summary, a team's reason or an unknown component's name with Slack markup is shown as letters."""
    evil = "<!channel> <https://evil.example|bank>"
    notice = a_notice()
    headline = notice.incident.headlines[0].model_copy(update={"summary": evil})
    cause = notice.incident.cause.model_copy(update={"component": evil, "evidence": (evil,)})
    incident = notice.incident.model_copy(update={"headlines": (headline,), "cause": cause})
    message = slack_message(notice.model_copy(update={"incident": incident}), company())
    read_as_markup = (*_texts(list(message.blocks), "mrkdwn"), message.text)
    assert not [text for text in read_as_markup if "<!channel>" in text or "<https://evil" in text]
    assert problems(list(message.blocks)) == []


def test_a_runbook_that_could_not_be_rendered_leaves_its_link_and_the_reason() -> None:
    """A bad runbook never stops a telling."""
    runbook = RunbookText("Feed stale", "https://x.example/rb", problem="'nope' is undefined")
    message = slack_message(a_notice(), company(), (runbook,))
    assert "<https://x.example/rb|Feed stale>" in written(message)
    assert "could not be rendered: 'nope' is undefined" in written(message)


def test_the_message_without_blocks_says_the_same() -> None:
    """Should Slack refuse the blocks, the words still reach the channel, escaped."""
    message = text_message(a_notice(), company())
    assert message.blocks == ()
    for words in ("Major · feed.orders", "data-team", "82 %", "kpi.revenue expected", "main-17"):
        assert words in message.text
    assert "<" not in message.text


def test_rules_that_no_longer_know_a_name_still_tell() -> None:
    """A component, team or workflow that is gone from the rules is shown by its id."""
    bare = company().model_copy(update={"components": {}, "teams": {}, "workflows": {}, "runbooks": {}})
    message = slack_message(a_notice(), bare)
    assert "data-team" in written(message)
    assert "feed.orders: schema change" in written(message)


def _texts(thing: Any, kind: str) -> list[str]:
    """All texts of text objects of this type."""
    if isinstance(thing, list):
        return [text for part in thing for text in _texts(part, kind)]
    if not isinstance(thing, dict):
        return []
    own = [thing["text"]] if thing.get("type") == kind and isinstance(thing.get("text"), str) else []
    return own + [text for part in thing.values() for text in _texts(part, kind)]
