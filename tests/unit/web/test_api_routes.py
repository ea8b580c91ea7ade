"""The JSON API: reading is free of effects, commands need the token and are idempotent."""

import pytest

from router.model.incident import Incident, IncidentState
from router.web.api_routes import MAX_BODY_BYTES
from tests.unit.render.samples import an_incident
from tests.unit.web.site import NOW, TOKEN, Site, counted

ACKNOWLEDGE = {"scope": "main", "verb": "acknowledge", "incident": "main-1", "actor": "ada"}


def test_a_command_is_accepted_when_it_is_durable() -> None:
    """202 and its id; type, time and origin are the router's to say."""
    site = Site()
    answer = site.command(ACKNOWLEDGE | {"reason": "on it"})
    assert answer.status_code == 202
    (command,) = site.producer.sent
    assert answer.json() == {"id": command.id}
    assert (command.actor, command.via, command.at, command.reason) == ("ada", "api", NOW, "on it")


def test_the_idempotency_key_is_the_commands_id() -> None:
    """A request that is repeated after a lost answer is the same command; without a key each is its own."""
    site = Site()
    for _ in range(2):
        site.command(ACKNOWLEDGE, Idempotency_Key="deploy-42")
    site.command(ACKNOWLEDGE)
    site.command(ACKNOWLEDGE)
    ids = [command.id for command in site.producer.sent]
    assert ids[:2] == ["api-deploy-42"] * 2
    assert len(set(ids)) == 3


@pytest.mark.parametrize("key", ["", "x" * 129, "two words", "\u00e9"])
def test_an_idempotency_key_that_is_none_is_refused(key: str) -> None:
    """Better a plain error than an id that differs from what was meant."""
    site = Site()
    answer = site.ask(
        "POST",
        "/api/commands",
        json=ACKNOWLEDGE,
        headers={"Authorization": f"Bearer {TOKEN}", "Idempotency-Key": key.encode()},  # type: ignore[dict-item]
    )
    assert answer.status_code == 422
    assert site.producer.sent == []


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x"]
)
def test_without_the_token_nobody_commands(authorization: str) -> None:
    """401, counted, and nothing produced."""
    site = Site()
    before = counted("router_requests_refused_total", reason="bad_token")
    answer = site.command(ACKNOWLEDGE, Authorization=authorization)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert site.producer.sent == []
    assert counted("router_requests_refused_total", reason="bad_token") == before + 1


def test_an_installation_without_a_token_takes_no_commands() -> None:
    """Not even with an empty token."""
    site = Site(token="")
    for given in ("Bearer ", "Bearer None", f"Bearer {TOKEN}"):
        assert site.command(ACKNOWLEDGE, Authorization=given).status_code == 403
    assert site.producer.sent == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[]", 400),
        (b"not json", 400),
        (b'{"a": NaN}', 400),
        (b"[" * 5_000, 400),
        (b" " * (MAX_BODY_BYTES + 1), 413),
        ({}, 422),
        (ACKNOWLEDGE | {"id": "mine"}, 422),
        (ACKNOWLEDGE | {"at": "2026-01-01T00:00:00Z"}, 422),
        (ACKNOWLEDGE | {"via": "slack"}, 422),
        (ACKNOWLEDGE | {"verb": "delete"}, 422),
        (ACKNOWLEDGE | {"surprise": 1}, 422),
        (ACKNOWLEDGE | {"actor": ""}, 422),
        (ACKNOWLEDGE | {"actor": "x" * 201}, 422),
        (ACKNOWLEDGE | {"reason": "x" * 1001}, 422),
        (ACKNOWLEDGE | {"scope": "nowhere", "incident": "nowhere-1"}, 422),
        (ACKNOWLEDGE | {"incident": "1"}, 422),
        (ACKNOWLEDGE | {"verb": "hand_over", "team": "nobody"}, 422),
        (ACKNOWLEDGE | {"verb": "correct", "component": "no.such"}, 422),
        (ACKNOWLEDGE | {"verb": "confirm", "incident": "main"}, 422),
    ],
)
def test_what_is_no_command_is_refused_without_being_quoted(body: object, status: int) -> None:
    """The answer says which field and why, never what stood in it."""
    site = Site()
    answer = site.command(body)
    assert answer.status_code == status, answer.text
    assert "nowhere" not in answer.text
    assert site.producer.sent == []


def test_nobody_acts_in_a_slack_users_name() -> None:
    """The token proves a machine, not a person: an actor that looks like a Slack id is refused."""
    site = Site()
    for actor in ("U0ALICE001", "slack:U0ALICE001"):
        assert site.command(ACKNOWLEDGE | {"actor": actor}).status_code == 422


def test_hand_overs_and_silences_go_through() -> None:
    """Every verb of a command may come by the API."""
    site = Site()
    assert site.command(ACKNOWLEDGE | {"verb": "hand_over", "team": "risk"}).status_code == 202
    silence = {
        "scope": "main",
        "verb": "silence",
        "actor": "ada",
        "seconds": 600,
        "match": ['severity="minor"'],
    }
    assert site.command(silence).status_code == 202
    assert [command.verb for command in site.producer.sent] == ["hand_over", "silence"]


def test_a_form_cannot_command() -> None:
    """Only application/json: what a page of another site can make a browser send is refused."""
    site = Site()
    assert site.command(ACKNOWLEDGE, Content_Type="text/plain").status_code == 415


def test_when_kafka_does_not_confirm_the_sender_is_told_to_repeat() -> None:
    """503 with Retry-After; not a word of success."""
    site = Site()
    site.producer.fails = True
    answer = site.command(ACKNOWLEDGE)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")


def test_incidents_are_listed_worst_first_and_one_is_the_whole_record() -> None:
    """What is over comes after what is open; the record is the one on the topic."""
    minor = an_incident(id="main-2", severity="minor")
    over = an_incident(id="main-3", state=IncidentState.RESOLVED)
    site = Site(None, over, minor, an_incident())
    listed = site.get("/api/incidents").json()
    assert [incident["id"] for incident in listed["incidents"]] == ["main-17", "main-2", "main-3"]
    assert listed["complete"] is True
    assert Incident.model_validate(site.get("/api/incidents/main-17").json()) == an_incident()


def test_incidents_can_be_narrowed_down() -> None:
    """By whether they are open, and by number."""
    site = Site(None, an_incident(), an_incident(id="main-3", state=IncidentState.RESOLVED))

    def ids(query: str) -> list[str]:
        return [incident["id"] for incident in site.get(f"/api/incidents?{query}").json()["incidents"]]

    assert (ids("live=true"), ids("live=false"), ids("limit=1")) == (["main-17"], ["main-3"], ["main-17"])
    for wrong in ("limit=0", "limit=x", "live=perhaps"):
        answer = site.get(f"/api/incidents?{wrong}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_request")


def test_a_list_that_may_miss_incidents_says_so() -> None:
    """While the topic is still being read, or cannot be, `complete` is false."""
    site = Site()
    site.model.troubled("_ALL_BROKERS_DOWN")
    assert site.get("/api/incidents").json()["complete"] is False


def test_an_incident_that_is_not_known_is_404() -> None:
    """As JSON, whatever the name."""
    for name in ("main-99", "%2e%2e", "x" * 5_000):
        answer = Site().get(f"/api/incidents/{name}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "unknown_incident")
