"""Replay: recorded events through the whole pipeline in virtual time, and the document that says what came of it.

The document (`router replay --json`) is a contract that people script against; its form is in docs/replay.md.
The same events under the same rules give the same document, byte for byte.
"""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from router.model.decision import Decision, Reason
from router.model.event import Position
from router.model.incident import Incident, IncidentState
from router.model.ownership import Track
from router.model.rules import Rules
from router.model.value import Moment
from router.recording import Recorded
from router.simulator import Simulator

DRAIN_SECONDS = 3_600
"""Virtual time after the last event: first tellings and refreshes that are still due happen."""

TOLD = {
    Reason.TOLD_OPENED: "opened",
    Reason.TOLD_UPDATED: "updated",
    Reason.TOLD_REFRESHED: "updated",
    Reason.TOLD_HANDED_OVER: "handed_over",
    Reason.TOLD_ESCALATED: "escalated",
    Reason.TOLD_RESOLVED: "resolved",
    Reason.TOLD_REOPENED: "reopened",
    Reason.TOLD_MERGED: "merged",
    Reason.TOLD_REPEATED: "repeated",
    Reason.TOLD_ALSO: "also",
    Reason.TOLD_PROPOSED: "proposed",
    Reason.TOLD_ACK_REMINDER: "ack_reminder",
    Reason.TOLD_ACK_EXPIRED: "ack_expired",
}


class Replay:
    """A finished replay: the simulator as it stands, and which recorded event each position is."""

    def __init__(
        self,
        rules: Rules,
        events: Sequence[Recorded],
        drain_seconds: int = DRAIN_SECONDS,
        simulator: Simulator | None = None,
    ) -> None:
        """`simulator`: the one to feed, of these rules; a new one unless given."""
        self.rules = rules
        self.events = events
        self.simulator = simulator or Simulator(rules)
        self._index: dict[tuple[str, int, int], int] = {}
        # Positions are renumbered in order of arrival: recordings of several files may repeat offsets.
        ordered = sorted(events, key=lambda event: event.record.timestamp_ms)
        for sequence, event in enumerate(ordered):
            record = event.record._replace(offset=sequence)
            self._index[record.topic, record.partition, sequence] = event.number
            self.simulator.feed(record)
        if ordered:
            self.simulator.advance(self.simulator.now + timedelta(seconds=drain_seconds))

    def indexes(self, positions: Sequence[Position]) -> list[int]:
        """The recorded events at these positions."""
        return [self._index[p.topic, p.partition, offset] for p in positions for offset in p.offsets]

    def document(self) -> dict[str, Any]:
        """The replay document: incidents, outcomes, rejected and ignored events."""
        survivors = _survivors(self.simulator.incidents)
        decisions: dict[str, list[Decision]] = {}
        for decision in self.simulator.decisions:
            if decision.incident:
                owner = survivors.get(decision.incident, decision.incident)
                decisions.setdefault(owner, []).append(decision)
        incidents = [
            self._incident(incident, decisions.get(incident.id, []))
            for incident in self.simulator.incidents.values()
            if not incident.merged_into
        ]
        return {
            "incidents": sorted(incidents, key=lambda document: (document["opened_at"], document["id"])),
            "outcomes": dict(sorted(self.simulator.outcomes().items())),
            "rejected": [
                {
                    "index": self.indexes([position])[0],
                    "code": rejected.code.value,
                    "message": rejected.message,
                }
                for position, rejected in self.simulator.rejected
            ],
            "ignored": [
                {
                    "index": self.indexes([position])[0],
                    "reason": ignored.reason.value,
                    "detail": ignored.detail,
                }
                for position, ignored in self.simulator.ignored
            ],
        }

    def _incident(self, incident: Incident, decisions: Sequence[Decision]) -> dict[str, Any]:
        members = {index for d in decisions if d.outcome is not None for index in self.indexes(d.positions)}
        cause = incident.cause
        return {
            "id": incident.id,
            "state": _state(incident).value,
            "severity": incident.severity.value,
            "scope": incident.scope,
            "workflows": list(incident.workflows),
            "opened_at": _time(incident.opened_at),
            "told_at": _time(incident.told_at),
            "acknowledged_at": _time(incident.acknowledged_at),
            "resolved_at": _time(incident.resolved_at),
            "cause": {
                "component": cause.component,
                "fault": cause.fault,
                "confidence": cause.confidence,
                "abstained": cause.abstained,
                "candidates": [candidate.model_dump(mode="json") for candidate in cause.candidates],
                "evidence": list(cause.evidence),
            },
            "owner": {
                "team": incident.owner.team,
                "kind": incident.owner.kind.value,
                "why": incident.owner.why,
            },
            "also": [also_document(track) for track in incident.also if track.team != incident.owner.team],
            "duties": [duty for track in incident.also for duty in duties_document(track)],
            "members": sorted(members),
            "runbooks": [
                {"id": runbook, "url": self.rules.runbooks[runbook].url} for runbook in incident.runbooks
            ],
            "notifications": [
                {"at": _time(d.at), "destination": d.destination, "kind": TOLD[d.reason], "team": d.team}
                for d in decisions
                if d.reason in TOLD
            ],
            "decisions": [{"at": _time(d.at), "reason": d.reason.value, "text": d.text} for d in decisions],
        }


def also_document(track: Track) -> dict[str, Any]:
    """A team that must know: who, why, in which role, and where and when it was told, if it was."""
    return {
        "team": track.team,
        "kind": track.kind.value,
        "role": track.role.value,
        "why": track.why,
        "destination": track.destination,
        "told_at": _time(track.told_at),
        "seen_at": _time(track.acknowledged_at),
        "ended_at": _time(track.ended_at),
    }


def duties_document(track: Track) -> list[dict[str, Any]]:
    """The clocks of a track: what is to be done by when, since when it counts, and when it happened."""
    return [
        {
            "team": track.team,
            "role": track.role.value,
            "duty": clock.duty,
            "source": clock.source,
            "since": _time(clock.started_at),
            "due": _time(clock.due),
            "met_at": _time(clock.met_at),
        }
        for clock in track.clocks
    ]


def read_and_replay(rules: Rules, paths: Sequence[Path]) -> Replay:
    """Replay these files under these rules. Raises RecordingError."""
    from router.recording import read_recordings

    return Replay(rules, list(read_recordings(paths)))


def _survivors(incidents: dict[str, Incident]) -> dict[str, str]:
    """Merged incident -> the one that lives on."""
    found: dict[str, str] = {}
    for incident in incidents.values():
        target = incident
        while target.merged_into:
            target = incidents[target.merged_into]
        found[incident.id] = target.id
    return found


def _state(incident: Incident) -> IncidentState:
    """Closed is bookkeeping: for a reader of the document the incident is resolved."""
    return IncidentState.RESOLVED if incident.state is IncidentState.CLOSED else incident.state


def _time(at: Moment | None) -> str | None:
    return None if at is None else at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
