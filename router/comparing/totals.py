"""The sums of a comparison: what the company as a whole would notice."""

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any, NamedTuple

from router.comparing.facts import Facts
from router.comparing.matching import Match
from router.comparing.truth import Served, Truth, Verdict, served, verdict_of


class Total(NamedTuple):
    """One sum under the old rules and under the new; what has one value only has it under `new`."""

    what: str
    old: float | None
    new: float | None


_COUNTED: tuple[tuple[str, Callable[[Facts], int]], ...] = (
    ("incidents", lambda facts: 1),
    ("incidents that somebody was told of", lambda facts: bool(facts.told)),
    ("destinations told", lambda facts: len({telling.destination for telling in facts.told})),
    ("messages", lambda facts: facts.messages),
    ("escalations", lambda facts: len(facts.escalated)),
    ("hand-overs", lambda facts: facts.handovers),
    ("incidents that were muted", lambda facts: bool(facts.muted)),
    ("incidents for the triage desk to decide", lambda facts: facts.abstained),
)


def totals(
    matches: Sequence[Match], old: Mapping[str, Any], new: Mapping[str, Any], truth: Truth | None
) -> tuple[Total, ...]:
    """All sums, those of the outcomes of events only where they differ."""
    olds = [found.old for found in matches if found.old]
    news = [found.new for found in matches if found.new]
    found = [Total(what, sum(map(count, olds)), sum(map(count, news))) for what, count in _COUNTED]
    found.append(Total("minutes from opening to the first telling, median", _minutes(olds), _minutes(news)))
    found += _moved_ownership(matches)
    found += _outcomes(old["outcomes"], new["outcomes"])
    if truth:
        found += _against(truth, olds, news)
    return tuple(found)


def _minutes(incidents: Sequence[Facts]) -> float | None:
    waits = [(facts.told[0].at - facts.opened_at).total_seconds() / 60 for facts in incidents if facts.told]
    return round(median(waits), 1) if waits else None


def _moved_ownership(matches: Sequence[Match]) -> list[Total]:
    """Incidents that another team is accountable for, and hand-overs that the new rules spare or cause."""
    pairs = [(found.old, found.new) for found in matches if found.old and found.new]
    saved = sum(max(0, old.handovers - new.handovers) for old, new in pairs)
    caused = sum(max(0, new.handovers - old.handovers) for old, new in pairs)
    return [
        Total("incidents with another owner", None, sum(old.owner != new.owner for old, new in pairs)),
        Total("hand-overs saved", None, saved),
        Total("hand-overs caused", None, caused),
    ]


def _outcomes(old: Mapping[str, int], new: Mapping[str, int]) -> list[Total]:
    """Events by what became of them."""
    return [
        Total(f"events {outcome}", old.get(outcome, 0), new.get(outcome, 0))
        for outcome in sorted({*old, *new})
        if old.get(outcome, 0) != new.get(outcome, 0)
    ]


def _against(truth: Truth, olds: Sequence[Facts], news: Sequence[Facts]) -> list[Total]:
    """How both sides served the failures that there really were."""
    before = [served(incident, olds)[0] for incident in truth.incidents]
    after = [served(incident, news)[0] for incident in truth.incidents]
    verdicts = [verdict_of(old, new) for old, new in zip(before, after, strict=True)]
    found = [
        Total(f"failures served {v.value}", None, verdicts.count(v))
        for v in Verdict
        if v is not Verdict.MIXED
    ]
    measures: tuple[tuple[str, Callable[[Served], int]], ...] = (
        ("failures with the true owner", lambda one: one.owner),
        ("failures with the true cause", lambda one: one.cause),
        ("failures whose true owner was told first", lambda one: one.told_first),
        ("hand-overs that the true owner needs", lambda one: one.handovers),
    )
    found += [Total(what, sum(map(count, before)), sum(map(count, after))) for what, count in measures]
    real = truth.members
    noise = [sum(bool(f.told) and not f.members & real for f in side) for side in (olds, news)]
    return [*found, Total("tellings without a failure", *noise)]
