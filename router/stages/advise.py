"""Which runbook goes with this cause? The most specific one: component over fault over kind."""

from router.model.incident import Cause
from router.model.rules import Rules, Runbook

MAX_RUNBOOKS = 2
"""The best and one to fall back on: more is a search result, not advice."""


def advise(cause: Cause, rules: Rules) -> tuple[str, ...]:
    """Ids of the runbooks for this cause, best first."""
    ranked = sorted((-_specificity(r, cause, rules), r.id) for r in rules.runbooks.values())
    return tuple(runbook for score, runbook in ranked if score < 0)[:MAX_RUNBOOKS]


def _specificity(runbook: Runbook, cause: Cause, rules: Rules) -> int:
    """0: not for this cause. A condition the runbook states must hold; each adds to how specific it is."""
    component = rules.components.get(cause.component)
    kind = component.kind.value if component else ""
    score = 0
    for stated, given, weight in (
        (runbook.components, cause.component, 4),
        (runbook.faults, cause.fault, 2),
        (runbook.kinds, kind, 1),
    ):
        if stated and given not in stated:
            return 0
        score += weight if stated else 0
    return score
