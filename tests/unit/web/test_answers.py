"""Every answer carries the headers that keep browsers honest, and no method but three is served."""

import pytest

from router.web.answers import HEADERS
from tests.unit.render.samples import an_incident
from tests.unit.web.site import NOW, Site, request_of

PATHS = (
    "/",
    "/incidents/main-17",
    "/runbooks/any-feed",
    "/console.css",
    "/nothing",
    "/api/incidents",
    "/api/nothing",
)


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_has_the_security_headers(path: str) -> None:
    """Pages, files, JSON and errors alike; nothing may be loaded from elsewhere or framed."""
    answer = Site(None, an_incident()).get(path)
    for name, value in HEADERS.items():
        if (path, name) != ("/console.css", "Cache-Control"):
            assert answer.headers[name] == value
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "server" not in answer.headers


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "OPTIONS", "PUT", "PATCH", "DELETE", "CONNECT"])
@pytest.mark.parametrize("path", ["/", "/api/commands", "/slack/interactions", "/nothing"])
def test_only_get_head_and_post_are_served(method: str, path: str) -> None:
    """TRACE above all: it would echo headers."""
    answer = Site().ask(method, path, headers={"X-Echo": "canary"})
    assert (answer.status_code, "canary" in answer.text) == (405, False)


@pytest.mark.parametrize(
    "path", ["/", "/incidents/main-17", "/runbooks/any-feed", "/api/incidents", "/nothing"]
)
def test_reading_changes_nothing(path: str) -> None:
    """No GET of any route sends a command."""
    site = Site(None, an_incident())
    site.get(path)
    site.get("/api/commands")
    site.get("/slack/interactions")
    assert site.producer.sent == []


@pytest.mark.parametrize("path", ["/api/commands", "/slack/interactions", "/slack/events"])
def test_what_changes_something_is_not_there_for_get(path: str) -> None:
    """405, with the method that is."""
    answer = Site().get(path)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_a_bug_is_answered_shortly_and_its_details_stay_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """500 with headers like any other answer; neither type nor message of the error gets out."""
    site = Site()
    monkeypatch.setattr(site.model, "live", lambda: 1 / 0)
    answer = site.get("/api/incidents")
    assert answer.status_code == 500
    assert "division" not in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_bug_in_the_way_of_a_press_leaves_it_free_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A replay of a press that had no effect is not a replay."""
    site = Site()
    with monkeypatch.context() as broken:
        broken.setattr(site.model, "get", lambda _name: 1 / 0)
        assert site.press().status_code == 500
    assert site.ask("POST", "/slack/interactions", **request_of(NOW)).status_code == 200
    assert len(site.producer.sent) == 1
