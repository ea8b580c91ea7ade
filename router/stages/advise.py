"""Which runbook goes with this cause? The most specific one: component over workflow over fault over kind."""

from collections.abc import Sequence
from typing import NamedTuple

from router.model.incident import Cause
from router.model.rules import Rules
from router.model.runbook import Fit, Runbook

MAX_RUNBOOKS = 2
"""The best and one to fall back on: more is a search result, not advice."""


class Advice(NamedTuple):
    """A runbook and why it was chosen, as a sentence."""

    runbook: str
    why: str


def advise(cause: Cause, workflows: Sequence[str], rules: Rules) -> tuple[Advice, ...]:
    """The runbooks for this cause in these workflows, best first; names decide between equals."""
    component = rules.components.get(cause.component)
    kind = component.kind.value if component else ""
    fits = [
        (runbook, fit)
        for runbook in rules.runbooks.values()
        if (fit := runbook.fit(cause.component, kind, workflows, cause.fault))
    ]
    fits.sort(key=_order)
    return tuple(Advice(runbook.id, fit.why) for runbook, fit in fits[:MAX_RUNBOOKS])


def _order(found: tuple[Runbook, Fit]) -> tuple[int, str]:
    runbook, fit = found
    return -fit.specificity, runbook.id
