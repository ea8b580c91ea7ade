"""What will the defaults do? Sentences for `router check --verbose`, for everything the rules leave out."""

from collections.abc import Iterator

from router.config.durations import write_duration
from router.config.ownership import unowned
from router.model.catalog import Dependency
from router.model.fault import FAULTS, OwnerKind
from router.model.rules import Rules, Settings

_EFFECTS = {
    "settle_seconds": "an incident is told {} after it opened, so that causes that report late can arrive",
    "critical_settle_seconds": "a critical incident is told after {}",
    "hold_seconds": "what looks like an alert that fires anyway is told after {} all the same",
    "critical_hold_seconds": "if it is critical, after {}",
    "reopen_seconds": "an alert of a resolved incident within {} opens it again",
    "escalate_after_seconds": "an incident that nobody acknowledged for {} goes one team further",
    "update_interval_seconds": "a message is refreshed at most every {}",
    "repeat_interval_seconds": "what was told and still burns is told again after {}",
    "alert_timeout_seconds": "an alert not heard of for {} counts as resolved",
    "lateness_seconds": "events may be {} late",
    "skew_seconds": "a sender's clock may be {} ahead",
    "change_window_seconds": "a change counts as evidence for {}",
    "confidence_threshold": "below a confidence of {} in the cause the triage desk decides",
    "max_handovers": "handed over {} times, an incident is moved no more by evidence, and by people to the incident"
    " commander",
}


def explain_defaults(rules: Rules) -> tuple[str, ...]:
    """One sentence for every default that decides something under these rules."""
    return (
        *_settings(rules.settings),
        *_owners(rules),
        *_teams(rules),
        *_routes(rules),
        *_scopes(rules),
        *_delays(rules),
        *_sources(rules),
        *_runbooks(rules),
    )


def _settings(settings: Settings) -> Iterator[str]:
    for name, effect in _EFFECTS.items():
        value = getattr(settings, name)
        if value == Settings.model_fields[name].default:
            told = write_duration(value) if name.endswith("_seconds") else f"{value:g}"
            yield f"{name.removesuffix('_seconds')}: {effect.format(told)}"


def _owners(rules: Rules) -> Iterator[str]:
    faults = [*FAULTS.values(), *rules.own_faults.values()]
    left: dict[OwnerKind, list[str]] = {}
    for component in rules.components.values():
        for kind in unowned(component, rules.workflows.get(component.workflow), faults):
            left.setdefault(kind, []).append(component.id)
    for kind, components in sorted(left.items()):
        team = rules.settings.default_owners.get(kind) or f"the triage desk, {rules.settings.triage_team},"
        yield f"owners: {team} gets {kind.value} faults of {_listed(components)}, which name nobody for them"


def _teams(rules: Rules) -> Iterator[str]:
    triage = rules.teams[rules.settings.triage_team]
    silent = [team.id for team in rules.teams.values() if not team.channel]
    if silent:
        yield f"channel: {_listed(silent)} are told in {triage.channel}, the triage desk's channel"
    last = [team.id for team in rules.teams.values() if not team.escalates_to and not team.policy]
    if last:
        yield f"escalates_to: after {_listed(last)} nobody else is told"


def _routes(rules: Rules) -> Iterator[str]:
    others = "that no route matches " if rules.routes else ""
    if not any(not route.match for route in rules.routes):
        default = rules.default_route.receiver or rules.default_route.channel
        where = f"by the default route, {default}" if default else "in its owner's own channel"
        yield f"routes: an incident {others}is told {where}"


def _scopes(rules: Rules) -> Iterator[str]:
    scopes: dict[str, list[str]] = {}
    for workflow in rules.workflows.values():
        scopes.setdefault(workflow.scope, []).append(workflow.id)
    for scope, workflows in sorted(scopes.items()):
        if len(workflows) > 1:
            yield f"scope: {_listed(workflows)} are connected, so they are correlated together, as {scope}"


def _delays(rules: Rules) -> Iterator[str]:
    usual = Dependency(upstream="any")
    span = (usual.soonest_seconds, usual.latest_seconds)
    edges = [edge for component in rules.components.values() for edge in component.depends_on]
    short = sum((edge.soonest_seconds, edge.latest_seconds) == span for edge in edges)
    if short:
        latest = write_duration(usual.latest_seconds)
        yield f"depends_on: along {short} of {len(edges)} edges a failure shows within {latest}"


def _sources(rules: Rules) -> Iterator[str]:
    for source in rules.sources.values():
        if not source.namespace:
            yield f"namespace: source {source.name} finds components by their known_as under {source.format}"


def _runbooks(rules: Rules) -> Iterator[str]:
    shipped = sum(runbook.file.startswith("shipped/") for runbook in rules.runbooks.values())
    if shipped:
        yield f"runbooks: {shipped} that ship with the router are attached where they fit"


def _listed(names: list[str], most: int = 5) -> str:
    """The names in order, cut to a length that people read."""
    names = sorted(names)
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
