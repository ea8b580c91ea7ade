"""Second looks: the oldest copy stays, and we edit that one from then on."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from router.kafka.notifier_plan import Patience
from router.kafka.notifier_sender import Place
from router.kafka.notifier_sweeps import AGAIN_SECONDS, Sweeps
from router.model.errors import DeliveryError
from router.model.notice import Delivery, DeliveryState
from tests.unit.kafka.notifier_fakes import Channel, Posted

NOW = datetime.now(UTC)


def confirmed(ts: str = "2.000000", **fields: Any) -> Delivery:
    """The record of a message that was posted, in doubt at first."""
    usual = {"destination": "#data", "incident": "main-17", "revision": 3, "at": NOW, "attempts": 2}
    done = {"state": DeliveryState.DONE, "channel_id": "C1", "ts": ts}
    return Delivery.model_validate({**usual, **done, **fields})


class Bench:
    """Sweeps over a channel that holds copies of one message."""

    def __init__(self, copies: int, patience: Patience | None = None) -> None:
        self.clock = 100.0
        effect = confirmed().effect_id
        self.channel = Channel(posted=[Posted(f"{n}.000000", effect, 1) for n in range(1, copies + 1)])
        self.sweeps = Sweeps(self.channel, patience or Patience(), lambda: self.clock)

    def run(self) -> Delivery | None:
        """Do the look that is due."""
        return asyncio.run(self.sweeps.run())


def test_looks_are_due_a_minute_and_ten_minutes_later() -> None:
    """Two looks for each message in doubt, soonest first."""
    bench = Bench(1)
    bench.sweeps.add(confirmed("1.000000"), NOW)
    assert bench.sweeps.due == 160.0
    assert bench.run() is None
    assert bench.sweeps.due == 700.0
    assert bench.sweeps.incidents == {"main-17"}
    bench.run()
    assert not bench.sweeps.incidents


def test_of_several_copies_the_oldest_stays() -> None:
    """The others are deleted; the one that stays is shown anew, since nobody knows what it shows."""
    bench = Bench(3)
    bench.sweeps.add(confirmed("2.000000"), NOW)
    moved = bench.run()
    assert [message.ts for message in bench.channel.roots] == ["1.000000"]
    assert moved is not None
    assert (moved.ts, moved.revision) == ("1.000000", -1)


def test_a_single_message_is_left_alone() -> None:
    """And so is the one we know, when it is the oldest."""
    bench = Bench(2)
    bench.sweeps.add(confirmed("1.000000"), NOW)
    assert bench.run() is None
    assert len(bench.channel.roots) == 1


def test_copies_of_a_reply_are_looked_for_in_its_thread() -> None:
    """A reply is never edited, so nothing is shown anew."""
    record = confirmed("3.000000", part="note-1")
    bench = Bench(0)
    bench.channel.posted = [Posted(f"{n}.000000", record.effect_id, 1, "1.000000") for n in (2, 3)]
    bench.sweeps.add(record, NOW, "1.000000")
    assert bench.run() is None
    assert [reply.ts for reply in bench.channel.replies] == ["2.000000"]


@pytest.mark.parametrize(
    ("age_seconds", "dues"),
    [(0, [160.0, 700.0]), (30, [130.0, 670.0]), (90, [100.0, 610.0]), (3_000, [100.0, 100.0]), (9_000, [])],
)
def test_after_a_restart_what_was_in_doubt_is_still_looked_at(age_seconds: float, dues: list[float]) -> None:
    """By when the message was made, however often it was edited since; late, if nobody was there in time."""
    bench = Bench(1)
    made = NOW - timedelta(seconds=age_seconds)
    bench.sweeps.resume(confirmed(f"{made.timestamp():.6f}"), "", NOW)
    assert [sweep.due for sweep in sorted(bench.sweeps._waiting)] == pytest.approx(dues)


def test_a_message_elsewhere_than_in_slack_is_as_old_as_its_confirmation() -> None:
    """Only Slack's ts is a time."""
    bench = Bench(1)
    bench.sweeps.resume(confirmed("effect-id", at=NOW - timedelta(seconds=30)), "", NOW)
    assert bench.sweeps.due == pytest.approx(130.0)


def test_a_look_that_failed_is_repeated() -> None:
    """When that can help; a refusal is final."""

    class Down(Channel):
        retryable = True

        async def find(
            self, channel: str, effect_id: str, since: float, until: float, thread_ts: str = ""
        ) -> list[Place]:
            raise DeliveryError("down", retryable=self.retryable)

    bench = Bench(1, Patience(sweeps=(60.0,)))
    down = Down()
    bench.sweeps = Sweeps(down, Patience(sweeps=(60.0,)), lambda: bench.clock)
    bench.sweeps.add(confirmed(), NOW)
    with pytest.raises(DeliveryError):
        bench.run()
    assert bench.sweeps.due == 100.0 + AGAIN_SECONDS
    down.retryable = False
    with pytest.raises(DeliveryError):
        bench.run()
    assert bench.sweeps.due is None
