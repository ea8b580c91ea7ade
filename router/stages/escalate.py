"""Nobody acknowledged: what is next? The side door, taken on ticks.

`advance` takes every step up to the next wait; what a step means (whom it reaches, what people read) is for the
lifecycle. The same running escalation and the same facts give the same answer, so a replay takes the same steps.
"""

from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple

from router.model.catalog import Team
from router.model.escalation import Notify, OnlyIf, Policy, Propose, Repeat, Running, Step, Wait, Whom
from router.model.fault import Severity
from router.model.incident import Incident
from router.model.ownership import Hours
from router.model.rules import Rules
from router.model.time_interval import Span, TimeInterval
from router.model.value import Moment
from router.model.wall_clock import moment

_ALWAYS = Hours(interval=TimeInterval(name="working hours", spans=(Span(),)))
"""The working hours of a team that names none."""


class Facts(NamedTuple):
    """What the conditions of steps look at."""

    now: Moment
    severity: Severity
    confidence: float
    acknowledged: bool


class Taken(NamedTuple):
    """One step that was come to: its number, from 1, in which round, and why it was skipped ("": it was not)."""

    number: int
    round: int
    step: Notify | Propose
    skipped: str


class Advance(NamedTuple):
    """Where the escalation stands now, when it goes on (None: never), and the steps that were come to, in order."""

    running: Running
    due: Moment | None
    taken: tuple[Taken, ...]


def policy_of(incident: Incident, named: str, after_seconds: int, rules: Rules) -> Policy:
    """The policy for an incident: the one its route names, its owner's, or the one step up that its owner names."""
    team = rules.teams[incident.owner.team]
    for name in (named, team.policy):
        if name in rules.policies:
            return rules.policies[name]
    return _one_step_up("" if team.escalates_to == team.id else team.escalates_to, after_seconds)


@lru_cache(maxsize=512)
def _one_step_up(team: str, after_seconds: int) -> Policy:
    """Wait, then tell the next team; without a next team the wait is all. Most incidents share one of few of these."""
    wait = Wait(seconds=after_seconds)
    return Policy(id="", steps=(wait, Notify(whom=Whom.TEAM, names=(team,))) if team else (wait,))


def begin(
    policy: Policy, incident: Incident, rules: Rules, now: Moment, delay_seconds: int = 0
) -> tuple[Running, Moment]:
    """The policy as a running escalation of this incident, and when it goes on: at once, or after its first wait.

    `delay_seconds` come before everything: a route's own wait, where the policy is the team's.
    """
    team, settings = rules.teams[incident.owner.team], rules.settings
    timeout, reminder = policy.ack_timeout_seconds, policy.ack_reminder_seconds
    running = Running(
        policy=policy.id,
        team=team.id,
        severity=incident.severity,
        steps=tuple(_fixed(step, team) for step in policy.steps) if policy.id else policy.steps,
        begun_at=now,
        ack_timeout_seconds=settings.ack_timeout_seconds if timeout is None else timeout,
        ack_reminder_seconds=settings.ack_reminder_seconds if reminder is None else reminder,
        until_resolved=policy.until_resolved,
    )
    if delay_seconds:
        return running, now + timedelta(seconds=delay_seconds)
    first = running.steps[0] if running.steps else None
    if isinstance(first, Wait) and first.until is None and first.seconds:
        due = now + timedelta(seconds=first.seconds)
        return running.model_copy(update={"position": 1}), due
    return running, now


def advance(running: Running, facts: Facts) -> Advance:
    """Take every step up to the next wait or the end."""
    taken: list[Taken] = []
    position, round_ = running.position, running.round
    due: Moment | None = None
    while due is None and position < len(running.steps):
        step = running.steps[position]
        position += 1
        match step:
            case Wait():
                due = _wait(step, facts.now)
            case Repeat(times=times):
                if round_ < times:
                    position, round_ = 0, round_ + 1
            case Notify() | Propose():
                taken.append(Taken(position, round_, step, _against(step.only_if, facts)))
    update = {
        "position": position,
        "round": round_,
        "finished": due is None,
        "reached": running.reached or any(isinstance(t.step, Notify) and not t.skipped for t in taken),
    }
    return Advance(running.model_copy(update=update), due, tuple(taken))


def _wait(step: Wait, now: Moment) -> Moment | None:
    """When the wait is over; None when there is nothing to wait for."""
    if step.until is None:
        return now + timedelta(seconds=step.seconds) if step.seconds else None
    return None if step.until.contains(now) else _opens(step.until, now)


def _opens(hours: Hours, now: Moment) -> Moment | None:
    """The first moment after now that is within the hours; None: none within a year."""
    days = (datetime.combine(day + timedelta(days=1), time()) for day in hours.holidays)
    mornings = [at for day in days if (at := moment(day, hours.time_zone)) > now and hours.contains(at)]
    begins = hours.interval.begins_after(now)
    while begins is not None and not hours.contains(begins):
        begins = hours.interval.begins_after(begins)
    return min([*mornings, *([begins] if begins else [])], default=None)


def _against(only_if: OnlyIf | None, facts: Facts) -> str:
    """Which condition does not hold, in words; "" when all do."""
    if only_if is None:
        return ""
    if only_if.severity and facts.severity.rank < only_if.severity.rank:
        return f"it is {facts.severity.value}, and the step is for {only_if.severity.value} and worse"
    if only_if.confidence is not None and facts.confidence < only_if.confidence:
        return f"the cause is {facts.confidence:.0%} sure, and the step asks for {only_if.confidence:.0%}"
    if only_if.within and not only_if.within.contains(facts.now):
        return f"it is outside {only_if.within.interval.name}"
    if only_if.outside and only_if.outside.contains(facts.now):
        return f"it is within {only_if.outside.interval.name}"
    if only_if.unacknowledged and facts.acknowledged:
        return "somebody has acknowledged it"
    return ""


def _fixed(step: Step, team: Team) -> Step:
    """The step with the owner's working hours in place of their name, as they are now."""
    if isinstance(step, Wait) and step.team_hours:
        return step.model_copy(update={"team_hours": False, "until": team.hours})
    if isinstance(step, Wait | Repeat) or step.only_if is None or not step.only_if.team_hours:
        return step
    asked = step.only_if
    update: dict[str, object] = {"team_hours": ""}
    if team.hours:
        update[asked.team_hours] = team.hours
    elif asked.team_hours == "outside":
        update["outside"] = _ALWAYS
    return step.model_copy(update={"only_if": asked.model_copy(update=update)})
