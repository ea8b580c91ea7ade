"""Everything about one incident of a replay: what was decided, of what the likeliest causes' scores are made, and what
would change our mind.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from router.explain import NothingToExplain, by_person, explain
from router.explain.minds import trials, words_of, worth_telling
from router.explain.terms import Difference, Part, differences, parts_of, suspects_of
from router.explain.witness import Assessed, WitnessedReplay
from router.lifecycle.owning import HYSTERESIS
from router.likelihood.suspect import Suspect
from router.likelihood.weighing import likelihood_of
from router.model.decision import Decision, Reason
from router.model.headline import Headline
from router.model.incident import Incident
from router.model.rules import Rules
from router.stages.advise import advise
from router.stages.testify import span_of

MAX_DIFFERENCES = 6
"""Matters in which the best and the next best cause differ most."""

WORTH_NAMING = 0.05
"""Log-odds: what differs by less is no reason."""

SUSPECTS = 3
"""Causes of which all terms are given."""


def explain_incident(replay: WitnessedReplay, incident_id: str) -> dict[str, Any]:
    """Everything that was decided about an incident of a replay, by question, with its terms.

    Raises NothingToExplain.
    """
    incident = incident_of(replay, incident_id)
    decisions = [d for d in replay.witness.decisions if d.incident == incident_id]
    answer = explain(incident, decisions, replay.name)
    told = {
        "symptoms": _symptoms(incident.headlines),
        "telling": _telling(incident, decisions, replay.rules),
        "runbooks": _runbooks(incident, replay.rules),
    }
    assessed = replay.witness.assessed.get(incident_id)
    suspects = suspects_of(assessed, replay.rules) if assessed else []
    if assessed is None or not suspects:
        return answer | told
    return answer | told | _weighed(incident, assessed, suspects, replay.rules)


def _runbooks(incident: Incident, rules: Rules) -> list[str]:
    """Which runbooks go with it, best first, and why."""
    return [f"{advice.runbook}: {advice.why}" for advice in advise(incident.cause, incident.workflows, rules)]


def incident_of(replay: WitnessedReplay, incident_id: str) -> Incident:
    """The newest revision of an incident. Raises NothingToExplain."""
    incident = replay.witness.incidents.get(incident_id)
    if incident is None:
        there = ", ".join(replay.witness.incidents) or "none"
        raise NothingToExplain(f"no incident {incident_id!r} in this replay; there are: {there}")
    return incident


def _weighed(
    incident: Incident, assessed: Assessed, suspects: Sequence[Suspect], rules: Rules
) -> dict[str, Any]:
    """What the weighing adds: terms, why not the next best, what would change our mind."""
    parts = {suspect.component: parts_of(suspect, assessed, rules) for suspect in suspects[:SUSPECTS]}
    best = suspects[0].component
    tried = trials(assessed, suspects, rules)
    minds = [
        words_of(trial, best, rules.settings.confidence_threshold) for trial in worth_telling(tried, best)
    ]
    if said := by_person(incident):
        minds = [said]
    elif incident.told_at is not None and not incident.cause.abstained:
        minds.append(
            f"it was told, so another cause must be sure enough itself and {HYSTERESIS:.0%} ahead before it moves"
        )
    left = 1 - math.fsum(candidate.confidence for candidate in incident.cause.candidates)
    return {
        "calibration": assessed.bias,
        "assessed_at": assessed.at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "terms": [
            {
                "component": suspect.component,
                "score": round(suspect.score, 4),
                "share": round(suspect.share, 4),
                "terms": [part.document() for part in parts[suspect.component]],
            }
            for suspect in suspects[:SUSPECTS]
        ],
        "none_of_these": round(max(0.0, left), 4),
        "why_not_the_next_best": _against_next(incident, suspects, parts, assessed),
        "would_change_our_mind": minds or ["nothing that one alert or one change could say"],
        "tried": [trial.document(best) for trial in tried],
    }


def _against_next(
    incident: Incident, suspects: Sequence[Suspect], parts: Mapping[str, Sequence[Part]], assessed: Assessed
) -> list[str]:
    """The largest differences between the best cause and the next best, in sentences."""
    best = suspects[0]
    lines: list[str] = []
    if incident.cause.component != best.component:
        kept = "a person said so" if incident.cause_by else "it was told, and not clearly enough likelier"
        lines.append(f"{incident.cause.component} is kept although {best.component} is likelier: {kept}")
    if len(suspects) == 1:
        return [*lines, "nothing else in the catalog can be behind any of this"]
    other = suspects[1]
    ahead = best.score - other.score
    lines.append(
        f"{best.component} has log-odds {best.score:.1f}, {other.component} {other.score:.1f}: {times_words(ahead)}"
    )
    found = [
        difference
        for difference in differences(parts[best.component], parts[other.component])
        if abs(difference.value) >= WORTH_NAMING
    ]
    lines += [
        f"{difference.value:+5.1f}  {_sentence(difference, best.component, other.component, assessed)}"
        for difference in found[:MAX_DIFFERENCES]
    ]
    rest = math.fsum(difference.value for difference in found[MAX_DIFFERENCES:])
    return [*lines, f"{rest:+5.1f}  everything else"] if abs(rest) >= WORTH_NAMING else lines


def _sentence(difference: Difference, best: str, other: str, assessed: Assessed) -> str:
    """One matter in which two causes differ."""
    kind = (difference.best or difference.other or Part("", "", "", 0.0, 0.0)).kind
    ours, theirs = difference.ours, difference.theirs
    if not difference.component:
        named = best if difference.best else other
        match kind:
            case "failure":
                return f"how often they fail by themselves: {best} {ours:.1f}, {other} {theirs:.1f}"
            case "unheard":
                return f"{named} raises no alert itself"
            case "change":
                kinds = ", ".join(sorted({c.kind.value for c in assessed.changes if c.component == named}))
                return f"{named} was changed shortly before ({kinds})"
            case "silence":
                silent = [part for part in (difference.best, difference.other) if part]
                words = (
                    f"{part.component} should be heard at {part.by} by now ({part.counts:.1f})"
                    for part in silent
                )
                return f"silence: {'; '.join(words)}"
            case _:
                return "symptoms that are no independent evidence"
    symptom = f"{difference.component} {difference.fault}"
    mine, others = _way(difference.best, best, ours), _way(difference.other, other, theirs)
    return f"{symptom}: {mine}; {others}"


def _way(part: Part | None, cause: str, counts: float) -> str:
    """How one cause explains a symptom."""
    if part is None:
        return f"{cause} does not explain it"
    if part.component == cause and part.kind == "direct":
        return f"{cause}'s own alert, {counts:.1f}"
    how = {
        "direct": f"{cause} shows there directly",
        "via": f"{cause} by way of {part.by}",
        "again": f"{cause}, as one more fault of {part.component}",
    }
    return f"{how.get(part.kind, cause)}, {counts:.1f}"


def times_words(log_odds: float) -> str:
    """Log-odds as a factor, for people."""
    if log_odds < math.log(1.5):
        return "hardly likelier"
    if log_odds > math.log(1e6):
        return "more than a million times likelier"
    times = math.exp(log_odds)
    return (
        f"{times:,.1f} times likelier"
        if times < 10
        else f"about {round(times, 1 - len(str(int(times))) + 1):,.0f} times likelier"
    )


def _symptoms(headlines: Sequence[Headline]) -> list[dict[str, Any]]:
    """Each symptom, and the chance that the cause is behind it."""
    return [
        {
            "component": headline.component,
            "fault": headline.fault,
            "started_at": headline.started_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
            "responsibility": headline.responsibility,
            "background_a_day": round(headline.background, 4),
        }
        for headline in headlines
    ]


def _telling(incident: Incident, decisions: Sequence[Decision], rules: Rules) -> dict[str, Any]:
    """Whether it was told, after how long, and how sure we are that it is a failure at all."""
    tell = likelihood_of(rules).parameters.tell
    looked = sum(decision.reason is Reason.NOT_TOLD_YET for decision in decisions)
    first = next((d for d in decisions if d.reason is Reason.TOLD_OPENED), None)
    odds = incident.cause.odds
    sure = (
        f"log-odds {odds:.1f} that it is a failure and not what alerts anyway (enough to be told: {tell:.1f})"
    )
    held = f", held {looked} times to see whether it lasts" if looked > 1 else ", held once" if looked else ""
    if first is None:
        said = f"not told{held}; {sure}"
    else:
        waited = (first.at - incident.opened_at).total_seconds()
        bound = ", as long as it may be" if looked and odds < tell else ""
        said = f"told {span_of(waited)} after it opened{held}{bound}; {sure}"
    return {
        "text": said,
        "odds": odds,
        "told_from": tell,
        "held": looked,
        "waited_seconds": round((first.at - incident.opened_at).total_seconds()) if first else None,
    }
