"""Which component and fault caused this, how sure are we, and on what evidence?

Every cause is weighed against all symptoms by `likelihood`; here the weights become a ranking with a share for a
cause outside the catalog, a name for the fault, and sentences. The model and its figures: docs/attribution.md.
"""

import math
from collections.abc import Collection, Sequence
from typing import NamedTuple

from router.likelihood.anyway import lasting
from router.likelihood.crowd import crowding
from router.likelihood.links import spread_of
from router.likelihood.parameters import Parameters
from router.likelihood.suspect import Suspect
from router.likelihood.weighing import (
    Changes,
    Tally,
    Term,
    Weighing,
    likelihood_of,
    order,
)
from router.model.event import Change
from router.model.fault import FAULTS, Fault, OwnerKind, Severity, Spread
from router.model.headline import Headline
from router.model.incident import Candidate, Cause
from router.model.rules import Rules
from router.model.value import Moment

SILENT_HOPS = 3
"""How far from a cause silence is looked for."""

MAX_ASKED = 12
"""Causes, best first, of which it is asked who should alert by now and does not."""

KNOWN_AHEAD = 2.0
"""A cause outside the catalog is at least so much less likely (log-odds) than the likeliest one in it."""

FITS = 5.0
"""How much likelier a fault of a silent cause is for each symptom, or change, that usually goes with it."""

MAX_CANDIDATES = 3
"""Candidates kept and shown."""


class Attribution(NamedTuple):
    """The cause, the symptoms with the chance that this cause is behind each, and all suspects, best first.

    The cause comes without evidence, and without suspects if no symptom is of a component that we know.
    """

    cause: Cause
    headlines: tuple[Headline, ...]
    suspects: tuple[Suspect, ...] = ()


def attribute(
    headlines: Sequence[Headline],
    changes: Sequence[Change],
    rules: Rules,
    now: Moment,
    *,
    watched: Collection[str] = (),
    weighing: Weighing | None = None,
) -> Attribution:
    """The likeliest cause of these symptoms at `now`.

    `changes` are recent changes of any component. `watched` are the components whose silence means something.
    `weighing` is that of these symptoms, if it is at hand.
    """
    known = [headline for headline in headlines if headline.component in rules.components]
    if not known:
        return Attribution(_outside(headlines), tuple(headlines))
    suspects = rank(known, changes, rules, now, watched=watched, weighing=weighing)
    best = suspects[0]
    candidates = tuple(
        Candidate(
            component=suspect.component,
            fault=fault_of(suspect, known, changes, rules),
            confidence=round(suspect.share, 4),
        )
        for suspect in suspects[:MAX_CANDIDATES]
    )
    cause = Cause(
        component=best.component,
        fault=candidates[0].fault,
        confidence=candidates[0].confidence,
        odds=round(best.score, 4),
        abstained=candidates[0].confidence < rules.settings.confidence_threshold,
        candidates=candidates,
    )
    explained = {
        (term.headline.component, term.headline.fault): round(1 / (1 + math.exp(-term.gain)), 4)
        for term in best.terms
    }
    return Attribution(
        cause,
        tuple(
            headline
            if (chance := explained.get((headline.component, headline.fault), 0.0)) == headline.responsibility
            else headline.model_copy(update={"responsibility": chance})
            for headline in headlines
        ),
        tuple(suspects),
    )


def rank(
    headlines: Sequence[Headline],
    changes: Sequence[Change],
    rules: Rules,
    now: Moment,
    *,
    watched: Collection[str] = (),
    weighing: Weighing | None = None,
) -> list[Suspect]:
    """All possible causes of these symptoms of known components, best first; ties in the order of their names."""
    likelihood = likelihood_of(rules)
    if weighing is None:
        weighing = likelihood.weigh(headlines, times_of(changes))
    at = now.timestamp()
    weighed = {(h.component, h.fault) for h in weighing.headlines}
    held = {
        key: lasting(h, at, likelihood.parameters)
        for h in headlines
        if (key := (h.component, h.fault)) in weighed
    }
    alerting = {headline.component for headline in headlines}
    scored = [
        (_score(tally, held) + crowding(component, tally, likelihood), component, tally)
        for component, tally in weighing.tallies.items()
    ]
    scored.sort(key=_best_first)
    silent: dict[str, tuple[str, ...]] = {}
    if watched:
        # Silence only speaks against: whoever is far behind without it stays there.
        heard = scored[:MAX_ASKED]
        for place, (score, component, tally) in enumerate(heard):
            quiet = silent[component] = _quiet(component, tally, alerting, watched, rules, at)
            against = math.fsum(_silence(component, other, rules) for other in quiet)
            heard[place] = (score + likelihood.parameters.silence * against, component, tally)
        scored = sorted([*heard, *scored[MAX_ASKED:]], key=_best_first)
    whole = 1 - likelihood.parameters.lapse
    shares = [whole * share for share in _softmax([score for score, *_ in scored], likelihood.parameters)]
    return [
        Suspect(component, score, share, tuple(tally.terms()), silent.get(component, ()))
        for (score, component, tally), share in zip(scored, shares, strict=True)
    ]


