"""Which alerts become one incident follows from what happened, not from the order in which it was heard of."""

from collections.abc import Sequence
from unittest import mock

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from router.likelihood.partition import partition
from router.likelihood.weighing import likelihood_of, order
from router.model.event import Alert, AlertStatus
from router.model.record import RECORD
from router.model.rules import Rules
from router.model.state import State
from router.pipeline import step
from tests.builders import a_batch, a_company, a_component, an_alert, at
from tests.property.small_worlds import alerts_of, companies, headlines_of

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


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_partition_holds_every_symptom_once_in_whatever_order_they_are_given(data):
    """Groups follow from the symptoms alone, and nothing is lost or doubled."""
    rules = data.draw(companies())
    headlines = headlines_of(data.draw(alerts_of(rules, 1, 8, 7_200)))
    likelihood = likelihood_of(rules)
    groups = partition(likelihood, headlines, {})
    assert sorted((h for group in groups for h in group.headlines), key=order) == sorted(headlines, key=order)
    assert partition(likelihood, data.draw(st.permutations(headlines)), {}) == groups


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_restore_at_any_point_changes_nothing_when_incidents_are_put_together_anew(data):
    """What a step computes again after a restore is what it had kept: decisions and records are byte for byte equal."""
    rules = data.draw(companies(lateness_seconds=LATENESS))
    alerts = data.draw(alerts_of(rules, 2, 7, LATENESS))
    over = data.draw(st.lists(st.sampled_from(alerts), unique_by=lambda alert: alert.key, max_size=2))
    ends = [a.model_copy(update={"status": AlertStatus.RESOLVED, "at": at(LATENESS)}) for a in over]
    inputs = [a_batch(alert, first=number) for number, alert in enumerate([*alerts, *ends, *alerts])]
    cut = data.draw(st.integers(0, len(inputs)))
    live = State("main")
    for number, batch in enumerate(inputs[:cut]):
        step(live, batch, rules, at(LATENESS + 60 * number))
    stored = [RECORD.validate_json(r.model_dump_json()) for r in [live.header, *live.records.values()]]
    restored = State.restore("main", data.draw(st.permutations(stored)))
    for number, batch in enumerate(inputs[cut:], start=cut):
        one, two = (step(state, batch, rules, at(LATENESS + 60 * number)) for state in (live, restored))
        assert [d.model_dump_json() for d in one.decisions] == [d.model_dump_json() for d in two.decisions]
    assert {k: r.model_dump_json() for k, r in live.records.items()} == {
        k: r.model_dump_json() for k, r in restored.records.items()
    }


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_counts_of_incidents_are_those_of_their_alerts_however_they_moved(data):
    """Alerts, firing alerts and symptoms of an incident agree with the alerts that point to it."""
    rules = data.draw(companies(lateness_seconds=LATENESS))
    state = State("main")
    for number, alert in enumerate(data.draw(alerts_of(rules, 3, 8, LATENESS))):
        step(state, a_batch(alert, first=number), rules, at(LATENESS + 150 * number))
    for incident in state.incidents():
        if incident.live:
            held = state.alerts_of(incident.id).values()
            assert incident.alerts == len(held)
            assert incident.firing == sum(member.firing for member in held)
            assert {(m.alert.component, m.alert.fault) for m in held} == {
                (h.component, h.fault) for h in incident.headlines
            }
            assert incident.started_at == min(m.alert.started_at for m in held)
            assert incident.severity is max((m.alert.severity for m in held), key=lambda s: s.rank)


def test_of_two_equal_causes_the_one_that_began_first_takes_their_effect_whichever_arrived_first():
    """Equal to the last bit, so only what happened may decide, and not the numbers that incidents got."""
    rules = a_company(
        a_component("api.0"), a_component("api.1"), a_component("app.2", "api.0", "api.1", latest=7_200)
    )
    causes = [an_alert(f"api.{number}", "api.latency", 0) for number in (0, 1)]
    effect = an_alert("app.2", "app.latency", 0)
    assert incidents_after(rules, [*causes, effect]) == incidents_after(rules, [*causes[::-1], effect])


@given(companies())
def test_kin_asked_for_among_some_are_those_of_all_kin(rules):
    """Worked out pair by pair, as in large graphs, kin and how far apart they show are what they are at once."""
    with mock.patch("router.model.topology.KIN_WHOLE", 0):
        for component in rules.components:
            pairs = dict(rules.topology.kin_among(component, rules.components))
            assert pairs == rules.topology.kin_of(component)
