"""One labelled case: a company, its days, and the truth about them."""

from random import Random
from typing import Any, NamedTuple

from bench.days.company import Company, company
from bench.days.events import NOISE, Sender, Sent, stamp
from bench.days.faults import BREAKAGES, Breakage
from bench.days.monitors import Episode, Outage, episodes
from bench.days.noise import DAY, Made, innocent, noise
from bench.days.part import HOUR, MINUTE, Part, own_monitor
from bench.days.plant import AFFECTED, Failure, a_failure, spread
from bench.days.setting import SETTINGS
from router.model.fault import FAULTS

FIRST_DAY = 1_767_571_200.0
"""5 January 2026, a Monday, 00:00 UTC."""

ROOT_WATCHED = 0.6
"""Share of root causes for which somebody built a monitor of just this fault, in a company with all its monitors."""

BLIND_ROOT = 0.6
"""Share of failures of a component whose other monitors are of no use that day: off, or made for something else."""

LEAST_EPISODES = 2
"""A failure of which monitors say less is no incident to anybody, and is drawn again."""


class Happened(NamedTuple):
    """A failure, what its monitors said, which components it touched, and the change that caused it, if one did."""

    failure: Failure
    episodes: list[Episode]
    affected: list[str]
    change: Made | None


def make(seed: int, number: int, setting_name: str, days: int = 1) -> dict[str, Any]:
    """The case of this number; the same arguments give the same case."""
    chance = Random(f"{seed}/{setting_name}/{number}/{days}")
    setting = SETTINGS[setting_name]
    made = company(chance, setting)
    start = FIRST_DAY + chance.randrange(0, 300) * DAY
    last = start + (days - 1) * DAY
    outages = _outages(chance, last)
    happened = _failures(chance, made, last, outages, setting.monitors, setting.failures)
    sender = Sender(chance, f"{setting_name}{seed}-{number}")
    for n, one in enumerate(happened):
        for episode in one.episodes:
            sender.alert(episode, n)
        if one.change is not None:
            sender.change(one.change, n)
    true = [episode for one in happened for episode in one.episodes]
    for episode in noise(chance, made, start, days, setting.noise):
        if not any(_same_alert(episode, other) for other in true):
            sender.alert(episode, NOISE)
    for change in innocent(chance, made, start, days):
        sender.change(change)
    records, sent = sender.records()
    return {
        "case_id": f"{setting_name}-{seed}-{number}",
        "company": made.catalog,
        "events": records,
        "truth": _truth(made, happened, sent),
    }


def _outages(chance: Random, day: float) -> list[Outage]:
    """One day in six the monitors of one kind of component are blind for a while."""
    if chance.random() > 1 / 6:
        return []
    start = day + chance.uniform(0, 20) * HOUR
    return [Outage(chance.choice(list(BREAKAGES)), start, start + chance.uniform(0.5, 3) * HOUR)]


def _failures(
    chance: Random,
    made: Company,
    day: float,
    outages: list[Outage],
    monitors: float,
    weights: tuple[float, float, float],
) -> list[Happened]:
    wanted = chance.choices((1, 2, 3), weights)[0]
    found: list[Happened] = []
    for _ in range(200):
        if len(found) == wanted:
            break
        one = _one_failure(chance, made, day, outages, monitors)
        if _noticed(chance, one) and all(_unrelated(one, other) for other in found):
            found.append(one)
    return found


def _one_failure(
    chance: Random, made: Company, day: float, outages: list[Outage], monitors: float
) -> Happened:
    part, breakage = _root(chance, made)
    failure = a_failure(chance, part, breakage, day + chance.uniform(1, 14) * HOUR)
    own = None
    if chance.random() < ROOT_WATCHED * monitors:
        own = own_monitor(chance, part, breakage.fault)
    courses = spread(made, failure)
    blind = chance.random() < BLIND_ROOT
    found = [
        episode
        for name, course in courses.items()
        if not (blind and own is None and name == part.id)
        for episode in episodes(
            chance, made.parts[name], course, failure, own if name == part.id else None, outages
        )
    ]
    affected = sorted(
        n for n, course in courses.items() if max(max(levels) for _, levels in course) >= AFFECTED
    )
    return Happened(failure, found, affected, _guilty(chance, part, breakage, failure.began))


def _noticed(chance: Random, one: Happened) -> bool:
    """Failures that only their own component shows are common, but nobody needs a router for them: few are kept."""
    alone = len({episode.component for episode in one.episodes}) < 2
    return len(one.episodes) >= LEAST_EPISODES and not (alone and chance.random() < 0.7)


def _root(chance: Random, made: Company) -> tuple[Part, Breakage]:
    """Any component that can break by itself; sources of data break more often than what stands on them."""
    parts = [part for part in made.parts.values() if BREAKAGES[part.kind]]
    weights = [{"erp": 2.0, "crm": 2.0, "api": 1.2, "step": 0.4}.get(part.kind, 1.0) for part in parts]
    part = chance.choices(parts, weights)[0]
    traits = {part.flavour, "partner" if "partner" in part.owners else ""} | {""}
    ways = [way for way in BREAKAGES[part.kind] if way.flavour in traits]
    return part, chance.choices(ways, [way.weight for way in ways])[0]


def _guilty(chance: Random, part: Part, breakage: Breakage, began: float) -> Made | None:
    if not breakage.changes or chance.random() > 0.7:
        return None
    before = min(chance.lognormvariate(2.5, 1.0) * MINUTE, 6 * HOUR)
    return Made(part.id, chance.choice(breakage.changes), began - before)


def _unrelated(one: Happened, other: Happened) -> bool:
    """Neither is an effect of the other, and no alert would be of both."""
    if one.failure.component in other.affected or other.failure.component in one.affected:
        return False
    return not any(_same_alert(a, b) for a in one.episodes for b in other.episodes)


def _same_alert(one: Episode, other: Episode) -> bool:
    """Of one component and fault, at times that a reader could not tell apart."""
    if (one.component, one.fault) != (other.component, other.fault):
        return False
    ends = [
        max(e.resolved, e.firings[-1] + HOUR) if e.resolved else e.firings[-1] + DAY for e in (one, other)
    ]
    return one.started < ends[1] and other.started < ends[0]


def _truth(made: Company, happened: list[Happened], sent: list[Sent]) -> dict[str, Any]:
    incidents: list[dict[str, Any]] = []
    for n, one in enumerate(happened):
        members = [index for index, event in enumerate(sent) if event.belongs == n]
        alerting = sorted({episode.component for episode in one.episodes})
        root, fault = one.failure.component, one.failure.breakage.fault
        incidents.append(
            {
                "cause": {"component": root, "fault": fault},
                "owner": accountable(made.parts[root].owners, fault),
                "began_at": stamp(one.failure.began),
                "fixed_at": stamp(one.failure.fixed),
                "root_alerts": root in alerting,
                "alerting": alerting,
                "affected": sorted({*one.affected, *alerting, root}),
                "members": members,
                "guilty_changes": [index for index, event in enumerate(sent) if event.guilty_of == n],
            }
        )
    incidents.sort(key=lambda incident: (incident["began_at"], incident["cause"]["component"]))
    return {"incidents": incidents, "noise": [i for i, event in enumerate(sent) if event.belongs == NOISE]}


def accountable(owners: dict[str, str], fault: str) -> str:
    """The rule of the labels: the partner where it is its concern or IT's, else who owns the concern, else IT."""
    concern = FAULTS[fault].concern.value
    if "partner" in owners and concern in ("it", "partner"):
        return owners["partner"]
    return owners.get(concern, owners["it"])
