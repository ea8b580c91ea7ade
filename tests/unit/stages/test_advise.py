"""Which runbook: component over workflow over fault over kind, and why, as a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.model.incident import Cause
from router.model.runbook import Runbook
from router.stages.advise import MAX_RUNBOOKS, advise
from tests.builders import a_company

CAUSE = Cause(component="erp.orders", fault="erp.batch_failed", confidence=0.9)
CONDITIONS: dict[str, dict[str, tuple[str, ...]]] = {
    "component": {"components": ("erp.orders",)},
    "workflow": {"workflows": ("other", "main")},
    "fault": {"faults": ("erp.batch_failed", "erp.idoc_stuck")},
    "kind": {"kinds": ("erp",)},
}
ORDER = tuple(CONDITIONS)


def best(*runbooks: Runbook) -> tuple[tuple[str, str], ...]:
    """The runbooks for the cause, and why."""
    rules = a_company().model_copy(update={"runbooks": {runbook.id: runbook for runbook in runbooks}})
    return tuple((found.runbook, found.why) for found in advise(CAUSE, ("main",), rules))


def a_runbook(name: str, *conditions: str) -> Runbook:
    """A runbook for these."""
    stated = {key: value for condition in conditions for key, value in CONDITIONS[condition].items()}
    return Runbook(id=name, title=name, **stated)


@pytest.mark.parametrize(("better", "worse"), [(o, ORDER[n + 1 :]) for n, o in enumerate(ORDER[:-1])])
def test_one_condition_beats_all_that_come_after_it(better: str, worse: tuple[str, ...]) -> None:
    """A runbook for the component is better than one for workflow, fault and kind together."""
    assert [name for name, _ in best(a_runbook("a", *worse), a_runbook("z", better))] == ["z", "a"]


def test_more_conditions_are_more_specific() -> None:
    """And each of them is named in the reason."""
    found = best(a_runbook("a", "fault"), a_runbook("z", "fault", "kind"))
    assert found[0] == ("z", "it is for erp.batch_failed and a component of kind erp")


def test_what_is_stated_must_hold() -> None:
    """A runbook for another workflow is for nobody here; one that states nothing is for nothing."""
    other = Runbook(id="a", title="a", faults=("erp.batch_failed",), workflows=("other",))
    assert best(other, Runbook(id="b", title="b")) == ()


def test_names_decide_between_equals_and_two_are_enough() -> None:
    """More is a search result, not advice."""
    found = best(*(a_runbook(name, "fault") for name in ("c", "a", "b")))
    assert [name for name, _ in found] == ["a", "b"]
    assert len(found) == MAX_RUNBOOKS


@given(st.lists(st.sets(st.sampled_from(ORDER), min_size=1), min_size=1, max_size=6))
def test_the_best_is_never_less_specific_than_another(stated: list[set[str]]) -> None:
    """Whatever runbooks there are."""
    runbooks = [a_runbook(f"r{number}", *conditions) for number, conditions in enumerate(stated)]
    fits = {r.id: r.fit("erp.orders", "erp", ("main",), "erp.batch_failed") for r in runbooks}
    chosen = fits[best(*runbooks)[0][0]]
    assert chosen
    assert all(fit and fit.specificity <= chosen.specificity for fit in fits.values())
