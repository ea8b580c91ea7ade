"""Law 6: one state machine; a transition that is not in the table changes nothing and says so."""

import pytest

from router.model.incident import TRANSITIONS, IncidentState, Trigger, transition
from router.model.record import IncidentRecord
from router.model.state import State
from router.model.turn import Turn
from router.pipeline import step
from tests.builders import a_batch, a_command, a_company, an_alert, at

RULES = a_company()


@pytest.mark.parametrize("state", IncidentState)
@pytest.mark.parametrize("trigger", Trigger)
def test_a_transition_happens_only_if_the_table_has_it(state, trigger):
    """Allowed: the state of the table. Not allowed: None, and the stored incident is untouched."""
    scope = State("main")
    step(scope, a_batch(an_alert(), first=0), RULES, at(0))
    incident = scope.incident("main-1").model_copy(update={"state": state})
    scope.put(IncidentRecord(incident=incident))
    turn = Turn(scope, RULES, at(1))
    moved = turn.move(incident, trigger)
    expected = TRANSITIONS.get((state, trigger))
    assert transition(state, trigger) is expected
    if expected is None:
        assert moved is None
        assert scope.incident("main-1") == incident
        assert not turn.effects.incidents
    else:
        assert moved.state is expected
        assert moved.revision == incident.revision + 1


def test_every_state_is_reachable_and_only_closed_is_final():
    """No state is decoration, and nothing but closed is a dead end."""
    reachable = {IncidentState.SETTLING} | set(TRANSITIONS.values())
    assert reachable == set(IncidentState)
    assert set(IncidentState) - {state for state, _ in TRANSITIONS} == {IncidentState.CLOSED}


@pytest.mark.parametrize("verb", ["acknowledge", "resolve", "hand_over"])
def test_a_command_on_a_resolved_incident_is_refused_with_the_reason(verb):
    """A person who was too late is told so; nothing changes."""
    scope = State("main")
    step(scope, a_batch(an_alert(), first=0), RULES, at(0))
    step(scope, a_batch(an_alert(seconds=5, status="resolved"), first=1), RULES, at(5))
    before = scope.incident("main-1")
    effects = step(scope, a_command(verb, "main-1", team="sales", seconds=6), RULES, at(6))
    assert [d.reason.value for d in effects.decisions] == ["command.refused.illegal"]
    assert "main-1 is resolved" in effects.decisions[0].text
    assert scope.incident("main-1") == before
