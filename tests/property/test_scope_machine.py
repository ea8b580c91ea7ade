"""Laws 1, 2, 3 and 10 together: random events, commands, time, crashes and replays against a naive oracle.

The oracle keeps what a person would on paper: every offset's outcome, and per alert the newest thing its source
said. The machine stores a scope's records the way the shard does (all of a transaction or nothing) and loses its
memory at random.
"""

from collections import Counter
from datetime import datetime

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from router.model.event import AlertStatus, Position
from router.model.incident import IncidentState
from router.model.input import AlertBatch, Tick
from router.model.record import RECORD
from router.model.state import State
from router.pipeline import AnyInput, step
from tests.builders import a_change, a_command, a_company, at
from tests.property.strategies import alerts, batches

RULES = a_company(max_open_incidents=3, max_open_alerts=8)


class ScopeMachine(RuleBasedStateMachine):
    """One scope, its stored records, and the oracle."""

    def __init__(self) -> None:
        super().__init__()
        self.state = State("main")
        self.stored: dict[str, str] = {}
        self.uncommitted: list[tuple[AnyInput, datetime]] = []
        self.seconds = 0
        self.offset = 0
        self.commands = 0
        self.sent: list[AlertBatch] = []
        self.outcomes: Counter[int] = Counter()
        self.decisions: dict[int, str] = {}
        self.said: dict[str, tuple[datetime, bool]] = {}

    def apply(self, value: AnyInput) -> None:
        """One input in the open transaction; the oracle hears the same."""
        self.uncommitted.append((value, at(self.seconds)))
        for decision in step(self.state, value, RULES, at(self.seconds)).decisions:
            assert (
                self.decisions.setdefault(decision.number, decision.model_dump_json())
                == decision.model_dump_json()
            )
            self.outcomes.update(
                offset for p in decision.positions if p.topic == "ops" for offset in p.offsets
            )

    @rule(events=st.lists(alerts(latest=900), min_size=1, max_size=3))
    def source_sends(self, events):
        """New events arrive, with new offsets."""
        (batch,) = batches(events, size=len(events))
        moved = tuple(
            item.model_copy(
                update={"positions": (Position(topic="ops", partition=0, offsets=(self.offset + n,)),)}
            )
            for n, item in enumerate(batch.items)
        )
        batch = batch.model_copy(update={"items": moved})
        self.offset += len(events)
        self.sent.append(batch)
        heard: set[str] = set()
        for alert in events:
            self.oracle_hears(alert, alert.key in heard)
            heard.add(alert.key)
        self.apply(batch)

    def oracle_hears(self, alert, just_heard) -> None:
        """The newest event of an alert counts; at the same time a firing does not undo a resolve."""
        firing = alert.status is AlertStatus.FIRING
        known = self.said.get(alert.key)
        if not just_heard and f"alert|{alert.key}" not in self.state.records:
            known = None  # resolved longer ago than lateness and reopening reach back: nobody remembers
        if known is None or (alert.at > known[0] if firing and not known[1] else alert.at >= known[0]):
            self.said[alert.key] = (max(alert.at, known[0]) if known else alert.at, firing)

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def intake_resends_after_a_crash(self, data):
        """A batch that was sent is sent again."""
        self.apply(data.draw(st.sampled_from(self.sent)))

    @rule(seconds=st.integers(1, 600))
    def time_passes(self, seconds):
        """A tick arrives."""
        self.seconds += seconds
        self.apply(Tick())

    @rule(component=st.sampled_from(["erp.orders", "feed.orders"]))
    def something_is_changed(self, component):
        """A change arrives."""
        self.commands += 1
        self.apply(a_change(component, self.seconds, first=self.commands))

    @rule(
        verb=st.sampled_from(
            ["acknowledge", "hand_over", "silence", "resolve", "confirm", "correct", "forget"]
        ),
        number=st.integers(1, 4),
        fresh=st.booleans(),
    )
    def a_person_acts(self, verb, number, fresh):
        """A command, sometimes one sent before."""
        self.commands += fresh
        command = a_command(
            verb, f"main-{number}", id=f"c{self.commands}", seconds=self.seconds, team="sales"
        )
        if verb in ("correct", "forget"):
            command = command.model_copy(update={"component": "erp.orders"})
        if verb == "silence":
            command = command.model_copy(update={"seconds": 300, "match": ('owner="it-team"',)})
        self.apply(command)

    @rule()
    def the_transaction_commits(self):
        """Everything that changed is stored, together."""
        for key, record in self.state.take_changes().items():
            if record is None:
                self.stored.pop(key, None)
            else:
                self.stored[key] = record.model_dump_json()
        self.uncommitted = []

    @rule()
    def the_engine_dies(self):
        """Memory and the open transaction are gone: records come back, and the inputs since are applied again."""
        again, self.uncommitted = self.uncommitted, []
        self.state = State.restore("main", [RECORD.validate_json(value) for value in self.stored.values()])
        seconds = self.seconds
        for value, now in again:
            self.seconds = int((now - at(0)).total_seconds())
            before = self.outcomes.copy()
            self.apply(value)
            self.outcomes = before
        self.seconds = seconds

    @invariant()
    def every_position_has_exactly_one_outcome(self):
        """Law 1."""
        assert set(self.outcomes) == set(range(self.offset))
        assert set(self.outcomes.values()) <= {1}

    @invariant()
    def decisions_are_numbered_without_gaps(self):
        """The audit trail misses nothing."""
        assert sorted(self.decisions) == list(range(1, len(self.decisions) + 1))
        assert self.state.header.decisions == len(self.decisions)

    @invariant()
    def the_counters_are_the_sum_of_the_records(self):
        """Counts on incidents and scope agree with the alerts themselves."""
        for incident in self.state.incidents():
            members = self.state.alerts_of(incident.id).values()
            assert incident.firing == sum(member.firing for member in members)
            assert incident.live or incident.settle_due is None
            if incident.state is IncidentState.SETTLING:
                assert incident.settle_due or incident.muted_by, "nobody would ever hear of it"
        assert self.state.live == sum(incident.live for incident in self.state.incidents())

    @invariant()
    def what_fires_is_what_the_sources_said_last(self):
        """No resolve and no firing got lost, whatever crashed in between (time-outs aside: none here)."""
        firing = {r.alert.key for r in self.state.records.values() if r.record == "alert" and r.firing}
        said = {key for key, (_, fires) in self.said.items() if fires}
        forgotten = {key for key in said if f"alert|{key}" not in self.state.records}
        assert firing == said - forgotten


TestScopeMachine = ScopeMachine.TestCase
TestScopeMachine.settings = settings(max_examples=200, stateful_step_count=30, deadline=None)
