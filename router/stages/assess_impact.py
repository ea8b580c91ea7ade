"""What is hit, and what will be: along the edges from the cause to the business outcome."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from router.model.fault import ComponentKind
from router.model.incident import Cause, Headline, Impact
from router.model.rules import Rules

OUTCOMES = frozenset({ComponentKind.KPI, ComponentKind.STEP, ComponentKind.APP})
"""Kinds of component that people outside IT recognise."""
MAX_IMPACTS = 8
MIN_STRENGTH = 0.2
"""Weaker than this (four hops and more), an effect is not announced ahead."""


class Assessment(NamedTuple):
    """The workflows hit now (a component of them alerts), and what is hit or expected, soonest first."""

    workflows: tuple[str, ...]
    impacts: tuple[Impact, ...]


def assess_impact(cause: Cause, headlines: Sequence[Headline], rules: Rules) -> Assessment:
    """Impact of a cause with these symptoms. Nothing is announced ahead for a cause we are not sure of."""
    alerting = {headline.component for headline in headlines}
    found: dict[str, Impact] = {}
    for component in sorted(alerting & rules.components.keys()):
        body = rules.components[component]
        if body.kind in OUTCOMES:
            found[component] = Impact(workflow=body.workflow, component=component, kind=body.kind, hit=True)
    if not cause.abstained and cause.component in rules.components:
        began = min(headline.started_at for headline in headlines)
        for component, reach in rules.topology.downstream_of(cause.component).items():
            body = rules.components[component]
            if component in found or body.kind not in OUTCOMES or reach.strength < MIN_STRENGTH:
                continue
            expected = began + timedelta(seconds=reach.soonest_seconds)
            found[component] = Impact(
                workflow=body.workflow, component=component, kind=body.kind, hit=False, expected_at=expected
            )
    workflows = {rules.components[c].workflow for c in alerting if c in rules.components}
    ordered = sorted(
        found.values(), key=lambda i: (not i.hit, i.expected_at is not None and i.expected_at, i.component)
    )
    return Assessment(tuple(sorted(workflows)), tuple(ordered[:MAX_IMPACTS]))
