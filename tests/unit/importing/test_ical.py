"""Schedules from and to iCalendar files, as calendars and on-call tools publish them."""

# ruff: noqa: DTZ001 - what a wall clock shows has no zone

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from router.importing.description import CannotImport
from router.importing.ical import Imported, read_calendar
from router.importing.ical_writer import calendar, schedules_yaml
from router.model.schedule import Layer, Rotation, Schedule
from router.model.shifts import on_call, shifts

HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n"


def ics(*events: str, head: str = "") -> bytes:
    """A calendar with these events, one property a line."""
    body = "".join(f"BEGIN:VEVENT\n{event.strip()}\nEND:VEVENT\n" for event in events)
    return (HEAD + (head + body).replace("\n", "\r\n") + "END:VCALENDAR\r\n").encode()


def read(*events: str, head: str = "", people: dict[str, str] | None = None, zone: str = "") -> Imported:
    """The schedule of these events."""
    return read_calendar(ics(*events, head=head), "x.ics", "x", people or {}, zone)


def utc(text: str) -> datetime:
    """The moment, written in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


BARE = "UID:1\nSUMMARY:a@acme.example\nDTSTART:20260302T080000Z\nDURATION:PT1H\n"
WEEKLY = """
UID:1
SUMMARY:ann@acme.example
DTSTART;TZID=Europe/Berlin:20260302T090000
DTEND;TZID=Europe/Berlin:20260309T090000
RRULE:FREQ=WEEKLY;INTERVAL=2
"""


def test_a_weekly_event_keeps_its_hour_when_the_clocks_are_set():
    """Nine in Berlin, in winter and in summer."""
    schedule = read(WEEKLY).schedule
    assert schedule.zone == "Europe/Berlin"
    found = shifts(schedule, utc("2026-03-01T00:00"), utc("2026-04-06T00:00"))
    assert [(shift.starts, shift.ends) for shift in found] == [
        (utc("2026-03-02T08:00"), utc("2026-03-09T08:00")),
        (utc("2026-03-16T08:00"), utc("2026-03-23T08:00")),
        (utc("2026-03-30T07:00"), utc("2026-04-06T00:00")),
    ]


def test_a_level_before_the_title_counts_before_lower_ones():
    """As Grafana OnCall reads `[L1]`; one level is on call together."""
    times = "DTSTART:20260302T080000Z\nDTEND:20260302T200000Z"
    schedule = read(
        f"UID:1\nSUMMARY:[L1] bob@acme.example\n{times}",
        f"UID:2\nSUMMARY:ann@acme.example\n{times}",
        "UID:3\nSUMMARY:[L1] U012AB3CD\nDTSTART:20260302T120000Z\nDTEND:20260302T130000Z",
    ).schedule
    assert on_call(schedule, utc("2026-03-02T09:00")) == ("bob@acme.example",)
    assert on_call(schedule, utc("2026-03-02T12:30")) == ("bob@acme.example", "U012AB3CD")
    assert [layer.name for layer in schedule.layers] == ["level-0", "level-1"]


@pytest.mark.parametrize(
    ("lines", "who"),
    [
        ("SUMMARY:On call\nATTENDEE;CN=Ann:mailto:ann@acme.example", ("ann@acme.example",)),
        ("SUMMARY:On call\nATTENDEE:ann@acme.example", ("ann@acme.example",)),
        ("SUMMARY:Ann Lee\nATTENDEE:mailto:other@acme.example", ("ann@acme.example",)),
        ("SUMMARY:On Call - Ann Lee - Operations", ("ann@acme.example",)),
        ("SUMMARY:@ann lee @bob", ("ann@acme.example", "U0123456789")),
        ("SUMMARY:Shift\nDESCRIPTION:bob", ("U0123456789",)),
        ("SUMMARY:Shift\nATTENDEE;CN=Bob:https://oncall.example/users/77", ("U0123456789",)),
        (
            "SUMMARY:S\nATTENDEE;PARTSTAT=DECLINED:mailto:a@acme.example\nATTENDEE:mailto:b@acme.example",
            ("b@acme.example",),
        ),
        ("SUMMARY:a@acme.example\\, b@acme.example", ("a@acme.example", "b@acme.example")),
    ],
)  # fmt: skip
def test_a_person_is_in_the_title_else_an_attendee_else_in_the_description(lines, who):
    """Names are known by --person; whoever declined does not have the shift."""
    people = {"Ann Lee": "ann@acme.example", "bob": "U0123456789"}
    made = read(f"UID:1\n{lines}\nDTSTART:20260302T080000Z\nDTEND:20260302T200000Z", people=people)
    assert made.schedule.people == who


def test_days_durations_exceptions_and_further_dates_are_kept():
    """An all-day event is a day of the schedule's zone, from midnight to midnight."""
    schedule = read(
        "UID:1\nSUMMARY:a@acme.example\nDTSTART;VALUE=DATE:20260328\nDTEND;VALUE=DATE:20260330",
        "UID:2\nSUMMARY:b@acme.example\nDTSTART;TZID=Europe/Berlin:20260401T200000\nDURATION:PT12H\n"
        "RRULE:FREQ=DAILY;UNTIL=20260404T180000Z\nEXDATE;TZID=Europe/Berlin:20260402T200000\n"
        "RDATE;TZID=Europe/Berlin:20260410T200000",
        head="X-WR-TIMEZONE:Europe/Berlin\nX-WR-CALNAME:Nights\n",
    ).schedule
    assert schedule.title == "Nights"
    found = shifts(schedule, utc("2026-03-01T00:00"), utc("2026-05-01T00:00"))
    assert [(s.starts, s.ends, s.who[0][0]) for s in found] == [
        (utc("2026-03-27T23:00"), utc("2026-03-29T22:00"), "a"),
        (utc("2026-04-01T18:00"), utc("2026-04-02T06:00"), "b"),
        (utc("2026-04-03T18:00"), utc("2026-04-04T06:00"), "b"),
        (utc("2026-04-04T18:00"), utc("2026-04-05T06:00"), "b"),
        (utc("2026-04-10T18:00"), utc("2026-04-11T06:00"), "b"),
    ]


