"""Which component and fault caused this, how sure are we, and on what evidence?

The candidate that explains most, cause before effect. Every candidate upstream of a symptom is scored by what it
would explain beyond what alerts anyway; scores become a distribution in which an unknown cause has its share.
The model and its figures: docs/attribution.md.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

from router.model.event import Change
from router.model.fault import FAULTS, Fault, Severity, Spread
from router.model.incident import Candidate, Cause, Headline
from router.model.rules import Rules
from router.model.topology import Reach

EMISSION = {Spread.SELF: 0.6, Spread.SYMPTOM: 0.6, Spread.STARVE: 0.4}
"""Chance that a failure shows as an alert of this class where it arrives."""
BACKGROUND = {Spread.SELF: 0.1, Spread.SYMPTOM: 0.3, Spread.STARVE: 0.3}
"""Chance that such an alert fires anyway in such a window, before anything was learned."""
SELF_FIRST_HOP, SELF_NEXT_HOP = 0.05, 0.3
"""A fault that speaks of its own component hardly ever shows at a consumer as itself."""
REACH_WEIGHT = 0.7
REPEAT_WEIGHT = 0.3
"""The r-th symptom of one component counts this to the power r: they are one observation, seen again."""
SILENCE = 0.4 * math.log(1 - 0.6)
"""A candidate that raises no alert itself pays for its silence."""
UNEXPLAINED = 1.0
"""What each component that a candidate leaves unexplained costs it: correlation says that it is one failure."""
CHANGE_RATE, CHANGE_DECAY_HOURS, CHANGES_PER_HOUR = 0.4, 4.0, 1 / 168
TEMPERATURE, TEMPERATURE_GROWTH = 0.6, 0.2
"""Scores are divided by the first times (number of symptom families) to the power of the second: not too sure."""
UNKNOWN_SCORE = 0.3
"""Score of a cause outside the catalog."""
MAX_SYMPTOMS = 40
"""Symptoms considered, earliest first: the cause is among what explains the first ones."""


Background = Mapping[tuple[str, str], float]
"""(component, fault) -> the chance that it alerts anyway; what is missing has its class's BACKGROUND."""

NOTHING_LEARNED: Background = MappingProxyType({})


class Term(NamedTuple):
    """How much one symptom speaks for one candidate."""

    headline: Headline
    reach: Reach
    value: float


class Score(NamedTuple):
    """One candidate with everything that speaks for it."""

    component: str
    value: float
    terms: tuple[Term, ...]
    change: Change | None


def attribute(
    headlines: Sequence[Headline],
    changes: Iterable[Change],
    rules: Rules,
    background: Background = NOTHING_LEARNED,
) -> Cause:
    """The likeliest cause of these symptoms. `changes` are recent changes of any component; order does not matter."""
    symptoms = sorted(headlines, key=lambda h: (h.started_at, h.component, h.fault))[:MAX_SYMPTOMS]
    known = [symptom for symptom in symptoms if symptom.component in rules.components]
    if not known:
        first = symptoms[0]
        return Cause(
            component=first.component,
            fault=first.fault,
            confidence=0.0,
            abstained=True,
            evidence=(f"{first.component} is not in the catalog: add it, or a name it is known as",),
        )
    by_component: dict[str, list[Change]] = {}
    for change in changes:
        by_component.setdefault(change.component, []).append(change)
    candidates = {c for symptom in known for c in rules.topology.upstream_of(symptom.component)}
    scores = [_score(c, known, by_component.get(c, []), rules, background) for c in sorted(candidates)]
    scores = sorted((s for s in scores if s.terms), key=lambda s: (-round(s.value, 9), s.component))
    families = {(s.component, _spread(rules, s.fault)) for s in known}
    shares = _softmax(
        [s.value for s in scores], temperature=TEMPERATURE * len(families) ** TEMPERATURE_GROWTH
    )
    ranked = [
        Candidate(component=s.component, fault=_fault_of(s, known, rules), confidence=round(share, 4))
        for s, share in zip(scores[:3], shares, strict=False)
    ]
    best = ranked[0]
    return Cause(
        component=best.component,
        fault=best.fault,
        confidence=best.confidence,
        abstained=best.confidence < rules.settings.confidence_threshold,
        candidates=tuple(ranked),
        evidence=_evidence(scores[0], ranked, known, rules),
    )


def _score(
    candidate: str,
    symptoms: Sequence[Headline],
    changes: Sequence[Change],
    rules: Rules,
    background: Background,
) -> Score:
    own_start = min((s.started_at for s in symptoms if s.component == candidate), default=None)
    families: dict[str, list[Term]] = {}
    for symptom in symptoms:
        term = _term(candidate, own_start, symptom, rules, background)
        if term is not None:
            families.setdefault(symptom.component, []).append(term)
    own = reach = 0.0
    terms: list[Term] = []
    for component, family in families.items():
        family.sort(key=lambda term: -term.value)
        total = sum(term.value * REPEAT_WEIGHT**place for place, term in enumerate(family))
        terms += family
        if component == candidate:
            own = total
        else:
            reach += total
    silence = SILENCE if own_start is None else 0.0
    unexplained = UNEXPLAINED * len({s.component for s in symptoms} - families.keys())
    change, gain = _change(changes, min((t.headline.started_at for t in terms), default=None))
    terms.sort(key=lambda term: (-term.value, term.headline.started_at, term.headline.component))
    value = own + REACH_WEIGHT * (reach + silence) + gain - unexplained
    return Score(candidate, value, tuple(terms), change)