def _best_first(entry: tuple[float, str, Tally]) -> tuple[float, str]:
    return (-round(entry[0], 9), entry[1])


def times_of(changes: Sequence[Change]) -> Changes:
    """When each component was changed."""
    times: dict[str, list[float]] = {}
    for change in changes:
        times.setdefault(change.component, []).append(change.at.timestamp())
    return times


def _score(tally: Tally, held: dict[tuple[str, str], float]) -> float:
    """The tally, and what the time says for which its symptoms fire. Only the first one may speak against it."""
    value = tally.value
    term: Term | None = tally.last
    while term is not None:
        gain = term.gain + held[term.headline.component, term.headline.fault]
        if term.before is not None:
            gain = max(0.0, gain)
        value += (gain - term.gain) * term.weight
        term = term.before
    return value


def _quiet(
    component: str, tally: Tally, alerting: set[str], watched: Collection[str], rules: Rules, at: float
) -> tuple[str, ...]:
    """The watched components that this cause should have reached by now, and that do not alert."""
    began = (tally.low + tally.high) / 2
    late = rules.settings.lateness_seconds
    return tuple(
        other
        for other, reach in rules.topology.downstream_of(component).items()
        if reach.hops <= SILENT_HOPS
        and other not in alerting
        and other in watched
        and at - began > reach.latest_seconds + late
    )


def _silence(component: str, other: str, rules: Rules) -> float:
    emission = likelihood_of(rules).parameters.emission_symptom
    return math.log1p(-emission * rules.topology.downstream_of(component)[other].strength)


def _softmax(scores: Sequence[float], parameters: Parameters) -> list[float]:
    """Shares of the causes; what is missing to 1 is the share of a cause that the catalog does not know."""
    top, sharpness = max(scores), parameters.sharpness
    unknown = min(parameters.unknown, top - KNOWN_AHEAD)
    weights = [math.exp(sharpness * (score - top)) for score in scores]
    total = math.fsum([*weights, math.exp(sharpness * (unknown - top))])
    return [weight / total for weight in weights]


def _outside(headlines: Sequence[Headline]) -> Cause:
    first = min(headlines, key=order)
    return Cause(
        component=first.component,
        fault=first.fault,
        confidence=0.0,
        abstained=True,
        evidence=(f"{first.component} is not in the catalog: add it, or a name it is known as",),
    )


def fault_of(suspect: Suspect, headlines: Sequence[Headline], changes: Sequence[Change], rules: Rules) -> str:
    """The fault of the cause: its own alert's, else the likeliest fault of its kind behind what it explains.

    A fault is likelier for every symptom and every change that usually goes with it. Whose concern it is comes first:
    that decides the owner, and many faults of one concern are likelier together than one of another.
    """
    own = [h for h in headlines if h.component == suspect.component]
    if own:
        return min(
            own, key=lambda h: (spread_of(rules, h.fault) is not Spread.SELF, h.started_at, h.fault)
        ).fault
    kind = rules.components[suspect.component].kind
    seen = {term.headline.fault for term in suspect.terms}
    behind = [known.upstream for name in sorted(seen) if (known := rules.fault(name)) is not None]
    changed = {f"change.{change.kind.value}" for change in changes if change.component == suspect.component}
    weights = {
        fault: FITS
        ** (sum(fault.name in usual for usual in behind) + len(changed.intersection(fault.upstream)))
        for fault in FAULTS.values()
        if fault.kind is kind
    }
    concerns: dict[OwnerKind, float] = {}
    for fault, weight in weights.items():
        concerns[fault.concern] = concerns.get(fault.concern, 0.0) + weight
    concern = max(concerns, key=lambda one: (concerns[one], one.value))
    likely = [fault for fault in weights if fault.concern is concern]
    return max(likely, key=lambda fault: (weights[fault], _prior(fault), fault.name)).name


def _prior(fault: Fault) -> float:
    """Without a vote, a fault whose symptoms travel and that is bad enough to be felt elsewhere."""
    return (
        fault.severity.rank - (fault.severity is Severity.CRITICAL) + (fault.spread is not Spread.SELF) * 0.5
    )
