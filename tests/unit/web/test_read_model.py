"""The read model keeps the newest of what matters, and knows how far it can be trusted."""

from hypothesis import given
from hypothesis import strategies as st

from router.model.incident import IncidentState
from router.web.read_model import ReadModel
from tests.builders import at
from tests.unit.render.samples import an_incident


def test_a_newer_revision_replaces_and_an_older_one_changes_nothing() -> None:
    """Partitions may be read again from the beginning: the model never goes back."""
    model = ReadModel()
    newer = an_incident(revision=5, updated_at=at(10))
    model.put(newer)
    model.put(an_incident(revision=4, updated_at=at(10)))
    model.put(an_incident(revision=9, updated_at=at(9)))
    assert model.get("main-17") == newer


def test_a_scope_that_lost_its_state_counts_from_one_again_and_is_believed() -> None:
    """The same id later in time is the newer truth, whatever its revision."""
    model = ReadModel()
    model.put(an_incident(revision=50, updated_at=at(10)))
    model.put(an_incident(revision=1, updated_at=at(11)))
    found = model.get("main-17")
    assert found is not None
    assert found.revision == 1


def test_an_incident_moves_from_open_to_over_and_back() -> None:
    """It stands in one list at a time."""
    model = ReadModel()
    for seconds, state in enumerate((IncidentState.OPEN, IncidentState.RESOLVED, IncidentState.SETTLING)):
        model.put(an_incident(state=state, updated_at=at(seconds)))
        open_, over = model.live(), model.over(10)
        assert (len(open_), len(over)) == ((0, 1) if state is IncidentState.RESOLVED else (1, 0))


def test_a_deleted_record_is_forgotten() -> None:
    """A tombstone on the topic takes the incident from the console."""
    model = ReadModel()
    model.put(an_incident())
    model.remove("main-17")
    model.remove("never-1")
    assert model.get("main-17") is None


def test_open_incidents_stand_worst_first_then_oldest_first() -> None:
    """Who looks at three in the morning begins at the top."""
    model = ReadModel()
    model.put(an_incident(id="main-1", severity="minor", started_at=at(0)))
    model.put(an_incident(id="main-2", severity="critical", started_at=at(9)))
    model.put(an_incident(id="main-3", severity="critical", started_at=at(5)))
    assert [incident.id for incident in model.live()] == ["main-3", "main-2", "main-1"]


def test_what_ended_last_stands_first() -> None:
    """And only as many as are asked for."""
    model = ReadModel()
    for number in (1, 3, 2):
        model.put(an_incident(id=f"main-{number}", state=IncidentState.CLOSED, updated_at=at(number)))
    assert [incident.id for incident in model.over(2)] == ["main-3", "main-2"]


@given(st.lists(st.tuples(st.integers(0, 30), st.booleans(), st.integers(0, 9)), max_size=80))
def test_the_bound_holds_and_what_is_over_goes_before_what_is_open(
    puts: list[tuple[int, bool, int]],
) -> None:
    """However incidents come and go, no more than the bound is kept, and nothing open is dropped for something over."""
    model = ReadModel(limit=8)
    for number, live, seconds in puts:
        state = IncidentState.OPEN if live else IncidentState.RESOLVED
        model.put(an_incident(id=f"main-{number}", state=state, updated_at=at(seconds)))
        open_, over = model.live(), model.over(100)
        assert len(open_) + len(over) <= 8
        assert all(incident.live for incident in open_)
        assert not any(incident.live for incident in over)
        assert len({incident.id for incident in (*open_, *over)}) == len(open_) + len(over)
        if not live and model.get(f"main-{number}") is None:
            assert len(open_) == 8


def test_it_is_not_complete_before_all_was_read_and_says_what_troubles_it() -> None:
    """Trouble does not make what is known incomplete; it stops it from being renewed."""
    model = ReadModel()
    assert model.freshness == (False, None, "")
    model.caught_up(at(1))
    model.troubled("_TRANSPORT")
    assert model.freshness == (True, at(1), "_TRANSPORT")
    model.caught_up(at(2))
    assert model.freshness == (True, at(2), "")
