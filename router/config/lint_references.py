"""Does everything that is named exist? Teams, components and faults, wherever they are named."""

from collections.abc import Collection

from router.config.codes import Lint
from router.config.draft import Draft
from router.config.node import Place
from router.config.suggest import did_you_mean
from router.model.event import ChangeKind


def check_references(draft: Draft) -> None:
    """Report every name of a team, component or fault that nothing declares."""
    _check_settings(draft)
    for name, team in draft.teams.items():
        home = draft.home("team", name)
        if team.escalates_to:
            known_team(team.escalates_to, home.node.at("escalates_to"), f'team "{name}" escalates to', draft)
    for name, workflow in draft.workflows.items():
        home = draft.home("workflow", name)
        if workflow.business_owner:
            place = home.node.at("business_owner")
            known_team(workflow.business_owner, place, f'workflow "{name}" is owned by', draft)
    for name, component in draft.components.items():
        node = draft.home("component", name).node
        for kind, owner in component.owners.items():
            known_team(owner, node.at("owners", kind.value), f'component "{name}" is owned by', draft)
        for edge in component.depends_on:
            _known_dependency(name, edge.upstream, node.key_at("depends_on", edge.upstream), draft)
    _check_sources(draft)


def _check_settings(draft: Draft) -> None:
    if draft.triage:
        known_team(draft.triage, draft.router.at("triage"), "triage desk is", draft)
    for kind, team in draft.default_owners.items():
        place = draft.router.at("default_owners", kind.value)
        known_team(team, place, f"default owner for {kind.value} is", draft)
    for name in draft.own_faults:
        for cause, place in draft.home("fault", name).node.texts("upstream"):
            if cause not in draft.faults and cause not in _CHANGES:
                _report_fault(
                    cause, place, f'own fault "{name}" is caused by', (*draft.faults, *_CHANGES), draft
                )


_CHANGES = tuple(f"change.{kind.value}" for kind in ChangeKind)


def known_team(team: str, place: Place, saying: str, draft: Draft) -> None:
    """Report the team unless teams.yaml declares it (or could not be read)."""
    if team not in draft.teams and "teams.yaml" not in draft.lost:
        message = f'{saying} unknown team "{team}"'
        draft.report.add(Lint.UNKNOWN_TEAM, place, message, did_you_mean(team, draft.teams))


def _known_dependency(name: str, upstream: str, place: Place, draft: Draft) -> None:
    if ("component", upstream) not in draft.homes and not workflow_lost(draft):
        message = f'component "{name}" depends on unknown "{upstream}"'
        draft.report.add(Lint.UNKNOWN_DEPENDENCY, place, message, did_you_mean(upstream, draft.components))


def workflow_lost(draft: Draft) -> bool:
    """Whether a workflow could not be read, so that unknown components may be declared there."""
    return any(file.startswith("workflows/") for file in draft.lost)


def known_component(component: str, place: Place, saying: str, draft: Draft) -> None:
    """Report the component unless a workflow declares it (or could not be read)."""
    if component not in draft.components and not workflow_lost(draft):
        message = f'{saying} unknown component "{component}"'
        draft.report.add(Lint.UNKNOWN_COMPONENT, place, message, did_you_mean(component, draft.components))


def known_workflow(workflow: str, place: Place, saying: str, draft: Draft) -> None:
    """Report the workflow unless a file declares it (or could not be read)."""
    if workflow not in draft.workflows and not workflow_lost(draft):
        message = f'{saying} unknown workflow "{workflow}"'
        draft.report.add(Lint.UNKNOWN_WORKFLOW, place, message, did_you_mean(workflow, draft.workflows))


def known_fault(fault: str, place: Place, saying: str, draft: Draft, code: Lint = Lint.UNKNOWN_FAULT) -> None:
    """Report the fault unless the taxonomy has it or router.yaml declares it (or could not be read)."""
    if fault not in draft.faults:
        _report_fault(fault, place, saying, draft.faults, draft, code)


def _report_fault(
    fault: str,
    place: Place,
    saying: str,
    known: Collection[str],
    draft: Draft,
    code: Lint = Lint.UNKNOWN_FAULT,
) -> None:
    if fault.startswith("x.") and "router.yaml" in draft.lost:
        return
    draft.report.add(code, place, f'{saying} unknown fault "{fault}"', did_you_mean(fault, known))


def _check_sources(draft: Draft) -> None:
    for name, source in draft.sources.items():
        node = draft.home("source", name).node
        if source.default_fault:
            place = node.at("default_fault")
            known_fault(source.default_fault, place, f'source "{name}" falls back to', draft)
        for pattern, fault in source.faults.items():
            known_fault(fault, node.at("faults", pattern), f'source "{name}" maps "{pattern}" to', draft)
