"""A host feeds its shard in order, lets it finish, and reports what it raises, unless nobody cares any more."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sequence
from itertools import chain
from typing import Any, cast

from router.kafka.shard import Applied, Shard
from router.kafka.shard_host import BATCH_BYTES, BATCH_RECORDS, ROOM_BYTES, ROOM_RECORDS, ShardHost
from router.kafka.shard_state import InputRecord
from router.model.rules import Rules
from tests.builders import a_company

PATIENCE_SECONDS = 30.0


class SlowShard:
    """Stands in for a shard: notes what it is given, and waits where a test tells it to."""

    partition = 0

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.busy = threading.Event()
        self.go_on = threading.Event()
        self.go_on.set()
        self.open_may_end = threading.Event()
        self.open_may_end.set()
        self.error: Exception | None = None
        self.closed = False
        self.sent: list[tuple[str, int]] = []
        self.rules: list[str] = []

    def open(self) -> None:
        """As Shard.open."""
        assert self.open_may_end.wait(PATIENCE_SECONDS)

    def apply(self, records: Sequence[InputRecord], sent: Sequence[tuple[str, int]] = ()) -> Applied:
        """As Shard.apply."""
        self.sent += sent
        self.busy.set()
        assert self.go_on.wait(PATIENCE_SECONDS)
        if self.error:
            raise self.error
        self.batches.append([record.offset for record in records])
        return Applied(len(records), 0, (), (), 0, 0.0, None, {}, {}, {})

    def adopt(self, rules: Rules) -> None:
        """As Shard.adopt; notes after how many batches it was."""
        self.rules.append(f"{rules.hash} after {len(self.batches)}")

    def close(self) -> None:
        """As Shard.close."""
        self.closed = True


class Hosted:
    """A host with what it reported."""

    def __init__(self, shard: SlowShard) -> None:
        self.shard = shard
        self.opened = 0
        self.applied: list[Applied] = []
        self.errors: list[BaseException] = []
        self.host = ShardHost(
            cast("Shard", shard),
            self._note_open,
            lambda _host, applied: self.applied.append(applied),
            self.errors.append,
        )

    def _note_open(self, _host: ShardHost) -> None:
        self.opened += 1

    async def put(self, *offsets: int, size: int = 1) -> None:
        """Queue inputs."""
        for offset in offsets:
            await self.host.put(InputRecord(offset, 0, None, b"x" * size))


def run(story: Coroutine[Any, Any, None]) -> None:
    """Tell the story within its own event loop."""
    asyncio.run(asyncio.wait_for(story, PATIENCE_SECONDS))


async def happens(event: threading.Event) -> None:
    """Wait for something in the shard's thread."""
    assert await asyncio.to_thread(event.wait, PATIENCE_SECONDS)


async def until(condition: Callable[[], bool]) -> None:
    """Let the host work until it holds."""
    while not condition():  # noqa: ASYNC110 - what is waited for happens in the shard's thread
        await asyncio.sleep(0.005)


async def until_applied(hosted: Hosted, number: int) -> None:
    """Let the host work until the shard had so many inputs."""
    await until(lambda: sum(map(len, hosted.shard.batches)) >= number)


def test_what_queues_while_the_shard_is_busy_becomes_one_batch() -> None:
    """Batches grow with the load and nobody waits for one to fill up."""

    async def story() -> None:
        hosted = Hosted(SlowShard())
        hosted.shard.go_on.clear()
        await hosted.put(0)
        await happens(hosted.shard.busy)
        await hosted.put(1, 2, 3)
        hosted.shard.go_on.set()
        await until_applied(hosted, 4)
        assert hosted.shard.batches == [[0], [1, 2, 3]]
        assert [applied.applied for applied in hosted.applied] == [1, 3]
        await hosted.host.close()

    run(story())


