"""Does every step of an escalation exist and reach somebody, and is every policy used?"""

from collections.abc import Iterator

from router.config.codes import Lint
from router.config.draft import Draft, RouteDraft
from router.config.lint_references import known_team
from router.config.node import Node, Place
from router.config.suggest import did_you_mean
from router.model.escalation import Notify, Policy, Repeat, Wait, Whom
from router.model.rules import Settings


def check_policies(draft: Draft) -> None:
    """Report unknown names in policies, policies that tell nobody or go round at once, and who names which."""
    named = set(_named(draft))
    for name, policy in draft.policies.items():
        home = draft.home("policy", name)
        steps = home.node.items("steps")
        for step in steps:
            _check_names(step, name, draft)
        if not home.damaged and len(policy.steps) == len(steps):
            _check_steps(policy, steps, draft)
            _check_acknowledgement(policy, home.node, draft)
        if name not in named:
            draft.report.add(Lint.IDLE_POLICY, home.place, f'no team and no route has policy "{name}"')


def _named(draft: Draft) -> Iterator[str]:
    """Every policy that a team or a route names; unknown ones are reported."""
    for name, team in draft.teams.items():
        if team.policy:
            _known(team.policy, draft.home("team", name).node.at("policy"), f'team "{name}"', draft)
            yield team.policy
    if draft.default_route.policy:
        _known(draft.default_route.policy, draft.routing.at("default", "policy"), "the default route", draft)
        yield draft.default_route.policy
    for placed in _walk(draft.routes):
        if placed.route.policy:
            saying = f'route "{placed.route.name}"'
            _known(placed.route.policy, placed.home.node.at("policy"), saying, draft)
            yield placed.route.policy


def _walk(routes: "list[RouteDraft] | tuple[RouteDraft, ...]") -> Iterator[RouteDraft]:
    for placed in routes:
        yield placed
        yield from _walk(placed.below)


def _known(policy: str, place: Place, saying: str, draft: Draft) -> None:
    if ("policy", policy) not in draft.homes and "policies.yaml" not in draft.lost:
        message = f'{saying} has unknown policy "{policy}"'
        draft.report.add(Lint.UNKNOWN_POLICY, place, message, did_you_mean(policy, draft.policies))


def _check_names(step: Node, policy: str, draft: Draft) -> None:
    """Report teams, schedules, persons and runbooks that nothing declares."""
    saying = f'policy "{policy}" notifies'
    for team, place in step.texts("notify", "team"):
        known_team(team, place, saying, draft)
    for schedule, place in step.texts("notify", "on_call"):
        if ("schedule", schedule) not in draft.homes and "schedules.yaml" not in draft.lost:
            message = f'{saying} unknown schedule "{schedule}"'
            hint = did_you_mean(schedule, draft.schedules)
            draft.report.add(Lint.UNKNOWN_SCHEDULE, place, message, hint)
    members = {member for team in draft.teams.values() for member in team.members}
    for person, place in step.texts("notify", "people"):
        if person not in members and "teams.yaml" not in draft.lost:
            message = f'"{person}" is notified by policy "{policy}" but in no team'
            draft.report.add(Lint.STRANGER_ON_CALL, place, message)
    for runbook, place in step.texts("propose", "runbook"):
        if runbook not in draft.runbooks:
            message = f'policy "{policy}" proposes by unknown runbook "{runbook}"'
            draft.report.add(Lint.UNKNOWN_RUNBOOK, place, message, did_you_mean(runbook, draft.runbooks))


def _check_steps(policy: Policy, nodes: tuple[Node, ...], draft: Draft) -> None:
    """Report a policy that tells nobody, one that goes round at once, and steps that reach nobody of their own."""
    home = draft.home("policy", policy.id)
    if not any(isinstance(step, Notify) for step in policy.steps):
        draft.report.add(Lint.TELLS_NOBODY, home.place, f'policy "{policy.id}" notifies nobody')
    for number, step in enumerate(policy.steps):
        if isinstance(step, Repeat) and not any(isinstance(s, Wait) for s in policy.steps[:number]):
            message = f'policy "{policy.id}" repeats its steps without a wait between'
            draft.report.add(Lint.REPEAT_AT_ONCE, nodes[number].key_at("repeat"), message)
        if isinstance(step, Notify):
            _check_reach(policy, step, nodes[number].at("notify"), draft)


def _check_reach(policy: Policy, step: Notify, place: Place, draft: Draft) -> None:
    """Report a step that needs what no team names that has this policy; a route may lend it to every team."""
    if "teams.yaml" in draft.lost:
        return
    holders = [team for team in draft.teams.values() if team.policy == policy.id]
    if step.whom is Whom.BACKUP:
        lacking = [team.id for team in holders if not team.backup]
        missing = "backup"
    elif step.whom is Whom.ON_CALL and not step.names:
        lacking = [team.id for team in holders if not team.schedule]
        missing = "schedule"
    elif step.whom is Whom.MANAGER:
        owners = dict.fromkeys(flow.business_owner for flow in draft.workflows.values())
        lacking = [name for name in owners if name in draft.teams and not draft.teams[name].manager]
        missing = "manager"
    else:
        return
    if lacking:
        message = (
            f'a step of policy "{policy.id}" asks for the {missing} of {", ".join(lacking)}: none is named'
        )
        draft.report.add(Lint.STEP_REACHES_NOBODY, place, message)


def _check_acknowledgement(policy: Policy, node: Node, draft: Draft) -> None:
    """Report a reminder that would come with the acknowledgement itself."""
    settings = Settings.model_fields
    both = []
    for name, own in (
        ("ack_timeout_seconds", policy.ack_timeout_seconds),
        ("ack_reminder_seconds", policy.ack_reminder_seconds),
    ):
        both.append(draft.settings.get(name, settings[name].default) if own is None else own)
    if node.entry("ack_timeout") or node.entry("ack_reminder"):
        _check_order(both[0], both[1], node, f'policy "{policy.id}"', draft)


def check_acknowledgement_of_settings(draft: Draft) -> None:
    """The same for router.yaml."""
    if draft.router.entry("ack_timeout") or draft.router.entry("ack_reminder"):
        names = ("ack_timeout_seconds", "ack_reminder_seconds")
        both = [draft.settings.get(name, Settings.model_fields[name].default) for name in names]
        _check_order(both[0], both[1], draft.router, "router.yaml", draft)


def _check_order(timeout: int, reminder: int, node: Node, where: str, draft: Draft) -> None:
    if timeout and reminder >= timeout:
        key = "ack_reminder" if node.entry("ack_reminder") else "ack_timeout"
        message = f"{where} reminds as early as somebody acknowledges"
        draft.report.add(Lint.REMINDER_TOO_EARLY, node.key_at(key), message)
