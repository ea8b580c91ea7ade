"""The yardsticks do what their names say."""

import pytest

from bench.rca_case import Case, Link, Sign
from bench.rca_yardsticks import YARDSTICKS, first_alert, no_alerting_dependency, random_walk
from tests.unit.bench.cases import a_case

CHAIN = (Link("db", "api", 0.7), Link("api", "web", 0.7))
SLOW = "x.latency"


def _chain(*alerting: str, among: frozenset[str] | None = None) -> Case:
    return a_case(*(Sign(name, SLOW) for name in alerting), links=CHAIN, among=among)


def _alike(case: Case, chance: float = 0.1) -> dict[tuple[str, str], float]:
    return {(sign.component, sign.fault): chance for sign in case.signs}


def test_the_walk_goes_to_what_is_depended_on():
    """Three equal surprises on a chain: the one that all depend on wins, and shares add up to one."""
    case = _chain("db", "api", "web")
    scores = random_walk(case, _alike(case))
    assert max(scores, key=lambda name: scores[name]) == "db"
    assert sum(scores.values()) == pytest.approx(1)


def test_the_walk_is_drawn_by_surprise():
    """What alerts all the time draws nobody."""
    case = _chain("db", "api", "web")
    anyway = _alike(case) | {("db", SLOW): 0.97}
    scores = random_walk(case, anyway)
    assert scores["api"] > scores["db"]


def test_no_alerting_dependency_is_the_deepest_that_alerts():
    """Its silent dependency is not asked."""
    case = _chain("api", "web")
    scores = no_alerting_dependency(case, _alike(case))
    assert scores == {"api": 1.0, "web": 0.0}


def test_what_alerts_often_is_no_alert_unless_nothing_else_does():
    """A chronic dependency explains nothing; a case of chronic alerts only is judged by them."""
    case = _chain("db", "api")
    assert no_alerting_dependency(case, _alike(case) | {("db", SLOW): 0.9}) == {"api": 1.0}
    assert no_alerting_dependency(case, _alike(case, 0.9)) == {"db": 1.0, "api": 0.0}


def test_a_weak_edge_is_no_dependency():
    """A part that fails seldom takes the whole along."""
    case = a_case(Sign("pod", SLOW), Sign("api", SLOW), links=(Link("pod", "api", 0.2),))
    assert no_alerting_dependency(case, _alike(case)) == {"pod": 1.0, "api": 1.0}


def test_the_first_alert_is_the_earliest_and_equal_times_tie():
    """What has no time comes last, or ties where nothing has one."""
    timed = a_case(Sign("a", SLOW, 1, 5.0), Sign("b", SLOW, 1, 2.0), Sign("c", SLOW, 1, 2.0), Sign("d", SLOW))
    scores = first_alert(timed, {})
    assert scores["b"] == scores["c"] > scores["a"] > scores["d"]
    untimed = _chain("db", "web")
    assert len(set(first_alert(untimed, {}).values())) == 1


@pytest.mark.parametrize("name", YARDSTICKS)
def test_only_what_may_be_named_is_named(name: str):
    """Where the label is an alerting component, only these are candidates."""
    case = _chain("api", "web", among=frozenset({"api", "web"}))
    assert set(YARDSTICKS[name](case, _alike(case))) <= {"api", "web"}
