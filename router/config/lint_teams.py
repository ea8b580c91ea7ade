"""Can every team be told, and does every escalation end?"""

from router.config.codes import Lint
from router.config.draft import Draft, RouteDraft
from router.config.route_box import Box, Space, catches_all
from router.model.cycles import cycles
from router.model.route import Route


def check_teams(draft: Draft) -> None:
    """Report a missing triage desk, teams that nobody can tell, and escalations that go round."""
    _check_triage(draft)
    for name, team in draft.teams.items():
        home = draft.home("team", name)
        if not team.channel and not home.damaged and name != draft.triage and not _routed(name, draft):
            message = f'team "{name}" has no channel and no route takes all of its incidents to one'
            draft.report.add(Lint.NO_CHANNEL, home.place, message, "it is told in the triage desk's channel")
    _check_escalation(draft)


def _check_triage(draft: Draft) -> None:
    if not draft.triage:
        if "router.yaml" not in draft.lost and not draft.router.entry("triage"):
            message = "router.yaml names no triage desk"
            draft.report.add(Lint.NO_TRIAGE, draft.router.place, message, "add triage: TEAM")
        return
    team = draft.teams.get(draft.triage)
    if team and not team.channel and not draft.home("team", team.id).damaged:
        home = draft.home("team", team.id)
        message = f'team "{team.id}" is the triage desk but has no channel'
        draft.report.add(Lint.TRIAGE_NOT_TOLD, home.place, message, 'add channel: "#name"')


def _routed(name: str, draft: Draft) -> bool:
    """Whether routes lead everything of this team to a channel, whatever else is true of an incident."""
    owned: Box = {"owner": frozenset({name}), "owner.kind": frozenset({draft.teams[name].kind.value})}
    space, default = Space(draft), _leads(draft.default_route, False, draft)
    for placed in draft.routes:
        box = space.outright(placed.route.match)
        always = _always_leads(placed, default, draft)
        if catches_all(box, owned):
            return always
        touches = all(not (label in box and box[label].isdisjoint(owned[label])) for label in owned)
        if touches and not always:
            return False
    return default


def _always_leads(placed: RouteDraft, above: bool, draft: Draft) -> bool:
    """Whether a route and everything below it lead to a channel; `above`: the route above does."""
    leads = _leads(placed.route, above, draft)
    return leads and all(_always_leads(below, leads, draft) for below in placed.below)


def _leads(route: Route, above: bool, draft: Draft) -> bool:
    if not route.receiver:
        return bool(route.channel) or above
    receiver = draft.receivers.get(route.receiver)
    team = draft.teams.get(receiver.team) if receiver else None
    return bool(receiver and receiver.channels) or bool(team and team.channel)


def _check_escalation(draft: Draft) -> None:
    """Report each cycle once, at the escalation that closes it from the alphabetically first team."""
    for walk in cycles({name: (draft.teams[name].escalates_to,) for name in sorted(draft.teams)}):
        message = f"escalation cycle {' -> '.join((*walk, walk[0]))}"
        place = draft.home("team", walk[-1]).node.at("escalates_to")
        draft.report.add(Lint.ESCALATION_CYCLE, place, message, "let the last team escalate to nobody")
