"""Truth: better, worse or the same, judged failure by failure."""

from typing import Any

import pytest

from router.comparing.difference import Difference, compare
from router.comparing.truth import NoTruth, Verdict, truth_of
from tests.unit.comparing.documents import document, incident

TRUTH = truth_of({"incidents": [{"cause": "erp.orders", "owner": "erp-platform", "members": [1, 2]}]})
RIGHT = [(120, "#erp-platform", "erp-platform")]
WRONG = [(120, "#data", "order-data")]


def judged(old: dict[str, Any], new: dict[str, Any]) -> list[Verdict | None]:
    """The verdicts of all that differ."""
    return [changed.verdict for changed in compare(document(old), document(new), TRUTH).incidents]


def total(found: Difference, what: str) -> tuple[float | None, float | None]:
    """A sum under the old and the new rules."""
    return next((one.old, one.new) for one in found.totals if one.what == what)


def test_the_true_owner_is_better_than_another() -> None:
    """And the other way round it is worse."""
    wrong = incident("a", [1, 2], owner="order-data", told=WRONG)
    right = incident("a", [1, 2], told=RIGHT)
    assert judged(wrong, right) == [Verdict.BETTER]
    assert judged(right, wrong) == [Verdict.WORSE]


def test_sooner_is_better_among_equals() -> None:
    """The same owner, ten minutes later."""
    late = incident("a", [1, 2], told=[(720, "#erp-platform", "erp-platform")])
    assert judged(incident("a", [1, 2], told=RIGHT), late) == [Verdict.WORSE]


def test_what_nobody_needs_to_know_is_better_not_told() -> None:
    """An incident without an event of a failure is noise: fewer messages are better."""
    assert judged(incident("n", [7], told=WRONG), incident("n", [7])) == [Verdict.BETTER]


def test_a_difference_that_serves_nobody_is_the_same() -> None:
    """Another team that also knows makes a failure neither better nor worse served."""
    old = incident("a", [1, 2], told=RIGHT)
    assert judged(old, {**old, "also": [{"team": "sales-ops"}]}) == [Verdict.SAME]


def test_totals_count_failures_and_not_incidents() -> None:
    """A failure that ended with the wrong team needs one hand-over more."""
    wrong, right = incident("a", [1, 2], owner="order-data", told=WRONG), incident("a", [1, 2], told=RIGHT)
    found = compare(document(wrong), document(right), TRUTH)
    assert total(found, "failures served better") == (None, 1)
    assert total(found, "failures with the true owner") == (0, 1)
    assert total(found, "hand-overs that the true owner needs") == (1, 0)


def test_the_truth_of_a_labelled_case_is_understood() -> None:
    """Its causes have a fault, and more stands there than is needed."""
    case = {
        "case_id": "x",
        "truth": {"incidents": [{"cause": {"component": "a", "fault": "b"}, "owner": "t", "members": []}]},
    }
    assert truth_of(case).incidents[0].component == "a"


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ([], 'no "incidents"'),
        ({"incidents": [{"cause": "a", "members": []}]}, "'owner' is missing"),
        ({"incidents": [{"cause": "a", "owner": "t", "members": ["1"]}]}, "numbers of recorded events"),
        ({"incidents": [{"cause": 3, "owner": "t", "members": []}]}, "are names"),
        ({"incidents": ["x"]}, "incidents[0]"),
    ],
)
def test_what_is_no_truth_says_why(document: object, says: str) -> None:
    """The place and what is missing there."""
    with pytest.raises(NoTruth) as error:
        truth_of(document)
    assert says in str(error.value)
