"""Where is the owner told, after what wait, how often, and when does it escalate; and who else is told by a route?

The tree of routes answers (`router.model.route`): the first route that decides is the owner's telling, every further
one (after `continue`) another destination. Where none says otherwise the owner's own channel is the destination; a
team without a channel is told through the triage desk's.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from router.model.fault import Severity
from router.model.headline import Headline
from router.model.incident import Incident
from router.model.route import OWNER, RouteNode
from router.model.rules import Rules


class Quiet(NamedTuple):
    """A route is not told now: because of which time interval, until when (None: no end within a year)."""

    interval: str
    until: datetime | None


class Further(NamedTuple):
    """Another destination of the incident: for which team, by which route."""

    destination: str
    team: str
    node: RouteNode

    @property
    def route(self) -> str:
        """The route's name."""
        return self.node.route.name or "default"


class Routing(NamedTuple):
    """Destination and clocks; `route` names the rule that decided, or why none did.

    `settle_fixed`: a route gives the settle, so nothing but it decides when to tell. `policy` is the escalation policy
    that a route names, else "". `further` are the destinations beside the owner's.
    """

    destination: str
    settle_seconds: int
    settle_fixed: bool
    escalate_after_seconds: int
    route: str
    update_interval_seconds: int
    repeat_interval_seconds: int
    policy: str
    further: tuple[Further, ...]
    node: RouteNode
    rules: Rules

    @property
    def group_by(self) -> tuple[str, ...]:
        """The labels by which the owner's telling is split; none: it is one message."""
        return self.node.given.group_by

    def muted_by_interval(self, now: datetime) -> Quiet | None:
        """The time interval for which the owner's route is quiet at this moment; None: it may be told."""
        return quiet(self.node, self.rules, now)


def route(incident: Incident, rules: Rules) -> Routing:
    """The routing of an incident to its owner."""
    nodes = rules.route_tree.matching(seen_by(incident, rules))
    first = nodes[0]
    given = first.given
    team = rules.teams[incident.owner.team]
    after = given.escalate_after_seconds
    if after is None:
        after = team.escalate_after_seconds
    settings = rules.settings
    places = [place for node in nodes for place in _places(node, incident.owner.team, rules)]
    return Routing(
        destination=places[0].destination,
        settle_seconds=settle_of(first, incident.severity, rules),
        settle_fixed=given.settle_seconds is not None,
        escalate_after_seconds=settings.escalate_after_seconds if after is None else after,
        route=f"route {first.route.name}" if first.route.name else _unnamed(first),
        update_interval_seconds=given.update_interval_seconds or settings.update_interval_seconds,
        repeat_interval_seconds=given.repeat_interval_seconds or settings.repeat_interval_seconds,
        policy=given.policy,
        further=_further(places),
        node=first,
        rules=rules,
    )


def settle_of(node: RouteNode, severity: Severity | None, rules: Rules) -> int:
    """Seconds to wait before the first telling at least."""
    settings = rules.settings
    if node.given.settle_seconds is not None:
        return node.given.settle_seconds
    if severity is Severity.CRITICAL:
        return min(settings.settle_seconds, settings.critical_settle_seconds)
    return settings.settle_seconds


def quiet(node: RouteNode, rules: Rules, now: datetime) -> Quiet | None:
    """The time interval for which a route is not told now: one that mutes it, or none of those that it is active in.

    Time intervals are not inherited: only what the deciding route itself names counts.
    """
    for name in node.route.mute:
        interval = rules.time_intervals[name]
        if interval.contains(now):
            return Quiet(name, interval.ends(now))
    active = [rules.time_intervals[name] for name in node.route.active]
    if not active or any(interval.contains(now) for interval in active):
        return None
    begins = [begin for interval in active if (begin := interval.begins_after(now)) is not None]
    return Quiet("outside " + ", ".join(node.route.active), min(begins, default=None))


def grouping(incident: Incident, destination: str, rules: Rules) -> tuple[str, ...]:
    """The labels by which the telling of a further route is split at this destination."""
    further = route(incident, rules).further
    return next((place.node.given.group_by for place in further if place.destination == destination), ())


def channel_of(team: str, rules: Rules) -> str:
    """The channel where a team is told."""
    return rules.teams[team].channel or rules.teams[rules.settings.triage_team].channel or f"team:{team}"


def labels(incident: Incident, rules: Rules, workflow: str = "") -> dict[str, str]:
    """The labels that matchers of routes, silences and other rules see: its own alert's, and ours over them.

    Own labels are those of the alert behind the cause; where that does not show, of the symptom that began first.
    `Rules.alert_labels` are left to the alert.
    """
    own, component = _own_labels(incident), rules.components.get(incident.cause.component)
    seen = {
        **own,
        "owner": incident.owner.team,
        "owner.kind": incident.owner.kind.value,
        "cause.component": incident.cause.component,
        "cause.kind": component.kind.value if component else "",
        "cause.fault": incident.cause.fault,
        "severity": incident.severity.value,
        "scope": incident.scope,
        "incident": incident.id,
        "workflow": workflow,
    }
    for label in rules.alert_labels:
        seen[label] = own.get(label, "")
    return seen


def seen_by(incident: Incident, rules: Rules) -> list[dict[str, str]]:
    """The labels of an incident, one set a workflow that it hits: what matches one of them matches the incident."""
    first, *others = incident.workflows or ("",)
    known = labels(incident, rules, first)
    if "workflow" in rules.alert_labels:
        return [known]
    return [known, *({**known, "workflow": workflow} for workflow in others)]


def _own_labels(incident: Incident) -> Mapping[str, str]:
    cause = (incident.cause.component, incident.cause.fault)
    found: Headline | None = None
    for headline in incident.headlines:
        if (headline.component, headline.fault) == cause:
            return headline.labels
        if found is None or headline.started_at < found.started_at:
            found = headline
    return found.labels if found else {}


def _unnamed(node: RouteNode) -> str:
    return "the default route" if node.given.receiver or node.given.channel else "the owner's own channel"


def _places(node: RouteNode, owner: str, rules: Rules) -> list[Further]:
    """Where a route leads: one destination, or each channel of its receiver."""
    given = node.given
    if given.channel:
        return [Further(given.channel, owner, node)]
    receiver = rules.receivers.get(given.receiver) if given.receiver != OWNER else None
    team = receiver.team if receiver and receiver.team else owner
    channels = receiver.channels if receiver else ()
    return [Further(channel, team, node) for channel in channels or (channel_of(team, rules),)]


def _further(places: list[Further]) -> tuple[Further, ...]:
    """Every destination but the first, once."""
    first, *others = places
    found = {place.destination: place for place in reversed(others) if place.destination != first.destination}
    return tuple(reversed(found.values()))