def test_an_occurrence_that_was_moved_stands_where_it_was_moved_to():
    """RECURRENCE-ID takes it out of the rule; here somebody else has it, a day later."""
    moved = """
UID:1
RECURRENCE-ID;TZID=Europe/Berlin:20260316T090000
SUMMARY:bob@acme.example
DTSTART;TZID=Europe/Berlin:20260317T090000
DTEND;TZID=Europe/Berlin:20260318T090000
"""
    schedule = read(WEEKLY, moved).schedule
    assert on_call(schedule, utc("2026-03-16T12:00")) == ()
    assert on_call(schedule, utc("2026-03-17T12:00")) == ("bob@acme.example",)
    assert on_call(schedule, utc("2026-03-30T12:00")) == ("ann@acme.example",)


def test_an_event_in_another_zone_keeps_that_zone():
    """A shift that repeats at nine in Singapore does so whatever Berlin's clocks do."""
    schedule = read(
        WEEKLY,
        "UID:9\nSUMMARY:lin@acme.example\nDTSTART;TZID=Asia/Singapore:20260311T090000\nDURATION:PT8H\nRRULE:FREQ=DAILY",
    ).schedule
    assert {shift.zone for layer in schedule.layers for shift in layer.fixed} == {"", "Asia/Singapore"}
    assert on_call(schedule, utc("2026-04-02T01:00")) == ("ann@acme.example", "lin@acme.example")
    assert on_call(schedule, utc("2026-03-12T00:59")) == ()


