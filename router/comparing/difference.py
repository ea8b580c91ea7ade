"""What would have been different: the differences of two replays of one recording, incident by incident, and in all."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from router.comparing.facts import Facts, Telling, facts_of
from router.comparing.matching import Match, Moved, match
from router.comparing.totals import Total, totals
from router.comparing.truth import Truth, Verdict, judge

NONE = "-"


class Aspect(StrEnum):
    """What can differ; the order is the one in which people ask."""

    INCIDENT = "incident"
    CAUSE = "cause"
    OWNER = "owner"
    FIRST_TOLD = "first told"
    TOLD = "also told at"
    ESCALATED = "escalated to"
    ALSO = "also concerned"
    DUTIES = "duties"
    HANDOVERS = "hand-overs"
    MUTED = "muted by"
    RUNBOOK = "runbook"
    SEVERITY = "severity"
    STATE = "state"
    MESSAGES = "messages"


class Change(NamedTuple):
    """One thing that differs, in words for both sides; `-` is nothing."""

    aspect: Aspect
    old: str
    new: str


class Changed(NamedTuple):
    """A pair of incidents that differ. `verdict`: which side is nearer to the truth, where there is one to ask."""

    match: Match
    changes: tuple[Change, ...]
    verdict: Verdict | None = None

    def document(self) -> dict[str, Any]:
        """As JSON."""
        old, new = self.match.old, self.match.new
        return {
            "old": old.id if old else None,
            "new": new.id if new else None,
            "cause": {"component": self.match.either.component, "fault": self.match.either.fault},
            "changes": [{"what": c.aspect.value, "old": c.old, "new": c.new} for c in self.changes],
            "verdict": self.verdict.value if self.verdict else None,
        }


class Difference(NamedTuple):
    """All of it. `incidents` has only pairs that differ, `compared` counts all pairs."""

    compared: int
    incidents: tuple[Changed, ...]
    totals: tuple[Total, ...]

    @property
    def same(self) -> bool:
        """Whether nobody would have noticed."""
        return not self.incidents and all(total.old in (None, total.new) for total in self.totals)

    def document(self) -> dict[str, Any]:
        """As JSON, the form in docs/replay.md."""
        return {
            "same": self.same,
            "compared": self.compared,
            "incidents": [changed.document() for changed in self.incidents],
            "totals": [total._asdict() for total in self.totals],
        }


def compare(old: Mapping[str, Any], new: Mapping[str, Any], truth: Truth | None = None) -> Difference:
    """What the new replay document says differently of the same recording."""
    older, newer = facts_of(old), facts_of(new)
    matches = match(older, newer)
    verdicts = judge(truth, matches) if truth else {}
    changed = []
    for number, found in enumerate(matches):
        changes = tuple(_changes(found))
        if changes:
            verdict = verdicts.get(number, Verdict.SAME) if truth else None
            changed.append(Changed(found, changes, verdict))
    return Difference(len(matches), tuple(changed), totals(matches, old, new, truth))


def _changes(found: Match) -> Iterator[Change]:
    old, new = found.old, found.new
    if old and new:
        if found.split:
            yield Change(Aspect.INCIDENT, "one", f"also {_moved(found.split)}")
        if found.merged:
            yield Change(Aspect.INCIDENT, f"also {_moved(found.merged)}", "one")
        yield from _told_apart(old, new)
    elif old:
        yield Change(
            Aspect.INCIDENT, _incident(old), f"part of {_moved(found.split)}" if found.split else NONE
        )
    elif new:
        yield Change(
            Aspect.INCIDENT, f"part of {_moved(found.merged)}" if found.merged else NONE, _incident(new)
        )


def _told_apart(old: Facts, new: Facts) -> Iterator[Change]:
    yield from _unequal((Aspect.CAUSE, _cause(old), _cause(new)), (Aspect.OWNER, old.owner, new.owner))
    yield from _tellings(old, new)
    yield from _unequal(
        (Aspect.ESCALATED, _list(_steps(old)), _list(_steps(new))),
        (Aspect.ALSO, _list(old.also), _list(new.also)),
        (Aspect.DUTIES, _list(old.duties), _list(new.duties)),
        (Aspect.HANDOVERS, str(old.handovers), str(new.handovers)),
        (Aspect.MUTED, _list(old.muted), _list(new.muted)),
        (Aspect.RUNBOOK, _list(old.runbooks), _list(new.runbooks)),
        (Aspect.SEVERITY, old.severity, new.severity),
        (Aspect.STATE, old.state, new.state),
        (Aspect.MESSAGES, str(old.messages), str(new.messages)),
    )


def _steps(facts: Facts) -> list[str]:
    """Whom the steps up told: persons by themselves, else the team."""
    return [told.destination if told.destination.startswith("@") else told.team for told in facts.escalated]


def _unequal(*sides: tuple[Aspect, str, str]) -> Iterator[Change]:
    for aspect, old, new in sides:
        if old != new:
            yield Change(aspect, old, new)


def _tellings(old: Facts, new: Facts) -> Iterator[Change]:
    """The first telling, then every further destination whose first message comes at another time, or not at all."""
    since = old.opened_at
    first = (old.told[0] if old.told else None, new.told[0] if new.told else None)
    yield from _unequal((Aspect.FIRST_TOLD, _told(first[0], since), _told(first[1], since, first[0])))
    before = {telling.destination: telling for telling in reversed(old.told[1:])}
    after = {telling.destination: telling for telling in reversed(new.told[1:])}
    for destination in dict.fromkeys([t.destination for t in (*old.told[1:], *new.told[1:])]):
        sides = (before.get(destination), after.get(destination))
        yield from _unequal((Aspect.TOLD, _told(sides[0], since), _told(sides[1], since, sides[0])))


def _told(telling: Telling | None, since: datetime, other: Telling | None = None) -> str:
    """`#channel 05:49:00`, with the day where it is another one, and how much later than the other side's."""
    if telling is None:
        return NONE
    day = "" if telling.at.date() == since.date() else f"{telling.at:%m-%d} "
    words = f"{telling.destination} {day}{telling.at:%H:%M:%S}"
    if other is None or (telling.at == other.at and telling.destination == other.destination):
        return words
    seconds = (telling.at - other.at).total_seconds()
    return f"{words} ({span(seconds)})" if seconds else words


def span(seconds: float) -> str:
    """`90 s later`, `15 min earlier`: how much later a moment is than another."""
    size, way = abs(seconds), "later" if seconds > 0 else "earlier"
    for unit, name, least in ((86_400, "d", 172_800), (3_600, "h", 7_200), (60, "min", 120)):
        if size >= least:
            return f"{size / unit:.3g} {name} {way}"
    return f"{size:.3g} s {way}"


def _incident(facts: Facts) -> str:
    """In a few words, for one without a counterpart."""
    told = _told(facts.told[0], facts.opened_at) if facts.told else "nobody told"
    return f"{facts.owner}, {told}"


def _cause(facts: Facts) -> str:
    return f"{facts.component} {facts.fault}" + (" (not sure)" if facts.abstained else "")


def _moved(moves: Sequence[Moved]) -> str:
    return ", ".join(f"{m.incident} ({m.events} {'event' if m.events == 1 else 'events'})" for m in moves)


def _list(texts: Sequence[str]) -> str:
    return ", ".join(texts) or NONE
