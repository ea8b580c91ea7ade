"""The small vocabulary of all messages."""

from datetime import timedelta

import pytest

from router.model.runbook import Runbook
from router.render.words import (
    console_url,
    count_words,
    fault_words,
    runbook_url,
    span_words,
    sureness,
)
from tests.builders import a_company
from tests.unit.render.samples import SCHEMA, company


@pytest.mark.parametrize(
    ("confidence", "words"),
    [
        (0.95, "almost certain (95 %)"),
        (0.999, "almost certain (over 99 %)"),
        (0.5, "likely (50 %)"),
        (0.3, "possible (30 %)"),
        (0.1, "a guess (10 %)"),
    ],
)
def test_confidence_has_a_word(confidence: float, words: str) -> None:
    """The word and the number always go together."""
    assert sureness(confidence) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(20, "under a minute"), (600, "10 min"), (3_600, "1 h"), (12_000, "3 h 20 min"), (400_000, "4 d")],
)
def test_spans_read_as_people_say_them(seconds: int, words: str) -> None:
    """From seconds to days, with at most two units."""
    assert span_words(timedelta(seconds=seconds)) == words


def test_small_words() -> None:
    """Numbers agree with their nouns, faults lose their prefix and keep their acronyms."""
    assert (count_words(1, "alert"), count_words(1_200, "alert")) == ("1 alert", "1,200 alerts")
    assert (fault_words("genai.pii_leak"), fault_words("x.acme_fax_jam")) == ("PII leak", "acme fax jam")


def test_a_runbook_is_read_at_its_own_address_or_under_the_companys() -> None:
    """The runbook's url wins; without any address there is no link."""
    bare = Runbook(id="a/b c", title="T")
    assert runbook_url(SCHEMA, company()) == SCHEMA.url
    assert runbook_url(bare, company()) == "https://handbook.example/runbooks/a%2Fb%20c"
    assert runbook_url(bare, a_company()) == ""


def test_without_a_handbook_a_runbook_is_read_in_the_console() -> None:
    """There it is filled in for the incident."""
    rules = a_company(console_url="https://incidents.example/")
    bare = Runbook(id="a b", title="T")
    assert runbook_url(bare, rules) == "https://incidents.example/runbooks/a%20b"
    assert runbook_url(bare, rules, "main-1") == "https://incidents.example/runbooks/a%20b?incident=main-1"


def test_the_console_link_is_the_incidents_page() -> None:
    """No console, no link; ids are quoted."""
    assert console_url("main 1/2", company()) == "https://incidents.example/incidents/main%201%2F2"
    assert console_url("main-1", a_company()) == ""
