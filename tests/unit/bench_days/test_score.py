"""Our scorer measures what the shared one measures, and the measures say what their names say."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from bench.days.case import make
from bench.score import score, tally
from bench.workflows import predict
from bench.yardsticks import YARDSTICKS

SHARED = Path(__file__).parents[4] / "shared" / "tools" / "score_workflows.py"


def shared_scorer() -> ModuleType:
    if not SHARED.exists():
        pytest.skip(f"the shared scorer is not beside this repository ({SHARED})")
    spec = importlib.util.spec_from_file_location("score_workflows", SHARED)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def as_the_shared_scorer_sees(case: dict[str, Any], incidents: list[dict[str, Any]]) -> dict[str, Any]:
    return {"case_id": case["case_id"], "incidents": incidents}


@pytest.mark.parametrize("setting", ["normal", "dark", "noisy"])
def test_the_router_scores_the_same_with_both(setting: str):
    """Every measure of both scorers agrees on replayed days."""
    module = shared_scorer()
    cases = [make(31, number, setting) for number in range(6)]
    answers = [predict(case)["incidents"] for case in cases]
    ours = score(tally(case, answer) for case, answer in zip(cases, answers, strict=True))
    theirs = module.score(cases, list(map(as_the_shared_scorer_sees, cases, answers)))
    assert ours == theirs


@pytest.mark.parametrize("name", YARDSTICKS)
def test_yardsticks_score_the_same_with_both(name: str):
    """Also where answers are poor: many pieces, no candidates, times as numbers."""
    module = shared_scorer()
    cases = [make(32, number, "normal") for number in range(6)]
    answers = [YARDSTICKS[name](case) for case in cases]
    ours = score(tally(case, answer) for case, answer in zip(cases, answers, strict=True))
    theirs = module.score(cases, list(map(as_the_shared_scorer_sees, cases, answers)))
    assert ours == theirs


def truth_told(case: dict[str, Any]) -> list[dict[str, Any]]:
    """The answer of somebody who has read the truth."""
    return [
        {
            "members": true["members"],
            "cause": {**true["cause"], "confidence": 1.0, "abstained": False, "candidates": []},
            "owner": {"team": true["owner"]},
            "notifications": [{"at": "2027-01-01T00:00:00Z", "team": true["owner"]}],
        }
        for true in case["truth"]["incidents"]
    ]


def test_the_truth_scores_full_marks():
    """Right groups, causes and owners give 1 everywhere, no error of calibration and no noise page."""
    cases = [make(33, number, "normal") for number in range(4)]
    found = score(tally(case, truth_told(case)) for case in cases)
    for measure in ("bcubed_f1", "cause_at_1", "cause_at_3", "owner", "first_owner", "coverage", "pieces"):
        assert found[measure] == 1.0, measure
    assert found["ece"] == 0.0
    assert found["noise_pages_per_day"] == 0.0


def test_saying_nothing_scores_nothing():
    """No incident: every alert stands alone, nobody is right, nobody was told."""
    cases = [make(33, number, "normal") for number in range(4)]
    found = score(tally(case, []) for case in cases)
    assert found["cause_at_1"] == found["owner"] == found["first_owner"] == found["coverage"] == 0.0
    assert found["minutes_to_owner_p50"] is None
    assert found["noise_pages_per_day"] == 0.0


def test_one_incident_of_everything_costs_precision_only():
    """Mixing noise and failures into one keeps recall and lowers precision."""
    case = next(c for c in (make(34, n, "noisy") for n in range(20)) if len(c["truth"]["incidents"]) > 1)
    everything = [i for i, e in enumerate(case["events"]) if e["value"]["type"] == "router.alert.v1"]
    found = score([tally(case, [{"members": everything, "notifications": []}])])
    assert found["bcubed_recall"] == 1.0
    precision = found["bcubed_precision"]
    assert precision is not None
    assert precision < 0.7


def test_a_page_for_noise_is_counted_a_day():
    """An incident without any alert of a failure that somebody was told of is a noise page."""
    case = make(35, 0, "noisy")
    told = {"members": case["truth"]["noise"][:3], "notifications": [{"at": 0, "team": "it-0"}]}
    untold = {"members": case["truth"]["noise"][3:5], "notifications": []}
    assert tally(case, [told, untold]).noise_pages == 1
