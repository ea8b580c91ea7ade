"""A partition under rules that change: every scope looks through what it holds, and hands off what is not its own."""

import pytest

from router.kafka.codec import AnyInput, encode
from router.kafka.shard_state import ShardState, Turnover
from router.model.input import Tick
from router.model.record import Moved, Moving, OpenAlert
from router.model.rules import Rules
from router.pipeline import step
from tests.builders import CHAIN, a_batch, a_company, an_alert
from tests.counting import an_input


class Rooms:
    """Two scopes of one partition, whose rules a test changes: `room` says where each component belongs."""

    def __init__(self, **room: str) -> None:
        self.state = ShardState(self.rules("one", **room), step)
        self.topic: dict[bytes, bytes] = {}

    def rules(self, version: str, **room: str) -> Rules:
        """The small company with these components in other scopes, and that hash."""
        components = tuple(
            component.model_copy(update={"scope": room.get(component.id.partition(".")[0], "main")})
            for component in CHAIN
        )
        return a_company(*components).model_copy(update={"hash": version})

    def apply(
        self, *values: AnyInput, seconds: float = 0.0, sent: tuple[tuple[str, int], ...] = ()
    ) -> list[Moved]:
        """One transaction; what it hands off."""
        turnover = Turnover()
        for value in values:
            self.state.apply(an_input(self.state.next, value, seconds), turnover)
        for scope, number in sent:
            self.state.sent(scope, number, turnover)
        moving = []
        for key, record in self.state.take_changes(turnover.touched):
            if record is None:
                self.topic.pop(key, None)
                continue
            self.topic[key] = encode(record)
            if isinstance(record, Moving):
                moving.append(record.moved)
        return moving


def test_scopes_that_nothing_is_said_to_look_through_what_they_hold_with_the_next_tick() -> None:
    """What belongs elsewhere waits in the outbox until it is known to be sent, and a crash loses nothing."""
    rooms = Rooms()
    rooms.apply(
        a_batch(an_alert("erp.orders", "erp.batch_failed"), first=0).model_copy(update={"rules": "one"})
    )
    assert not rooms.state.stale
    rooms.state.adopt(rooms.rules("two", erp="other"))
    assert rooms.state.stale
    (moved,) = rooms.apply(Tick())
    assert not rooms.state.stale
    assert (moved.from_scope, moved.scope, moved.number, moved.rules) == ("main", "other", 1, "two")
    again = ShardState(rooms.rules("two", erp="other"), step)
    again.restore(rooms.topic)
    assert again.hand_offs() == rooms.state.hand_offs() == [moved]
    assert not again.stale
    rooms.apply(moved, sent=(("main", 1),))
    assert rooms.state.hand_offs() == []
    rooms.apply(sent=(("main", 1), ("nowhere", 4)))
    last = ShardState(rooms.rules("two", erp="other"), step)
    last.restore(rooms.topic)
    assert last.hand_offs() == []
    assert [record.alert.component for record in _open(last, "other")] == ["erp.orders"]
    assert _open(last, "main") == []


def test_rules_that_changed_while_nobody_had_the_partition_are_noticed() -> None:
    """A restart under other rules is a change of rules like any other."""
    rooms = Rooms()
    rooms.apply(
        a_batch(an_alert("erp.orders", "erp.batch_failed"), first=0).model_copy(update={"rules": "one"})
    )
    again = ShardState(rooms.rules("two", erp="other"), step)
    again.restore(rooms.topic)
    assert again.stale
    again.apply(an_input(1, Tick()), Turnover())
    assert [moved.scope for moved in again.hand_offs()] == ["other"]


def test_one_tick_visits_only_so_many_scopes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A transaction is bounded; the next Tick goes on."""
    monkeypatch.setattr("router.kafka.shard_state.VISITS", 2)
    state = ShardState(a_company(), step)
    for number in range(5):
        batch = a_batch(an_alert(), first=number, scope=f"scope-{number}")
        state.apply(an_input(state.next, batch), Turnover())
    state.adopt(a_company().model_copy(update={"hash": "two"}))
    visited = []
    while state.stale:
        turnover = Turnover()
        state.apply(an_input(state.next, Tick()), turnover)
        visited.append(list(turnover.touched))
    assert visited == [["scope-0", "scope-1"], ["scope-2", "scope-3"], ["scope-4"]]


def _open(state: ShardState, scope: str) -> list[OpenAlert]:
    records = state.scopes[scope].records.values()
    return [record for record in records if isinstance(record, OpenAlert)]
