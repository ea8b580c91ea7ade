"""Search finds what is better, says what it is worth elsewhere, and depends on nothing but its seed."""

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.search import Scale, Search, move


class Two(NamedTuple):
    rate: float = 1.0
    share: float = 0.5


SCALES = {"rate": Scale.POSITIVE, "share": Scale.CHANCE}


def objective(name: str, point: Two) -> float:
    """Best at rate 4 on every set; share .8 is best on `a` and `b` only."""
    share = 0.8 if name in ("a", "b") else 0.2
    return -abs(point.rate - 4) / 4 - abs(point.share - share)


def search(seed: int = 1, points: int = 10, rounds: int = 4) -> "Search[Two]":
    return Search(Two(), SCALES, objective, seed, points, rounds)


def test_the_best_point_is_never_worse_than_the_start():
    """Also with a handful of points, on any set."""
    for seed in range(5):
        tried = search(seed, points=3, rounds=1)
        for sets in (["a"], ["c"], ["a", "b", "c"]):
            assert tried.worth(tried.best(sets), sets) >= tried.worth(Two(), sets)


def test_it_comes_near_the_optimum():
    """Random points and four rounds of coordinates are enough for two numbers."""
    found = search().best(["a", "b"])
    assert found.rate == pytest.approx(4, abs=1)
    assert found.share == pytest.approx(0.8, abs=0.1)


def test_the_same_seed_finds_the_same_and_asks_as_often():
    """Nothing but the arguments decides."""
    one, two = search(), search()
    assert one.leave_one_out(["a", "b", "c"]) == two.leave_one_out(["a", "b", "c"])
    assert one.evaluations == two.evaluations > 0


def test_a_set_left_out_is_looked_at_only_to_report():
    """What is found without a set does not depend on it: another objective there finds the same point."""

    def other(name: str, point: Two) -> float:
        return 0.0 if name == "c" else objective(name, point)

    folds = [
        Search(Two(), SCALES, chosen, 1, 10, 3).leave_one_out(["a", "b", "c"])[2]
        for chosen in (objective, other)
    ]
    assert folds[0].left_out == "c"
    assert folds[0].point == folds[1].point
    assert folds[0].inside == folds[1].inside


def test_what_holds_only_inside_shows_outside():
    """A share that is best on two sets is worse on the third, and the fold says so."""
    fold = search(points=20).leave_one_out(["a", "b", "c"])[2]
    assert fold.inside > fold.start_inside
    assert objective("c", fold.point) == fold.outside
    assert fold.outside < fold.inside


def test_one_set_cannot_be_left_out():
    """There would be nothing to search on."""
    with pytest.raises(ValueError, match="two sets"):
        search().leave_one_out(["a"])


@given(st.floats(1e-9, 1e6), st.floats(-3, 3))
def test_a_positive_number_stays_positive(value: float, by: float):
    """Rates and times move by factors."""
    assert move(value, by, Scale.POSITIVE) > 0


@given(st.floats(0, 1), st.floats(-5, 5))
def test_a_chance_stays_a_chance(value: float, by: float):
    """Neither never nor always: the model takes logarithms of both."""
    assert 0 < move(value, by, Scale.CHANCE) < 1
