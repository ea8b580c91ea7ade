"""POST /slack/interactions and /slack/events, over HTTP: what is believed, what is produced, what is answered."""

import json
from datetime import timedelta
from typing import Any

import pytest

from router.model.incident import IncidentState
from router.slack.interactions import Profile
from router.web.slack_routes import MAX_BODY_BYTES
from tests.builders import a_company
from tests.fake_slack.click import sign
from tests.unit.render.samples import an_incident
from tests.unit.web.site import CANARIES, NOW, SECRET, TEAM, USER, Site, counted, payload_of, request_of


def told(site_answer: Any) -> str:
    """What the presser is told in the answer."""
    document = site_answer.json()
    assert (document["response_type"], document["replace_original"]) == ("ephemeral", False)
    return str(document["text"])


def test_a_press_becomes_one_durable_command_and_an_empty_200() -> None:
    """The command carries who, what and which revision; Slack needs no words."""
    site = Site()
    before = counted("router_commands_total", verb="acknowledge", via="slack")
    answer = site.press()
    assert (answer.status_code, answer.content) == (200, b"")
    (command,) = site.producer.sent
    assert (command.actor, command.verb, command.incident, command.scope, command.revision, command.at) == (
        USER, "acknowledge", "main-1", "main", 3, NOW,
    )  # fmt: skip
    assert counted("router_commands_total", verb="acknowledge", via="slack") == before + 1


@pytest.mark.parametrize(
    ("forged", "code"),
    [
        ({"secret": "another-secret"}, "mismatch"),
        ({"signature": "v0=" + "0" * 64}, "mismatch"),
        ({"signature": "v1=x"}, "mismatch"),
        ({"signature": "v0=\u00e9"}, "mismatch"),
        ({"signature": ""}, "missing"),
        ({"timestamp": str(int(NOW.timestamp()) - 301)}, "stale"),
        ({"timestamp": str(int(NOW.timestamp()) + 301)}, "stale"),
        ({"timestamp": "0"}, "stale"),
        ({"timestamp": "junk"}, "junk_timestamp"),
        ({"timestamp": "-1"}, "junk_timestamp"),
        ({"timestamp": "1e9"}, "junk_timestamp"),
        ({"timestamp": "9" * 400}, "junk_timestamp"),
        ({"timestamp": " "}, "junk_timestamp"),
        ({"timestamp": ""}, "missing"),
    ],
)
@pytest.mark.parametrize("path", ["/slack/interactions", "/slack/events"])
def test_what_is_not_signed_by_slack_now_gets_401_and_does_nothing(
    path: str, forged: dict[str, str], code: str
) -> None:
    """Bad, stale, future, junk: one answer for all, which does not say what was wrong; the counter does."""
    site = Site()
    before = counted("router_requests_refused_total", reason=f"signature_{code}")
    request = request_of(NOW, **forged)
    request["headers"] = {name: value.encode() for name, value in request["headers"].items()}
    answer = site.ask("POST", path, **request)
    assert answer.status_code == 401
    assert answer.json() == {
        "error": {"code": "not_verified", "message": "This request is not known to come from Slack."}
    }
    assert site.producer.sent == []
    assert counted("router_requests_refused_total", reason=f"signature_{code}") == before + 1


def test_headers_that_are_missing_are_a_bad_signature() -> None:
    """No signature, no timestamp, nothing at all: 401."""
    site = Site()
    assert site.ask("POST", "/slack/interactions", content=b"payload={}").status_code == 401
    assert site.ask("POST", "/slack/interactions").status_code == 401


def test_the_signature_is_of_the_bytes_as_they_came() -> None:
    """The same form, encoded in another way, is another body."""
    site, request = Site(), request_of(NOW)
    request["content"] = request["content"].replace(b"+", b"%20")
    assert site.ask("POST", "/slack/interactions", **request).status_code == 401


def test_without_a_signing_secret_nothing_can_be_verified_so_nothing_is_believed() -> None:
    """An installation without Slack has no open door."""
    site = Site(signing_secrets=())
    assert site.press().status_code == 401
    assert site.press(signature="", secret="x").status_code == 401
    assert site.producer.sent == []


def test_while_secrets_are_rotated_both_are_good() -> None:
    """The new one first, the old one still."""
    site = Site(signing_secrets=("the-new-one", SECRET))
    assert site.press().status_code == 200


