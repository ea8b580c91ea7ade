"""A story on the virtual clock: what happens when, and what people are told."""

from router.model.decision import Reason
from router.model.event import Change, ChangeKind, Position
from router.model.incident import Incident
from router.model.input import ChangeBatch, Command, ObservedChange
from router.model.rules import Rules
from router.replay import TOLD
from router.simulator import Simulator
from tests.builders import a_batch, a_command, a_company, an_alert, at


class Story:
    """Seconds count from the start; each call lets time pass until then first."""

    def __init__(self, rules: Rules | None = None, **settings: object) -> None:
        self.rules = rules or a_company(**settings)
        self.simulator = Simulator(self.rules)
        self._offset = 0
        self._commands = 0

    def alert(self, seconds: float, component: str, fault: str, **fields: object) -> "Story":
        """A source says that something is wrong."""
        self.advance(seconds)
        alert = an_alert(component, fault, seconds, **fields)
        self.simulator.apply("main", a_batch(alert, first=self._offset))
        self._offset += 1
        return self

    def resolve(self, seconds: float, component: str, fault: str, **fields: object) -> "Story":
        """A source says that it is over."""
        return self.alert(seconds, component, fault, status="resolved", **fields)

    def change(self, seconds: float, component: str, kind: str = "deploy") -> "Story":
        """Something is changed."""
        self.advance(seconds)
        self._offset += 1
        change = Change(
            id=f"change-{self._offset}", component=component, kind=ChangeKind(kind), summary="", source="ci",
            at=at(seconds), arrived_at=at(seconds), version="12",
        )  # fmt: skip
        position = Position(topic="ops", partition=0, offsets=(self._offset,))
        self._offset += 1
        items = (ObservedChange(change=change, positions=(position,)),)
        self.simulator.apply("main", ChangeBatch(scope="main", rules="test", items=items))
        return self

    def person(self, when: float, verb: str, incident: str = "main-1", **fields: object) -> "Story":
        """Somebody asks for something."""
        self.advance(when)
        self._commands += 1
        command = a_command(verb, incident, id=f"c{self._commands}").model_copy(update={"at": at(when)})
        self.simulator.apply("main", Command.model_validate({**command.model_dump(), **fields}))
        return self

    def advance(self, seconds: float) -> "Story":
        """Let time pass until then."""
        self.simulator.advance(at(seconds))
        return self

    def incident(self, number: int = 1) -> Incident:
        """The incident of this number, as it stands."""
        return self.simulator.incidents[f"main-{number}"]

    @property
    def told(self) -> list[tuple[int, str, str]]:
        """Every telling of whoever has it: (seconds, destination, kind), plain refreshes left out.

        Those who must only know of it are in `also_told`.
        """
        return [
            (round((d.at - at(0)).total_seconds()), d.destination, TOLD[d.reason])
            for d in self.simulator.decisions
            if d.reason in TOLD and d.reason not in (Reason.TOLD_REFRESHED, Reason.TOLD_ALSO)
        ]

    @property
    def also_told(self) -> list[tuple[int, str, str]]:
        """Every telling of those who must only know: (seconds, destination, team)."""
        return [
            (round((d.at - at(0)).total_seconds()), d.destination, d.team)
            for d in self.simulator.decisions
            if d.reason is Reason.TOLD_ALSO
        ]

    @property
    def reasons(self) -> list[str]:
        """The reason of every decision, in order."""
        return [decision.reason.value for decision in self.simulator.decisions]