def test_batches_are_bounded() -> None:
    """In records and in bytes, so that a transaction ends in time."""

    async def story() -> None:
        hosted = Hosted(SlowShard())
        hosted.shard.open_may_end.clear()
        await hosted.put(*range(BATCH_RECORDS + 1))
        await hosted.put(*range(BATCH_RECORDS + 1, BATCH_RECORDS + 5), size=BATCH_BYTES // 2)
        hosted.shard.open_may_end.set()
        await until_applied(hosted, BATCH_RECORDS + 5)
        first, rest = BATCH_RECORDS, list(range(BATCH_RECORDS, BATCH_RECORDS + 5))
        assert hosted.shard.batches == [list(range(first)), rest[:3], rest[3:]]
        await hosted.host.close()

    run(story())


def test_full_queue_makes_the_agent_wait() -> None:
    """Until there is room again: memory is bounded."""

    async def story() -> None:
        hosted = Hosted(SlowShard())
        hosted.shard.open_may_end.clear()
        await hosted.put(*range(ROOM_RECORDS))
        late = asyncio.ensure_future(hosted.put(ROOM_RECORDS))
        await asyncio.wait([late], timeout=0.05)
        assert not late.done()
        hosted.shard.open_may_end.set()
        await late
        await until_applied(hosted, ROOM_RECORDS + 1)
        assert list(chain.from_iterable(hosted.shard.batches)) == list(range(ROOM_RECORDS + 1))
        await hosted.host.close()

    run(story())


def test_large_inputs_make_the_agent_wait_sooner() -> None:
    """A few megabytes are as full as thousands of small ones."""

    async def story() -> None:
        hosted = Hosted(SlowShard())
        hosted.shard.open_may_end.clear()
        await hosted.put(*range(8), size=ROOM_BYTES // 8)
        late = asyncio.ensure_future(hosted.put(8))
        await asyncio.wait([late], timeout=0.05)
        assert not late.done()
        hosted.shard.open_may_end.set()
        await late
        await until_applied(hosted, 9)
        await hosted.host.close()

    run(story())


def test_closing_finishes_the_transaction_and_drops_the_rest() -> None:
    """The next owner reads the rest again; half a transaction would have to be fenced."""

    async def story() -> None:
        hosted = Hosted(SlowShard())
        hosted.shard.go_on.clear()
        await hosted.put(0)
        await happens(hosted.shard.busy)
        await hosted.put(1, 2)
        closing = asyncio.ensure_future(hosted.host.close())
        await asyncio.wait([closing], timeout=0.05)
        assert not closing.done()
        hosted.shard.go_on.set()
        await closing
        assert hosted.shard.batches == [[0]]
        assert hosted.shard.closed
        assert hosted.applied == []

    run(story())


def test_closing_frees_an_agent_that_waits() -> None:
    """Faust would hang in the rebalance otherwise; what it carried is dropped."""

    async def story() -> None:
        hosted = Hosted(SlowShard())
        hosted.shard.open_may_end.clear()
        await hosted.put(*range(ROOM_RECORDS))
        late = asyncio.ensure_future(hosted.put(ROOM_RECORDS))
        await asyncio.sleep(0)
        closing = asyncio.ensure_future(hosted.host.close())
        await late
        hosted.shard.open_may_end.set()
        await closing
        assert hosted.shard.batches == []
        assert hosted.opened == 0

    run(story())


def test_error_of_the_shard_is_reported_once_and_ends_the_work() -> None:
    """Nothing may be applied after a failed transaction: memory is ahead of the log."""

    async def story() -> None:
        hosted = Hosted(SlowShard())
        hosted.shard.error = RuntimeError("fenced")
        await hosted.put(0)
        await until(lambda: bool(hosted.errors))
        hosted.shard.error = None
        await hosted.put(1)
        await asyncio.sleep(0.05)  # what is tested is that nothing happens
        assert [str(error) for error in hosted.errors] == ["fenced"]
        assert hosted.shard.batches == []
        await hosted.host.close()

    run(story())


def test_error_after_closing_concerns_nobody() -> None:
    """The next owner may fence a transaction that was still under way."""

    async def story() -> None:
        hosted = Hosted(SlowShard())
        hosted.shard.go_on.clear()
        await hosted.put(0)
        await happens(hosted.shard.busy)
        closing = asyncio.ensure_future(hosted.host.close())
        await asyncio.sleep(0)
        hosted.shard.error = RuntimeError("fenced")
        hosted.shard.go_on.set()
        await closing
        assert hosted.errors == []

    run(story())


def test_new_rules_come_between_two_batches() -> None:
    """Never within one: what is under way ends under the old ones, and what waits begins under the new."""

    async def story() -> None:
        hosted = Hosted(SlowShard())
        hosted.shard.go_on.clear()
        await hosted.put(0)
        await happens(hosted.shard.busy)
        await hosted.put(1, 2)
        hosted.host.adopt(a_company())
        hosted.shard.go_on.set()
        await until_applied(hosted, 3)
        assert hosted.shard.batches == [[0], [1, 2]]
        assert hosted.shard.rules == ["test after 1"]
        await hosted.host.close()

    run(story())


def test_new_rules_are_taken_up_without_any_input() -> None:
    """An idle partition must not stay behind."""

    async def story() -> None:
        hosted = Hosted(SlowShard())
        hosted.host.adopt(a_company())
        await until(lambda: bool(hosted.shard.rules))
        assert hosted.shard.batches == []
        await hosted.host.close()

    run(story())


def test_a_hand_off_that_arrived_leaves_the_outbox_without_any_input() -> None:
    """An empty batch does it, once."""

    async def story() -> None:
        hosted = Hosted(SlowShard())
        hosted.host.sent("main", 7)
        await until(lambda: bool(hosted.shard.sent))
        await hosted.put(0)
        await until_applied(hosted, 1)
        assert hosted.shard.sent == [("main", 7)]
        assert hosted.shard.batches == [[], [0]]
        await hosted.host.close()

    run(story())
