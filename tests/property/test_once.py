"""Law 2: what was applied once is not applied again."""

from hypothesis import given
from hypothesis import strategies as st

from router.model.input import Tick
from router.model.state import State
from router.pipeline import step
from tests.builders import a_command, a_company, at
from tests.property.strategies import alerts, batches

RULES = a_company()


def records(state: State) -> dict[str, str]:
    """The state as it would be stored, without the clock that every input moves."""
    return {key: record.model_dump_json() for key, record in state.records.items()}


@given(st.lists(alerts(), min_size=1, max_size=12), st.integers(1, 4), st.data())
def test_a_replayed_batch_changes_nothing_and_decides_nothing(events, size, data):
    """Delivering any batch again, at any later point, leaves records and decisions as they were."""
    state, inputs = State("main"), batches(events, size)
    for number, batch in enumerate(inputs):
        step(state, batch, RULES, at(60 * number))
        before, applied = records(state), state.header.applied
        again = data.draw(st.sampled_from(inputs[: number + 1]))
        effects = step(state, again, RULES, at(60 * number))
        assert not [decision for decision in effects.decisions if decision.outcome]
        assert records(state) == before
        assert state.header.applied == applied


@given(st.lists(alerts(), min_size=1, max_size=10), st.integers(1, 3), st.integers(1, 4))
def test_rebatching_after_a_crash_counts_every_position_once(events, first, second):
    """An intake that died resends its records in other batches: each position still has one outcome."""
    state = State("main")
    counted: list[int] = []
    for size in (first, second):
        for batch in batches(events, size):
            for decision in step(state, batch, RULES, at(0)).decisions:
                counted += [offset for position in decision.positions for offset in position.offsets]
    assert sorted(counted) == list(range(len(events)))


@given(st.lists(alerts(), min_size=1, max_size=6), st.sampled_from(["acknowledge", "resolve", "hand_over"]))
def test_a_repeated_command_is_answered_and_changes_nothing(events, verb):
    """The second copy of a command is a decision of its own and no effect."""
    state = State("main")
    for batch in batches(events):
        step(state, batch, RULES, at(0))
    command = a_command(verb, "main-1", team="sales", seconds=1)
    step(state, command, RULES, at(1))
    before = records(state)
    effects = step(state, command, RULES, at(1))
    assert [decision.reason.value for decision in effects.decisions] == ["command.repeated"]
    assert records(state) == before
    step(state, Tick(), RULES, at(2))
