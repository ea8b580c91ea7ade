"""What really happened, and which of two replays is nearer to it.

Truth is a JSON document: `{"incidents": [{"cause": "erp.orders", "owner": "erp-platform", "members": [3, 4]}]}`;
`members` are numbers of recorded events. `cause` may also be `{"component", "fault"}`, and the document may be the
`truth` of a labelled case: what else stands there is not looked at.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from router.comparing.facts import Facts
from router.comparing.matching import Match


class Verdict(StrEnum):
    """How the new rules serve a failure, against the old ones. `mixed`: one failure better, another worse."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "same"
    MIXED = "mixed"


class TrueIncident(NamedTuple):
    """One failure as it was. `members` are numbers of recorded events."""

    component: str
    owner: str
    members: frozenset[int]


class Truth(NamedTuple):
    """Every failure of a recording; what no failure claims is noise."""

    incidents: tuple[TrueIncident, ...]

    @property
    def members(self) -> frozenset[int]:
        """The events of all failures."""
        return frozenset[int]().union(*(incident.members for incident in self.incidents))


class Served(NamedTuple):
    """How well a replay served one failure. `told_at` is when its true owner was first told, None for never.

    `handovers`: moves of ownership until the true owner has it: those there were, and one more if it ended elsewhere.
    """

    owner: bool
    cause: bool
    told_first: bool
    told_at: datetime | None
    handovers: int

    @property
    def rank(self) -> tuple[float, ...]:
        """More is better, and what stands first counts first: the owner, the cause, who was told first, when."""
        quick = -self.told_at.timestamp() if self.told_at else 0.0
        return (self.owner, self.cause, self.told_first, self.told_at is not None, quick, -self.handovers)


class NoTruth(ValueError):
    """The document does not say what really happened; the message says why."""


def truth_of(document: Any) -> Truth:
    """The truth that a JSON document states. Raises NoTruth."""
    if isinstance(document, Mapping) and isinstance(document.get("truth"), Mapping):
        document = document["truth"]
    if not isinstance(document, Mapping) or not isinstance(document.get("incidents"), list):
        raise NoTruth('it has no "incidents", a list of {cause, owner, members}')
    return Truth(tuple(_incident(number, one) for number, one in enumerate(document["incidents"])))


def _incident(number: int, document: Any) -> TrueIncident:
    try:
        cause, members = document["cause"], document["members"]
        component = cause["component"] if isinstance(cause, Mapping) else cause
        if not (isinstance(component, str) and isinstance(document["owner"], str)):
            raise TypeError("cause and owner are names")
        if not all(type(member) is int for member in members):
            raise TypeError("members are numbers of recorded events")
        return TrueIncident(component, document["owner"], frozenset(members))
    except (KeyError, TypeError) as error:
        what = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise NoTruth(f"incidents[{number}]: {what}") from None


def served(truth: TrueIncident, incidents: Sequence[Facts]) -> tuple[Served, Facts | None]:
    """How the incident that holds most of a failure's events served it, and which incident that is."""
    best = max(incidents, key=lambda facts: len(facts.members & truth.members), default=None)
    if best is None or not best.members & truth.members:
        return Served(owner=False, cause=False, told_first=False, told_at=None, handovers=1), None
    right = best.owner == truth.owner
    return (
        Served(
            owner=right,
            cause=best.component == truth.component,
            told_first=best.first_team == truth.owner,
            told_at=best.told_team(truth.owner),
            handovers=best.handovers + (not right),
        ),
        best,
    )


def judge(truth: Truth, matches: Sequence[Match]) -> dict[int, Verdict]:
    """The verdict on each match, by its place; one that holds neither a failure nor a telling has none."""
    olds = [found.old for found in matches if found.old]
    news = [found.new for found in matches if found.new]
    verdicts: dict[int, list[Verdict]] = {}
    for incident in truth.incidents:
        before, old = served(incident, olds)
        after, new = served(incident, news)
        verdict = verdict_of(before, after)
        for number, found in enumerate(matches):
            if (new and found.new is new) or (not new and old and found.old is old):
                verdicts.setdefault(number, []).append(verdict)
    real = truth.members
    for number, found in enumerate(matches):
        if number not in verdicts and not any(f.members & real for f in (found.old, found.new) if f):
            # Nothing failed here: fewer messages are better.
            old_messages, new_messages = (facts.messages if facts else 0 for facts in (found.old, found.new))
            verdicts[number] = [_fewer(old_messages, new_messages)]
    return {number: _together(found) for number, found in verdicts.items()}


def verdict_of(before: Served, after: Served) -> Verdict:
    """Whether a failure is served better, worse or the same."""
    if after.rank == before.rank:
        return Verdict.SAME
    return Verdict.BETTER if after.rank > before.rank else Verdict.WORSE


def _fewer(before: int, after: int) -> Verdict:
    return Verdict.BETTER if after < before else Verdict.WORSE if after > before else Verdict.SAME


def _together(verdicts: Sequence[Verdict]) -> Verdict:
    kinds = set(verdicts) - {Verdict.SAME}
    return Verdict.MIXED if len(kinds) > 1 else next(iter(kinds), Verdict.SAME)
