"""A planted edge is found, noise proposes nothing, and what follows from other edges is not proposed."""

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.model.catalog import Component, Dependency
from router.model.fault import ComponentKind
from router.model.rules import Rules, Settings
from router.topology_learning.chance import chance, tail
from router.topology_learning.onsets import QUIET_SECONDS, History, onsets_of
from router.topology_learning.pairs import MIN_EPISODES, separate
from router.topology_learning.propose import Learned, learn

DAY, DAYS = 86_400, 40
Times = dict[str, list[float]]


def rules(count: int = 10, *edges: tuple[int, int, int, int]) -> Rules:
    """Components c0, c1, ...; edges (upstream, downstream, soonest, latest)."""
    components = {
        f"c{number}": Component(
            id=f"c{number}",
            kind=ComponentKind.FEED,
            workflow="w",
            scope="w",
            depends_on=tuple(
                Dependency(upstream=f"c{up}", soonest_seconds=soonest, latest_seconds=latest)
                for up, down, soonest, latest in edges
                if down == number
            ),
        )
        for number in range(count)
    }
    return Rules(hash="", settings=Settings(triage_team="t"), teams={}, workflows={}, components=components)


def noise(
    chance: Random, rate: float, *, bursts: bool = False, nightly: bool = False, count: int = 10
) -> Times:
    """Alerts of components that have nothing to do with each other."""
    times: Times = {f"c{number}": [] for number in range(count)}
    for found in times.values():
        for day in range(DAYS):
            if chance.random() < rate:
                at = day * DAY + (chance.gauss(7_200, 1_200) if nightly else chance.random() * DAY)
                found += [
                    at,
                    *(at + chance.random() * 14_400 for _ in range(chance.randrange(6) if bursts else 0)),
                ]
    return times


def history(times: Times) -> History:
    """What intake would have seen."""
    return History({name: onsets_of(found) for name, found in times.items() if found}, 0.0, DAYS * DAY, {}, 0)


def planted(chance: Random, seen: float, *steps: tuple[int, int, float, float]) -> Times:
    """Noise, and failures of c0 that spread: (from, to, least, most seconds); each alert is seen with this chance."""
    times = noise(chance, 0.08)
    for day in range(DAYS):
        if chance.random() < 0.5:
            at = {0: day * DAY + chance.random() * DAY * 0.7}
            for origin, to, least, most in steps:
                at[to] = at[origin] + chance.uniform(least, most)
            for number, moment in at.items():
                if chance.random() < seen:
                    times[f"c{number}"].append(moment)
    return times


def proposed(learned: Learned) -> set[tuple[str, str]]:
    """(upstream, downstream) of the proposals."""
    return {(one.pair.upstream, one.pair.downstream) for one in learned.proposals}


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.integers(0, 10**6), st.floats(0.05, 0.95), st.booleans(), st.booleans())
def test_independent_noise_proposes_nothing(seed: int, rate: float, bursts: bool, nightly: bool) -> None:
    """However often, in bursts, or all in the same hours of the night."""
    learned = learn(rules(), history(noise(Random(seed), rate, bursts=bursts, nightly=nightly)))
    assert proposed(learned) == set()


@settings(max_examples=20, deadline=None, derandomize=True)
@given(st.integers(0, 10**6), st.floats(0.7, 1.0))
def test_a_planted_edge_is_found_with_its_delay(seed: int, seen: float) -> None:
    """In its direction, also where monitors miss a third; the proposed delay covers what was seen."""
    learned = learn(rules(), history(planted(Random(seed), seen, (0, 1, 900, 2_700))))
    assert proposed(learned) == {("c0", "c1")}
    (proposal,) = learned.proposals
    assert proposal.soonest_seconds <= proposal.pair.lags[0]
    assert proposal.latest_seconds >= proposal.pair.lags[-1]
    assert proposal.pair.lift > 3


@settings(max_examples=15, deadline=None, derandomize=True)
@given(st.integers(0, 10**6))
def test_what_follows_from_other_edges_is_not_proposed(seed: int) -> None:
    """Of c0 -> c1 -> c2 two edges are proposed, not three; which two is sure where lags differ much."""
    learned = learn(rules(), history(planted(Random(seed), 1.0, (0, 1, 600, 5_400), (1, 2, 600, 900))))
    assert proposed(learned) == {("c0", "c1"), ("c1", "c2")}
    assert ("c0", "c2") in {(one.pair.upstream, one.pair.downstream) for one in learned.passed}