@pytest.mark.parametrize("size", [MAX_BODY_BYTES + 1, 3 * MAX_BODY_BYTES])
@pytest.mark.parametrize("path", ["/slack/interactions", "/slack/events"])
def test_a_body_that_is_too_large_gets_400_even_when_it_is_signed(path: str, size: int) -> None:
    """The bound comes before everything else."""
    site = Site()
    body = b"payload=" + b"x" * (size - 8)
    answer = site.ask("POST", path, **request_of(NOW, body=body))
    assert answer.status_code == 400
    assert site.producer.sent == []


def test_a_body_at_the_bound_is_read() -> None:
    """256 KB is allowed: it fails later, as a payload."""
    body = b"payload=" + b"x" * (MAX_BODY_BYTES - 8)
    answer = Site().ask("POST", "/slack/interactions", **request_of(NOW, body=body))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "malformed")


def test_a_replayed_press_gets_200_and_has_no_effect() -> None:
    """The same signature within the five minutes in which it is valid: handled once."""
    site = Site()
    request = request_of(NOW)
    for minute in range(5):
        site.now = NOW + timedelta(minutes=minute)
        assert site.ask("POST", "/slack/interactions", **request).status_code == 200
    assert len(site.producer.sent) == 1
    site.now = NOW + timedelta(seconds=301)
    assert site.ask("POST", "/slack/interactions", **request).status_code == 401


def test_a_press_signed_in_the_future_cannot_be_replayed_later() -> None:
    """Slack's clock may be ahead of ours: then a signature is valid for up to ten minutes."""
    site = Site()
    request = request_of(NOW, timestamp=str(int(NOW.timestamp()) + 290))
    for seconds in (0, 299, 580):
        site.now = NOW + timedelta(seconds=seconds)
        assert site.ask("POST", "/slack/interactions", **request).status_code == 200
    assert len(site.producer.sent) == 1


def test_two_deliveries_of_one_press_at_the_same_moment_produce_once() -> None:
    """The second is not told that it is done, because it is not done yet."""
    site = Site()
    request = request_of(NOW)
    answers = site.ask_all(*[("POST", "/slack/interactions", request)] * 5)
    assert len(site.producer.sent) == 1
    assert {answer.status_code for answer in answers} <= {200, 503}


def test_a_press_that_was_sent_again_under_another_signature_keeps_its_command_id() -> None:
    """What slips through here, the engine drops: it remembers commands by id."""
    site = Site()
    site.press()
    site.now += timedelta(seconds=2)
    site.press()
    assert len({command.id for command in site.producer.sent}) == 1


@pytest.mark.parametrize("trouble", ["fails", "hangs"])
def test_until_the_broker_has_it_the_answer_is_503_and_the_same_press_may_come_again(trouble: str) -> None:
    """Slack shows the presser an error; nothing is lost silently, and nothing is remembered as done."""
    site = Site()
    setattr(site.producer, trouble, True)
    request = request_of(NOW)
    answer = site.ask("POST", "/slack/interactions", **request)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "not_sent")
    setattr(site.producer, trouble, False)
    assert site.ask("POST", "/slack/interactions", **request).status_code == 200
    assert len(site.producer.sent) == 1


def test_an_unknown_scope_is_refused_in_words_and_nothing_is_produced() -> None:
    """A button's value is not believed: the scope must be one of the rules'."""
    site = Site()
    answer = site.press(value={"incident": "nowhere-1", "scope": "nowhere"})
    assert answer.status_code == 200
    assert "no longer know" in told(answer)
    assert site.producer.sent == []
    assert site.press(value={"incident": "unmapped-1", "scope": "unmapped"}).content == b""


def test_people_of_other_workspaces_are_refused_in_words() -> None:
    """Slack-Connect strangers see the button; it does nothing for them."""
    site = Site()
    answer = site.press(user={"id": "U0EVE00001", "team_id": "T0STRANGER"})
    assert (answer.status_code, "workspace" in told(answer)) == (200, True)
    assert site.producer.sent == []


