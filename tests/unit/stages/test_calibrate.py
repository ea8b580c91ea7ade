"""How verdicts move confidence: the shares, the steps and their bounds."""

from datetime import timedelta

import pytest

from router.model.calibration import (
    HALF_LIFE_DAYS,
    MAX_BIAS,
    MAX_OF_ONE,
    MAX_PEOPLE,
    STEPS_A_DAY,
    Calibration,
)
from router.model.incident import Candidate, Cause
from router.stages.calibrate import calibrated, judged, moved
from tests.builders import START


def a_cause(*shares: float) -> Cause:
    """A cause with candidates of these confidences."""
    candidates = tuple(
        Candidate(component=f"api.c{number}", fault="api.latency", confidence=share)
        for number, share in enumerate(shares)
    )
    return Cause(
        component="api.c0", fault="api.latency", confidence=shares[0] if shares else 0, candidates=candidates
    )


def taught(*verdicts: tuple[str, bool], days: float = 0) -> Calibration:
    """The calibration after these people said right or wrong of a cause of 80 %, one a day from that day."""
    calibration = Calibration(at=START)
    for number, (actor, right) in enumerate(verdicts):
        now = START + timedelta(days=days + number)
        calibration = judged(calibration, actor, right, 0.8, now) or calibration
    return calibration


def test_without_a_verdict_nothing_changes():
    """The same object: what was never calibrated costs nothing."""
    cause = a_cause(0.7, 0.2)
    assert calibrated(cause, 0.0, 0.5) is cause
    assert calibrated(a_cause(), 1.0, 0.5) == a_cause()


@pytest.mark.parametrize(("bias", "abstained"), [(0.5, False), (-1.5, True)])
def test_the_threshold_is_asked_with_the_corrected_confidence(bias: float, abstained: bool):
    """Less sure than we said: then the triage desk decides."""
    assert calibrated(a_cause(0.7, 0.2), bias, 0.5).abstained is abstained


def test_the_share_is_moved_on_the_scale_of_log_odds():
    """One half and one log-odd are 73 %; what is certain stays so."""
    assert moved(0.5, 1.0) == pytest.approx(0.7311, abs=1e-4)
    assert (moved(0.0, 1.0), moved(1.0, -1.0)) == (0.0, 1.0)


def test_a_verdict_counts_by_how_much_it_surprises():
    """That 80 % was wrong moves it four times as far as that it was right."""
    right, wrong = taught(("ann", True)), taught(("ann", False))
    assert right.bias(START) == pytest.approx(0.02)
    assert wrong.bias(START) == pytest.approx(-0.08)


def test_one_person_counts_three_times_a_day():
    """The fourth verdict of a day changes nothing; somebody else's does."""
    calibration = Calibration(at=START)
    for _ in range(STEPS_A_DAY):
        after = judged(calibration, "eve", False, 0.8, START)
        assert after is not None
        calibration = after
    assert judged(calibration, "eve", False, 0.8, START) is None
    assert judged(calibration, "ann", False, 0.8, START) is not None


def test_one_person_alone_reaches_a_third_of_the_bound():
    """And all together reach the bound and no more."""
    alone = taught(*[("eve", False)] * 60)
    assert alone.bias(START + timedelta(days=60)) >= -MAX_OF_ONE
    many = taught(*[(f"u{n % 9}", False) for n in range(500)])
    assert many.bias(START + timedelta(days=500)) >= -MAX_BIAS


def test_it_fades_by_half_in_a_half_life():
    """And what somebody moved long ago leaves room for what that person says today."""
    calibration = taught(("ann", False))
    later = START + timedelta(days=HALF_LIFE_DAYS)
    assert calibration.bias(later) == pytest.approx(calibration.bias(START) / 2)
    again = judged(calibration, "ann", False, 0.8, later)
    assert again is not None
    assert again.bias(later) == pytest.approx(-0.04 - 0.08)


def test_a_person_can_be_taken_out():
    """As if nothing had been said."""
    both = taught(("ann", True), ("eve", False))
    assert both.without("eve").bias(START) == taught(("ann", True)).bias(START)


def test_the_record_stays_small():
    """Beyond MAX_PEOPLE the one who moved least is forgotten."""
    calibration = taught(*[(f"u{number}", False) for number in range(MAX_PEOPLE + 5)])
    assert len(calibration.people) == MAX_PEOPLE
    assert "u0" not in calibration.people
