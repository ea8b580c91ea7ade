"""Accuracy with ties, coverage and calibration, against figures worked out by hand."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.rca_measures import (
    Answer,
    accuracy,
    accuracy_at,
    answer,
    calibration_error,
    chance_within,
    reliability,
)

SCORES = st.dictionaries(st.sampled_from("abcdefg"), st.sampled_from([0.0, 0.1, 0.5, 0.9]), min_size=1)


def test_the_highest_score_is_the_answer():
    """Without ties, a right one at place two is not first and is among the first three."""
    found = answer("one", {"a": 0.6, "b": 0.3, "c": 0.1}, frozenset({"b"}))
    assert found == Answer("one", 0.0, 1.0, 0.6)


def test_a_tie_counts_in_part():
    """One right among four equal ones is first by one chance in four, among three by three in four."""
    scores = dict.fromkeys("abcd", 0.25)
    assert chance_within(scores, frozenset({"a"}), 1) == pytest.approx(1 / 4)
    assert chance_within(scores, frozenset({"a"}), 3) == pytest.approx(3 / 4)


def test_two_right_ones_in_a_tie_help_each_other():
    """Two of four equal ones are right: drawing one hits by a half, drawing three always."""
    scores = dict.fromkeys("abcd", 0.25)
    assert chance_within(scores, frozenset({"a", "b"}), 1) == pytest.approx(1 / 2)
    assert chance_within(scores, frozenset({"a", "b"}), 3) == pytest.approx(1)


def test_a_tie_behind_a_better_one_shares_the_places_left():
    """One wrong leads; two places are left for three equal ones."""
    scores = {"x": 1.0, "a": 0.5, "b": 0.5, "c": 0.5}
    assert chance_within(scores, frozenset({"a"}), 3) == pytest.approx(2 / 3)


def test_what_is_no_candidate_is_never_right():
    """A right component without a score counts nothing."""
    assert chance_within({"a": 1.0}, frozenset({"z"}), 3) == 0


@given(SCORES, st.sampled_from("abcdefg"))
def test_more_places_never_hurt(scores: dict[str, float], right: str):
    """The chance grows with the places, and is certain when there is a place for every candidate."""
    chances = [chance_within(scores, frozenset({right}), places) for places in range(1, len(scores) + 1)]
    assert all(more >= fewer - 1e-12 for fewer, more in pairwise(chances))
    assert chances[-1] == pytest.approx(float(right in scores))


def _answers(*pairs: tuple[float, float]) -> list[Answer]:
    return [Answer(str(number), right, right, sure) for number, (sure, right) in enumerate(pairs)]


def test_coverage_takes_the_surest_first():
    """The surer half of four is right here, all four only by half."""
    answers = _answers((0.9, 1), (0.8, 1), (0.3, 0), (0.2, 0))
    assert accuracy_at(answers, 0.5) == 1
    assert accuracy_at(answers, 1) == accuracy(answers) == 0.5


def test_equally_sure_answers_at_the_border_count_in_part():
    """Half of two answers that are equally sure, one of them right, is right by half."""
    assert accuracy_at(_answers((0.5, 1), (0.5, 0)), 0.5) == 0.5


def test_coverage_of_an_odd_number_takes_a_part_of_the_last():
    """Half of three are one and a half: the surest, and half of the next."""
    assert accuracy_at(_answers((0.9, 1), (0.5, 0), (0.1, 0)), 0.5) == pytest.approx(1 / 1.5)


def test_confidence_that_keeps_its_word_has_no_calibration_error():
    """Eight of ten right at 0.8 is calibrated."""
    assert calibration_error(_answers(*[(0.8, 1)] * 8, *[(0.8, 0)] * 2)) == pytest.approx(0)


def test_calibration_error_weighs_bins_by_their_size():
    """Three answers at 0.95 all right (off by .05), one at 0.45 wrong (off by .45)."""
    answers = _answers(*[(0.95, 1)] * 3, (0.45, 0))
    assert calibration_error(answers) == pytest.approx((3 * 0.05 + 0.45) / 4)


def test_full_confidence_falls_in_the_last_bin():
    """1.0 has no bin of its own."""
    assert [(b.low, b.size) for b in reliability(_answers((1.0, 1), (0.91, 1)))] == [(0.9, 2)]


def test_nothing_answered_is_no_accuracy():
    """Empty input gives zeros, not errors."""
    assert accuracy([]) == accuracy_at([], 0.5) == calibration_error([]) == 0
