"""One input being applied: what the steps on the way decided, changed and want told.

A turn owns the scope's state while it lasts. It is the only writer of decisions, so they are numbered
without gaps, and of incidents, so that every visible change raises the revision once.
"""

from dataclasses import dataclass, field

from router.model.decision import REASON_TEXT, Decision, Example, Outcome, Reason
from router.model.event import Position
from router.model.incident import Incident, Note, Trigger, transition
from router.model.notice import Notice, NoticeKind
from router.model.record import IncidentRecord
from router.model.rules import Rules
from router.model.state import State
from router.model.value import Moment

MAX_NOTES = 20
"""Thread lines kept per incident; older ones are in the decisions."""


@dataclass(slots=True)
class Effects:
    """What one step decided: decisions in order; the newest notice a destination and incident; incidents."""

    decisions: list[Decision] = field(default_factory=list)
    notices: dict[str, Notice] = field(default_factory=dict)
    incidents: dict[str, Incident] = field(default_factory=dict)


class Turn:
    """The working memory of one step over `state`, at `now`, under `rules`.

    `to_tell` collects what happened to each incident that its destinations should see; it becomes notices once,
    at the end, so that they show where the incident stands after the whole input. `held_back` are those of which
    something was not said, since they are muted, `look_again` those of which what muted them has ended.
    """

    def __init__(self, state: State, rules: Rules, now: Moment) -> None:
        self.state = state
        self.rules = rules
        self.now = now
        self.effects = Effects()
        self.to_tell: dict[str, NoticeKind] = {}
        self.held_back: dict[str, None] = {}
        self.look_again: dict[str, None] = {}

    def incident(self, incident_id: str) -> Incident:
        """The incident as it stands in this turn. Raises KeyError for one the scope does not hold."""
        incident = self.effects.incidents.get(incident_id) or self.state.incident(incident_id)
        if incident is None:
            raise KeyError(incident_id)
        return incident

    def decide(
        self,
        reason: Reason,
        detail: str = "",
        *,
        outcome: Outcome | None = None,
        positions: tuple[Position, ...] = (),
        incident: str = "",
        alert: str = "",
        component: str = "",
        fault: str = "",
        team: str = "",
        destination: str = "",
        actor: str = "",
        command: str = "",
        example: Example | None = None,
    ) -> None:
        """Record one decision; `detail` follows the reason's own text."""
        text = REASON_TEXT[reason]
        number = self.state.header.decisions + len(self.effects.decisions) + 1
        self.effects.decisions.append(
            Decision(
                scope=self.state.header.scope,
                number=number,
                at=self.now,
                reason=reason,
                text=f"{text}: {detail}" if detail else text,
                rules=self.rules.hash,
                outcome=outcome,
                positions=positions,
                incident=incident,
                alert=alert,
                component=component,
                fault=fault,
                team=team,
                destination=destination,
                actor=actor,
                command=command,
                example=example,
            )
        )

    def save(self, incident: Incident, **update: object) -> Incident:
        """Store the incident with these fields changed, one revision on; returns it as stored."""
        update["revision"] = incident.revision + 1
        update["updated_at"] = self.now
        incident = incident.model_copy(update=update)
        self.state.put(IncidentRecord(incident=incident))
        self.effects.incidents[incident.id] = incident
        return incident

    def move(self, incident: Incident, trigger: Trigger, **update: object) -> Incident | None:
        """Apply a transition and these changes; None, and nothing changed, when it is not allowed."""
        state = transition(incident.state, trigger)
        return None if state is None else self.save(incident, state=state, **update)

    def note(
        self, incident: Incident, kind: str, text: str, people: tuple[str, ...] = (), mention: bool = False
    ) -> tuple[Note, ...]:
        """The incident's notes with one more line."""
        number = incident.notes[-1].number + 1 if incident.notes else 1
        note = Note(number=number, at=self.now, kind=kind, text=text, people=people, mention=mention)
        return (*incident.notes[1 - MAX_NOTES :], note)

    def close(self) -> Effects:
        """End the turn: the scope's clock and counters move on."""
        header = self.state.header
        decisions = header.decisions + len(self.effects.decisions)
        since = header.since or self.now
        self.state.put(header.model_copy(update={"since": since, "clock": self.now, "decisions": decisions}))
        return self.effects
