"""Contracts, overrides and obligations: can each of them ever decide, and does everybody outside one have an owner?"""

from collections.abc import Iterable
from datetime import date

from router.config.codes import Lint
from router.config.draft import Draft, OverrideDraft
from router.config.lint_references import known_team, workflow_lost
from router.config.node import Node, Place
from router.config.suggest import did_you_mean
from router.model.catalog import Team
from router.model.cycles import cycles
from router.model.fault import OwnerKind
from router.model.matcher import MatchOperator
from router.model.ownership import Contract, Obligation, fits


def check_ownership(draft: Draft, today: date | None = None) -> None:
    """Report contracts, overrides and obligations that decide nothing, or leave somebody without an owner."""
    _check_names(draft)
    for team in draft.teams.values():
        if team.contract is not None:
            _check_contract(team, team.contract, draft)
    _check_backups(draft)
    earlier: list[OverrideDraft] = []
    for placed in draft.overrides:
        _check_override(placed, earlier, draft, today)
        earlier.append(placed)
    for duty in draft.obligations.values():
        if ("obligation", duty.id) in draft.homes:
            _check_duty(duty, draft)
    _check_duty_teams(draft)
    commander = draft.teams.get(str(draft.settings.get("incident_commander", "")))
    if commander and not commander.channel and not draft.home("team", commander.id).damaged:
        message = f'team "{commander.id}" is the incident commander but has no channel'
        hint = "it is told in the triage desk's channel"
        draft.report.add(Lint.COMMANDER_NOT_TOLD, draft.home("team", commander.id).place, message, hint)


def _check_names(draft: Draft) -> None:
    """Teams that overrides, contracts, duties, workflows and router.yaml name."""
    for name, team in draft.teams.items():
        node = draft.home("team", name).node
        if team.backup:
            known_team(team.backup, node.at("backup"), f'team "{name}" is backed up by', draft)
        if team.contract and team.contract.fallback:
            place = node.at("contract", "fallback")
            known_team(team.contract.fallback, place, f'the contract of "{name}" falls back to', draft)
    for name, workflow in draft.workflows.items():
        node = draft.home("workflow", name).node
        for kind, owner in workflow.owners.items():
            known_team(owner, node.at("owners", kind.value), f'workflow "{name}" is owned by', draft)
    for placed in draft.overrides:
        place = placed.home.node.at("team")
        known_team(placed.override.team, place, f'override "{placed.override.name}" gives it to', draft)
    for name, duty in draft.obligations.items():
        if duty.team and ("obligation", name) in draft.homes:
            place = draft.home("obligation", name).node.at("team")
            known_team(duty.team, place, f'obligation "{name}" is for', draft)
    if commander := str(draft.settings.get("incident_commander", "")):
        place = draft.router.at("incident_commander")
        known_team(commander, place, "the incident commander is", draft)


def _check_contract(team: Team, contract: Contract, draft: Draft) -> None:
    home = draft.home("team", team.id)
    node = home.node.find("contract") or home.node
    if team.kind is not OwnerKind.PARTNER:
        message = f'team "{team.id}" has a contract but is of kind {team.kind.value}'
        draft.report.add(Lint.CONTRACT_OF_NO_PARTNER, node.place, message, "write kind: partner")
    _check_faults(node, f'the contract of "{team.id}"', draft)
    run = [c for c in draft.components.values() if c.owners.get(OwnerKind.PARTNER) == team.id]
    if not workflow_lost(draft):
        _check_components(node, f'the contract of "{team.id}"', (c.id for c in run), draft)
        inside = [c for c in run if not contract.components or contract.knows(c.id)]
        if not inside:
            message = f'the contract of "{team.id}" covers no component that names it as partner'
            draft.report.add(Lint.IDLE_CONTRACT, node.place, message, "name it under owners: {partner: …}")
        alone = sorted(c.id for c in run if set(c.owners) == {OwnerKind.PARTNER})
        stands_in = contract.fallback or team.backup or draft.default_owners.get(OwnerKind.PARTNER)
        bounded = contract.hours or contract.components or contract.faults
        if alone and bounded and not stands_in:
            message = f'outside the contract of "{team.id}" nobody stands in for {alone[0]}'
            draft.report.add(Lint.NO_FALLBACK, node.place, message, "add fallback: TEAM")
    for severity, seconds in contract.response_seconds.items():
        if seconds > contract.resolution_seconds.get(severity, seconds):
            message = f'"{team.id}" may respond to {severity.value} later than it must have resolved it'
            draft.report.add(Lint.RESPONSE_TOO_LATE, node.at("response", severity.value), message)
    _check_shared_channel(team, draft)


