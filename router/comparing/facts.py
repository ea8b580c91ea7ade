"""What a comparison looks at of one incident of a replay document (docs/replay.md)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from router.model.decision import REASON_TEXT, Reason

HANDED_OVER = ("owner.handed_over_by_evidence", "owner.handed_over_by_person")
FOR_INFORMATION = "also"
"""The kind of a message to a team that must know and is not asked to act."""
MUTED, UNMUTED = "muted.", "muted.ended"


class Telling(NamedTuple):
    """A message of an incident: when, where, for which team, and as what (`opened`, `escalated`, `also`, …)."""

    at: datetime
    destination: str
    team: str
    kind: str


class Facts(NamedTuple):
    """One incident, as far as people notice: `members` are numbers of recorded events.

    `duties` are what clocks ask of teams. `told` has the first telling at every destination, earliest first; `messages`
    counts all of them. `escalated`: the steps up that were told. `muted`: what kept it from being told, as
    `silence: s1 by ann`.
    """

    id: str
    opened_at: datetime
    members: frozenset[int]
    component: str
    fault: str
    abstained: bool
    severity: str
    state: str
    owner: str
    also: tuple[str, ...]
    duties: tuple[str, ...]
    told: tuple[Telling, ...]
    escalated: tuple[Telling, ...]
    messages: int
    handovers: int
    muted: tuple[str, ...]
    runbooks: tuple[str, ...]

    @property
    def first_team(self) -> str:
        """The team that was told first, as its owner or the next step up; "" when nobody was."""
        return next((telling.team for telling in self.told if telling.kind != FOR_INFORMATION), "")

    def told_team(self, team: str) -> datetime | None:
        """When this team was first told, or None."""
        return next((telling.at for telling in self.told if telling.team == team), None)


def facts_of(document: Mapping[str, Any]) -> tuple[Facts, ...]:
    """The incidents of a replay document, oldest first."""
    return tuple(_facts(incident) for incident in document["incidents"])


def _facts(incident: Mapping[str, Any]) -> Facts:
    cause, decisions = incident["cause"], incident["decisions"]
    tellings = [_telling(told) for told in incident["notifications"]]
    steps = [telling for telling in tellings if telling.kind == "escalated"]
    return Facts(
        id=incident["id"],
        opened_at=_moment(incident["opened_at"]),
        members=frozenset(incident["members"]),
        component=cause["component"],
        fault=cause["fault"],
        abstained=cause["abstained"],
        severity=incident["severity"],
        state=incident["state"],
        owner=incident["owner"]["team"],
        also=tuple(sorted({also["team"] for also in incident["also"]})),
        duties=tuple(sorted({f"{duty['team']}: {duty['duty']}" for duty in incident.get("duties", ())})),
        told=_firsts(tellings),
        escalated=tuple(steps),
        messages=len(tellings),
        handovers=sum(decision["reason"] in HANDED_OVER for decision in decisions),
        muted=tuple(dict.fromkeys(_mute(d) for d in decisions if _mutes(d["reason"]))),
        runbooks=tuple(runbook["id"] for runbook in incident["runbooks"]),
    )


def _telling(told: Mapping[str, str]) -> Telling:
    return Telling(_moment(told["at"]), told["destination"], told["team"], told["kind"])


def _firsts(tellings: Sequence[Telling]) -> tuple[Telling, ...]:
    found: dict[tuple[str, str], Telling] = {}
    for telling in tellings:
        found.setdefault((telling.destination, telling.team), telling)
    return tuple(found.values())


def _mute(decision: Mapping[str, str]) -> str:
    """`silence: bank-release by ben`: the kind, and what the decision says of it."""
    reason = Reason(decision["reason"])
    detail = decision["text"].removeprefix(REASON_TEXT[reason]).removeprefix(": ")
    return f"{reason.value.removeprefix(MUTED)}: {detail}" if detail else reason.value.removeprefix(MUTED)


def _mutes(reason: str) -> bool:
    return reason.startswith(MUTED) and reason != UNMUTED


def _moment(at: str) -> datetime:
    return datetime.fromisoformat(at)
