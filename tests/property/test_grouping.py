"""Which alerts become one incident follows from what happened, not from the order in which it was heard of."""

from collections.abc import Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from router.model.event import Alert
from router.model.rules import Rules
from router.model.state import State
from router.pipeline import step
from tests.builders import a_batch, at
from tests.property.small_worlds import alerts_of, companies

LATENESS = 900


def incidents_after(rules: Rules, alerts: Sequence[Alert]) -> set[tuple[frozenset[str], str, str, str]]:
    """Each live incident as (member keys, cause, fault, owner) after these alerts, all within the lateness."""
    state = State("main")
    for number, alert in enumerate(alerts):
        step(state, a_batch(alert, first=number), rules, at(LATENESS))
    return {
        (frozenset(state.alerts_of(i.id)), i.cause.component, i.cause.fault, i.owner.team)
        for i in state.incidents()
        if i.live
    }


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_shuffled_alerts_of_any_small_company_give_the_same_incidents(data):
    """Members, cause and owner are the same, whatever the order in which alerts arrive within the lateness."""
    rules = data.draw(companies(lateness_seconds=LATENESS))
    alerts = data.draw(alerts_of(rules, 3, 6, LATENESS))
    shuffled = data.draw(st.permutations(alerts))
    assert incidents_after(rules, alerts) == incidents_after(rules, shuffled)
