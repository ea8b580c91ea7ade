"""Is somebody always on call, and may they act?

Gaps are reported for the coming 90 days, which the caller's `today` begins: one finding a schedule, its first gap in
words and how much there is in all.
"""

from datetime import UTC, date, datetime, time, timedelta

from router.config.codes import Lint
from router.config.draft import Draft
from router.config.durations import write_duration
from router.config.lint_references import known_team
from router.config.node import Node, Place
from router.config.suggest import did_you_mean
from router.model.schedule import Gap, Schedule
from router.model.shifts import gaps
from router.model.wall_clock import reading

AHEAD = timedelta(days=90)


def check_schedules(draft: Draft, today: date | None = None) -> None:
    """Report unknown teams and persons, layers without anybody, and times without anybody from `today` on."""
    members = {member for team in draft.teams.values() for member in team.members}
    used = _used(draft)
    for name, schedule in draft.schedules.items():
        home = draft.home("schedule", name)
        if schedule.team:
            known_team(schedule.team, home.node.at("team"), f'schedule "{name}" is of', draft)
        if schedule.fallback:
            known_team(schedule.fallback, home.node.at("fallback"), f'schedule "{name}" falls back to', draft)
        _check_layers(schedule, home.node, draft)
        if "teams.yaml" not in draft.lost:
            _check_people(schedule, members, home.node, draft)
        if today and not home.damaged:
            _check_gaps(schedule, today, draft)
        if name not in used:
            draft.report.add(Lint.IDLE_SCHEDULE, home.place, f'no team and no policy has schedule "{name}"')


def _used(draft: Draft) -> set[str]:
    """Schedules that a team has or a policy notifies; a team's that nothing declares is reported."""
    used: set[str] = set()
    for name, team in draft.teams.items():
        if not team.schedule:
            continue
        used.add(team.schedule)
        if ("schedule", team.schedule) not in draft.homes and "schedules.yaml" not in draft.lost:
            message = f'team "{name}" has unknown schedule "{team.schedule}"'
            place = draft.home("team", name).node.at("schedule")
            hint = did_you_mean(team.schedule, draft.schedules)
            draft.report.add(Lint.UNKNOWN_SCHEDULE, place, message, hint)
    for (noun, _), home in draft.homes.items():
        if noun == "policy":
            for step in home.node.items("steps"):
                used.update(schedule for schedule, _ in step.texts("notify", "on_call"))
    return used


def _check_layers(schedule: Schedule, node: Node, draft: Draft) -> None:
    for number, item in enumerate(node.items("layers")):
        if any(item.items(key) for key in ("members", "shifts")):
            continue
        message = f'layer {number + 1} of schedule "{schedule.id}" has neither members nor shifts'
        draft.report.add(Lint.EMPTY_LAYER, item.place, message)


def _check_people(schedule: Schedule, members: set[str], node: Node, draft: Draft) -> None:
    """One finding a person, where the schedule first names them."""
    seen: set[str] = set()
    lists = [(item, key) for item in node.items("layers") for key in ("members", "shifts")]
    places = [place for item, key in lists for each in item.items(key) for place in _people(each)]
    places += [place for item in node.items("overrides") for place in item.texts("who")]
    for person, place in places:
        if person not in members and person not in seen:
            message = f'"{person}" is on call in schedule "{schedule.id}" but in no team'
            draft.report.add(Lint.STRANGER_ON_CALL, place, message)
        seen.add(person)


def _people(node: Node) -> tuple[tuple[str, Place], ...]:
    """The persons of a fixed shift, or of one turn of a rotation."""
    if isinstance(node.value, str):
        return ((node.value, node.place),)
    return node.texts("who") or node.texts()


def _check_gaps(schedule: Schedule, today: date, draft: Draft) -> None:
    begin = datetime.combine(today, time(), UTC)
    found = gaps(schedule, begin, begin + AHEAD)
    if not found or schedule.fallback:
        return
    hours = sum(((gap.ends - gap.starts).total_seconds() for gap in found), 0.0)
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    message = (
        f'nobody is on call in schedule "{schedule.id}" from {_span(found[0], schedule)}{more}: '
        f"{write_duration(hours)} in the coming {AHEAD.days} days"
    )
    place = draft.home("schedule", schedule.id).place
    draft.report.add(Lint.SCHEDULE_GAP, place, message, _stand_in(schedule))


def _span(gap: Gap, schedule: Schedule) -> str:
    first, last = (f"{reading(at, schedule.zone):%Y-%m-%d %H:%M}" for at in (gap.starts, gap.ends))
    return f"{first} to {last} ({schedule.zone})"


def _stand_in(schedule: Schedule) -> str:
    told = f"team {schedule.team}" if schedule.team else "the incident's own team"
    return f"then {told} is told"
