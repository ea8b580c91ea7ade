"""Cases through the router's own attribution, and confidence learned from confirmed answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.rca_calibration import LEAST_CONFIRMED, exponent_of, sharpened
from bench.rca_case import Case, Link, Sign
from bench.rca_history import UNKNOWN
from bench.rca_router import shares
from router.likelihood.links import spread_of
from tests.unit.bench.cases import a_case

PODS = tuple(Link("api", f"api-{number}", 0.9, part_of=True) for number in range(4))
CALLS = (Link("db", "api", 0.7), Link("api", "web", 0.7))
MEMORY, SLOW = "x.memory_high", "x.call_latency"


def _unlearned(case: Case) -> dict[tuple[str, str], float]:
    return {(s.component, s.fault): UNKNOWN[spread_of(case.rules, s.fault)] for s in case.signs}


def _best(case: Case, anyway: dict[tuple[str, str], float] | None = None, **prior: float) -> str:
    found = shares(case, anyway or _unlearned(case), prior)
    return max(found, key=lambda name: found[name])


def test_what_every_instance_shows_is_the_services():
    """Four of four instances run out of memory; with one of four it is that instance's own."""
    everywhere = a_case(*(Sign(f"api-{number}", MEMORY) for number in range(4)), links=(*PODS, *CALLS))
    assert _best(everywhere, {(s.component, s.fault): 0.03 for s in everywhere.signs}) == "api"
    alone = a_case(Sign("api-2", MEMORY), links=(*PODS, *CALLS))
    assert _best(alone, {("api-2", MEMORY): 0.03}) == "api-2"


def test_a_slow_dependency_explains_its_slow_consumers():
    """All of a chain is slow: what they depend on is the cause."""
    case = a_case(*(Sign(name, SLOW) for name in ("db", "api", "web")), links=CALLS)
    assert _best(case, {(s.component, s.fault): 0.1 for s in case.signs}) == "db"


def test_what_alerts_anyway_is_no_cause():
    """The memory of the chronic one is high in nine windows of ten, that of the other hardly ever."""
    case = a_case(Sign("web", MEMORY), Sign("db", MEMORY))
    assert _best(case, {("web", MEMORY): 0.9, ("db", MEMORY): 0.03}) == "db"


def test_a_prior_decides_between_equals():
    """Two instances show the same; one was the confirmed cause before."""
    case = a_case(Sign("web", MEMORY), Sign("db", MEMORY))
    assert _best(case, None, web=3.0) == "web"
    assert _best(case, None, db=3.0) == "db"


def test_shares_are_among_what_may_be_named():
    """They add up to one over the alerting components where the label is one of these."""
    case = a_case(Sign("web", SLOW), Sign("api", SLOW), links=CALLS, among=frozenset({"web", "api"}))
    found = shares(case, _unlearned(case), {})
    assert set(found) <= {"web", "api"}
    assert sum(found.values()) == pytest.approx(1)


def test_a_case_without_alerts_has_no_answer():
    """Nothing alerted in the window: there is nothing to rank."""
    assert shares(a_case(), {}, {"db": 3.0}) == {}


def test_the_order_of_the_signs_does_not_matter():
    """A case is the same whichever alert is listed first."""
    signs = [Sign(name, fault) for name in ("db", "api", "web") for fault in (SLOW, MEMORY)]
    one, other = a_case(*signs, links=CALLS), a_case(*reversed(signs), links=CALLS)
    assert shares(one, _unlearned(one), {}) == shares(other, _unlearned(other), {})


SHARES = st.dictionaries(st.sampled_from("abcdef"), st.floats(0.01, 1), min_size=1)


@given(SHARES, st.sampled_from([0.2, 0.5, 1.0, 2.0, 3.0]))
def test_sharpening_keeps_the_ranking_and_the_sum(found: dict[str, float], exponent: float):
    """Confidence changes, ranks do not."""
    after = sharpened(found, exponent)
    assert sum(after.values()) == pytest.approx(sum(found.values()))
    for one in found:
        for other in found:
            assert found[one] <= found[other] or after[one] >= after[other]


def test_too_few_confirmed_causes_leave_confidence_alone():
    """Nine are not ten."""
    surely_wrong = ({"a": 0.99, "b": 0.01}, frozenset({"b"}))
    assert exponent_of([surely_wrong] * (LEAST_CONFIRMED - 1)) == 1
    assert exponent_of([surely_wrong] * LEAST_CONFIRMED) < 1


def test_a_router_that_is_right_and_modest_becomes_surer():
    """Always right at 60 % asks for an exponent above one."""
    assert exponent_of([({"a": 0.6, "b": 0.4}, frozenset({"a"}))] * 20) > 1
