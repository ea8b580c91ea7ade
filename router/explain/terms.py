"""Of what a cause's score is made, term by term, and what sets the best cause apart from the next best.

The terms of a suspect add up to its score, which is what decided. Nothing is weighed anew here but to find out on
which way a cause explains a symptom: directly, by way of another symptom, or as one more fault of a component.
"""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from router.explain.witness import Assessed, of_known
from router.likelihood.anyway import lasting
from router.likelihood.suspect import Suspect
from router.likelihood.weighing import Changes, Likelihood, Tallies, Tally, Term, likelihood_of
from router.model.fault import ComponentKind
from router.model.headline import Headline
from router.model.rules import Rules
from router.stages.attribute import rank, times_of

NEGLIGIBLE = 1e-6
"""Differences of scores below this are rounding."""


NAMED = 3
"""Silent components named."""


class Part(NamedTuple):
    """One term of a score, in log-odds: what it counts is gain times weight.

    `kind`: `failure` (how often the component fails by itself), `unheard` (it raises no alert itself), `change` (it
    was changed), `direct`, `via` (another symptom, `by`) and `again` (one more fault of a component) for a symptom,
    `lasting` (how long that symptom fires), `silence` (watched components, `by`, that do not alert), `dependence`
    (symptoms that are no independent evidence).
    """

    kind: str
    component: str
    fault: str
    gain: float
    weight: float
    by: str = ""

    @property
    def counts(self) -> float:
        """What it adds to the score."""
        return self.gain * self.weight

    def document(self) -> dict[str, Any]:
        """For a JSON document, rounded."""
        told = {"kind": self.kind, "component": self.component, "fault": self.fault}
        return {
            **told,
            "by": self.by,
            "gain": round(self.gain, 4),
            "weight": self.weight,
            "counts": round(self.counts, 4),
        }


def suspects_of(assessed: Assessed, rules: Rules) -> list[Suspect]:
    """Every possible cause as it was ranked then, best first; none if no symptom is of a known component."""
    known = of_known(assessed.incident.headlines, rules)
    if not known:
        return []
    return rank(
        known,
        assessed.changes,
        rules,
        assessed.at,
        watched=assessed.watched,
        weighing=assessed.weighing,
    )


def parts_of(suspect: Suspect, assessed: Assessed, rules: Rules) -> list[Part]:
    """The terms of a suspect's score, those of its symptoms in the order in which they began; they add up to it."""
    likelihood, cause = likelihood_of(rules), suspect.component
    tally = assessed.weighing.tallies[cause]
    failure = math.log(likelihood.parameters.failure)
    if rules.components[cause].kind is ComponentKind.KPI:
        failure += math.log(likelihood.parameters.measure)
    parts = [Part("failure", cause, "", failure, 1.0)]
    if tally.silent:
        parts.append(Part("unheard", cause, "", math.log1p(-likelihood.parameters.own_alert), 1.0))
    explained = _ways(likelihood, assessed.weighing.headlines, times_of(assessed.changes), cause)
    # The tally holds what changes say within its value, so that is what is left of it.
    changed = tally.value - math.fsum(part.counts for part in (*parts, *(part for _, part in explained)))
    if abs(changed) > NEGLIGIBLE:
        parts.append(Part("change", cause, "", changed, 1.0))
    at = assessed.at.timestamp()
    # A weighing is kept while symptoms stay the same, so only the incident knows how long they fire.
    held = {
        (h.component, h.fault): lasting(h, at, likelihood.parameters) for h in assessed.incident.headlines
    }
    for place, (term, part) in enumerate(explained):
        parts.append(part)
        gain = term.gain + held[part.component, part.fault]
        more = (max(0.0, gain) if place else gain) - term.gain
        if more:
            parts.append(part._replace(kind="lasting", gain=more, by=""))
    left = suspect.score - math.fsum(part.counts for part in parts)
    if abs(left) > NEGLIGIBLE:
        kind = "silence" if suspect.quiet else "dependence"
        parts.append(Part(kind, cause, "", left, 1.0, ", ".join(suspect.quiet[:NAMED])))
    return parts


def _ways(
    likelihood: Likelihood, headlines: Sequence[Headline], changes: Changes, cause: str
) -> list[tuple[Term, Part]]:
    """Every symptom that the cause explains, with the way in which it does, in the order in which they are weighed."""
    tallies: Tallies = {}
    found: list[tuple[Term, Part]] = []
    for place, headline in enumerate(headlines):
        before = tallies.get(cause)
        after = likelihood.extend(headlines[:place], tallies, headline, changes).get(cause)
        if after is None:
            continue
        tallies = {cause: after}
        kind, by = _way(likelihood, headlines[:place], before, after.last, cause)
        term = after.last
        found.append((term, Part(kind, headline.component, headline.fault, term.gain, term.weight, by)))
    return found


def _way(
    likelihood: Likelihood, earlier: Sequence[Headline], before: Tally | None, term: Term, cause: str
) -> tuple[str, str]:
    """The kind of a term, and by which component: found by weighing the symptom again after one earlier one only."""
    if before is None:
        return "direct", ""
    alone = likelihood.extend((), {cause: before._replace(explained=0)}, term.headline, {}).get(cause)
    if alone is not None and (alone.last.gain, alone.last.weight) == (term.gain, term.weight):
        return "direct", ""
    for place, other in enumerate(earlier):
        if not before.explained >> place & 1:
            continue
        one = likelihood.extend((other,), {cause: before._replace(explained=1)}, term.headline, {}).get(cause)
        if one is not None and (one.last.gain, one.last.weight) == (term.gain, term.weight):
            return "again" if other.component == term.headline.component else "via", other.component
    return "direct", ""


class Difference(NamedTuple):
    """What one matter counts for the best cause and for the other, in log-odds; None: it does not explain it."""

    component: str
    fault: str
    best: Part | None
    other: Part | None
    ours: float
    theirs: float

    @property
    def value(self) -> float:
        """By how much the best one is ahead in this matter."""
        return self.ours - self.theirs


ABOUT_SYMPTOMS = ("direct", "via", "again", "lasting")


def differences(best: Sequence[Part], other: Sequence[Part]) -> list[Difference]:
    """Matter by matter, the largest difference first: a symptom with how long it lasts, or a kind of term."""
    ours, theirs = _by_matter(best), _by_matter(other)
    found: list[Difference] = []
    for matter in (*ours, *(matter for matter in theirs if matter not in ours)):
        mine, others = ours.get(matter, []), theirs.get(matter, [])
        found.append(
            Difference(
                *matter[1:],
                mine[0] if mine else None,
                others[0] if others else None,
                math.fsum(part.counts for part in mine),
                math.fsum(part.counts for part in others),
            )
        )
    return sorted(found, key=lambda d: (-round(abs(d.value), 6), d.component, d.fault))


def _by_matter(parts: Sequence[Part]) -> dict[tuple[str, str, str], list[Part]]:
    """Parts about the same symptom are one matter; the others are about the cause, each kind a matter of its own."""
    found: dict[tuple[str, str, str], list[Part]] = {}
    for part in parts:
        matter = (
            ("", part.component, part.fault) if part.kind in ABOUT_SYMPTOMS else (part.kind, "", part.kind)
        )
        found.setdefault(matter, []).append(part)
    return found
