"""Law 8: order of arrival within the lateness does not matter, and late events are never obeyed."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from router.model.event import Alert
from router.model.state import State
from router.pipeline import step
from tests.builders import CHAIN, a_batch, a_company, an_alert, at
from tests.property.strategies import FAULT_OF, batches

RULES = a_company(lateness_seconds=900)


@st.composite
def burst(draw: st.DrawFn) -> list[Alert]:
    """Firing alerts of distinct components within the lateness."""
    components = draw(st.lists(st.sampled_from(sorted(FAULT_OF)), unique=True, min_size=1))
    return [an_alert(c, FAULT_OF[c], draw(st.integers(0, 900))) for c in components]


def incidents_after(events: Sequence[Alert]) -> set[tuple[frozenset[str], str, str, str]]:
    """Each live incident as (member keys, cause, fault, owner) after these events, all within the lateness."""
    state = State("main")
    for batch in batches(list(events)):
        step(state, batch, RULES, at(900))
    return {
        (frozenset(state.alerts_of(i.id)), i.cause.component, i.cause.fault, i.owner.team)
        for i in state.incidents()
        if i.live
    }


@given(burst(), st.randoms(use_true_random=False))
def test_shuffled_events_give_the_same_incidents_cause_and_owner(events, random):
    """Members, cause and owner follow from the events, not from their order."""
    shuffled = list(events)
    random.shuffle(shuffled)
    assert incidents_after(events) == incidents_after(shuffled)


@given(st.integers(1, 900), st.booleans())
def test_a_resolve_that_overtakes_its_firing_is_paired_with_it(gap, in_one_batch):
    """However the two arrive, nothing stays open and nobody is told."""
    firing = an_alert(seconds=0)
    resolve = an_alert(seconds=gap, status="resolved")
    state = State("main")
    if in_one_batch:
        step(state, a_batch(resolve, firing, first=0), RULES, at(gap))
    else:
        step(state, a_batch(resolve, first=0), RULES, at(gap))
        step(state, a_batch(firing, first=1), RULES, at(gap + 1))
    assert state.firing == 0
    assert state.live == 0


@given(st.integers(1, 900))
def test_a_resolve_older_than_the_firing_does_not_close_it(gap):
    """A resolve that speaks of an earlier time than the newest firing is late, and obeyed by nobody."""
    state = State("main")
    step(state, a_batch(an_alert(seconds=gap), first=0), RULES, at(gap))
    effects = step(state, a_batch(an_alert(seconds=0, status="resolved"), first=1), RULES, at(gap + 1))
    assert [d.reason.value for d in effects.decisions] == ["repeated.late"]
    assert state.firing == 1


def test_the_chain_is_one_incident_with_the_cause_at_its_head():
    """Five alarms along the workflow are one failure of the system they began in."""
    seconds = {component.id: 120 * place for place, component in enumerate(CHAIN[:5])}
    events = [an_alert(c, FAULT_OF[c], s) for c, s in seconds.items()]
    ((members, cause, _, owner),) = incidents_after(events)
    assert len(members) == 5
    assert (cause, owner) == ("erp.orders", "it-team")
