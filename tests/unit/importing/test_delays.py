"""Delays are proposed from what ran when, never tighter than what was seen, and say where they come from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.config.durations import round_duration
from router.importing.delays import History, contained, guess, longer, propose
from router.importing.description import Delay
from router.model.fault import ComponentKind

OTHERWISE = Delay(0, 86_400, "guess")
HOUR, DAY = 3_600, 86_400


def runs(*starts: float, takes: float) -> History:
    """Runs that start at these seconds."""
    return History(tuple((start, start + takes) for start in starts))


def test_a_job_that_starts_when_another_has_ended_is_triggered_by_it() -> None:
    """From half the shortest wait to twice the longest wait and run."""
    upstream = runs(0, DAY, 2 * DAY, takes=600)
    downstream = runs(720, DAY + 780, 2 * DAY + 720, takes=1_200)
    delay = propose(upstream, downstream, OTHERWISE)
    assert (delay.soonest_seconds, delay.latest_seconds) == (60, 3_000)
    assert delay.why == "3 runs: starts 2m to 3m after it, takes up to 20m"


def test_a_job_with_a_clock_of_its_own_shows_a_failure_one_period_later_at_the_latest() -> None:
    """And at once at the soonest, since the upstream may be late."""
    upstream = runs(0, DAY, takes=600)
    downstream = runs(*(6 * HOUR * n for n in range(1, 8)), takes=300)
    delay = propose(upstream, downstream, OTHERWISE)
    assert (delay.soonest_seconds, delay.latest_seconds) == (0, 7 * HOUR)
    assert "runs every 6h (seen in 7 runs)" in delay.why


def test_a_schedule_is_believed_before_history() -> None:
    """Three runs by hand in an hour do not make a daily job hourly."""
    downstream = runs(0, 600, 1_200, takes=60)._replace(schedule_seconds=DAY)
    delay = propose(History(), downstream, OTHERWISE)
    assert delay.latest_seconds >= DAY
    assert "scheduled" in delay.why


def test_one_run_says_how_long_but_not_how_often() -> None:
    """Then a day is assumed, and said to be."""
    delay = propose(History(), runs(0, takes=600), OTHERWISE)
    assert delay.latest_seconds >= DAY + 600
    assert "a day is assumed" in delay.why


def test_without_history_the_guess_is_marked() -> None:
    """Nobody takes it for something that was seen."""
    assert propose(runs(0, takes=60), History(), OTHERWISE) is OTHERWISE
    assert contained(History(), OTHERWISE) is OTHERWISE
    assert guess(ComponentKind.API, ComponentKind.APP, "because").why.startswith("guess: ")


@pytest.mark.parametrize(
    ("upstream", "downstream", "latest"),
    [
        (ComponentKind.API, ComponentKind.AGENT, 900),
        (ComponentKind.FEED, ComponentKind.FEED, DAY),
        (ComponentKind.MODEL, ComponentKind.AGENT, 4 * HOUR),
        (ComponentKind.AGENT, ComponentKind.KPI, DAY),
    ],
)
def test_guesses_know_calls_from_data(
    upstream: ComponentKind, downstream: ComponentKind, latest: int
) -> None:
    """A failed call shows at once, data when it is next looked at."""
    assert guess(upstream, downstream, "").latest_seconds == latest


def test_a_bound_makes_a_delay_longer_never_shorter() -> None:
    """Freshness of twelve hours stretches an hour, and leaves a day alone."""
    assert longer(Delay(60, HOUR, "runs"), 12 * HOUR, "freshness") == Delay(60, 12 * HOUR, "freshness; runs")
    assert longer(OTHERWISE, 12 * HOUR, "freshness") is OTHERWISE


@given(
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**4)), max_size=12),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**4)), max_size=12),
)
def test_no_run_that_was_seen_is_outside_the_delay(
    up: list[tuple[int, int]], down: list[tuple[int, int]]
) -> None:
    """Whatever the history, the longest run fits, and soonest is not after latest."""
    upstream = History(tuple(sorted((start, start + takes) for start, takes in up)))
    downstream = History(tuple(sorted((start, start + takes) for start, takes in down)))
    delay = propose(upstream, downstream, OTHERWISE)
    assert 0 <= delay.soonest_seconds <= delay.latest_seconds
    assert delay.latest_seconds >= downstream.longest_seconds


@given(st.floats(0, 10**7))
def test_rounding_never_makes_a_delay_tighter(seconds: float) -> None:
    """Down for the soonest, up for the latest, by less than a fifth or ten seconds."""
    assert round_duration(seconds, up=False) <= seconds <= round_duration(seconds, up=True)
    step = round_duration(seconds, up=True) - round_duration(seconds, up=False)
    assert step <= max(10, seconds * 0.2)
