"""Law 10: merge is commutative, associative and idempotent; snapshot and restore change nothing."""

from hypothesis import given
from hypothesis import strategies as st

from router.model.record import RECORD
from router.model.state import State
from router.pipeline import step
from router.stages.dedupe import merge
from router.stages.gather import gather, unite
from tests.builders import a_company, an_alert, at
from tests.property.strategies import alerts, batches

RULES = a_company()


def observations() -> st.SearchStrategy:
    """Observations of one alert that may tie in every field."""
    return st.builds(
        lambda seconds, status, severity, traces: an_alert(
            seconds=seconds, status=status, severity=severity, started=0, traces=traces
        ),
        st.integers(0, 3),
        st.sampled_from(["firing", "resolved"]),
        st.sampled_from(["critical", "warning"]),
        st.sampled_from([(), ("a",), ("b",)]),
    )


@given(observations(), observations(), observations())
def test_merging_alerts_is_commutative_associative_and_idempotent(one, two, three):
    """In whatever order observations of one alert are merged, the result is the same."""
    assert merge(one, two) == merge(two, one)
    assert merge(merge(one, two), three) == merge(one, merge(two, three))
    assert merge(one, one) == one


@given(st.lists(alerts(), max_size=6), st.lists(alerts(), max_size=6), st.lists(alerts(), max_size=6))
def test_uniting_symptoms_is_commutative_and_associative(first, second, third):
    """The symptoms of merged incidents do not depend on who was merged into whom."""
    one, two, three = (gathered(events) for events in (first, second, third))
    assert unite(one, two) == unite(two, one)
    assert unite(unite(one, two), three) == unite(one, unite(two, three))


def gathered(events):
    """The symptoms of these alerts."""
    headlines = ()
    for alert in events:
        headlines = gather(headlines, alert)
    return headlines


@given(st.lists(alerts(), min_size=2, max_size=14), st.data())
def test_a_state_restored_from_its_records_decides_the_same(events, data):
    """Stored, shuffled as compaction would, read back at any point: the rest of the day is byte for byte the same."""
    inputs = batches(events)
    cut = data.draw(st.integers(0, len(inputs)))
    live = State("main")
    for number, batch in enumerate(inputs[:cut]):
        step(live, batch, RULES, at(300 * number))
    stored = [live.header, *live.records.values()]
    shuffled = data.draw(st.permutations(stored))
    restored = State.restore("main", [RECORD.validate_json(r.model_dump_json()) for r in shuffled])
    for number, batch in enumerate(inputs[cut:], start=cut):
        one, two = (step(state, batch, RULES, at(300 * number)) for state in (live, restored))
        assert [d.model_dump_json() for d in one.decisions] == [d.model_dump_json() for d in two.decisions]
        assert {k: n.model_dump_json() for k, n in one.notices.items()} == {
            k: n.model_dump_json() for k, n in two.notices.items()
        }
    assert {k: r.model_dump_json() for k, r in live.records.items()} == {
        k: r.model_dump_json() for k, r in restored.records.items()
    }