def _check_shared_channel(team: Team, draft: Draft) -> None:
    sharing = sorted(
        other.id
        for other in draft.teams.values()
        if other.id != team.id and team.channel and other.channel == team.channel
    )
    if sharing:
        message = f'"{team.id}" shares its channel with {", ".join(sharing)}'
        hint = "what is told there shows only what the contract allows, to both"
        draft.report.add(Lint.SHARED_CHANNEL, draft.home("team", team.id).node.at("channel"), message, hint)


def _check_backups(draft: Draft) -> None:
    """Report each round of back-ups once, at the alphabetically first team."""
    for walk in cycles({name: (draft.teams[name].backup,) for name in sorted(draft.teams)}):
        place = draft.home("team", walk[-1]).node.at("backup")
        draft.report.add(Lint.BACKUP_ROUND, place, f"back-ups go round: {' -> '.join((*walk, walk[0]))}")


def _check_override(
    placed: OverrideDraft, earlier: Iterable[OverrideDraft], draft: Draft, today: date | None
) -> None:
    override, node = placed.override, placed.home.node
    named = f'override "{override.name}"'
    _check_faults(node, named, draft)
    if override.starts and override.ends and override.ends <= override.starts:
        message = f"{named} is over before it begins"
        draft.report.add(Lint.NEVER_IN_FORCE, node.at("until"), message)
    elif override.ends and today and override.ends.date() < today:
        message = f"{named} is over since {override.ends:%Y-%m-%d}"
        draft.report.add(
            Lint.OVERRIDE_OVER, node.at("until"), message, "remove it; the catalog decides again"
        )
    for other in earlier:
        always = not (other.override.starts or other.override.ends or other.override.hours)
        takes = not other.override.faults and set(other.override.match) <= set(override.match)
        if always and takes and not other.home.damaged:
            line = other.home.place.line
            message = f'{named} is never reached: "{other.override.name}" in line {line} takes all of it'
            draft.report.add(Lint.UNREACHABLE_OVERRIDE, placed.home.place, message, "move it up")
            return
    for matcher in placed.matchers:
        asked = matcher.matcher
        if asked.label == "owner" and asked.operator is MatchOperator.EQUAL and asked.value == override.team:
            message = f"{named} gives {override.team} what it owns already"
            draft.report.add(Lint.IDLE_OVERRIDE, matcher.place, message)


def _check_duty(duty: Obligation, draft: Draft) -> None:
    node = draft.home("obligation", duty.id).node
    named = f'obligation "{duty.id}"'
    _check_faults(node, named, draft)
    if not workflow_lost(draft):
        _check_components(node, named, draft.components, draft)
    if duty.remind_seconds is not None and duty.within_seconds and duty.remind_seconds >= duty.within_seconds:
        message = f"{named} reminds before its time begins"
        draft.report.add(Lint.REMIND_TOO_EARLY, node.at("remind"), message, "make it shorter than within")


def _check_duty_teams(draft: Draft) -> None:
    """Report duties that nobody answers for."""
    if draft.default_owners.get(OwnerKind.RISK) or workflow_lost(draft) or "router.yaml" in draft.lost:
        return
    if any(OwnerKind.RISK in component.owners for component in draft.components.values()):
        return
    for name, duty in draft.obligations.items():
        if not duty.team:
            home = draft.homes.get(("obligation", name))
            place = home.place if home else Place("obligations.yaml")
            hint = "add team, or default_owners: {risk: …} in router.yaml"
            draft.report.add(Lint.DUTY_WITHOUT_TEAM, place, f'nobody answers for obligation "{name}"', hint)


def _check_faults(node: Node, named: str, draft: Draft) -> None:
    if "router.yaml" in draft.lost:
        return
    for pattern, place in node.texts("faults"):
        if not any(fits(pattern, fault) for fault in draft.faults):
            hint = did_you_mean(pattern, draft.faults)
            draft.report.add(Lint.FITS_NO_FAULT, place, f'"{pattern}" in {named} is no fault', hint)


def _check_components(node: Node, named: str, components: Iterable[str], draft: Draft) -> None:
    known = tuple(components)
    for pattern, place in node.texts("components"):
        if not any(fits(pattern, component) for component in known):
            hint = did_you_mean(pattern, draft.components)
            message = f'"{pattern}" in {named} is no component of it'
            draft.report.add(Lint.FITS_NO_COMPONENT, place, message, hint)
