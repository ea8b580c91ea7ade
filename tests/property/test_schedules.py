"""Laws of schedules: whatever the zone and the day, clocks that are set move no shift by an hour."""
# ruff: noqa: DTZ001 - what a wall clock shows has no zone

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from router.model.schedule import FixedShift, Layer, Rotation, Schedule, ShiftOverride
from router.model.shifts import gaps, on_call, shifts
from router.model.wall_clock import moment, reading

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Africa/Cairo", "UTC")
CHANGES = {
    "Europe/Berlin": ("2026-03-29", "2026-10-25"),
    "America/New_York": ("2026-03-08", "2026-11-01"),
    "Australia/Lord_Howe": ("2026-04-05", "2026-10-04"),
    "Africa/Cairo": ("2026-04-24", "2026-10-30"),
}

PEOPLE = ("ann@acme.example", "bob@acme.example", "U0001", "U0002", "zoe@acme.example")
turns = st.lists(st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=2), min_size=1, max_size=4)
minutes = st.integers(0, 24 * 60 - 1)


@st.composite
def around_a_change(draw: st.DrawFn) -> tuple[str, datetime]:
    """A zone, and midnight of a day near one on which its clocks are set."""
    zone = draw(st.sampled_from(ZONES))
    day = draw(st.sampled_from(CHANGES.get(zone, ("2026-06-01",))))
    return zone, datetime.fromisoformat(day) + timedelta(days=draw(st.integers(-8, 3)))


@st.composite
def layers(draw: st.DrawFn, name: str, midnight: datetime) -> Layer:
    """A rotation, or a shift that repeats every day."""
    starts = midnight + timedelta(minutes=draw(minutes))
    if draw(st.booleans()):
        every = draw(st.sampled_from((3_600, 12 * 3_600, 86_400, 3 * 86_400, 7 * 86_400)))
        who = tuple(tuple(turn) for turn in draw(turns))
        ends = draw(st.none() | st.just(starts + timedelta(days=draw(st.integers(1, 6)))))
        rotation = Rotation(starts=starts, every_seconds=every, turns=who, ends=ends)
        return Layer(name=name, priority=draw(st.integers(0, 2)), rotation=rotation)
    fixed = FixedShift(
        starts=starts,
        seconds=draw(st.integers(600, 2 * 86_400)),
        who=tuple(draw(turns)[0]),
        repeat="FREQ=DAILY;COUNT=6",
    )
    return Layer(name=name, priority=draw(st.integers(0, 2)), fixed=(fixed,))


@st.composite
def schedules(draw: st.DrawFn) -> tuple[Schedule, datetime]:
    """A schedule with up to three layers and two overrides, and the moment at which its first day begins."""
    zone, midnight = draw(around_a_change())
    made = tuple(draw(layers(f"layer-{n}", midnight)) for n in range(draw(st.integers(1, 3))))
    overrides = []
    for _ in range(draw(st.integers(0, 2))):
        starts = midnight + timedelta(minutes=draw(st.integers(0, 5 * 24 * 60)))
        ends = starts + timedelta(minutes=draw(st.integers(1, 2 * 24 * 60)))
        overrides.append(ShiftOverride(starts=starts, ends=ends, who=(draw(st.sampled_from(PEOPLE)),)))
    return Schedule(id="s", zone=zone, layers=made, overrides=tuple(overrides)), moment(midnight, zone)


different = st.permutations(PEOPLE).flatmap(
    lambda people: st.integers(2, len(people)).map(lambda n: people[:n])
)


@given(around_a_change(), minutes, st.integers(1, 3), different)
def test_a_turn_changes_at_the_same_hour_of_the_wall_on_every_day(where, minute, days, who):
    """Law: a daily or longer turn begins when the wall first shows its hour, a change of clocks or not."""
    zone, midnight = where
    handover = time(*divmod(minute, 60))
    starts = datetime.combine(midnight.date(), handover)
    rotation = Rotation(starts=starts, every_seconds=days * 86_400, turns=tuple((p,) for p in who))
    schedule = Schedule(id="s", zone=zone, layers=(Layer(name="l", rotation=rotation),))
    first = moment(starts, zone)
    found = shifts(schedule, first, first + timedelta(days=14))
    for number, shift in enumerate(found):
        wanted = starts + timedelta(days=number * days)
        shown = reading(shift.starts, zone)
        assert shown == wanted or (shown > wanted and moment(wanted, zone) == shift.starts)
        assert shown.date() == wanted.date()
        assert shown - wanted <= timedelta(hours=1)
        if shown != wanted:  # only where the day has no such hour
            assert reading(shift.starts - timedelta(seconds=1), zone) < wanted


@given(schedules())
def test_shifts_and_gaps_are_all_of_the_time_once(made):
    """Law: in order, they touch and never overlap."""
    schedule, first = made
    last = first + timedelta(days=9)
    parts = sorted(
        [(s.starts, s.ends) for s in shifts(schedule, first, last)]
        + [(g.starts, g.ends) for g in gaps(schedule, first, last)]
    )
    assert parts[0][0] == first
    assert parts[-1][1] == last
    assert all(before[1] == after[0] for before, after in pairwise(parts))
    assert all(starts < ends for starts, ends in parts)


@given(schedules(), st.integers(0, 9 * 24 * 60 - 1))
def test_whoever_is_on_call_has_the_shift(made, minute):
    """Law: asking for a moment and looking into the shifts is the same, wherever the window begins."""
    schedule, first = made
    at = first + timedelta(minutes=minute)
    whole = shifts(schedule, first, first + timedelta(days=9))
    held = next((s.who for s in whole if s.starts <= at < s.ends), ())
    assert on_call(schedule, at) == held
    assert next((s.who for s in shifts(schedule, at, at + timedelta(days=1)) if s.starts <= at), ()) == held


@given(schedules())
def test_an_override_is_on_call_from_its_first_to_its_last_minute(made):
    """Law: no layer counts against it; only a later override does."""
    schedule, _ = made
    for number, override in enumerate(schedule.overrides):
        begins, ends = (moment(at, schedule.zone) for at in (override.starts, override.ends))
        later = schedule.overrides[number + 1 :]
        for at in (begins, ends - timedelta(minutes=1)):
            covered = any(
                moment(o.starts, schedule.zone) <= at < moment(o.ends, schedule.zone) for o in later
            )
            if begins <= at < ends and not covered:
                assert on_call(schedule, at) == override.who


@given(
    st.sampled_from(ZONES), st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)), st.integers(0, 7_200)
)
def test_later_readings_are_never_earlier_moments(zone, shown, seconds):
    """Law: the way from the wall to the moment keeps the order, and leads back where the wall shows the reading."""
    shown = shown.replace(microsecond=0)
    at = moment(shown, zone)
    assert at <= moment(shown + timedelta(seconds=seconds), zone)
    assert reading(at, zone) >= shown
    assert at.tzinfo is UTC
