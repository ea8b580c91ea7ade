"""A story's file becomes the events it speaks of, and a wrong answer to it is found."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from bench.stories.judge import compare
from bench.stories.reading import Expected, Heard, Story, events, moment, names, story

PROSE = "Something happened, and it is told here at such a length that a reader could follow it. " * 3


def told(*heard: dict[str, Any], **fields: Any) -> Story:
    expected = {"cause": "api.core", "owner": "core-banking", "why": "it says so"}
    given = {
        "title": "T",
        "company": "kestrel",
        "day": "2026-02-17",
        "post_mortem": PROSE,
        "incidents": [expected],
    }
    return Story.model_validate({**given, **fields, "heard": heard})


REFUSED = {"at": "10:00", "of": "api.core", "alert": "api.auth_failure", "until": "11:00", "every": "25m"}


def test_moments_are_of_the_story_s_day_unless_they_say_otherwise():
    """d1 is the day itself, d0 the day before."""
    one = told(REFUSED)
    assert moment(one, "18:04") == datetime(2026, 2, 17, 18, 4, tzinfo=UTC)
    assert moment(one, "d0 18:04") == datetime(2026, 2, 16, 18, 4, tzinfo=UTC)
    assert moment(one, "d3 00:00") == datetime(2026, 2, 19, 0, 0, tzinfo=UTC)


def test_an_alert_repeats_until_it_is_over():
    """Firing at once and every so often before its end, then resolved; all of one key."""
    sent = [event.document["value"]["data"] for event in events(told(REFUSED))]
    assert [data["status"] for data in sent] == ["firing", "firing", "firing", "resolved"]
    assert {data["dedup_key"] for data in sent} == {"api.core/api.auth_failure"}


def test_a_late_event_arrives_late_with_its_own_time():
    """Arrival orders the recording; the event keeps when it happened."""
    late = {"at": "09:00", "of": "api.crm", "alert": "api.latency", "arrives": "10:30"}
    recorded = [event.document for event in events(told(REFUSED, late))]
    place = next(n for n, document in enumerate(recorded) if document["key"] == "api.crm")
    assert place == 2
    assert recorded[place]["value"]["time"] == "2026-02-17T09:00:00.000Z"
    assert [document["offset"] for document in recorded] == [0, 1, 2, 3, 4]


def test_a_misspelt_field_is_refused():
    """What a story says must be understood, or it would pass for the wrong reason."""
    with pytest.raises(ValidationError, match="utnil"):
        told({"at": "10:00", "of": "api.core", "alert": "api.latency", "utnil": "11:00"})


def answer(members: list[int], **fields: Any) -> dict[str, Any]:
    """An incident as in the replay document, right in everything unless fields say otherwise."""
    cause = {"component": "api.core", "fault": "api.auth_failure", "confidence": 0.9, "abstained": False}
    given = {
        "id": "x-1",
        "members": members,
        "owner": {"team": "core-banking"},
        "notifications": [{"at": "now"}],
    }
    return {**given, "cause": {**cause, **fields.pop("cause", {})}, **fields}


def test_the_right_answer_differs_in_nothing():
    """Same alerts, same cause, same owner."""
    assert compare(told(REFUSED), [answer([0, 1, 2, 3])], "triage") == []


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        (answer([0, 1, 2, 3], cause={"component": "api.crm"}), "cause is api.crm"),
        (answer([0, 1, 2, 3], cause={"fault": "api.latency"}), "fault is api.latency"),
        (answer([0, 1, 2, 3], owner={"team": "mobile-team"}), "owner is mobile-team"),
        (answer([0, 1, 3]), "events [2] are not in it"),
    ],
)
def test_a_wrong_answer_is_found(wrong: dict[str, Any], word: str):
    """Another cause, fault, owner or group is said in words."""
    expected = Expected(cause="api.core", faults=("api.auth_failure",), owner="core-banking", why="")
    found = compare(told(REFUSED, incidents=[expected]), [wrong], "triage")
    assert len(found) == 1
    assert word in found[0]


def test_being_sure_where_nobody_could_know_is_found():
    """The triage desk must get it, and the router must say that it does not know."""
    unknown = told(REFUSED, incidents=[Expected(owner="triage", why="")])
    assert len(compare(unknown, [answer([0, 1, 2, 3])], "triage")) == 2
    modest = answer([0, 1, 2, 3], cause={"abstained": True}, owner={"team": "triage"})
    assert compare(unknown, [modest], "triage") == []


def test_noise_in_an_incident_is_found():
    """An alert that is labelled noise belongs to no failure."""
    other = {"at": "12:00", "of": "app.mobile", "alert": "app.error_rate", "until": "12:10", "incident": 0}
    found = compare(told(REFUSED, other), [answer([0, 1, 2, 3, 4])], "triage")
    assert found == ["incident 1 (x-1): events [4] of noise are in it"]


def test_too_many_tellings_are_found():
    """A story may say how many incidents people should hear of at most."""
    found = compare(told(REFUSED, pages=0), [answer([0, 1, 2, 3])], "triage")
    assert found == ["somebody was told of 1 incidents, expected 0 at most"]


def test_no_incident_at_all_is_found():
    """Silence is an answer, and here a wrong one."""
    assert compare(told(REFUSED), [], "triage") == ["incident 1: there is none"]


@pytest.mark.parametrize("name", names())
def test_nothing_is_heard_after_it_was_over(name: str):
    """Times of a story are in order: it begins, is heard, is over."""
    one = story(name)
    assert isinstance(one.day, date)
    for heard in one.heard:
        assert isinstance(heard, Heard)
        began, at = moment(one, heard.since or heard.at), moment(one, heard.at)
        assert began <= at <= moment(one, heard.arrives or heard.at)
        assert heard.until is None or at < moment(one, heard.until)
