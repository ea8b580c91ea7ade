"""Scores predicted incidents of labelled days against their truth.

The measures are those of the shared scorer of workflow days, written anew over the documented formats, so that a
table can be printed in process; a test holds the two against each other where the shared one is present.

bcubed_*: grouping, over the alerts of true failures; noise counts where it is mixed in. cause_at_1, cause_at_3: of the
predicted incident that holds most of a failure's alerts. owner: at the end; first_owner: who was told first. coverage:
share that did not abstain, cause_when_sure among those. ece: calibration of the confidence against cause_at_1, ten
bins. pieces: incidents of two alerts or more that a failure was spread over. noise_pages_per_day: incidents told to
somebody that hold no alert of a failure. minutes_to_owner_p50: from the failure's first alert's arrival.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from statistics import fmean, median
from typing import Any, NamedTuple

DAY_MS = 86_400_000
BINS = 10


class Judged(NamedTuple):
    """One true failure and what was predicted of it. `confidence` and `minutes` are None where there is none."""

    cause: bool
    among_three: bool
    owner: bool
    first_owner: bool
    sure: bool
    root_alerts: bool
    confidence: float | None
    pieces: int
    minutes: float | None


class Tally(NamedTuple):
    """What one case contributes to every measure; tallies of cases are joined, never averaged."""

    precision: list[float]
    recall: list[float]
    judged: list[Judged]
    noise_pages: int
    days: float


def tally(case: dict[str, Any], incidents: Sequence[dict[str, Any]]) -> Tally:
    """Judge the predicted incidents of one case."""
    labels = _labels(case)
    precision, recall = _bcubed(labels, _given(labels, incidents))
    failures = {index for index, label in labels.items() if label[0] == "failure"}
    pages = sum(bool(i.get("notifications")) and not failures.intersection(i["members"]) for i in incidents)
    arrivals = [event["timestamp_ms"] for event in case["events"]]
    days = max(1.0, (max(arrivals) - min(arrivals)) / DAY_MS)
    judged = [_judge(case, truth, incidents) for truth in case["truth"]["incidents"]]
    return Tally(precision, recall, judged, pages, days)


def score(tallies: Iterable[Tally]) -> dict[str, float | int | None]:
    """The table of all measures over these cases."""
    cases = list(tallies)
    judged = [one for case in cases for one in case.judged]
    silent = [one for one in judged if not one.root_alerts]
    precision = fmean([p for case in cases for p in case.precision] or [0.0])
    recall = fmean([r for case in cases for r in case.recall] or [0.0])
    minutes = [one.minutes for one in judged if one.minutes is not None]
    days = sum(case.days for case in cases)
    return {
        "cases": len(cases),
        "incidents": len(judged),
        "bcubed_precision": round(precision, 4),
        "bcubed_recall": round(recall, 4),
        "bcubed_f1": round(2 * precision * recall / ((precision + recall) or 1), 4),
        "cause_at_1": _share(one.cause for one in judged),
        "cause_at_3": _share(one.among_three for one in judged),
        "cause_at_1_silent": _share(one.cause for one in silent),
        "owner": _share(one.owner for one in judged),
        "owner_silent": _share(one.owner for one in silent),
        "first_owner": _share(one.first_owner for one in judged),
        "coverage": _share(one.sure for one in judged),
        "cause_when_sure": _share(one.cause for one in judged if one.sure),
        "ece": round(_calibration_error(judged), 4),
        "pieces": _share(one.pieces for one in judged),
        "noise_pages_per_day": round(sum(case.noise_pages for case in cases) / days, 3) if days else None,
        "minutes_to_owner_p50": round(median(minutes), 1) if minutes else None,
    }


Label = tuple[str, Any, Any]


def _labels(case: dict[str, Any]) -> dict[int, Label]:
    """What every labelled alert event truly belongs to: a failure, or the noise of one component and fault."""
    labels: dict[int, Label] = {}
    for number, truth in enumerate(case["truth"]["incidents"]):
        labels.update(dict.fromkeys(truth["members"], ("failure", number, "")))
    for index in case["truth"]["noise"]:
        value = case["events"][index]["value"]
        labels[index] = ("noise", value["subject"], value["data"].get("fault"))
    return labels


def _given(labels: dict[int, Label], incidents: Sequence[dict[str, Any]]) -> dict[int, Label]:
    """The predicted group of every labelled event; one that is in no incident stands alone."""
    given: dict[int, Label] = {index: ("none", index, "") for index in labels}
    for number, incident in enumerate(incidents):
        given.update({m: ("incident", number, "") for m in incident["members"] if m in labels})
    return given


def _bcubed(labels: dict[int, Label], given: dict[int, Label]) -> tuple[list[float], list[float]]:
    true, guessed = Counter(labels.values()), Counter(given.values())
    both = Counter((labels[index], given[index]) for index in labels)
    precision, recall = [], []
    for index, label in labels.items():
        if label[0] == "failure":
            together = both[label, given[index]]
            precision.append(together / guessed[given[index]])
            recall.append(together / true[label])
    return precision, recall


def _judge(case: dict[str, Any], truth: dict[str, Any], incidents: Sequence[dict[str, Any]]) -> Judged:
    members = set(truth["members"])
    shared = [len(members.intersection(incident["members"])) for incident in incidents]
    most = max(shared, default=0)
    best = incidents[shared.index(most)] if most else {}
    cause = best.get("cause") or {}
    wanted = truth["cause"]["component"]
    right = cause.get("component") == wanted
    told = sorted(best.get("notifications", []), key=lambda told: _seconds(told["at"]))
    to_owner = [_seconds(one["at"]) for one in told if one.get("team") == truth["owner"]]
    first = min(case["events"][m]["timestamp_ms"] for m in members) / 1000
    confidence = cause.get("confidence")
    return Judged(
        cause=right,
        among_three=right or wanted in [c["component"] for c in cause.get("candidates", [])][:3],
        owner=(best.get("owner") or {}).get("team") == truth["owner"],
        first_owner=bool(told) and told[0].get("team") == truth["owner"],
        sure=bool(best) and not cause.get("abstained", False),
        root_alerts=bool(truth["root_alerts"]),
        confidence=None if confidence is None else float(confidence),
        pieces=max(1, sum(count >= 2 for count in shared)),
        minutes=(to_owner[0] - first) / 60 if to_owner else None,
    )


def _calibration_error(judged: Sequence[Judged]) -> float:
    bins: dict[int, list[tuple[float, bool]]] = {}
    for one in judged:
        if one.confidence is not None:
            place = min(BINS - 1, int(one.confidence * BINS))
            bins.setdefault(place, []).append((one.confidence, one.cause))
    count = sum(len(found) for found in bins.values())
    gaps = sum(
        len(found) * abs(fmean(c for c, _ in found) - fmean(h for _, h in found)) for found in bins.values()
    )
    return gaps / max(1, count)


def _share(values: Iterable[float]) -> float | None:
    found = list(values)
    return round(fmean(found), 4) if found else None


def _seconds(at: float | str) -> float:
    """A moment of a document as seconds: milliseconds as a number, or ISO 8601."""
    return at / 1000 if isinstance(at, int | float) else datetime.fromisoformat(at).timestamp()