@settings(max_examples=15, deadline=None, derandomize=True)
@given(st.integers(0, 10**6))
def test_effects_of_one_cause_do_not_depend_on_each_other(seed: int) -> None:
    """Both edges of c0 explain that c2 alerts after c1."""
    learned = learn(rules(), history(planted(Random(seed), 1.0, (0, 1, 300, 600), (0, 2, 3_000, 3_300))))
    assert len(learned.proposals) == 2
    known = rules(10, (0, 1, 300, 600), (0, 2, 3_000, 3_300))
    assert (
        proposed(learn(known, history(planted(Random(seed), 1.0, (0, 1, 300, 600), (0, 2, 3_000, 3_300)))))
        == set()
    )


@pytest.mark.parametrize(
    ("edges", "why"),
    [
        ([(0, 1, 600, 3_600)], "c1 depends on c0"),
        ([(0, 5, 60, 1_800), (5, 1, 60, 1_800)], "c1 depends on c0 through c5"),
        ([(6, 0, 0, 600), (6, 1, 900, 3_600)], "both depend on c6"),
        ([(1, 0, 0, 600)], "the other way round: c0 depends on c1"),
        ([(0, 1, 0, 10)], "c1 depends on c0, but 0s..10s does not fit the lags: look at the delay"),
    ],
)
def test_what_the_topology_explains_is_passed_over_with_its_reason(
    edges: list[tuple[int, int, int, int]], why: str
) -> None:
    """An edge, a path, a common cause; an edge the other way is for a person to judge."""
    learned = learn(rules(10, *edges), history(planted(Random(3), 1.0, (0, 1, 1_500, 2_700))))
    assert proposed(learned) == set()
    assert [one.why for one in learned.passed if one.pair.downstream == "c1"] == [why]


def test_two_that_alert_together_in_no_order_have_no_direction() -> None:
    """A monitor of both, or the same host: said, not proposed."""
    chance_of_order = Random(5)
    times = noise(chance_of_order, 0.05)
    for day in range(DAYS):
        at = day * DAY + chance_of_order.random() * DAY * 0.8
        for name in ("c0", "c1"):
            times[name].append(at + chance_of_order.uniform(0, 300))
    learned = learn(rules(), history(times))
    assert proposed(learned) == set()
    assert any("no direction" in one.why for one in learned.passed)


def test_many_alerts_of_one_bad_day_are_one_episode() -> None:
    """Twenty failures in a row prove no more than one."""
    times = noise(Random(1), 0.02)
    for number in range(20):
        at = 10 * DAY + number * 4_000
        times["c0"].append(at)
        times["c1"].append(at + 300)
    assert proposed(learn(rules(), history(times))) == set()


def test_fewer_episodes_than_needed_propose_nothing() -> None:
    """However clear they look."""
    times: Times = {"c0": [], "c1": []}
    for day in range(MIN_EPISODES - 1):
        times["c0"].append(day * 7 * DAY + 1_000)
        times["c1"].append(day * 7 * DAY + 1_300)
    assert proposed(learn(rules(), history(times))) == set()


def test_an_onset_comes_after_quiet() -> None:
    """Repeats and re-fires of the same trouble are none."""
    assert onsets_of([0, 60, 1_000, 1_000 + QUIET_SECONDS, 9_000]) == (0, 9_000)


@given(st.lists(st.floats(0, 10**6), max_size=30), st.floats(1, 10**5))
def test_episodes_are_apart(times: list[float], apart: float) -> None:
    """And those that would end after the recording are left out."""
    found = separate(sorted(times), apart, 9 * 10**5)
    assert all(later - earlier > apart for earlier, later in pairwise(found))
    assert all(at <= 9 * 10**5 for at in found)


@pytest.mark.parametrize(
    ("successes", "trials", "probability", "expected"),
    [(0, 5, 0.1, 1.0), (5, 5, 0.1, 1e-5), (1, 2, 0.5, 0.75), (3, 3, 0.0, 0.0), (2, 9, 1.0, 1.0)],
)
def test_the_tail_is_that_of_the_binomial(
    successes: int, trials: int, probability: float, expected: float
) -> None:
    """By hand."""
    assert tail(successes, trials, probability) == pytest.approx(expected)


def test_what_happens_every_night_at_the_same_hour_is_no_surprise() -> None:
    """Moved by whole days, it follows as well: the chance is near one."""
    nights = [day * DAY + 7_200.0 for day in range(DAYS)]
    later = [at + 600 for at in nights]
    assert chance(nights, later, 3_600, 0.0, DAYS * DAY) > 0.9
