"""A plan as the files an operator would write, comments included. The same plan gives the same bytes."""

import json
import re
from collections.abc import Iterator

from router.config.durations import write_duration
from router.config.teams import is_channel
from router.config.yaml_reader import MAX_BYTES
from router.importing.plan import TRIAGE, Edge, Plan, Planned, PlannedTeam, PlannedWorkflow
from router.model.fault import OwnerKind
from router.render.escape import clean

FILE_BYTES = MAX_BYTES * 3 // 4
"""A workflow file stays below what a rules file may have, with room for what an operator adds."""

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9._/-]*")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def files_of(plan: Plan, command: str) -> dict[str, str]:
    """File name -> content of a new rules folder; `command` stands in the first comment of each."""
    made = f"# Made by `{clean(command)}`."
    return {
        "router.yaml": _router(plan, made),
        "teams.yaml": _teams(plan, made),
        **({"sources.yaml": _sources(plan, made)} if plan.format else {}),
        **workflow_files(plan, command),
    }


def workflow_files(plan: Plan, command: str) -> dict[str, str]:
    """File name -> content of the workflows alone."""
    made = f"# Made by `{clean(command)}`."
    taken = {workflow.id for workflow in plan.workflows}
    found: dict[str, str] = {}
    for workflow in plan.workflows:
        for number, part in enumerate(_parts(workflow)):
            name = workflow.id
            while number and (name == workflow.id or name in taken):
                number += 1
                name = f"{workflow.id}-part{number}"
            taken.add(name)
            found[f"workflows/{name}.yaml"] = _workflow(workflow, name, part, made)
    return found


def scalar(text: str) -> str:
    """The text as YAML: plain where nothing could take it for anything else, else in double quotes."""
    text = clean(text)
    if _PLAIN.fullmatch(text) and text.casefold() not in _WORDS:
        return text
    return json.dumps(text, ensure_ascii=False)


def _router(plan: Plan, made: str) -> str:
    kinds = ", ".join(f"{kind.value}: {TRIAGE}" for kind in OwnerKind)
    company = f"company: {scalar(plan.company)}\n" if clean(plan.company) else '# TODO company: "Name"\n'
    return (
        f"{made}\n{company}triage: {TRIAGE}\n"
        "# TODO: what has no owner goes to the triage desk; name who answers for each kind of fault instead.\n"
        f"default_owners: {{{kinds}}}\n"
    )


def _teams(plan: Plan, made: str) -> str:
    lines = [
        made,
        "teams:",
        f"  {TRIAGE}:",
        "    kind: it",
        '    name: "Triage desk (TODO: name the people who decide what nobody owns)"',
        '    channel: "#incident-triage"   # TODO: a channel that you have',
    ]
    for team in plan.teams:
        lines += _team(team)
    return "\n".join(lines) + "\n"


def _team(team: PlannedTeam) -> Iterator[str]:
    owner = team.owner
    yield f"  {scalar(team.id)}:"
    if owner.person:
        yield "    # TODO: reads like a person; name the team that is accountable"
    yield f"    kind: {team.kind.value}"
    title = clean(owner.title) or clean(owner.name)
    if title and title != team.id:
        yield f"    name: {scalar(title)}"
    channel = owner.channel if owner.channel.startswith(("#", "C", "G")) else f"#{owner.channel}"
    if is_channel(channel):
        yield f"    channel: {json.dumps(channel, ensure_ascii=False)}"
    else:
        yield '    # TODO channel: "#name"'
    members = [scalar(member) for member in owner.members if _EMAIL.fullmatch(member)]
    if members:
        yield f"    members: [{', '.join(members)}]"


def _sources(plan: Plan, made: str) -> str:
    topic = {"dbt": "dbt.run-results", "openlineage": "openlineage.events"}.get(plan.format, plan.format)
    return (
        f"{made}\nsources:\n  {plan.format}:\n"
        f"    topics: [{topic}]   # TODO: the topic that has these events\n"
        f"    format: {plan.format}\n"
    )


def _parts(workflow: PlannedWorkflow) -> Iterator[list[str]]:
    """The components as text, in as many parts as files are needed."""
    part: list[str] = []
    size = 0
    for component in workflow.components:
        text = "\n".join(_component(component))
        length = len(text.encode()) + 1
        if part and size + length > FILE_BYTES:
            yield part
            part, size = [], 0
        part.append(text)
        size += length
    if part:
        yield part


def _workflow(workflow: PlannedWorkflow, name: str, part: list[str], made: str) -> str:
    lines = [made, "# TODO: a workflow is a business process; split or rename it as your business sees it."]
    lines += [f"workflow: {scalar(name)}"]
    if clean(workflow.title):
        lines += [f"name: {scalar(workflow.title)}"]
    owner = f"business_owner: {scalar(workflow.business_owner)}"
    lines += [
        owner if workflow.business_owner else "# TODO business_owner: the team that answers for its outcome"
    ]
    return "\n".join([*lines, "components:", *part]) + "\n"


def _component(component: Planned) -> Iterator[str]:
    yield f"  {scalar(component.id)}:"
    yield f"    kind: {component.kind.value}"
    if clean(component.title):
        yield f"    name: {scalar(component.title)}"
    if component.unowned:
        yield f"    # TODO owners: {component.unowned}"
    else:
        owners = ", ".join(f"{kind.value}: {scalar(team)}" for kind, team in component.owners.items())
        yield f"    owners: {{{owners}}}"
    if component.known_as:
        yield "    known_as:"
        for space, names in component.known_as.items():
            yield f"      {scalar(space)}: [{', '.join(_quoted(name) for name in names)}]"
    if component.edges:
        yield "    depends_on:"
        yield from map(_edge, component.edges)


def _quoted(name: str) -> str:
    return json.dumps(clean(name), ensure_ascii=False)


def _edge(edge: Edge) -> str:
    delay = f"{write_duration(edge.delay.soonest_seconds)}..{write_duration(edge.delay.latest_seconds)}"
    if edge.feedback:
        delay = f"{{delay: {delay}, feedback: true}}"
        return f"      {scalar(edge.upstream)}: {delay}   # closes a cycle; {clean(edge.delay.why)}"
    return f"      {scalar(edge.upstream)}: {delay}   # {clean(edge.delay.why)}"
