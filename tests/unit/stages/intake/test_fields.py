"""Fields of foreign documents: typed, cleaned, bounded."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.model.errors import RejectedEvent
from router.model.event import RejectCode
from router.model.fault import Severity
from router.stages.intake import fields
from tests.unit.stages.intake.documents import a_source

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-02T12:00:00Z", NOON),
        ("2026-03-02T12:00:00.000Z", NOON),
        ("2026-03-02T12:00:00.000000000Z", NOON),
        ("2026-03-02t12:00:00z", NOON),
        ("2026-03-02T13:00:00+01:00", NOON),
        ("2026-03-02T08:30:00-03:30", NOON),
        ("2026-03-02T12:00:00.1234567Z", NOON + timedelta(microseconds=123_456)),
        ("2026-03-02T11:59:60Z", NOON),
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)),
    ],
)
def test_rfc_3339_is_read_and_comes_out_in_utc(text: str, moment: datetime) -> None:
    """With fractions of any length, offsets, small letters and leap seconds."""
    read = fields.moment(text, "time")
    assert read == moment
    assert read.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "lunchtime", "2026-03-02", "2026-03-02T12:00Z", "2026-03-02T12:00:00", "2026-03-02T12:00:00X",
        "2026-03-02T12:00:00+25:00", "2026-03-02T12:00:00+xx:00", "2026-03-02T12:00:00+05", "2026-13-02T12:00:00Z",
        "2026-02-30T12:00:00Z", "2026-03-02T24:00:00Z", "2026-03-02 12:00:00Z", "20260302T120000Z",
        "2026-W10-1T12:00:00.000Z", "2026-W10-1T12:00:00Z", "0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00",
        "\uff12026-03-02T12:00:00Z", " 2026-03-02T12:00:00Z", "2026-03-02T12:00:00,000Z", "", None, 1_772_452_800,
        True, {},
    ],
)  # fmt: skip
def test_what_is_not_rfc_3339_is_refused(text: object) -> None:
    """Also what Python would read: ISO 8601 knows more forms than senders and readers agree on."""
    with pytest.raises(RejectedEvent) as raised:
        fields.moment(text, "time")
    assert raised.value.code == RejectCode.INVALID_TIME


@given(st.text(alphabet="0123456789-:TZ.W+ ", min_size=18, max_size=26))
def test_the_short_cut_reads_what_the_rule_reads(text: str) -> None:
    """The usual forms are recognised without the regular expression; no other form slips through."""
    rule = re.fullmatch(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})", text
    )
    try:
        fields.moment(text, "time")
    except RejectedEvent:
        return
    assert rule


@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1)))  # noqa: DTZ001
def test_a_time_that_is_written_is_read_back(moment: datetime) -> None:
    """To the microsecond."""
    text = moment.isoformat().replace("+00:00", "Z")
    assert fields.moment(text, "time") == moment


def test_a_time_without_a_zone_is_utc_only_where_the_format_says_so() -> None:
    """OpenLineage and dbt emit such times."""
    assert fields.moment("2026-03-02T12:00:00.5", "t", zone_optional=True) == NOON + timedelta(seconds=0.5)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("plain", "plain"),
        ("  two\n\tlines \x00here ", "two lines here"),
        ("evil\u202egnp.exe", "evilgnp.exe"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("é ü 漢字", "é ü 漢字"),
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("a\u00a0b", "a b"),
        ("\u2066\u2069", ""),
    ],
)
def test_text_loses_what_people_cannot_see(text: str, cleaned: str) -> None:
    """Control, bidirectional and invisible characters can make a line say something else than it shows."""
    assert fields.clean(text) == cleaned


def test_long_text_is_cut_with_a_mark() -> None:
    """At 1000 characters, the mark included."""
    assert fields.clean("x" * 1_001) == "x" * 999 + "…"
    assert fields.clean("x" * 1_000) == "x" * 1_000


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    """Clean text is clean, on one line and within its bound."""
    cleaned = fields.clean(text)
    assert fields.clean(cleaned) == cleaned
    assert cleaned.isprintable()
    assert len(cleaned) <= fields.MAX_TEXT


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        ("critical", Severity.CRITICAL),
        ("PAGE", Severity.CRITICAL),
        ("Error", Severity.MAJOR),
        ("warn", Severity.WARNING),
    ],
)
def test_common_words_for_severity_are_known(word: str, meaning: Severity) -> None:
    """Whatever their case."""
    assert fields.severity(word, a_source()) is meaning


def test_the_operators_words_for_severity_come_first() -> None:
    """One company's "high" is another one's "critical"."""
    source = a_source(severities={"High": Severity.CRITICAL})
    assert fields.severity("high", source) is Severity.CRITICAL
    assert fields.severity("unheard-of", source) is None


def test_labels_become_text_and_are_bounded() -> None:
    """Numbers, booleans and objects as JSON; null ones are left out; at most 64 of them."""
    assert fields.labels({"a": "x", "n": 1, "b": True, "o": {"k": [1]}, "none": None, "": "nameless"}) == {
        "a": "x", "n": "1", "b": "true", "o": '{"k":[1]}'
    }  # fmt: skip
    many = {f"label-{number:03}": "x" for number in reversed(range(100))}
    assert sorted(fields.labels(many)) == sorted(many)[:64]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("https://runbooks.example/a?b=c#d", True), ("http://h", True), ("javascript:alert(1)", False),
        ("https://a b", False), ("https://x/<!channel>", False), ("https://x/\u202e", False), ("ftp://x", False),
        ("https://" + "x" * 2_000, False), ("", False), (None, False), (7, False),
    ],
)  # fmt: skip
def test_only_addresses_that_may_be_shown_are_kept(given: object, shown: bool) -> None:
    """Http and https, printable, and without what would change the words around them."""
    assert bool(fields.url(given)) is shown
    assert len(fields.link("title", given)) == shown


def test_trace_ids_are_sorted_and_told_once() -> None:
    """A list, or one string; anything else is left out."""
    assert fields.traces(["b", "a", "b", 7, ""]) == ("a", "b")
    assert fields.traces("a") == ("a",)
    assert fields.traces(None) == ()


def test_required_text_may_not_be_blank() -> None:
    """A field that is there but says nothing is missing."""
    for document in ({}, {"a": None}, {"a": ""}, {"a": "  "}):
        with pytest.raises(RejectedEvent) as raised:
            fields.required(document, "a")
        assert raised.value.code == RejectCode.MISSING_FIELD
    with pytest.raises(RejectedEvent) as raised:
        fields.required({"a": 1}, "a")
    assert raised.value.code == RejectCode.INVALID_FIELD
