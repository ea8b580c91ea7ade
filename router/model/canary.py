"""The canary: an alert of our own that must come out at the far end, or the way there is broken.

Running roles add it to the operator's rules: a component nobody depends on, in a scope of its own, owned by a team
whose channel the notifier records as told without posting. It is in no replay, check or report.
"""

from router.model.catalog import Component, Team, Workflow
from router.model.fault import ComponentKind, OwnerKind
from router.model.matcher import Matcher, MatchOperator
from router.model.route import Route
from router.model.rules import Rules

CANARY = "canary"
"""The canary's scope, workflow, team and destination."""
CANARY_COMPONENT = "router.canary"
CANARY_FAULT = "app.error_rate"


def with_canary(rules: Rules) -> Rules:
    """These rules, and the canary: told at once, never escalated."""
    component = Component(
        id=CANARY_COMPONENT,
        kind=ComponentKind.APP,
        workflow=CANARY,
        scope=CANARY,
        owners={OwnerKind.IT: CANARY},
    )
    match = Matcher(label="scope", operator=MatchOperator.EQUAL, value=CANARY)
    route = Route(
        name=CANARY, match=(match,), channel=CANARY, settle_seconds=0, escalate_after_seconds=7 * 86_400
    )
    added = {
        "teams": {**rules.teams, CANARY: Team(id=CANARY, kind=OwnerKind.IT, channel=CANARY)},
        "workflows": {
            **rules.workflows,
            CANARY: Workflow(id=CANARY, scope=CANARY, components=(CANARY_COMPONENT,)),
        },
        "components": {**rules.components, CANARY_COMPONENT: component},
        "routes": (route, *rules.routes),
    }
    return Rules(**{name: getattr(rules, name) for name in Rules.model_fields} | added)
