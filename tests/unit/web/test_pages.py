"""The console's pages over HTTP: what they show, and that what senders write is never more than text."""

import re
from datetime import timedelta

import pytest
from markupsafe import escape

from router.model.fault import Severity
from router.model.incident import IncidentState
from router.model.runbook import Runbook
from router.web.pages import LIVE_SHOWN
from tests.builders import at, minutes
from tests.unit.render.samples import NOTICES, SCHEMA, an_incident, company, sample
from tests.unit.web.site import NOW, Site

NASTY = '"><script>alert(1)</script><img src=x onerror=1>{{ 7*7 }}'


def text_of(html: str) -> str:
    """What a reader sees: without tags."""
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def test_the_board_shows_what_waits_then_what_is_taken_then_what_is_over() -> None:
    """The number of those that wait is the largest thing on the page."""
    taken = an_incident(id="main-2", state=IncidentState.ACKNOWLEDGED, acknowledged_by="U0BOB00001")
    over = an_incident(id="main-3", state=IncidentState.RESOLVED)
    text = text_of(Site(None, an_incident(), taken, over).get("/").text)
    order = ["1 incident waits for somebody", "not acknowledged", "acknowledged by U0BOB00001", "Over lately"]
    places = [text.index(part) for part in order]
    assert places == sorted(places)


def test_a_calm_board_says_so() -> None:
    """Nothing open; or everything open in somebody's hands."""
    assert "Nothing is open" in Site().get("/").text
    taken = an_incident(state=IncidentState.ACKNOWLEDGED)
    assert "Everything open is acknowledged" in Site(None, taken).get("/").text


def test_a_storm_does_not_make_the_board_endless() -> None:
    """The worst are shown, the rest is counted."""
    site = Site(None, *[an_incident(id=f"main-{n}", severity=Severity.MINOR) for n in range(LIVE_SHOWN + 5)])
    text = site.get("/").text
    assert text.count('class="row ') == LIVE_SHOWN
    assert f"{LIVE_SHOWN + 5} incidents wait" in text_of(text)
    assert "5 more are open" in text_of(text)


@pytest.mark.parametrize("name", NOTICES)
def test_an_incident_page_answers_what_why_who_and_how(name: str) -> None:
    """In every state: title, owner and why, evidence, symptoms, story."""
    incident = sample(name).incident
    answer = Site(None, incident).get(f"/incidents/{incident.id}")
    assert answer.status_code == 200
    text = text_of(answer.text)
    for part in (incident.owner.team, *incident.cause.evidence[:1], incident.headlines[0].summary, "Story"):
        assert str(escape(part)) in text


def test_an_incident_page_holds_the_first_steps_of_its_runbook() -> None:
    """Filled in for this incident, with the whole runbook one click away."""
    html = Site(None, an_incident()).get("/incidents/main-17").text
    assert "<code>dbt source freshness --select feed.orders</code>" in html
    assert 'href="/runbooks/feed-schema-change?incident=main-17"' in html


def test_a_runbook_page_is_filled_in_for_its_incident() -> None:
    """And says for which."""
    html = Site(None, an_incident()).get("/runbooks/feed-schema-change?incident=main-17").text
    assert "feed.orders has fields that its readers do not know" in html
    assert '<a href="/incidents/main-17">main-17</a>' in html


def test_a_runbook_page_can_be_read_without_an_incident() -> None:
    """The stable link of messages and handbooks; an incident that is gone does no harm."""
    for query in ("", "?incident=", "?incident=main-99"):
        answer = Site().get(f"/runbooks/feed-schema-change{query}")
        assert answer.status_code == 200
        assert "First five minutes" in answer.text
        assert "{component} has fields" in answer.text


