"""Opsgenie's services, teams, escalations and schedules, as its REST API answers them.

https://docs.opsgenie.com/docs/service-api, /team-api, /escalation-api, /schedule-api: GET /v1/services, /v2/teams (a
team alone has its members, too), /v2/escalations, /v2/schedules. Each file is one answer: what it lists is under
`data`, and is told apart by its fields.
"""

from collections.abc import Iterator, Sequence

from router.importing.description import MAX_THINGS, CannotImport, Description, Given, OwnerName
from router.importing.document import Document, mapping, parse_json, sequence, text
from router.importing.on_call import OnCall, Service, in_order


def describe(files: Sequence[Given], runs: Sequence[Given]) -> Description:
    """The services in these files. Raises CannotImport."""
    if runs:
        raise CannotImport(runs[0].name, "Opsgenie has no run history", "leave --runs out")
    export = OnCall("opsgenie")
    teams: dict[str, Document] = {}
    for given in files:
        found = list(_listed(given))
        if not any(_kind(one) for one in found):
            do = "give GET /v1/services, /v2/teams, /v2/escalations or /v2/schedules"
            raise CannotImport(given.name, "no answer of Opsgenie's API", do)
        if "next" in mapping(mapping(parse_json(given, "an answer of Opsgenie's API")), "paging"):
            export.left_out[given.name] = "it is one page of several: fetch the others, and give them as well"
        for one in found:
            _add(one, export, teams)
    if len(export.services) > MAX_THINGS:
        raise CannotImport(files[0].name, f"more than {MAX_THINGS:,} services", "import a part of them")
    for name, team in teams.items():
        members = [
            text(mapping(one, "user"), "username") for one in map(mapping, sequence(team.get("members")))
        ]
        emails = sorted(member for member in members if "@" in member)
        export.teams[name] = OwnerName(text(team, "name"), tuple(emails))
    return export.description()


def _listed(given: Given) -> Iterator[Document]:
    value = parse_json(given, "an answer of Opsgenie's API")
    data = value if isinstance(value, list) else mapping(value).get("data")
    yield from map(mapping, data if isinstance(data, list) else [data])


def _kind(one: Document) -> str:
    """What it is, by the fields that only such a thing has."""
    if not text(one, "id") or not text(one, "name"):
        return ""
    if "teamId" in one:
        return "service"
    if "rules" in one:
        return "escalation"
    return "schedule" if "timezone" in one else "team"


def _add(one: Document, export: OnCall, teams: dict[str, Document]) -> None:
    name = text(one, "name")
    match _kind(one):
        case "service":
            service = Service(text(one, "id"), name, teams=(text(one, "teamId"),))
            if all(known.id != service.id for known in export.services):
                export.services.append(service)
        case "escalation":
            export.policies[name] = in_order(list(_rules(one)))
            _owner_team(one, teams)
        case "schedule":
            enabled = "" if one.get("enabled") is not False else ", disabled"
            export.schedules[name] = f"{text(one, 'timezone')}{enabled}"
            _owner_team(one, teams)
        case "team":
            known = teams.get(text(one, "id"), {})
            teams[text(one, "id")] = one if one.get("members") or not known else known


def _owner_team(one: Document, teams: dict[str, Document]) -> None:
    """The team that an escalation or schedule belongs to is known by name, if by nothing else."""
    owner = mapping(one, "ownerTeam")
    if text(owner, "id") and text(owner, "name"):
        teams.setdefault(text(owner, "id"), owner)


def _rules(escalation: Document) -> Iterator[str]:
    """`schedule Payments after 5 minutes if not acked`; the rules in order, and how often they come again."""
    for rule in map(mapping, sequence(escalation.get("rules"))):
        recipient, delay = mapping(rule, "recipient"), mapping(rule, "delay")
        amount, unit = delay.get("timeAmount", 0), text(delay, "timeUnit") or "minutes"
        whom = f"{text(recipient, 'type')} {text(recipient, 'name', 'username', 'id')}"
        condition = text(rule, "condition").replace("-", " ")
        yield " ".join(part for part in (whom, f"after {amount} {unit}", condition) if part)
    repeat = mapping(escalation, "repeat")
    if repeat.get("count"):
        yield f"again {repeat['count']} times after {repeat.get('waitInterval', 0)} minutes"
