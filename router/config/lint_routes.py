"""Can every route decide something, does every matcher say something, and does what routes name exist?"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time

from router.config.codes import Lint
from router.config.draft import Draft, PlacedMatcher, RouteDraft
from router.config.lint_references import known_team, workflow_lost
from router.config.node import Node
from router.config.route_box import OTHER, Boxes, Space
from router.config.routes import LABELS
from router.config.suggest import did_you_mean
from router.model.matcher import Matcher, MatchOperator
from router.model.route import OWNER, Route

MOST_LISTED = 6
"""So many known values fit into a message."""


def check_routes(draft: Draft, today: date | None = None) -> None:
    """Report values that cannot occur, routes that never decide or change nothing, and what nothing declares."""
    _Tree(draft).check(draft.routes, ())
    _check_names(draft)
    _check_receivers(draft)
    _check_intervals(draft, today)
    for number, label in enumerate(draft.alert_labels):
        if label not in (*LABELS, "incident"):
            message = f'"{label}" is no label of the router, so it is the alerts\' own anyway'
            draft.report.add(Lint.IDLE_ALERT_LABEL, draft.routing.at("alert_labels", number), message)


class _Tree:
    """The routes of one draft, held against the values that incidents can have."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.space = Space(draft)
        self.lost = workflow_lost(draft) or bool(draft.lost & {"teams.yaml", "router.yaml"})

    def check(self, routes: Iterable[RouteDraft], above: tuple[Matcher, ...]) -> None:
        """Check the routes below one whose matchers, with those above it, are `above`."""
        sure: Boxes[RouteDraft] = Boxes()
        for placed in routes:
            possible = [self._check_value(matcher) for matcher in placed.matchers]
            self._check_idle(placed)
            both = (*above, *placed.route.match)
            if all(possible) and not placed.home.damaged and not self.lost:
                reached = self._check_reach(placed, both, sure)
                if not placed.route.continues:
                    sure.add(self.space.outright(placed.route.match), placed)
                if not reached:
                    continue
            self.check(placed.below, both)

    def _check_value(self, placed: PlacedMatcher) -> bool:
        """Report a matcher whose value no incident can have; whether it is possible."""
        matcher, lost = placed.matcher, self.draft.lost
        values = self.space.values_of(matcher.label)
        unread = {"owner": "teams.yaml" in lost, "cause.fault": "router.yaml" in lost}
        workflows = matcher.label in ("cause.component", "scope", "workflow") and workflow_lost(self.draft)
        if not values or unread.get(matcher.label, workflows):
            return True
        if matcher.regex:
            positive = matcher.model_copy(update={"operator": MatchOperator.MATCHES})
            possible = bool(self.space.accepted(Matcher(**positive.model_dump())))
            message = f'no incident has a {matcher.label} like {matcher.operator.value}"{matcher.value}"'
        else:
            possible = matcher.value in values
            message = f'no incident has the {matcher.label} "{matcher.value}"'
        if not possible:
            known = sorted(value for value in values if value not in ("", OTHER))
            listed = f"known are {', '.join(known)}" if len(known) <= MOST_LISTED else ""
            hint = did_you_mean(matcher.value, known) or listed
            self.draft.report.add(Lint.IMPOSSIBLE_VALUE, placed.place, message, hint)
        return possible

    def _check_idle(self, placed: RouteDraft) -> None:
        if (
            placed.route == Route(name=placed.route.name, match=placed.route.match)
            and not placed.home.damaged
        ):
            message = f'route "{placed.route.name}" gives neither a destination nor a clock'
            hint = "it only keeps later routes from being tried"
            self.draft.report.add(Lint.IDLE_ROUTE, placed.home.place, message, hint)

    def _check_reach(self, placed: RouteDraft, both: tuple[Matcher, ...], earlier: Boxes[RouteDraft]) -> bool:
        """Report a route that can never decide; whether it can."""
        box, name = self.space.outright(both), placed.route.name
        empty = next((label for label, values in box.items() if not values), "")
        if empty:
            message = f'route "{name}" matches nothing: its matchers on {empty} exclude each other'
            hint = "with those of the routes above it" if len(both) > len(placed.matchers) else ""
            self.draft.report.add(Lint.IMPOSSIBLE_ROUTE, placed.home.place, message, hint)
            return False
        other = earlier.catching(box)
        if other is not None:
            first = other.home.place
            where = "" if first.file == placed.home.place.file else f" of {first.file}"
            taken = f'"{other.route.name}" in line {first.line}{where} takes all of it'
            message = f'route "{name}" is never reached: {taken}'
            hint = "move the more specific route up"
            self.draft.report.add(Lint.UNREACHABLE_ROUTE, placed.home.place, message, hint)
            return False
        return True