@pytest.mark.parametrize(
    ("event", "why"),
    [
        ("UID:1\nSUMMARY:a@acme.example\nDTSTART:20260302T080000Z", "no length"),
        ("UID:1\nSUMMARY:Christmas\nDTSTART:20260302T080000Z\nDURATION:PT1H", "--person"),
        ("UID:1\nSUMMARY:a@acme.example\nSTATUS:CANCELLED\nDTSTART:20260302T080000Z\nDURATION:PT1H", "cancelled"),
        ("UID:1\nSUMMARY:a@acme.example\nDURATION:PT1H", "DTSTART"),
        ("UID:1\nSUMMARY:a@acme.example\nDTSTART:20260302T080000Z\nDURATION:PT1M\nRRULE:FREQ=MINUTELY", "FREQ"),
        (f"{BARE}RRULE:FREQ=DAILY;BYHOUR=8,12", "BYHOUR"),
        (f"{BARE}RRULE:FREQ=DAILY\nRRULE:FREQ=WEEKLY", "several rules"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_shift_is_listed_with_its_reason(event, why):
    """Nothing is dropped silently."""
    made = read(WEEKLY, event)
    assert len(made.left_out) == 1
    assert why in made.left_out[0].why


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"BEGIN:VEVENT\r\nEND:VEVENT\r\n", b"\xff\xfe", HEAD.encode()]
)
def test_what_is_no_calendar_is_refused_in_words(content):
    """A bad file is the caller's mistake, not a crash."""
    with pytest.raises(CannotImport):
        read_calendar(content, "x.ics", "x", {})


def test_a_calendar_without_any_shift_is_refused_and_says_what_it_lacks():
    """Most often names are not mapped."""
    with pytest.raises(CannotImport, match="--person"):
        read("UID:1\nSUMMARY:Ann\nDTSTART:20260302T080000Z\nDURATION:PT1H")


def test_the_rules_file_reads_back_as_the_schedule_that_was_imported(tmp_path):
    """The YAML says all that the calendar said."""
    from router.config.draft import Draft
    from router.config.report import Report
    from router.config.schedules import read_schedules
    from router.config.yaml_reader import parse_yaml

    made = read(
        WEEKLY,
        "UID:2\nSUMMARY:[L2] b@acme.example\nDTSTART;TZID=Asia/Tokyo:20260401T200000\nDURATION:PT12H30M\n"
        "RRULE:FREQ=DAILY;COUNT=9\nEXDATE;TZID=Asia/Tokyo:20260402T200000\nRDATE;TZID=Asia/Tokyo:20260410T200030",
        head='X-WR-CALNAME:Nights "and" days: #1\n',
    ).schedule
    report = Report()
    root = parse_yaml(schedules_yaml(made, "made by a test"), "schedules.yaml", report)
    draft = Draft(tmp_path, report)
    assert root is not None
    read_schedules(root, draft)
    assert report.findings() == ()
    assert draft.schedules["x"] == made


@given(
    st.lists(
        st.sampled_from(("ann@acme.example", "bob@acme.example", "U0123456789")), min_size=1, max_size=3
    ),
    st.sampled_from(("Europe/Berlin", "America/New_York", "Australia/Lord_Howe")),
    st.sampled_from((12 * 3_600, 86_400, 7 * 86_400)),
    st.integers(0, 360),
)
def test_what_is_exported_and_imported_again_has_the_same_shifts(people, zone, every, day):
    """Law: a calendar loses nothing of who is on call when."""
    rotation = Rotation(
        starts=datetime(2026, 1, 1, 9), every_seconds=every, turns=tuple((p,) for p in people)
    )
    schedule = Schedule(id="x", zone=zone, layers=(Layer(name="l", rotation=rotation),))
    first = utc("2026-01-03T00:00") + timedelta(days=day)
    last = first + timedelta(days=12)
    made = calendar(schedule, shifts(schedule, first, last), first)
    back = read_calendar(made, "x.ics", "x", {}).schedule
    assert back.zone == zone
    for step in range(0, 12 * 24, 5):
        at = first + timedelta(hours=step, minutes=7)
        assert on_call(back, at) == on_call(schedule, at)


def test_an_exported_calendar_is_one_that_others_read():
    """Each event has what RFC 5545 asks for, and an id that stays the same."""
    rotation = Rotation(starts=datetime(2026, 1, 5, 9), turns=(("ann@acme.example", "U0123456789"),))
    layers = (Layer(name="l", rotation=rotation),)
    schedule = Schedule(id="ops", name="Operations", zone="Europe/Berlin", layers=layers)
    now = utc("2026-03-02T12:00")
    made = calendar(schedule, shifts(schedule, now, now + timedelta(days=7)), now)
    parsed = Calendar.from_ical(made)
    events = parsed.walk("VEVENT")
    assert [str(event["SUMMARY"]) for event in events] == ["ann@acme.example", "U0123456789"]
    assert all({"UID", "DTSTAMP", "DTSTART", "DTEND"} <= set(event) for event in events)
    again = calendar(schedule, shifts(schedule, now, now + timedelta(days=7)), now)
    assert again == made
    assert len({str(event["UID"]) for event in events}) == 2
