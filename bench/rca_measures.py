"""How good a ranking with confidences is: accuracy among the first, coverage, calibration. Ties count fractionally."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

SAME = 1e-9
"""Scores closer than this are a tie."""
BINS = 10


class Answer(NamedTuple):
    """What was answered to a case: how right the first and the first three are (0 to 1), and how sure it was."""

    case: str
    first: float
    three: float
    confidence: float


class Bin(NamedTuple):
    """The answers whose confidence falls in [low, high): how many, their mean confidence, the share that is right."""

    low: float
    high: float
    size: int
    confidence: float
    right: float


def answer(case: str, scores: Mapping[str, float], right: frozenset[str]) -> Answer:
    """The answer that these scores give; the confidence is that of the best."""
    best = max(scores.values(), default=0.0)
    return Answer(case, chance_within(scores, right, 1), chance_within(scores, right, 3), best)


def chance_within(scores: Mapping[str, float], right: frozenset[str], places: int) -> float:
    """Chance that a right one is among the first `places` when ties are drawn by lot."""
    mine = [scores[name] for name in right if name in scores]
    if not mine:
        return 0.0
    top = max(mine)
    above = sum(score > top + SAME for score in scores.values())
    tied = [name for name, score in scores.items() if abs(score - top) <= SAME]
    wrong = sum(name not in right for name in tied)
    missed = 1.0
    for drawn in range(min(max(0, places - above), len(tied))):
        missed *= max(0, wrong - drawn) / (len(tied) - drawn)
    return 1 - missed


def accuracy(answers: Sequence[Answer]) -> float:
    """Share of first answers that are right."""
    return sum(a.first for a in answers) / len(answers) if answers else 0.0


def accuracy_of_three(answers: Sequence[Answer]) -> float:
    """Share of cases with a right one among the first three."""
    return sum(a.three for a in answers) / len(answers) if answers else 0.0


def accuracy_at(answers: Sequence[Answer], coverage: float) -> float:
    """Accuracy over the surest share of the answers; equally sure answers at the border count in part."""
    room = coverage * len(answers)
    total, right = 0.0, 0.0
    for confidence in sorted({a.confidence for a in answers}, reverse=True):
        group = [a for a in answers if a.confidence == confidence]
        taken = min(len(group), room - total)
        if taken <= 0:
            break
        right += taken * accuracy(group)
        total += taken
    return right / total if total else 0.0


def reliability(answers: Sequence[Answer]) -> list[Bin]:
    """The answers in ten bins of confidence; empty bins are left out."""
    groups: dict[int, list[Answer]] = {}
    for one in answers:
        groups.setdefault(min(BINS - 1, int(one.confidence * BINS)), []).append(one)
    return [
        Bin(
            number / BINS,
            (number + 1) / BINS,
            len(group),
            sum(a.confidence for a in group) / len(group),
            accuracy(group),
        )
        for number, group in sorted(groups.items())
    ]


def calibration_error(answers: Sequence[Answer]) -> float:
    """Expected calibration error: mean distance of confidence and accuracy over the bins, weighted by their size."""
    return sum(b.size * abs(b.confidence - b.right) for b in reliability(answers)) / max(1, len(answers))
