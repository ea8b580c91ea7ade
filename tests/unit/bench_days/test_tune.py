"""Tuned parameters come with where they come from, and every parameter can be tuned."""

import argparse
from typing import Any

import orjson
import pytest

from bench.score import score
from bench.search import Scale, Search
from bench.tune import SCALES, document, tally_of, worth
from router.likelihood.parameters import DEFAULTS, Parameters

SETS = ["normal:1", "dark:2", "stories"]


def toy(name: str, parameters: Parameters) -> float:
    """Best where silence counts a little more than by default; no router is asked."""
    return -abs(parameters.silence - 0.6) - (0.01 if name == "stories" else 0.0)


def found(seed: int = 1) -> dict[str, Any]:
    arguments = argparse.Namespace(date="2026-01-02", cases=3, seed=seed, points=40, rounds=2)
    return document(Search(DEFAULTS, SCALES, toy, seed, 40, 2), SETS, arguments)


def test_every_parameter_has_a_scale_that_keeps_it_valid():
    """What is named a chance lies in (0, 1) by default, what moves by factors is positive."""
    assert set(SCALES) == set(Parameters._fields)
    for name, value in DEFAULTS._asdict().items():
        if SCALES[name] is Scale.CHANCE:
            assert 0 < value < 1, name
        if SCALES[name] is Scale.POSITIVE:
            assert value > 0, name


def test_the_file_says_where_the_parameters_come_from():
    """Sets with their seeds and cases, the search, the date, and worth in and out of every set left out."""
    result = found()
    origin = result["provenance"]
    assert origin["date"] == "2026-01-02"
    assert origin["sets"][:2] == [
        {"setting": "normal", "seed": 1, "cases": 3},
        {"setting": "dark", "seed": 2, "cases": 3},
    ]
    assert origin["search"]["evaluations"] > 0
    assert [fold["set"] for fold in result["left_out"]] == SETS
    assert Parameters(**result["parameters"])._asdict() == result["parameters"]
    assert result["all_sets"]["tuned"] >= result["all_sets"]["defaults"]
    assert "silence" in result["moved"]


def test_the_same_command_writes_the_same_bytes():
    """No clock and no chance but the seed's."""
    assert orjson.dumps(found(3)) == orjson.dumps(found(3))


def test_worth_rewards_what_is_right_and_charges_for_noise_and_false_certainty():
    """Better shares are worth more; calibration error and pages for noise cost."""
    shares = dict.fromkeys(("bcubed_f1", "cause_at_1", "cause_at_3", "owner", "first_owner"), 0.8)
    good = {**shares, "ece": 0.0, "noise_pages_per_day": 0.0}
    assert worth(good) == pytest.approx(0.8)
    assert worth({**good, "owner": 0.9}) > worth(good)
    assert worth({**good, "ece": 0.1}) < worth(good)
    assert worth({**good, "noise_pages_per_day": 1.0}) < worth(good)
    assert worth({**good, "noise_pages_per_day": 50.0}) == worth({**good, "noise_pages_per_day": 2.0})


def test_parameters_reach_the_router():
    """Replaying a case with other parameters gives other answers, and going back gives the first ones again."""
    usual = score([tally_of("normal:41", 0, DEFAULTS)])
    timid = score([tally_of("normal:41", 0, DEFAULTS._replace(tell=50.0, unknown=30.0))])
    assert timid != usual
    assert score([tally_of("normal:41", 0, DEFAULTS)]) == usual