def _term(
    candidate: str, own_start: datetime | None, symptom: Headline, rules: Rules, background: Background
) -> Term | None:
    """What the symptom says for the candidate, or None when the candidate cannot have caused it."""
    reach = rules.topology.upstream_of(symptom.component).get(candidate)
    if reach is None:
        return None
    spread = _spread(rules, symptom.fault)
    chance = EMISSION[spread] * _transmission(spread, reach)
    if own_start is not None and reach.hops:
        elapsed = (symptom.started_at - own_start).total_seconds()
        # Law 9: an effect never precedes its cause by more than clocks and slow monitors allow.
        if elapsed < -rules.settings.skew_seconds:
            return None
        late = max(0.0, elapsed - reach.latest_seconds - rules.settings.lateness_seconds)
        chance *= math.exp(-late / (reach.latest_seconds + rules.settings.lateness_seconds + 1))
    anyway = background.get((symptom.component, symptom.fault), BACKGROUND[spread])
    return Term(symptom, reach, math.log1p(chance * (1 - anyway) / anyway))


def _transmission(spread: Spread, reach: Reach) -> float:
    if spread is not Spread.SELF or not reach.hops:
        return reach.strength
    return SELF_FIRST_HOP * float(SELF_NEXT_HOP ** (reach.hops - 1))


def _change(changes: Sequence[Change], before: datetime | None) -> tuple[Change | None, float]:
    """The change that speaks most for its component, and how much: shortly before the first symptom."""
    best: tuple[float, Change] | None = None
    for change in changes:
        if before is None or change.at > before + timedelta(minutes=1):
            continue
        hours = max(0.0, (before - change.at).total_seconds() / 3600)
        rate = CHANGE_RATE * math.exp(-hours / CHANGE_DECAY_HOURS) / CHANGE_DECAY_HOURS
        gain = math.log1p(rate / CHANGES_PER_HOUR)
        if best is None or (gain, change.id) > (best[0], best[1].id):
            best = (gain, change)
    return (best[1], best[0]) if best else (None, 0.0)


def _softmax(values: Sequence[float], temperature: float) -> list[float]:
    """Shares of the candidates; what is missing to 1 is the share of a cause that the catalog does not know."""
    exponents = [value / temperature for value in (*values, UNKNOWN_SCORE)]
    top = max(exponents)
    weights = [math.exp(exponent - top) for exponent in exponents]
    total = sum(weights)
    return [weight / total for weight in weights[:-1]]


def _spread(rules: Rules, fault: str) -> Spread:
    known = rules.fault(fault)
    return known.spread if known else Spread.SYMPTOM


def _fault_of(score: Score, symptoms: Sequence[Headline], rules: Rules) -> str:
    """The fault of the cause: its own alert's, else the likeliest fault of its kind behind what it explains."""
    own = [s for s in symptoms if s.component == score.component]
    if own:
        return min(
            own, key=lambda s: (_spread(rules, s.fault) is not Spread.SELF, s.started_at, s.fault)
        ).fault
    kind = rules.components[score.component].kind
    votes = _votes(score.terms, rules)
    of_kind = [fault for fault in FAULTS.values() if fault.kind is kind]
    return max(of_kind, key=lambda fault: (votes.get(fault.name, 0.0), _prior(fault), fault.name)).name


def _votes(terms: Sequence[Term], rules: Rules) -> dict[str, float]:
    """What the symptoms' typical upstream faults vote for, by how much each symptom speaks."""
    votes: dict[str, float] = {}
    for term in terms:
        known = rules.fault(term.headline.fault)
        for upstream in known.upstream if known else ():
            votes[upstream] = votes.get(upstream, 0.0) + term.value
    return votes


def _prior(fault: Fault) -> float:
    """Without a vote, a fault whose symptoms travel and that is bad enough to be felt elsewhere."""
    return (
        fault.severity.rank - (fault.severity is Severity.CRITICAL) + (fault.spread is not Spread.SELF) * 0.5
    )


def _evidence(
    score: Score, ranked: Sequence[Candidate], symptoms: Sequence[Headline], rules: Rules
) -> tuple[str, ...]:
    lines: list[str] = []
    own = [s for s in symptoms if s.component == score.component]
    if own:
        first = min(own, key=lambda s: (s.started_at, s.fault))
        lines.append(f"{score.component} itself reports {first.fault} from {first.started_at:%H:%M} UTC")
    else:
        lines.append(f"{score.component} raises no alert itself; it is upstream of everything that does")
    if score.change is not None:
        version = f" {score.change.version}" if score.change.version else ""
        first_at = min(term.headline.started_at for term in score.terms)
        span = _span((first_at - score.change.at).total_seconds())
        lines.append(
            f"{score.change.kind.value} change{version} of {score.component} {span} before the first symptom"
        )
    effects = [term for term in score.terms if term.headline.component != score.component][:3]
    lines += [_effect(term, own, score.component) for term in effects]
    if len(ranked) > 1:
        lines.append(f"next best: {ranked[1].component} with {ranked[1].confidence:.0%}")
    return tuple(lines)


def _effect(term: Term, own: Sequence[Headline], candidate: str) -> str:
    reach, symptom = term.reach, term.headline
    window = f"a failure of {candidate} shows there within {_span(reach.latest_seconds)}"
    if not own:
        return f"{symptom.component} shows {symptom.fault}: {window}"
    elapsed = (symptom.started_at - min(s.started_at for s in own)).total_seconds()
    when = f"{_span(elapsed)} later" if elapsed >= 0 else f"{_span(-elapsed)} earlier, within clock skew"
    return f"{symptom.component} shows {symptom.fault} {when}; {window}"


def _span(seconds: float) -> str:
    """A span for people: 45 s, 12 min, 3 h, 2 d."""
    for limit, divisor, unit in ((120, 1, "s"), (7_200, 60, "min"), (172_800, 3_600, "h")):
        if seconds < limit:
            return f"{round(seconds / divisor)} {unit}"
    return f"{round(seconds / 86_400)} d"
