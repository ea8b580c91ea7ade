"""What is hit, and what will be: along the edges from the cause to the business outcome."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from router.model.fault import OUTCOMES
from router.model.headline import Headline
from router.model.incident import Cause, Impact
from router.model.rules import Rules
from router.model.value import Moment

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
    known = [rules.components[component] for component in alerting if component in rules.components]
    hit = sorted(body.id for body in known if body.kind in OUTCOMES)[:MAX_IMPACTS]
    impacts = [_impact(component, rules) for component in hit]
    if len(hit) < MAX_IMPACTS and not cause.abstained and cause.component in rules.components:
        began = min(headline.started_at for headline in headlines)
        ahead = [
            (began + timedelta(seconds=soonest), component)
            for component, soonest in _outcomes_of(cause.component, rules)
            if component not in alerting
        ]
        impacts += [
            _impact(component, rules, at) for at, component in sorted(ahead)[: MAX_IMPACTS - len(hit)]
        ]
    return Assessment(tuple(sorted({body.workflow for body in known})), tuple(impacts))


def _impact(component: str, rules: Rules, expected_at: Moment | None = None) -> Impact:
    body = rules.components[component]
    return Impact(
        workflow=body.workflow,
        component=component,
        kind=body.kind,
        hit=expected_at is None,
        expected_at=expected_at,
    )


def _outcomes_of(cause: str, rules: Rules) -> list[tuple[str, float]]:
    """The outcomes that a failure of this component reaches, and after how many seconds; found once a cause."""
    kept = rules.topology.memo.setdefault("outcomes", {})
    if not isinstance(kept, dict):
        raise TypeError("the topology's memo of outcomes")
    found: list[tuple[str, float]] | None = kept.get(cause)
    if found is None:
        found = kept[cause] = [
            (component, reach.soonest_seconds)
            for component, reach in rules.topology.downstream_of(cause).items()
            if rules.components[component].kind in OUTCOMES and reach.strength >= MIN_STRENGTH
        ]
    return found
