"""Who is on call: rotations, layers, hours, overrides, gaps."""
# ruff: noqa: DTZ001 - what a wall clock shows has no zone

from datetime import UTC, datetime, timedelta

import pytest

from router.model.schedule import FixedShift, Layer, Rotation, Schedule, ShiftOverride
from router.model.shifts import gaps, on_call, shifts
from router.model.time_interval import Span, TimeInterval

BERLIN = "Europe/Berlin"
MONDAY = datetime(2026, 1, 5, 9)


def utc(text: str) -> datetime:
    """The moment, written in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def weekly(*turns: str, **fields: object) -> Layer:
    """A rotation that changes hands on Mondays at nine."""
    rotation = Rotation(starts=MONDAY, turns=tuple((person,) for person in turns))
    return Layer(name="week", rotation=rotation).model_copy(update=fields)


def a_schedule(*layers: Layer, **fields: object) -> Schedule:
    """A schedule in Berlin."""
    return Schedule(id="ops", zone=BERLIN, layers=layers).model_copy(update=fields)


def spans(schedule: Schedule, first: str, last: str) -> list[tuple[str, str, str]]:
    """The shifts as UTC texts and names."""
    form = "%m-%d %H:%M"
    return [
        (f"{s.starts:{form}}", f"{s.ends:{form}}", "+".join(s.who))
        for s in shifts(schedule, utc(first), utc(last))
    ]


def test_turns_go_round_in_order():
    """Three weeks, two people."""
    schedule = a_schedule(weekly("ann", "bob"))
    assert spans(schedule, "2026-01-05T08:00", "2026-01-26T08:00") == [
        ("01-05 08:00", "01-12 08:00", "ann"),
        ("01-12 08:00", "01-19 08:00", "bob"),
        ("01-19 08:00", "01-26 08:00", "ann"),
    ]


def test_nobody_is_on_call_before_the_rotation_begins_or_after_its_end():
    """The gaps say so."""
    rotation = Rotation(starts=MONDAY, turns=(("ann",),), ends=MONDAY + timedelta(days=10))
    schedule = a_schedule(Layer(name="week", rotation=rotation))
    assert on_call(schedule, utc("2026-01-05T07:59")) == ()
    assert on_call(schedule, utc("2026-01-05T08:00")) == ("ann",)
    assert on_call(schedule, utc("2026-01-15T08:00")) == ()
    found = gaps(schedule, utc("2026-01-01T00:00"), utc("2026-02-01T00:00"))
    assert [(gap.starts, gap.ends) for gap in found] == [
        (utc("2026-01-01T00:00"), utc("2026-01-05T08:00")),
        (utc("2026-01-15T08:00"), utc("2026-02-01T00:00")),
    ]


def test_a_change_of_clocks_moves_no_hand_over():
    """Nine o'clock in Berlin is eight in UTC in winter and seven in summer."""
    schedule = a_schedule(weekly("ann", "bob"))
    assert spans(schedule, "2026-03-23T08:00", "2026-04-06T07:00") == [
        ("03-23 08:00", "03-30 07:00", "bob"),
        ("03-30 07:00", "04-06 07:00", "ann"),
    ]


def test_hourly_turns_skip_the_hour_that_the_day_has_not():
    """On 29 March nobody has the turn from two to three; on 25 October the one who has it has it twice."""
    rotation = Rotation(
        starts=datetime(2026, 3, 29), every_seconds=3_600, turns=(("a",), ("b",), ("c",), ("d",))
    )
    schedule = a_schedule(Layer(name="hours", rotation=rotation))
    assert [who for *_, who in spans(schedule, "2026-03-28T23:00", "2026-03-29T02:00")] == ["a", "b", "d"]
    autumn = rotation.model_copy(update={"starts": datetime(2026, 10, 25)})
    schedule = a_schedule(Layer(name="hours", rotation=autumn))
    assert spans(schedule, "2026-10-24T22:00", "2026-10-25T03:00") == [
        ("10-24 22:00", "10-24 23:00", "a"),
        ("10-24 23:00", "10-25 00:00", "b"),
        ("10-25 00:00", "10-25 02:00", "c"),
        ("10-25 02:00", "10-25 03:00", "d"),
    ]


