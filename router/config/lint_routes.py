"""Can every route decide something, and does every matcher say something?"""

import re

from router.config.codes import Lint
from router.config.draft import Draft, PlacedMatcher, RouteDraft
from router.config.lint_references import workflow_lost
from router.config.route_box import OTHER, catches_all, outright, values_of
from router.config.suggest import did_you_mean
from router.model.matcher import MatchOperator

MOST_LISTED = 6
"""So many known values fit into a message."""


def check_routes(draft: Draft) -> None:
    """Report values that cannot occur, and routes that can never decide or change nothing."""
    sure: list[RouteDraft] = []
    for placed in draft.routes:
        possible = [_check_value(matcher, draft) for matcher in placed.matchers]
        _check_idle(placed, draft)
        if all(possible) and not placed.home.damaged and not _anything_lost(draft):
            _check_reach(placed, sure, draft)
            sure.append(placed)


def _anything_lost(draft: Draft) -> bool:
    return workflow_lost(draft) or bool(draft.lost & {"teams.yaml", "router.yaml"})


def _check_value(placed: PlacedMatcher, draft: Draft) -> bool:
    """Report a matcher whose value no incident can have; whether it is possible."""
    matcher = placed.matcher
    lost = {"owner": "teams.yaml" in draft.lost, "cause.fault": "router.yaml" in draft.lost}
    if lost.get(
        matcher.label, matcher.label in ("cause.component", "scope", "workflow") and workflow_lost(draft)
    ):
        return True
    values = values_of(matcher.label, draft)
    if matcher.operator in (MatchOperator.EQUAL, MatchOperator.NOT_EQUAL):
        possible = matcher.value in values
    else:
        pattern = re.compile(f"(?:{matcher.value})", re.DOTALL)
        possible = any(pattern.fullmatch(value) for value in values)
    if not possible:
        known = sorted(value for value in values if value not in ("", OTHER))
        listed = f"known are {', '.join(known)}" if len(known) <= MOST_LISTED else ""
        hint = did_you_mean(matcher.value, known) or listed
        message = f'no incident has a {matcher.label} like {matcher.operator.value}"{matcher.value}"'
        if matcher.operator in (MatchOperator.EQUAL, MatchOperator.NOT_EQUAL):
            message = f'no incident has the {matcher.label} "{matcher.value}"'
        draft.report.add(Lint.IMPOSSIBLE_VALUE, placed.place, message, hint)
    return possible


def _check_idle(placed: RouteDraft, draft: Draft) -> None:
    route = placed.route
    gives = route.channel or route.settle_seconds is not None or route.escalate_after_seconds is not None
    if not gives and not placed.home.damaged:
        message = f'route "{route.name}" gives neither channel nor settle nor escalate_after'
        hint = "it only keeps later routes from being tried"
        draft.report.add(Lint.IDLE_ROUTE, placed.home.place, message, hint)


def _check_reach(placed: RouteDraft, earlier: list[RouteDraft], draft: Draft) -> None:
    box = outright(placed.route.match, draft)
    empty = next((label for label, values in box.items() if not values), "")
    if empty:
        message = f'route "{placed.route.name}" matches nothing: its matchers on {empty} exclude each other'
        draft.report.add(Lint.IMPOSSIBLE_ROUTE, placed.home.place, message)
        return
    for other in earlier:
        if catches_all(outright(other.route.match, draft), box):
            line = other.home.place.line
            taken = f'"{other.route.name}" in line {line} takes all of it'
            message = f'route "{placed.route.name}" is never reached: {taken}'
            draft.report.add(
                Lint.UNREACHABLE_ROUTE, placed.home.place, message, "move the more specific route up"
            )
            return
