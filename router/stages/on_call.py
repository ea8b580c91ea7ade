"""Whom does a step reach, now? Persons, teams and channels; and who stands in where there is nobody.

Nobody is ever silently skipped: where a schedule has a gap, a name is unknown or a team names nobody, the schedule's
fallback, the backup team, the team's own channel or the triage desk is told instead, with that reason.
"""

from typing import NamedTuple

from router.model.escalation import Notify, Whom
from router.model.incident import Incident
from router.model.rules import Rules
from router.model.shifts import on_call
from router.model.value import Moment


class Target(NamedTuple):
    """One to be told: for which team, and a person directly, a channel, or ("" both) the team's own channel.

    `mentioned` are persons whom the message there names; `why` says as what it is told.
    """

    team: str
    why: str
    person: str = ""
    channel: str = ""
    mentioned: tuple[str, ...] = ()


class Reach(NamedTuple):
    """Everybody whom a step reaches, never nobody, and the reasons for which somebody stands in."""

    targets: tuple[Target, ...]
    instead: tuple[str, ...]


def reach(step: Notify, incident: Incident, rules: Rules, now: Moment, turn: int = 0) -> Reach:
    """Whom the step reaches; `turn` is how often it was taken before, for those who take turns."""
    owner = incident.owner.team
    match step.whom:
        case Whom.TEAM:
            return _joined([_team(name, owner, rules) for name in step.names])
        case Whom.ON_CALL:
            names = step.names or (rules.teams[owner].schedule,)
            return _joined([_on_call(name, step, owner, rules, now) for name in names])
        case Whom.PEOPLE:
            people = step.names
            if step.takes_turns:
                people = (people[turn % len(people)],)
            return Reach(_persons(people, owner, step, "named by the policy", rules), ())
        case Whom.CHANNEL:
            return Reach(tuple(Target(owner, "channel of the policy", channel=c) for c in step.names), ())
        case Whom.OWNER:
            return Reach((Target(owner, "the owner"),), ())
        case Whom.BACKUP:
            return _backup(owner, rules)
        case Whom.MANAGER:
            return _managers(incident, step, rules)


def _joined(parts: list[Reach]) -> Reach:
    targets = tuple(dict.fromkeys(target for part in parts for target in part.targets))
    return Reach(targets, tuple(reason for part in parts for reason in part.instead))


def _persons(people: tuple[str, ...], team: str, step: Notify, why: str, rules: Rules) -> tuple[Target, ...]:
    """Each person directly, as somebody of their team, or all of them named in the channel of `team`."""
    if step.mention:
        return (Target(team, why, mentioned=people),)
    return tuple(Target(_team_of(person, team, rules), why, person=person) for person in people)


def _team_of(person: str, team: str, rules: Rules) -> str:
    """The team for which a person is told: this one, or where only others list them, the first of those.

    It decides what a person may see: one of a partner is told what the contract shows.
    """
    if person in rules.teams[team].members:
        return team
    return next((each.id for each in rules.teams.values() if person in each.members), team)


def _team(name: str, owner: str, rules: Rules) -> Reach:
    if name in rules.teams:
        return Reach((Target(name, "next team"),), ())
    return _stand_in(f"the rules have no team {name} any more", "", owner, rules)


def _on_call(name: str, step: Notify, owner: str, rules: Rules, now: Moment) -> Reach:
    schedule = rules.schedules.get(name)
    if schedule is None:
        why = f"the rules have no schedule {name}" if name else f"{owner} has no schedule"
        return _stand_in(why, "", owner, rules)
    team = schedule.team if schedule.team in rules.teams else owner
    people = on_call(schedule, now)
    if people:
        return Reach(_persons(people, team, step, f"on call of {schedule.title}", rules), ())
    return _stand_in(f"nobody is on call in {schedule.title}", schedule.fallback, team, rules)


def _stand_in(why: str, named: str, team: str, rules: Rules) -> Reach:
    """The team that is named, else the backup of the team, else the team itself, else the triage desk."""
    backup = rules.teams[team].backup if team in rules.teams else ""
    for name in (named, backup, team):
        if name in rules.teams:
            return Reach((Target(name, why),), (f"{why}, so {name} is told",))
    triage = rules.settings.triage_team
    return Reach((Target(triage, why),), (f"{why}, so {triage} is told",))


def _backup(owner: str, rules: Rules) -> Reach:
    backup = rules.teams[owner].backup
    if backup in rules.teams:
        return Reach((Target(backup, f"backup of {owner}"),), ())
    triage = rules.settings.triage_team
    why = f"{owner} names no backup"
    return Reach((Target(triage, why),), (f"{why}, so {triage} is told",))


def _managers(incident: Incident, step: Notify, rules: Rules) -> Reach:
    """The manager of each workflow's business owner; of one that names none, the business owner itself."""
    parts: list[Reach] = []
    for name in incident.workflows:
        workflow = rules.workflows.get(name)
        team = rules.teams.get(workflow.business_owner) if workflow else None
        if team is None:
            continue
        if team.manager:
            why = f"answers for {name}"
            parts.append(Reach(_persons((team.manager,), team.id, step, why, rules), ()))
        else:
            parts.append(
                _stand_in(f"{team.id}, which owns {name}, names no manager", team.id, team.id, rules)
            )
    if parts:
        return _joined(parts)
    triage = rules.settings.triage_team
    return _stand_in("no workflow that is hit has a business owner", triage, triage, rules)
