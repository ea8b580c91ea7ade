"""A runbook: what it is for, and how well it fits a cause."""

from collections.abc import Sequence
from typing import NamedTuple

from router.model.value import Value

COMPONENT, WORKFLOW, FAULT, KIND = 8, 4, 2, 1
"""What naming each of them adds to how specific a runbook is: one weighs more than all after it."""


class Fit(NamedTuple):
    """How specific a runbook is for a cause, more is better, and why it was chosen, as a sentence."""

    specificity: int
    why: str


class Runbook(Value):
    """A runbook: what it is for and its body, a sandboxed Jinja2 template over the incident.

    Each of `components`, `workflows`, `faults` and `kinds` that is given must hold; one that gives none is for nothing.
    """

    id: str
    title: str
    faults: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    workflows: tuple[str, ...] = ()
    owner: str = ""
    reviewed: str = ""
    url: str = ""
    body: str = ""
    file: str = ""

    def fit(self, component: str, kind: str, workflows: Sequence[str], fault: str) -> Fit | None:
        """How it fits a fault of a component of this kind that hits these workflows; None when it is not for that.

        Component beats workflow beats fault beats kind: one that names the component fits better than any that does
        not, whatever else that one names.
        """
        for stated, given in ((self.faults, fault), (self.kinds, kind), (self.components, component)):
            if stated and given not in stated:
                return None
        hit = next((workflow for workflow in self.workflows if workflow in workflows), "")
        if self.workflows and not hit:
            return None
        parts = (
            (COMPONENT, self.components, component),
            (WORKFLOW, self.workflows, f"the workflow {hit}"),
            (FAULT, self.faults, fault),
            (KIND, self.kinds, f"a component of kind {kind}"),
        )
        named = [(weight, words) for weight, stated, words in parts if stated]
        if not named:
            return None
        return Fit(
            sum(weight for weight, _ in named), f"it is for {' and '.join(words for _, words in named)}"
        )