@pytest.mark.parametrize(
    "body", ["{{ nobody.knows }} **x**", "{{ 'a' * 300000000 }} **x**", "{% for %} **x**"]
)
def test_a_runbook_that_cannot_be_rendered_stands_as_it_was_written(body: str) -> None:
    """With the reason above it: half a runbook is better than none at three in the morning."""
    rules = company()
    broken = Runbook(id="broken", title="Broken", body=body)
    site = Site(rules.model_copy(update={"runbooks": {"broken": broken}}), an_incident(runbooks=("broken",)))
    answer = site.get("/runbooks/broken")
    assert answer.status_code == 200
    assert "as it was written" in answer.text
    assert "<strong>x</strong>" in answer.text
    assert site.get("/incidents/main-17").status_code == 200


def test_what_senders_and_people_write_is_only_text() -> None:
    """Script, markup and template syntax in every field that comes from outside."""
    incident = an_incident()
    nasty = incident.model_copy(
        update={
            "headlines": tuple(
                h.model_copy(update={"summary": NASTY, "component": NASTY}) for h in incident.headlines
            ),
            "acknowledged_by": NASTY,
            "acknowledged_at": at(minutes(3)),
            "muted_by": NASTY,
            "cause": incident.cause.model_copy(update={"component": NASTY, "evidence": (NASTY,)}),
            "owner": incident.owner.model_copy(update={"why": NASTY, "team": NASTY}),
            "told": tuple(t.model_copy(update={"destination": NASTY}) for t in incident.told),
        }
    )
    site = Site(None, nasty)
    for path in ("/", "/incidents/main-17", f"/runbooks/{SCHEMA.id}?incident=main-17"):
        html = site.get(path).text
        assert "<script" not in html
        assert "<img" not in html
        assert "49" not in text_of(html)
    assert "&lt;script&gt;" in site.get("/incidents/main-17").text


def test_nothing_is_loaded_from_elsewhere() -> None:
    """One style sheet of our own; no scripts, fonts or pictures."""
    site = Site(None, an_incident())
    for path in ("/", "/incidents/main-17", "/runbooks/any-feed", "/nothing"):
        html = site.get(path).text
        loaded = re.findall(r"<(?:link|script|img|iframe)[^>]*>", html)
        assert loaded == re.findall(r'<link rel="stylesheet" href="/console.css\?v=[0-9a-f]{12}">', html)
        assert "style=" not in html
    style = site.get("/console.css")
    assert style.headers["Content-Type"].startswith("text/css")
    assert "url(" not in style.text
    assert "@import" not in style.text


@pytest.mark.parametrize(
    "path", ["/incidents/main-99", "/runbooks/none", "/nothing", "/incidents/%3Cscript%3E"]
)
def test_what_is_not_there_is_a_page_too(path: str) -> None:
    """404, in words, with a way back, quoting nothing."""
    answer = Site().get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert 'href="/"' in answer.text
    assert "script>" not in answer.text


def test_a_console_that_may_be_out_of_date_says_so_above_everything() -> None:
    """Stale calm is the most dangerous thing a console can show."""
    site = Site()
    site.model.troubled("_ALL_BROKERS_DOWN")
    site.now = at(minutes(57))
    text = text_of(site.get("/").text)
    assert "This page may be out of date" in text
    assert "what you see is 12 min old" in text
    assert f"as of {NOW:%H:%M}" in text


def test_a_console_whose_reader_fell_silent_says_so_without_being_told() -> None:
    """A client that waits for a broker reports nothing for a while; the age of what we know tells it."""
    site = Site()
    site.now = NOW + timedelta(seconds=14)
    assert "out of date" not in site.get("/").text
    site.now = NOW + timedelta(seconds=16)
    assert "out of date" in site.get("/").text
    assert site.get("/api/incidents").json()["complete"] is False


def test_a_console_that_has_just_started_says_that_incidents_may_be_missing() -> None:
    """Until the topic is read to its end."""
    site = Site()
    fresh = type(site.model)()
    assert "Still reading" in Site(model=fresh).get("/").text


def test_head_answers_like_get() -> None:
    """For probes."""
    assert Site().ask("HEAD", "/").status_code == 200