def test_somebody_who_is_no_member_is_told_so_where_the_owner_lists_members() -> None:
    """In the answer, at Slack's response address, and in the counters; nothing is produced."""
    rules = a_company()
    team = rules.teams["data-team"].model_copy(update={"members": ("U0BOB00001",)})
    site = Site(
        rules.model_copy(update={"teams": rules.teams | {"data-team": team}}), an_incident(id="main-1")
    )
    before = counted("router_requests_refused_total", reason="not_a_member")
    answer = site.press()
    assert USER in told(answer)
    assert site.people.answers == [("https://hooks.slack.com/actions/T/1/x", told(answer))]
    assert site.producer.sent == []
    assert counted("router_requests_refused_total", reason="not_a_member") == before + 1
    assert site.press(user={"id": "U0BOB00001", "team_id": TEAM}).content == b""


def test_a_guest_is_refused_by_what_slack_tells_of_them() -> None:
    """The payload does not say who is a guest; users.info does."""
    site = Site()
    site.people.profiles[USER] = Profile(outsider=True)
    assert "Guests" in told(site.press())
    assert site.producer.sent == []


def test_who_comes_second_is_told_who_has_it_and_the_command_goes_its_way_all_the_same() -> None:
    """The engine decides and records; the presser knows at once."""
    taken = an_incident(id="main-1", state=IncidentState.ACKNOWLEDGED, acknowledged_by="U0BOB00001")
    site = Site(None, taken)
    assert "<@U0BOB00001>" in told(site.press())
    assert len(site.producer.sent) == 1


def test_two_buttons_in_one_request_are_two_commands() -> None:
    """Slack may send several actions; each is taken for itself."""
    first, second = (payload_of(action_id=a)["actions"][0] for a in ("router.acknowledge", "router.resolve"))
    site = Site()
    site.press(actions=[first, second, first | {"value": "junk"}])
    assert [command.verb for command in site.producer.sent] == ["acknowledge", "resolve"]


@pytest.mark.parametrize("changes", [{"type": "view_submission"}, {"action_id": "other.button"}])
def test_other_interactivity_is_taken_and_ignored(changes: dict[str, str]) -> None:
    """200, or Slack would show people an error for buttons that are none of ours."""
    site = Site()
    assert site.press(**changes).status_code == 200
    assert site.producer.sent == []


def test_slacks_check_of_our_address_is_answered_once_it_is_signed() -> None:
    """url_verification: the challenge comes back."""
    body = json.dumps({"type": "url_verification", "challenge": "3eZbrw1a", "token": "x"}).encode()
    site = Site()
    answer = site.ask("POST", "/slack/events", **request_of(NOW, body=body))
    assert (answer.status_code, answer.json()) == (200, {"challenge": "3eZbrw1a"})
    assert site.ask("POST", "/slack/events", content=body).status_code == 401


def test_events_are_taken_and_ignored_however_often_they_come() -> None:
    """Retries carry a number in a header, which is no reason to refuse them; nothing is produced for any."""
    site = Site()
    body = json.dumps({"type": "event_callback", "event_id": "Ev1", "event": {"type": "message"}}).encode()
    before = counted("router_requests_refused_total", reason="repeated")
    for attempt in range(3):
        request = request_of(NOW, body=body)
        request["headers"]["X-Slack-Retry-Num"] = str(attempt)
        assert site.ask("POST", "/slack/events", **request).status_code == 200
    assert site.producer.sent == []
    assert counted("router_requests_refused_total", reason="repeated") == before + 2


@pytest.mark.parametrize("body", [b"", b"[]", b"not json", b"\xff", b"[" * 5000])
def test_events_that_are_no_json_objects_are_malformed(body: bytes) -> None:
    """Signed, but nothing that Slack documents."""
    site = Site()
    stamp = str(int(NOW.timestamp()))
    signed = request_of(NOW, body=body, signature=sign(SECRET, stamp, body))
    assert site.ask("POST", "/slack/events", **signed).status_code == 400


def test_no_answer_ever_holds_a_secret() -> None:
    """Whatever goes wrong, error bodies and headers are ours and short."""
    site = Site()
    answers = [
        site.press(),
        site.press(secret="wrong"),
        site.press(value="junk"),
        site.press(body=b"payload=junk"),
        site.command({}, Authorization="Bearer wrong"),
        site.command({"scope": "nowhere"}),
        site.get("/api/incidents/nothing"),
        site.get("/nothing"),
    ]
    for answer in answers:
        shown = answer.text + str(answer.headers)
        assert not [canary for canary in CANARIES if canary in shown]