def test_a_higher_layer_counts_where_it_has_somebody():
    """The night layer takes the nights, the week keeps the days."""
    nights = TimeInterval(
        name="nights",
        spans=(
            Span(times=((20 * 60, 24 * 60),), location=BERLIN),
            Span(times=((0, 8 * 60),), location=BERLIN),
        ),
    )
    night = weekly("zoe", name="night", priority=1, hours=nights)
    schedule = a_schedule(weekly("ann"), night)
    assert spans(schedule, "2026-01-06T12:00", "2026-01-07T12:00") == [
        ("01-06 12:00", "01-06 19:00", "ann"),
        ("01-06 19:00", "01-07 07:00", "zoe"),
        ("01-07 07:00", "01-07 12:00", "ann"),
    ]


def test_layers_of_one_priority_are_on_call_together():
    """As Grafana OnCall has it for shifts of one level."""
    schedule = a_schedule(weekly("ann"), weekly("bob", name="second"))
    assert on_call(schedule, utc("2026-01-06T12:00")) == ("ann", "bob")


def test_people_in_one_turn_are_on_call_together_each_once():
    """A turn may be a pair."""
    rotation = Rotation(starts=MONDAY, turns=(("ann", "bob", "ann"),))
    assert on_call(a_schedule(Layer(name="pair", rotation=rotation)), utc("2026-01-06T12:00")) == (
        "ann",
        "bob",
    )


def test_an_override_counts_before_every_layer_and_the_last_of_two():
    """Somebody swapped, and somebody swapped again."""
    first = ShiftOverride(starts=datetime(2026, 1, 6), ends=datetime(2026, 1, 8), who=("carl",))
    second = ShiftOverride(starts=datetime(2026, 1, 7), ends=datetime(2026, 1, 9), who=("dora",))
    schedule = a_schedule(weekly("ann", priority=9), overrides=(first, second))
    assert spans(schedule, "2026-01-05T12:00", "2026-01-09T12:00") == [
        ("01-05 12:00", "01-05 23:00", "ann"),
        ("01-05 23:00", "01-06 23:00", "carl"),
        ("01-06 23:00", "01-08 23:00", "dora"),
        ("01-08 23:00", "01-09 12:00", "ann"),
    ]


def test_fixed_shifts_repeat_by_their_rule_and_leave_out_exceptions():
    """Every Saturday but one, and one Sunday besides."""
    fixed = FixedShift(
        starts=datetime(2026, 1, 10, 8),
        seconds=12 * 3_600,
        who=("sam",),
        repeat="FREQ=WEEKLY;UNTIL=20260201T000000",
        except_at=(datetime(2026, 1, 17, 8),),
        also_at=(datetime(2026, 1, 18, 8),),
    )
    schedule = a_schedule(Layer(name="saturdays", fixed=(fixed,)))
    assert spans(schedule, "2026-01-01T00:00", "2026-03-01T00:00") == [
        ("01-10 07:00", "01-10 19:00", "sam"),
        ("01-18 07:00", "01-18 19:00", "sam"),
        ("01-24 07:00", "01-24 19:00", "sam"),
        ("01-31 07:00", "01-31 19:00", "sam"),
    ]


def test_a_layer_may_have_a_zone_of_its_own():
    """Follow the sun: Singapore takes over at nine of its own clock."""
    east = weekly("lin", name="east", priority=1, zone="Asia/Singapore")
    office = TimeInterval(name="o", spans=(Span(times=((540, 1_020),), location="Asia/Singapore"),))
    schedule = a_schedule(weekly("ann"), east.model_copy(update={"hours": office}))
    assert on_call(schedule, utc("2026-01-06T01:00")) == ("lin",)
    assert on_call(schedule, utc("2026-01-06T09:00")) == ("ann",)


@pytest.mark.parametrize("hour", [0, 7, 8, 9, 15, 23])
def test_on_call_is_the_shift_that_holds_the_moment(hour):
    """One truth, asked in two ways."""
    schedule = a_schedule(weekly("ann", "bob"))
    at = utc("2026-03-29T00:00") + timedelta(hours=hour)
    held = [
        s.who
        for s in shifts(schedule, at - timedelta(days=20), at + timedelta(days=20))
        if s.starts <= at < s.ends
    ]
    assert held == [on_call(schedule, at)]
