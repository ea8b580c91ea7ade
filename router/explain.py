"""Why: answers from decisions alone. Why these alerts are together, why this cause and owner, who was told and why.

Works on a finished replay, so the answer is the one that production gave on the same log under the same rules.
"""

from collections.abc import Callable, Sequence
from typing import Any

from router.model.decision import Decision, Reason
from router.model.event import Position
from router.model.incident import Incident
from router.replay import Replay

_TOGETHER = ("opened.", "joined.", "incident.merged", "incident.reopened")
_CAUSE = ("cause.",)
_OWNER = ("owner.",)
_TELLING = ("told.", "not_told.", "muted.", "escalated.")


Name = Callable[[Sequence[Position]], str]
"""Says which source events these positions are."""


class NothingToExplain(LookupError):
    """There is no such incident or event; the message names what there is."""


def explain_incident(replay: Replay, incident_id: str) -> dict[str, Any]:
    """Everything that was decided about an incident of a replay, by question. Raises NothingToExplain."""
    incidents = replay.simulator.incidents
    incident = incidents.get(incident_id)
    if incident is None:
        raise NothingToExplain(
            f"no incident {incident_id!r} in this replay; there are: {', '.join(incidents) or 'none'}"
        )
    decisions = [d for d in replay.simulator.decisions if d.incident == incident_id]
    return explain(incident, decisions, lambda positions: _numbers(replay, positions))


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
        "also": [also.model_dump(mode="json") for also in incident.also],
        "why_together": _lines(name, decisions, _TOGETHER),
        "how_the_cause_moved": _lines(name, decisions, _CAUSE),
        "how_ownership_moved": _lines(name, decisions, _OWNER),
        "who_was_told": _lines(name, decisions, _TELLING),
        "would_change_our_mind": _doubts(incident),
    }


def explain_event(replay: Replay, number: int) -> dict[str, Any]:
    """What became of one recorded event, and why. Raises NothingToExplain."""
    if not 0 <= number < len(replay.events):
        raise NothingToExplain(f"no event {number}: the recording holds events 0 to {len(replay.events) - 1}")
    decisions = [d for d in replay.simulator.decisions if number in replay.indexes(d.positions)]
    record = next(event.record for event in replay.events if event.number == number)
    for outcome, position in _refused(replay):
        if number in replay.indexes([position]):
            return {"event": number, "topic": record.topic, "became": outcome, "incidents": []}
    incidents = sorted({d.incident for d in decisions if d.incident})
    about = [d for d in replay.simulator.decisions if d.incident in incidents]
    return {
        "event": number,
        "topic": record.topic,
        "became": [f"{d.outcome.value}: {d.text}" for d in decisions if d.outcome] or ["heartbeat: counted"],
        "incidents": incidents,
        "told": _lines(lambda positions: _numbers(replay, positions), about, _TELLING),
    }


def _numbers(replay: Replay, positions: Sequence[Position]) -> str:
    return ", ".join(f"#{number}" for number in replay.indexes(positions))


def _refused(replay: Replay) -> list[tuple[list[str], Any]]:
    simulator = replay.simulator
    rejected = [([f"rejected: {r.code.value}: {r.message}"], position) for position, r in simulator.rejected]
    ignored = [([f"ignored: {i.reason.value}: {i.detail}"], position) for position, i in simulator.ignored]
    return rejected + ignored


def _lines(name: Name, decisions: Sequence[Decision], prefixes: tuple[str, ...]) -> list[str]:
    # A refresh tells nobody anything new; the replay document lists them all.
    found = [
        d for d in decisions if d.reason.value.startswith(prefixes) and d.reason is not Reason.TOLD_REFRESHED
    ]
    return [f"{d.at:%Y-%m-%d %H:%M:%S} {_what(name, d)}{d.text}" for d in found]


def _what(name: Name, decision: Decision) -> str:
    """The subject of a line: which event, or whom."""
    if decision.positions:
        return f"event {name(decision.positions)} ({decision.component} {decision.fault}): "
    if decision.reason.value.startswith(("told.", "escalated.")):
        at = f" at {decision.destination}" if decision.destination else ""
        return f"{decision.team}{at}: {decision.reason.value.partition('.')[2]}: "
    return ""


def _doubts(incident: Incident) -> list[str]:
    """What would make another candidate the cause."""
    if incident.assigned:
        return ["nothing: a person handed it over, and evidence does not override a person"]
    others = incident.cause.candidates[1:]
    return [
        f"an alert of {other.component} ({other.fault}) before the first symptom, or a change of it: "
        f"it has {other.confidence:.0%} now"
        for other in others
    ]
