"""PagerDuty's services, teams, escalation policies, schedules and users, as its REST API (v2) answers them.

https://developer.pagerduty.com/api-reference: GET /services?include[]=teams, /teams, /escalation_policies, /schedules,
/users, and /teams/{id}/members as `members`. Each file is one answer; a file may hold several under their names.
"""

from collections.abc import Iterator, Sequence

from router.importing.description import MAX_THINGS, CannotImport, Description, Given, OwnerName
from router.importing.document import Document, mapping, parse_json, sequence, text
from router.importing.on_call import OnCall, Service, in_order

_ANSWERS = ("services", "teams", "escalation_policies", "schedules", "users")


def describe(files: Sequence[Given], runs: Sequence[Given]) -> Description:
    """The services in these files. Raises CannotImport."""
    if runs:
        raise CannotImport(runs[0].name, "PagerDuty has no run history", "leave --runs out")
    found: dict[str, dict[str, Document]] = {answer: {} for answer in _ANSWERS}
    more = list[str]()
    for given in files:
        value = mapping(parse_json(given, "an answer of PagerDuty's API"))
        if not any(answer in value for answer in _ANSWERS):
            raise CannotImport(
                given.name, "no answer of PagerDuty's API", f"give GET /{', /'.join(_ANSWERS)}"
            )
        if value.get("more") is True:
            more.append(given.name)
        for answer in _ANSWERS:
            for one in map(mapping, sequence(value.get(answer))):
                if text(one, "id"):
                    found[answer].setdefault(text(one, "id"), one)
    if len(found["services"]) > MAX_THINGS:
        raise CannotImport(files[0].name, f"more than {MAX_THINGS:,} services", "import a part of them")
    return _Export(found, more).description()


class _Export:
    """All answers together: they refer to each other by id."""

    def __init__(self, found: dict[str, dict[str, Document]], more: Sequence[str]) -> None:
        self._users, self._policies = found["users"], found["escalation_policies"]
        self.export = OnCall("pagerduty")
        for name in more:
            self.export.left_out[name] = (
                "it is one page of several: fetch the others, with offset, and give them as well"
            )
        for team in found["teams"].values():
            self._team(team)
        for service in found["services"].values():
            self._service(service)
        for policy in self._policies.values():
            self.export.policies[_name(policy)] = in_order(list(self._rules(policy)))
        for schedule in found["schedules"].values():
            zone = text(schedule, "time_zone")
            self.export.schedules[_name(schedule)] = ", ".join(
                part
                for part in (zone, *(_name(mapping(user)) for user in sequence(schedule.get("users"))))
                if part
            )

    def description(self) -> Description:
        return self.export.description()

    def _team(self, team: Document) -> None:
        members = [
            email
            for user in self._users.values()
            if any(text(mapping(one), "id") == text(team, "id") for one in sequence(user.get("teams")))
            and "@" in (email := text(user, "email"))
        ]
        self.export.teams[text(team, "id")] = OwnerName(_name(team), tuple(sorted(members)))

    def _service(self, service: Document) -> None:
        """A disabled service is left out; its team is its own, else its escalation policy's, else that policy."""
        if text(service, "status") == "disabled":
            self.export.left_out[_name(service)] = "the service is disabled"
            return
        teams = [mapping(team) for team in sequence(service.get("teams"))]
        policy = mapping(service, "escalation_policy")
        policy = self._policies.get(text(policy, "id"), policy)
        teams = teams or [mapping(team) for team in sequence(policy.get("teams"))]
        if not teams and _name(policy):
            self.export.teams.setdefault(text(policy, "id"), OwnerName(_name(policy)))
            teams = [policy]
        for team in teams:
            if text(team, "id") not in self.export.teams and _name(team):
                self._team(team)
        self.export.services.append(
            Service(text(service, "id"), _name(service), teams=tuple(text(team, "id") for team in teams))
        )

    def _rules(self, policy: Document) -> Iterator[str]:
        """`schedule Payments primary for 30 min`; the policy's rules in order, and how often they come again."""
        for rule in map(mapping, sequence(policy.get("escalation_rules"))):
            targets = [
                f"{text(one, 'type').removesuffix('_reference')} {_name(one) or text(one, 'id')}"
                for one in map(mapping, sequence(rule.get("targets")))
            ]
            minutes = rule.get("escalation_delay_in_minutes")
            yield f"{' and '.join(targets)} for {minutes} min"
        loops = policy.get("num_loops")
        if isinstance(loops, int) and loops:
            yield f"again {loops} times"


def _name(thing: Document) -> str:
    return text(thing, "name", "summary")
