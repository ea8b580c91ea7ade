"""How sure are we really? The confidence of attribution, corrected by what people said of earlier causes.

One figure a scope, the bias b: a share P becomes sigma(logit P + b). Each verdict of a person moves b by a bounded step
down the gradient of the log loss, step * (y - P), where P is the confidence that the person saw and y is 1 for "the
cause is right" and 0 for "it is not" (Platt's scaling with the slope held at 1, learned one verdict at a time).
"""

import math

from router.model.calibration import MAX_STEP, Calibration
from router.model.incident import Cause
from router.model.value import Moment


def calibrated(cause: Cause, bias: float, threshold: float) -> Cause:
    """The cause with its confidence and its candidates' moved by `bias`, and abstained below `threshold`.

    The order of candidates stays, and all of them together stay at most 1. Without a bias nothing changes.
    """
    if not bias or not cause.candidates:
        return cause
    shares = [moved(candidate.confidence, bias) for candidate in cause.candidates]
    rest = math.fsum(shares[1:])
    fits = min(1.0, (1.0 - shares[0]) / rest) if rest else 1.0
    shares = [shares[0], *(share * fits for share in shares[1:])]
    # Rounded down, so that a sum of 1 stays one.
    rounded = [math.floor(share * 10_000) / 10_000 for share in shares]
    candidates = tuple(
        candidate.model_copy(update={"confidence": share})
        for candidate, share in zip(cause.candidates, rounded, strict=True)
    )
    return cause.model_copy(
        update={"confidence": rounded[0], "candidates": candidates, "abstained": rounded[0] < threshold}
    )


def moved(share: float, bias: float) -> float:
    """A share (0 to 1) moved by so many log-odds; 0 and 1 stay."""
    if not 0 < share < 1:
        return share
    return 1 / (1 + (1 - share) / share * math.exp(-bias))


def judged(
    calibration: Calibration | None, actor: str, right: bool, said: float, now: Moment
) -> Calibration | None:
    """The calibration after this person said that a cause of confidence `said` was right, or was not.

    None where that changes nothing: this person's bound is reached, or we were that sure already.
    """
    known = calibration or Calibration(at=now)
    return known.with_step(actor, MAX_STEP * ((1.0 if right else 0.0) - said), now)