def _walk(routes: Iterable[RouteDraft]) -> Iterator[RouteDraft]:
    for placed in routes:
        yield placed
        yield from _walk(placed.below)


def _check_names(draft: Draft) -> None:
    """Report receivers and time intervals that routes name and nothing declares."""
    default = draft.routing.below("default")
    if default is not None:
        _known_receiver(draft.default_route.receiver, default, draft)
    for placed in _walk(draft.routes):
        _known_receiver(placed.route.receiver, placed.home.node, draft)
        for key in ("mute_time_intervals", "active_time_intervals"):
            for name, place in placed.home.node.texts(key):
                if name not in draft.time_intervals and draft.routing.find("time_intervals", name) is None:
                    message = f'route "{placed.route.name}" names unknown time interval "{name}"'
                    hint = did_you_mean(name, draft.time_intervals)
                    draft.report.add(Lint.UNKNOWN_INTERVAL, place, message, hint)


def _known_receiver(name: str, node: Node, draft: Draft) -> None:
    declared = draft.routing.find("receivers", name) is not None
    if name not in ("", OWNER) and name not in draft.receivers and not declared:
        message = f'unknown receiver "{name}"'
        hint = did_you_mean(name, (*draft.receivers, OWNER))
        draft.report.add(Lint.UNKNOWN_RECEIVER, node.at("receiver"), message, hint)


def _check_receivers(draft: Draft) -> None:
    named = {placed.route.receiver for placed in _walk(draft.routes)} | {draft.default_route.receiver}
    for name, receiver in draft.receivers.items():
        place = draft.routing.key_at("receivers", name)
        if receiver.team:
            known_team(
                receiver.team, draft.routing.at("receivers", name, "team"), f'receiver "{name}" tells', draft
            )
        if name == OWNER:
            message = 'a receiver cannot be named "owner"'
            draft.report.add(Lint.RECEIVER_NAMED_OWNER, place, message)
        elif not receiver.channels and not receiver.team:
            given = draft.routing.find("receivers", name, "channels")
            if given is None:
                message = f'receiver "{name}" has neither channels nor a team'
                draft.report.add(Lint.EMPTY_RECEIVER, place, message)
        if name not in named and name != OWNER:
            draft.report.add(Lint.IDLE_RECEIVER, place, f'no route leads to receiver "{name}"')


def _check_intervals(draft: Draft, today: date | None) -> None:
    named = Counter(
        name for placed in _walk(draft.routes) for name in (*placed.route.mute, *placed.route.active)
    )
    for name, interval in draft.time_intervals.items():
        place = draft.routing.key_at("time_intervals", name)
        if not named[name] and name not in draft.intervals_used:
            draft.report.add(Lint.IDLE_INTERVAL, place, f'no route names time interval "{name}"')
        now = datetime.combine(today, time(), UTC) if today else None
        if now and not interval.contains(now) and interval.begins_after(now) is None:
            message = f'time interval "{name}" holds at no moment of the coming 400 days'
            draft.report.add(Lint.PAST_INTERVAL, place, message)
