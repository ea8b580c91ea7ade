"""Is there somebody, and something, for this fault of this component? A sentence for every gap."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from router.coverage.cases import Case
from router.model.escalation import Notify, Whom
from router.model.incident import Cause
from router.model.rules import Rules
from router.model.runbook import KIND
from router.model.schedule import Gap
from router.model.shifts import gaps
from router.stages.own import names_owner, own


class Aspect(StrEnum):
    """What every fault of every component should have."""

    IDENTITY = "identity"
    OWNER = "owner"
    RUNBOOK = "runbook"
    SCHEDULE = "schedule"


ALL = tuple(Aspect)
_INSTANT = timedelta(microseconds=1)
_WHEN = "%Y-%m-%d %H:%M"


class Inspector:
    """Looks for gaps under one set of rules; of schedules, from `starts` to `ends`.

    With a recording (`exact`) a schedule must have somebody at the moment of an alert; without one, at every moment.
    """

    def __init__(self, rules: Rules, starts: datetime, ends: datetime, *, exact: bool) -> None:
        self._rules = rules
        self._exact = exact
        self._open: dict[str, tuple[Gap, ...]] = {
            name: gaps(schedule, starts, ends + _INSTANT) for name, schedule in rules.schedules.items()
        }
        self._nameless = {} if exact else _nameless(rules)
        self._runbooks: dict[Case, str] = {}

    def aspects(self) -> tuple[Aspect, ...]:
        """What is looked at: schedules only where the rules have any."""
        return ALL if self._rules.schedules else tuple(a for a in ALL if a is not Aspect.SCHEDULE)

    def look(self, case: Case, at: datetime) -> Mapping[Aspect, str]:
        """What this case has not at this moment, and why.

        What the catalog does not know has no owner and no runbook for that one reason, which is told once.
        """
        if case.component not in self._rules.components:
            return {Aspect.IDENTITY: "no component of the catalog has this name"}
        if case not in self._runbooks:
            self._runbooks[case] = _runbook(case, self._rules)
        found = {
            Aspect.IDENTITY: self._nameless.get(case.component, ""),
            Aspect.OWNER: _owner(case, self._rules, at),
            Aspect.RUNBOOK: self._runbooks[case],
            Aspect.SCHEDULE: self._schedule(case, at) if self._rules.schedules else "",
        }
        return {aspect: why for aspect, why in found.items() if why}

    def _schedule(self, case: Case, at: datetime) -> str:
        """Of several schedules it is enough that one has somebody."""
        team = own(sure(case), self._rules, at).team
        names = _schedules(team, self._rules)
        if not names:
            return f"{team} has no on-call schedule"
        holes = [self._hole(name, at) for name in names]
        hole = holes[0]
        if hole is None or None in holes:
            return ""
        return f"nobody is on call for {team} from {hole.starts:{_WHEN}} to {hole.ends:{_WHEN}} UTC"

    def _hole(self, name: str, at: datetime) -> Gap | None:
        gaps = self._open.get(name, ())
        return next((gap for gap in gaps if not self._exact or gap.starts <= at < gap.ends), None)


def _schedules(team: str, rules: Rules) -> tuple[str, ...]:
    """The schedules of which somebody is told for this team: its own, and those that its escalation policy names."""
    body = rules.teams[team]
    policy = rules.policies.get(body.policy)
    steps = policy.steps if policy else ()
    named = [
        n for step in steps if isinstance(step, Notify) and step.whom is Whom.ON_CALL for n in step.names
    ]
    return tuple(name for name in dict.fromkeys((body.schedule, *named)) if name)


def sure(case: Case) -> Cause:
    """The case as a cause that nobody doubts."""
    return Cause(component=case.component, fault=case.fault, confidence=1.0)


def _owner(case: Case, rules: Rules, at: datetime) -> str:
    cause = sure(case)
    owner = own(cause, rules, at)
    if not names_owner(cause, rules, at):
        return f"the triage desk gets it: {owner.why}"
    return "" if rules.teams[owner.team].channel else f"{owner.team} has no channel"


def _runbook(case: Case, rules: Rules) -> str:
    """One for a whole kind is better than none, but knows nothing of the fault."""
    component = rules.components[case.component]
    kind, workflows = component.kind.value, (component.workflow,)
    fits = [runbook.fit(component.id, kind, workflows, case.fault) for runbook in rules.runbooks.values()]
    if any(fit and fit.specificity > KIND for fit in fits):
        return ""
    return f"only a runbook for every {kind}" if any(fits) else f"no runbook for {case.fault}"


def _nameless(rules: Rules) -> dict[str, str]:
    """Components that no source has a name for."""
    spaces = {source.namespace or source.format for source in rules.sources.values()}
    return {
        component.id: "no source has a name for it, so senders must use its id"
        for component in rules.components.values()
        if not spaces & component.known_as.keys()
    }
