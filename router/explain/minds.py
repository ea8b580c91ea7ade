"""What would change our mind? Tried out: the same weighing with one more or one fewer piece of evidence."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from router.explain.witness import Assessed, of_known
from router.likelihood.suspect import Suspect
from router.model.event import Change, ChangeKind
from router.model.fault import Severity
from router.model.headline import Headline
from router.model.rules import Rules
from router.model.value import EPOCH
from router.stages.attribute import SILENT_HOPS, fault_of, rank
from router.stages.calibrate import moved

OTHERS = 3
"""Candidates behind the best one that are given evidence of their own."""

LEFT_OUT = 8
"""Alerting components that are left out, one at a time: those that speak most for the cause."""


class Trial(NamedTuple):
    """One thing that might have been, and the cause it leads to.

    `what`: `alert` (of `component`), `change`, `without` (its alerts did not come), `silence` (all that it should have
    reached stays silent). `share`: how sure of `cause` one would be, `own_share` of `component`.
    """

    what: str
    component: str
    fault: str
    at: datetime | None
    cause: str
    share: float
    own_share: float

    def document(self, best: str) -> dict[str, Any]:
        """For a JSON document."""
        return {
            "what": self.what,
            "component": self.component,
            "fault": self.fault,
            "at": self.at.isoformat(timespec="seconds").replace("+00:00", "Z") if self.at else None,
            "changes_the_cause": self.cause != best,
            "cause": self.cause,
            "share": round(self.share, 4),
        }


def trials(assessed: Assessed, suspects: Sequence[Suspect], rules: Rules) -> list[Trial]:
    """What was tried: an alert or a change of the next candidates, alerts that had not come, silence."""
    headlines = of_known(assessed.incident.headlines, rules)
    found: list[Trial] = []
    for other in suspects[1 : 1 + OTHERS]:
        found += _in_favour(other, assessed, headlines, rules)
    return (
        found
        + _without(assessed, suspects, headlines, rules)
        + _silences(assessed, suspects, headlines, rules)
    )


def _in_favour(other: Suspect, assessed: Assessed, headlines: list[Headline], rules: Rules) -> list[Trial]:
    """The candidate raises an alert itself when it must have failed; it was changed just before."""
    at = _when(other, assessed)
    fault = fault_of(other, headlines, assessed.changes, rules)
    found: list[Trial] = []
    if all(headline.component != other.component for headline in headlines):
        known = rules.fault(fault)
        alert = Headline(
            component=other.component,
            fault=fault,
            severity=known.severity if known else Severity.WARNING,
            summary="",
            started_at=at,
            firing=1,
            since=at,
        )
        after = _ranked([*headlines, alert], assessed.changes, assessed, rules)
        found.append(_trial("alert", other.component, fault, at, after, assessed))
    if all(change.component != other.component for change in assessed.changes):
        change = Change(
            id="trial",
            component=other.component,
            kind=ChangeKind.DEPLOY,
            summary="",
            source="trial",
            at=at,
            arrived_at=at,
        )
        after = _ranked(headlines, [*assessed.changes, change], assessed, rules)
        found.append(_trial("change", other.component, "", at, after, assessed))
    return found


def _ranked(
    headlines: Sequence[Headline], changes: Sequence[Change], assessed: Assessed, rules: Rules
) -> list[Suspect]:
    return rank(headlines, changes, rules, assessed.at, watched=assessed.watched)


def _when(suspect: Suspect, assessed: Assessed) -> datetime:
    """The last moment at which it can have failed and been noticed before its first effect, to the minute."""
    tally = assessed.weighing.tallies[suspect.component]
    first = min(term.headline.started_at for term in suspect.terms)
    latest = min(EPOCH + timedelta(seconds=tally.high), first)
    earliest = EPOCH + timedelta(seconds=tally.low)
    minute = latest.replace(second=0, microsecond=0)
    return minute if minute >= earliest else latest


def _without(
    assessed: Assessed, suspects: Sequence[Suspect], headlines: list[Headline], rules: Rules
) -> list[Trial]:
    """The alerts of one component had not come, or mean nothing; only where that changes the cause."""
    best = suspects[0]
    speaks: dict[str, float] = {}
    for term in best.terms:
        component = term.headline.component
        speaks[component] = speaks.get(component, 0.0) + term.gain * term.weight
    found: list[Trial] = []
    for component in sorted(speaks, key=lambda name: (-speaks[name], name))[:LEFT_OUT]:
        rest = [headline for headline in headlines if headline.component != component]
        after = _ranked(rest, assessed.changes, assessed, rules) if rest else []
        if after and after[0].component != best.component:
            found.append(_trial("without", component, "", None, after, assessed))
    return found


def _silences(
    assessed: Assessed, suspects: Sequence[Suspect], headlines: list[Headline], rules: Rules
) -> list[Trial]:
    """Everything near the cause that it should reach is watched and stays silent; only where that changes the cause."""
    best, alerting = suspects[0].component, {headline.component for headline in headlines}
    reached = {
        other: reach.latest_seconds
        for other, reach in rules.topology.downstream_of(best).items()
        if reach.hops <= SILENT_HOPS and other not in alerting
    }
    if not reached:
        return []
    wait = max(reached.values()) + rules.settings.lateness_seconds
    at = assessed.at + timedelta(seconds=wait)
    after = rank(headlines, assessed.changes, rules, at, watched=assessed.watched | reached.keys())
    return [_trial("silence", best, "", at, after, assessed)] if after[0].component != best else []


def _trial(
    what: str, component: str, fault: str, at: datetime | None, after: Sequence[Suspect], assessed: Assessed
) -> Trial:
    own = next((suspect.share for suspect in after if suspect.component == component), 0.0)
    share, own = moved(after[0].share, assessed.bias), moved(own, assessed.bias)
    return Trial(what, component, fault, at, after[0].component, share, own)


def worth_telling(tried: Sequence[Trial], best: str) -> list[Trial]:
    """What would change the cause; and what would not, of the candidate that comes next."""
    following = tried[0].component if tried else ""
    return [trial for trial in tried if trial.cause != best or trial.component == following]


def words_of(trial: Trial, best: str, threshold: float) -> str:
    """A trial as a sentence. `threshold`: less sure than this of a cause, the triage desk decides."""
    doubt = "" if trial.share >= threshold else ", not sure enough, so the triage desk would decide"
    first = f"{trial.cause} with {trial.share:.0%}{doubt}"
    match trial.what:
        case "alert":
            said = f"an alert of {trial.component} ({trial.fault}) from about {trial.at:%H:%M} UTC"
        case "change":
            said = f"a change of {trial.component} at about {trial.at:%H:%M} UTC"
        case "without":
            return f"without the alerts of {trial.component} it would be {first}"
        case _:
            silent = f"were all that {trial.component} reaches watched and silent until {trial.at:%H:%M} UTC"
            return f"{silent}, it would be {first}"
    if trial.cause == trial.component:
        return f"{said} would make it the likeliest cause, with {trial.share:.0%}{doubt}"
    if trial.cause != best:
        return f"{said} would make it {first}"
    return f"{said} would not: {trial.cause} stays ahead with {trial.share:.0%} to {trial.own_share:.0%}"
