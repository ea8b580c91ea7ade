"""A button in the fake Slack, pressed over real HTTP, becomes a command on the embedded broker; forgeries do not."""

import json
import time
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from router.kafka.embedded import EmbeddedBroker
from tests.fake_slack import FakeSlack
from tests.fake_slack.click import SLACK_WAITS_SECONDS, sign
from tests.fake_slack.store import TEAM_ID
from tests.integration.desk import Desk, open_desk


@pytest.fixture
def desk() -> Iterator[Desk]:
    """On the embedded broker."""
    with EmbeddedBroker() as broker, FakeSlack() as slack, open_desk(broker.settings, slack) as opened:
        yield opened


def test_a_press_in_slack_is_a_durable_command_within_slacks_three_seconds(desk: Desk) -> None:
    """Both buttons of a rendered message, by a person: 200 in time, and the commands are on the topic."""
    message = desk.tell()
    for action_id in ("router.acknowledge", "router.resolve"):
        done = desk.click(message, action_id, user="alice")
        assert (done.status, done.body) == (200, "")
        assert done.latency_seconds < SLACK_WAITS_SECONDS
    first, second = desk.commands()
    assert (first.verb, second.verb) == ("acknowledge", "resolve")
    assert {first.actor, second.actor} == {"U0ALICE001"}
    assert {(c.scope, c.incident, c.revision, c.via) for c in (first, second)} == {
        ("main", "main-17", 4, "slack")
    }


def test_forged_stale_and_oversized_presses_are_refused_and_nothing_is_produced(desk: Desk) -> None:
    """Bad signature 401, stale 401, junk timestamp 401, oversized body 400."""
    message = desk.tell()
    secret, now = desk.slack.signing_secret, str(int(time.time()))
    assert desk.click(message, secret="not-the-secret").status == 401
    assert desk.click(message, timestamp=str(int(time.time()) - 301)).status == 401
    assert desk.click(message, timestamp="junk").status == 401
    for size in (300_000, 3_000_000):
        huge = b"payload=" + b"x" * size
        assert desk.post(huge, sign(secret, now, huge), now) == 400
    assert desk.post(b"payload=junk", sign(secret, now, b"payload=junk"), now) == 400
    assert desk.commands() == []


def test_a_replayed_press_is_answered_and_has_no_effect(desk: Desk) -> None:
    """The very same bytes again: 200, one command."""
    payload = {
        "type": "block_actions",
        "user": {"id": "U0ALICE001", "team_id": TEAM_ID},
        "team": {"id": TEAM_ID},
        "actions": [
            {
                "type": "button",
                "action_id": "router.acknowledge",
                "value": json.dumps({"incident": "main-17", "scope": "main", "revision": 4}),
                "action_ts": "1772420400.000100",
            }
        ],
    }
    body, now = urlencode({"payload": json.dumps(payload)}).encode(), str(int(time.time()))
    signature = sign(desk.slack.signing_secret, now, body)
    assert [desk.post(body, signature, now) for _ in range(4)] == [200] * 4
    assert len(desk.commands()) == 1


def test_strangers_guests_and_bots_press_in_vain(desk: Desk) -> None:
    """Slack knows who is a guest or a bot; the payload says who is of another workspace. They are told in words."""
    message = desk.tell()
    presses = [
        desk.click(message, user="guest"),
        desk.click(message, user="other-bot"),
        desk.click(message, changed={"team": {"id": "T0STRANGER"}}),
    ]
    for done in presses:
        assert done.status == 200
        assert json.loads(done.body)["response_type"] == "ephemeral"
    assert desk.commands() == []
