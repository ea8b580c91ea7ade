"""Does maintenance explain every symptom of an incident, so that nobody need hear of it while it lasts?

Somebody works on a component from `began` until `ends`. That explains what shows at the component itself in that
time, and what a failure of it makes show downstream, as much later as the edges on the way allow: from
began + soonest until ends + latest. A fault that speaks of its own component is explained from upstream only where the
catalog says `part_of`, or where the taxonomy says that such a thing upstream usually causes it (never one that
concerns risk & compliance: a leak is a leak). A symptom that fires on is excused until ends + latest, no longer. One
symptom that is not explained, or not excused any more, and the incident is told.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from router.model.fault import FAULTS, OwnerKind, Spread
from router.model.headline import Headline
from router.model.muting import Maintenance, Span
from router.model.recur import starts_of
from router.model.rules import Rules
from router.model.topology import SELF_FIRST

_MEMO = "maintenance"


class Work(NamedTuple):
    """Somebody works, worked or will work on these components in this span; `name` is the window's."""

    name: str
    components: frozenset[str]
    span: Span


class Excuse(NamedTuple):
    """Every symptom is explained: by this window first of all, until then."""

    window: str
    until: datetime


class Delay(NamedTuple):
    """How much later it shows, in seconds."""

    soonest: float
    latest: float


class Calendar:
    """The configured windows of some rules: what is worked on, and what may still show of it.

    `at` costs nothing while nothing begins or ends.
    """

    def __init__(self, rules: Rules) -> None:
        self.windows = rules.maintenance
        self._windows = tuple((window, components_of(window, rules)) for window in rules.maintenance)
        self._reaches = tuple(
            max(
                (r.latest_seconds for c in found for r in rules.topology.downstream_of(c).values()), default=0
            )
            for _, found in self._windows
        )
        self._known: tuple[datetime, datetime, tuple[Work, ...]] | None = None

    def at(self, now: datetime) -> tuple[Work, ...]:
        """What is worked on now, or was so shortly ago that its effects may still show."""
        if self._known is not None and self._known[0] <= now < self._known[1]:
            return self._known[2]
        found: list[Work] = []
        until = datetime.max.replace(tzinfo=now.tzinfo)
        for (window, components), reach in zip(self._windows, self._reaches, strict=True):
            starts, shows = starts_of(window), timedelta(seconds=reach)
            oldest = now - shows - timedelta(seconds=window.seconds)
            for span in starts.spans(oldest, now):
                if now < span.ends + shows:
                    found.append(Work(window.id, components, span))
                    until = min(until, span.ends + shows)
            coming = starts.next_after(now)
            until = min(until, coming) if coming else until
        self._known = (now, until, tuple(found))
        return self._known[2]


def calendar_of(rules: Rules) -> Calendar:
    """The calendar of these rules, made once."""
    known = rules.topology.memo.get(_MEMO)
    if not isinstance(known, Calendar) or known.windows is not rules.maintenance:
        known = rules.topology.memo[_MEMO] = Calendar(rules)
    return known


def components_of(window: Maintenance, rules: Rules) -> frozenset[str]:
    """Every component that the window says is worked on."""
    found = set(window.components)
    for component in window.subtrees:
        found |= (
            rules.topology.downstream_of(component).keys() if component in rules.components else {component}
        )
    for name in window.workflows:
        workflow = rules.workflows.get(name)
        found.update(workflow.components if workflow else ())
    return frozenset(found)


def excuse(
    headlines: Sequence[Headline], works: Iterable[Work], rules: Rules, now: datetime
) -> Excuse | None:
    """Whether maintenance explains every symptom, and excuses those that fire; None: somebody must be told."""
    works = tuple(works)
    firing = [headline for headline in headlines if headline.firing]
    if not works or not firing:
        return None
    until: datetime | None = None
    name = ""
    for headline in headlines:
        best = max(
            (found for work in works if (found := _until(headline, work, rules)) is not None),
            default=None,
        )
        if best is None or (headline.firing and best[0] <= now):
            return None
        if headline.firing and (until is None or best[0] < until):
            until, name = best
    return Excuse(name, until) if until is not None else None


def _until(headline: Headline, work: Work, rules: Rules) -> tuple[datetime, str] | None:
    """Until when this work excuses the symptom, and its name; None: it does not explain it.

    What is worked on itself has no excuse beyond the end of the work, unless the symptom began after it.
    """
    began = headline.since or headline.started_at
    if headline.component in work.components and work.span.began <= began <= work.span.ends:
        return work.span.ends, work.name
    ends = [
        work.span.ends + timedelta(seconds=delay.latest)
        for delay in _delays(headline.component, headline.fault, work.components, rules)
        if work.span.began + timedelta(seconds=delay.soonest) <= began
    ]
    last = max((end for end in ends if began <= end), default=None)
    return None if last is None else (last, work.name)


def _delays(component: str, fault: str, worked_on: frozenset[str], rules: Rules) -> Iterable[Delay]:
    """After how long work on each of these components may show as this fault here; none: it cannot."""
    links = _links(component, fault, rules)
    if len(worked_on) > len(links):
        return [delay for cause, delay in links.items() if cause in worked_on]
    return [links[cause] for cause in worked_on if cause in links]


def _links(component: str, fault: str, rules: Rules) -> Mapping[str, Delay]:
    """Every component on which work can show as this fault here, and after how long; kept with the topology."""
    memo = rules.topology.memo
    if component not in rules.components:
        return {component: Delay(0, 0)}
    key = f"{_MEMO}|{component}|{fault}"
    known = memo.get(key)
    if not isinstance(known, dict):
        known = memo[key] = _find_links(component, fault, rules)
    return known


def _find_links(component: str, fault: str, rules: Rules) -> dict[str, Delay]:
    described, topology = rules.fault(fault), rules.topology
    spread = described.spread if described else Spread.SYMPTOM
    reaches = topology.starving(component) if spread is Spread.STARVE else topology.upstream_of(component)
    harmful = described is not None and described.concern is OwnerKind.RISK
    usual = set() if described is None or harmful else _usual(component, described.upstream, rules)
    return {
        cause: Delay(reach.soonest_seconds, reach.latest_seconds)
        for cause, reach in reaches.items()
        if not reach.hops or spread is not Spread.SELF or reach.self_strength > SELF_FIRST or cause in usual
    }


def _usual(component: str, faults: Sequence[str], rules: Rules) -> set[str]:
    """Components upstream from which the way leads over a kind that usually causes such a fault."""
    kinds = {FAULTS[name].kind for name in faults if name in FAULTS}
    topology, usual = rules.topology, set[str]()
    for other in topology.upstream_of(component):
        if other != component and other not in usual and rules.components[other].kind in kinds:
            usual |= topology.upstream_of(other).keys()
    return usual
