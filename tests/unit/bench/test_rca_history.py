"""What a site learned from its other failures: leave one out, never from a case's own alerts or label."""

import pytest

from bench.rca_case import Case, Sign
from bench.rca_history import LEAST, PRIOR_CASES, UNKNOWN, History, HistoryKind
from router.model.fault import Spread
from tests.unit.bench.cases import a_case

CPU = "x.cpu_high"


def _site(*cases: tuple[str, tuple[str, ...]], site: str = "site") -> list[Case]:
    """Cases of (the cause, the components whose CPU runs high)."""
    return [
        a_case(*(Sign(name, CPU) for name in alerting), right=cause)._replace(id=str(number), site=site)
        for number, (cause, alerting) in enumerate(cases)
    ]


def test_what_alerts_in_every_other_case_says_little():
    """A chronic component has a high rate, one that never alerted else a low one."""
    cases = _site(*(("db", ("noisy",)) for _ in range(9)), ("db", ("noisy", "db")))
    rates = History(cases, HistoryKind.ALERTS).anyway(9)
    assert rates["noisy", CPU] > 0.85
    assert rates["db", CPU] < 0.15


def test_the_case_itself_is_not_in_its_history():
    """Alone at its site, a case knows what is generally known; its own alerts are no background."""
    cases = _site(("db", ("db",)))
    rates = History(cases, HistoryKind.ALERTS).anyway(0)
    assert rates["db", CPU] == UNKNOWN[Spread.SELF]


def test_a_rate_is_never_zero():
    """A few cases without an alert prove nothing rarer than the bound."""
    cases = _site(*(("db", ("other",)) for _ in range(50)), ("db", ("db",)))
    assert History(cases, HistoryKind.ALERTS).anyway(50)["db", CPU] >= LEAST


def test_another_site_teaches_nothing():
    """The same names elsewhere are other components."""
    cases = [*_site(("db", ("db",))), *_site(*(("db", ("db",)) for _ in range(5)), site="elsewhere")]
    assert History(cases, HistoryKind.ALERTS).anyway(0)["db", CPU] == UNKNOWN[Spread.SELF]
    assert History(cases, HistoryKind.CONFIRMED).prior(0) == {}


def test_confirmed_causes_make_a_component_likelier_by_their_number():
    """Two of three other cases were the database."""
    cases = _site(("db", ("db",)), ("db", ("db",)), ("db", ("db",)), ("web", ("web",)))
    prior = History(cases, HistoryKind.CONFIRMED).prior(0)
    assert prior == {
        "db": pytest.approx((2 + PRIOR_CASES) / PRIOR_CASES),
        "web": pytest.approx((1 + PRIOR_CASES) / PRIOR_CASES),
    }


def test_its_own_label_does_not_matter():
    """Changing the label of a case changes nothing that the case knows."""
    cases = _site(("db", ("db",)), ("db", ("web",)), ("web", ("db",)))
    before = History(cases, HistoryKind.CONFIRMED)
    after = History([cases[0]._replace(answers=frozenset({"other"})), *cases[1:]], HistoryKind.CONFIRMED)
    assert before.prior(0) == after.prior(0)
    assert before.anyway(0) == after.anyway(0)


def test_one_and_the_same_cause_everywhere_is_no_prior():
    """It says what was tried, not what fails."""
    assert History(_site(*(("db", ("db",)) for _ in range(5))), HistoryKind.CONFIRMED).prior(0) == {}


def test_without_confirmations_there_is_no_prior():
    """Alerts alone do not say what the cause was."""
    cases = _site(("db", ("db",)), ("web", ("web",)), ("db", ("db",)))
    for kind in (HistoryKind.NONE, HistoryKind.ALERTS):
        assert History(cases, kind).prior(0) == {}
        assert History(cases, kind).others(0) == []


def test_data_that_says_how_surprising_it_is_needs_no_history():
    """A stated chance is taken as it is."""
    case = a_case(Sign("db", CPU, anyway=0.07))
    for kind in HistoryKind:
        assert History([case, case], kind).anyway(0)["db", CPU] == 0.07
