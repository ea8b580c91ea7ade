"""Evidence in sentences: what speaks for the cause, strongest first, and what keeps it from being the next best."""

from collections.abc import Sequence

from router.likelihood.suspect import Suspect
from router.likelihood.weighing import likelihood_of
from router.model.event import Change
from router.model.headline import Headline
from router.model.rules import Rules

MAX_EFFECTS = 3
"""Symptoms named as explained."""


def testify(
    suspects: Sequence[Suspect],
    headlines: Sequence[Headline],
    changes: Sequence[Change],
    rules: Rules,
) -> tuple[str, ...]:
    """Why the first of the suspects, and why not the second; best first."""
    best = suspects[0]
    own = [h for h in headlines if h.component == best.component]
    lines: list[str] = []
    if own:
        first = min(own, key=lambda h: (h.started_at, h.fault))
        lines.append(f"{best.component} itself reports {first.fault} from {first.started_at:%H:%M} UTC")
    else:
        shown = len({h.component for h in headlines})
        lines.append(
            f"{best.component} raises no alert itself; it is upstream of everything that does"
            if len({term.headline.component for term in best.terms}) == shown
            else f"{best.component} raises no alert itself; it explains most of what does"
        )
    lines += _changed(best, changes)
    effects = sorted(
        (term for term in best.terms if term.headline.component != best.component),
        key=lambda term: (-term.gain, term.headline.started_at, term.headline.component),
    )
    lines += [_effect(term.headline, own, best.component, rules) for term in effects[:MAX_EFFECTS]]
    often = [
        f"{h.component} alerts {words} of late, counts for little" for h in headlines if (words := _often(h))
    ]
    lines += often[:MAX_EFFECTS]
    explained = {(term.headline.component, term.headline.fault) for term in best.terms}
    left = [h.component for h in headlines if (h.component, h.fault) not in explained]
    if left:
        lines.append(f"it does not explain {', '.join(sorted(set(left))[:MAX_EFFECTS])}")
    if best.quiet:
        lines.append(f"against it: {', '.join(best.quiet[:MAX_EFFECTS])} should alert by now and do not")
    lines += [_instead_of(other, best) for other in suspects[1:2]]
    return tuple(lines)


def _changed(suspect: Suspect, changes: Sequence[Change]) -> list[str]:
    """The last change of the cause before its first symptom."""
    first_at = min(term.headline.started_at for term in suspect.terms)
    before = [c for c in changes if c.component == suspect.component and c.at <= first_at]
    if not before:
        return []
    change = max(before, key=lambda c: (c.at, c.id))
    version = f" {change.version}" if change.version else ""
    span = span_of((first_at - change.at).total_seconds())
    return [f"{change.kind.value} change{version} of {change.component} {span} before the first symptom"]


def _effect(symptom: Headline, own: Sequence[Headline], cause: str, rules: Rules) -> str:
    link = likelihood_of(rules).links(symptom.component, symptom.fault).get(cause)
    if link is None:
        return f"{symptom.component} shows {symptom.fault}: {cause} asks for more than it can give"
    window = f"a failure of {cause} shows there within {span_of(link.latest)}"
    if not own:
        return f"{symptom.component} shows {symptom.fault}: {window}"
    elapsed = (symptom.started_at - min(h.started_at for h in own)).total_seconds()
    when = f"{span_of(elapsed)} later" if elapsed >= 0 else f"{span_of(-elapsed)} earlier, within clock skew"
    return f"{symptom.component} shows {symptom.fault} {when}; {window}"


def _often(headline: Headline) -> str:
    """How often it alerts anyway, if that is often."""
    if headline.background < 0.2:
        return ""
    if headline.background >= 1:
        return f"about {headline.background:.0f} times a day"
    return f"about every {1 / headline.background:.0f} days"


def _instead_of(other: Suspect, best: Suspect) -> str:
    """The next best, and what it explains less or more than the best."""
    line = f"next best: {other.component} with {other.share:.0%}"
    ours, theirs = ({term.headline.component for term in one.terms} for one in (best, other))
    if missing := sorted(ours - theirs):
        return f"{line}, which does not explain {', '.join(missing[:MAX_EFFECTS])}"
    if more := sorted(theirs - ours):
        return f"{line}, which would explain {', '.join(more[:MAX_EFFECTS])} too"
    return line


def span_of(seconds: float) -> str:
    """A span for people: 45 s, 12 min, 3 h, 2 d."""
    for limit, divisor, unit in ((120, 1, "s"), (7_200, 60, "min"), (172_800, 3_600, "h")):
        if seconds < limit:
            return f"{round(seconds / divisor)} {unit}"
    return f"{round(seconds / 86_400)} d"
