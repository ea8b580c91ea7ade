"""What a shard remembers is a function of its inputs, and nothing an input holds can break it."""

from datetime import timedelta

import pytest

from router.kafka.codec import AnyInput, encode, encode_checkpoint
from router.kafka.shard_state import InputRecord, ShardState, Step, Turnover
from router.model.event import RejectCode
from router.model.input import Tick
from router.pipeline import step
from tests.builders import START, a_batch, a_change, a_command, a_company, an_alert
from tests.counting import a_count, an_input, count


class Log:
    """A shard state under test, with the state topic as its writer would fill it."""

    def __init__(self, core: Step = count) -> None:
        self.core = core
        self.state = ShardState(a_company(), core)
        self.topic: dict[bytes, bytes] = {}
        self.writes: list[bytes] = []

    def apply(self, *values: AnyInput | bytes | None, seconds: float = 0.0) -> Turnover:
        """Apply these as one transaction and store what changed."""
        turnover = Turnover()
        for value in values:
            self.state.apply(an_input(self.state.next, value, seconds), turnover)
        for key, record in self.state.take_changes(turnover.touched):
            self.writes.append(key)
            if record is None:
                self.topic.pop(key, None)
            else:
                self.topic[key] = encode(record)
        self.topic[b"__checkpoint__"] = encode_checkpoint(self.state.next)
        return turnover

    def restored(self) -> ShardState:
        """What another process reads back."""
        state = ShardState(a_company(), self.core)
        state.restore(self.topic)
        return state


def test_restored_state_equals_the_live_one() -> None:
    """Whatever was applied, reading the state topic back gives the same content and the same next wake-up."""
    log = Log()
    log.apply(a_count("a", "one"), a_count("b", "two", seconds=5), a_count("c", "one", seconds=7))
    log.apply(Tick(), seconds=6)
    log.apply(b"{", a_count("d", "three"))
    restored = log.restored()
    assert log.state.digest() == restored.digest()
    assert log.state.wake_at() == restored.wake_at() == START + timedelta(seconds=7)
    assert restored.next == 6


def test_real_core_comes_back_as_it_was() -> None:
    """The same with the product's own core and a life of an incident: opened, told, repeated, resolved, closed."""
    log = Log(step)
    scope_clock = iter(range(0, 100_000, 400))
    alerts = [
        an_alert("erp.orders", "erp.batch_failed", key="1:a"),
        an_alert("feed.orders", "feed.stale", key="1:b"),
    ]
    over = an_alert("erp.orders", "erp.batch_failed", key="1:a", status="resolved", seconds=900)
    for inputs in (
        [a_batch(*alerts, first=0), a_change("erp.orders", 0)],
        [Tick()],
        [a_batch(*alerts, first=2), a_command("acknowledge", "main-1")],
        [a_batch(over, first=4), Tick()],
        [Tick()],
    ):
        log.apply(*inputs, seconds=next(scope_clock))
        assert log.state.digest() == log.restored().digest()
        assert log.state.wake_at() == log.restored().wake_at()
    assert len(log.topic) > 5


def test_digest_tells_states_apart() -> None:
    """A digest that were blind would prove nothing."""
    one, other = Log(), Log()
    one.apply(a_count("a", "one"))
    other.apply(a_count("b", "one"))
    assert one.state.digest() != other.state.digest()


def test_record_changed_twice_in_a_transaction_is_written_once() -> None:
    """Of a record's versions within one transaction only the last is worth writing."""
    log = Log()
    log.apply(a_count("a", "one"), a_count("b", "one"))
    assert sorted(log.writes) == [b"one|command|a", b"one|command|b", b"one|incident|I-one", b"one|scope"]


def test_newest_notice_and_incident_of_a_transaction_win() -> None:
    """Notices and incidents are states: of one transaction only the newest of each key leaves."""
    turnover = Log().apply(a_count("a", "one"), a_count("b", "one"), a_count("c", "two"))
    assert {key: notice.incident.revision for key, notice in turnover.notices.items()} == {
        "#one|I-one": 2,
        "#two|I-two": 1,
    }
    assert {key: incident.revision for key, incident in turnover.incidents.items()} == {
        "I-one": 2,
        "I-two": 1,
    }
    assert turnover.outcomes() == {"opened": 3}


def test_tick_wakes_every_due_scope_and_no_other() -> None:
    """One Tick a partition serves all its scopes."""
    log = Log()
    log.apply(
        a_count("a", "one", seconds=5), a_count("b", "two", seconds=6), a_count("c", "three", seconds=60)
    )
    turnover = log.apply(Tick(), seconds=6)
    assert [decision.command for decision in turnover.decisions] == ["a", "b"]
    assert list(turnover.touched) == ["one", "two"]
    assert log.state.wake_at() == START + timedelta(seconds=60)


def test_tick_with_nothing_due_changes_nothing() -> None:
    """A Tick too many, as after a change of owners, is harmless."""
    log = Log()
    log.apply(a_count("a", "one", seconds=5))
    turnover = log.apply(Tick(), seconds=4)
    assert (turnover.decisions, turnover.touched, turnover.ticks) == ([], {}, 1)


def test_clock_of_a_scope_never_goes_back() -> None:
    """An input with an earlier timestamp is applied at the time the scope has reached."""
    log = Log()
    log.apply(a_count("a", "one"), seconds=100)
    turnover = log.apply(a_count("b", "one"), seconds=40)
    assert [decision.at for decision in turnover.decisions] == [START + timedelta(seconds=100)]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (None, RejectCode.EMPTY_VALUE),
        (b"", RejectCode.EMPTY_VALUE),
        (b"{", RejectCode.UNSUPPORTED_TYPE),
        (b"\xff\xfe", RejectCode.UNSUPPORTED_TYPE),
        (b"[" * 100_000, RejectCode.UNSUPPORTED_TYPE),
        (b'{"type":"alerts"}', RejectCode.UNSUPPORTED_TYPE),
        (b'{"type":"secret-thing","password":"hunter2"}', RejectCode.UNSUPPORTED_TYPE),
        (b"null", RejectCode.UNSUPPORTED_TYPE),
    ],
)
def test_undecodable_input_is_refused_and_the_next_one_applied(value: bytes | None, code: RejectCode) -> None:
    """A poisoned input stops nothing, and the refusal does not quote it."""
    log = Log()
    turnover = log.apply(value, a_count("a", "one"))
    assert [(refused.code, refused.record.offset) for refused in turnover.refused] == [(code, 0)]
    assert "hunter2" not in turnover.refused[0].message
    assert [decision.command for decision in turnover.decisions] == ["a"]
    assert log.state.next == 2


def test_time_beyond_the_calendar_is_refused() -> None:
    """A timestamp that no datetime can hold is refused like any other nonsense."""
    state, turnover = ShardState(a_company(), count), Turnover()
    state.apply(InputRecord(0, 2**62, b"one", encode(a_count("a", "one"))), turnover)
    assert [refused.code for refused in turnover.refused] == [RejectCode.INVALID_TIME]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (b"one|thing|x", b'{"record":"thing"}'),
        (b"one|scope", b"{"),
        (b"no bar", b"{}"),
        (b"__checkpoint__", b'{"offset": 3}'),
        (b"\xff|scope", b'{"record":"scope","scope":"one"}'),
    ],
)
def test_state_that_a_newer_version_wrote_is_refused_with_what_to_do(key: bytes, value: bytes) -> None:
    """Guessing at unknown state would lose it; the operator is told what to do instead."""
    with pytest.raises(RuntimeError, match=r"a newer one wrote it. Run that one"):
        ShardState(a_company(), count).restore({key: value})
