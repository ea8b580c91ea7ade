"""`router explain`: the answers to the questions that people ask, as text and as one JSON document."""

from pathlib import Path

import orjson

from tests.unit.cli.conftest import Run

ROOT = Path(__file__).parents[3]
ACME = ROOT / "examples" / "acme"
SAP = ("--rules", str(ACME), "--events", str(ACME / "recordings" / "sap-format-change.jsonl"))
TWO = ("--rules", str(ACME), "--events", str(ACME / "recordings" / "two-at-once.jsonl"))

QUESTIONS = (
    "Why this cause",
    "Why not the next best",
    "What else it could be",
    "What would change our mind",
    "Why this owner",
    "What is part of it",
    "Why these alerts are together",
    "Why told then, or held",
    "Who was told, when and why",
)


def test_every_question_about_an_incident_is_answered(router: Run) -> None:
    """In this order, each with its reasons below it."""
    ran = router("explain", *SAP)
    assert ran.code == 0
    places = [ran.out.index(f"\n  {question}") for question in QUESTIONS]
    assert places == sorted(places)
    assert "erp.orders's own alert" in ran.out
    assert "an alert of erp.master" in ran.out


def test_the_document_has_the_terms_that_decided(router: Run) -> None:
    """Component, fault, kind, gain and weight a term; together they are the score."""
    document = orjson.loads(router("explain", *SAP, "--incident", "commerce-1", "--json").out)
    best, following = document["terms"][:2]
    assert best["component"] == "erp.orders"
    assert following["score"] < best["score"]
    assert set(best["terms"][0]) == {"kind", "component", "fault", "by", "gain", "weight", "counts"}
    assert abs(sum(term["counts"] for term in best["terms"]) - best["score"]) < 0.01
    assert {trial["what"] for trial in document["tried"]} <= {"alert", "change", "without", "silence"}


def test_an_event_alone_says_what_became_of_it_and_why(router: Run) -> None:
    """The evidence with it and without it is told in words and numbers."""
    ran = router("explain", *SAP, "--event", "6")
    assert ran.code == 0
    assert "likelier one failure than two" in ran.out


def test_an_event_and_an_incident_together_ask_why_it_is_not_in_it(router: Run) -> None:
    """Here: another scope."""
    ran = router("explain", *TWO, "--event", "4", "--incident", "claims-handling-1")
    assert ran.code == 0
    assert "incidents never cross scopes" in ran.out
    document = orjson.loads(
        router("explain", *TWO, "--event", "4", "--incident", "claims-handling-1", "--json").out
    )
    assert document["weighed"][0]["is_in_it"] is False


def test_an_incident_that_is_not_there_is_a_usage_error(router: Run) -> None:
    """And the message names those that are."""
    ran = router("explain", *SAP, "--incident", "commerce-9")
    assert ran.code == 2
    assert "commerce-1" in ran.out + ran.err
