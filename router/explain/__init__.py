"""Why: answers from decisions alone. Why these alerts are together, why this cause and owner, who was told and why.

What a recording can tell besides, since it can be replayed to the moment of each decision: `incident` (every term of
the likeliest causes, what would change our mind) and `event` (why an alert is in one incident and not in another).
"""

from collections.abc import Callable, Sequence
from typing import Any

from router.model.decision import Decision, Reason
from router.model.event import Position
from router.model.incident import Incident
from router.replay import also_document

TOGETHER = ("opened.", "joined.", "incident.merged", "incident.split", "incident.reopened")
CAUSE = ("cause.",)
OWNER = ("owner.",)
LEARNING = ("experience.", "calibration.")
TELLING = ("told.", "not_told.", "muted.", "escalated.", "also.", "ack.", "action.")

Name = Callable[[Sequence[Position]], str]
"""Says which source events these positions are."""


class NothingToExplain(LookupError):
    """There is no such incident or event; the message names what there is."""


def explain(incident: Incident, decisions: Sequence[Decision], name: Name) -> dict[str, Any]:
    """Everything that was decided about an incident, by question; `name` says which source events positions are."""
    cause = incident.cause
    return {
        "incident": incident.id,
        "state": incident.state.value,
        "cause": f"{cause.component} ({cause.fault}), {cause.confidence:.0%} sure",
        "abstained": cause.abstained,
        "why_this_cause": list(cause.evidence),
        "candidates": [candidate.model_dump(mode="json") for candidate in cause.candidates],
        "owner": incident.owner.team,
        "why_this_owner": incident.owner.why,
        "way_to_the_owner": [f"{tried.step}: {tried.why}" for tried in incident.owner.path],
        "also": [also_document(also) for also in incident.also if also.team != incident.owner.team],
        "why_together": lines(name, decisions, TOGETHER),
        "how_the_cause_moved": lines(name, decisions, CAUSE),
        "how_ownership_moved": lines(name, decisions, OWNER),
        "what_was_learned": lines(name, decisions, LEARNING),
        "who_was_told": lines(name, decisions, TELLING),
        "would_change_our_mind": _doubts(incident),
    }


def lines(name: Name, decisions: Sequence[Decision], prefixes: tuple[str, ...]) -> list[str]:
    """A sentence for every decision whose reason begins with one of these."""
    found = _news([d for d in decisions if d.reason.value.startswith(prefixes)])
    return [f"{d.at:%Y-%m-%d %H:%M:%S} {_what(name, d)}{d.text}" for d in found]


def _news(decisions: Sequence[Decision]) -> list[Decision]:
    """Without what says nothing new: refreshes, and looks at a held incident between the first and the last one.

    The replay document lists them all.
    """
    looks = [d for d in decisions if d.reason is Reason.NOT_TOLD_YET]
    return [
        d
        for d in decisions
        if d.reason is not Reason.TOLD_REFRESHED and (d not in looks or d in (looks[0], looks[-1]))
    ]


def _what(name: Name, decision: Decision) -> str:
    """The subject of a line: which event, or whom."""
    if decision.positions:
        return f"event {name(decision.positions)} ({decision.component} {decision.fault}): "
    if decision.reason.value.startswith(("told.", "escalated.")):
        at = f" at {decision.destination}" if decision.destination else ""
        return f"{decision.team}{at}: {decision.reason.value.partition('.')[2]}: "
    return ""


def _doubts(incident: Incident) -> list[str]:
    """What may make another candidate the cause; `router.explain.minds` weighs it."""
    if said := by_person(incident):
        return [said]
    others = incident.cause.candidates[1:]
    return [
        f"an alert of {other.component} ({other.fault}) before the first symptom, or a change of it: "
        f"it has {other.confidence:.0%} now"
        for other in others
    ]


def by_person(incident: Incident) -> str:
    """Why no evidence moves this incident: a person said what the cause is or whose it is. "": nobody did."""
    if incident.cause_by:
        return f"nothing: {incident.cause_by} said what the cause is, and evidence does not override a person"
    if incident.assigned:
        return "nothing: a person handed it over, and evidence does not override a person"
    return ""
