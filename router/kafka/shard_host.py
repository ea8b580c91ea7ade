"""Feeds one shard: inputs queue in the event loop, the shard works in a thread of its own.

Whatever is queued when the shard is free becomes one transaction: small when there is little to do, large under load.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from router.kafka.shard import Applied, Shard
from router.kafka.shard_state import InputRecord
from router.model.rules import Rules

BATCH_RECORDS = 500
"""Inputs in one transaction at most."""

BATCH_BYTES = 1_000_000
"""Bytes of inputs in one transaction at most (one input may be larger): bounds its time and its size."""

ROOM_RECORDS = 2_000
ROOM_BYTES = 8_000_000
"""Inputs queued at most (one input may be larger); then the agent waits, and Faust stops fetching."""

CLOSE_SECONDS = 10.0
"""How long closing waits for what the shard is doing. After it Kafka's fencing decides, without us."""


class ShardHost:
    """Lives in one event loop. `failed` gets what the shard raised; nothing is applied after that."""

    def __init__(
        self,
        shard: Shard,
        opened: Callable[["ShardHost"], None],
        applied: Callable[["ShardHost", Applied], None],
        failed: Callable[[BaseException], None],
        adopted: Callable[["ShardHost"], None] = lambda _host: None,
    ) -> None:
        self.shard = shard
        self.open = False
        self._opened, self._applied, self._failed = opened, applied, failed
        self._adopted = adopted
        self._queue: deque[InputRecord] = deque()
        self._queued_bytes = 0
        self._changed = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._closed = False
        self._rules: Rules | None = None
        self._sent: list[tuple[str, int]] = []
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"shard-{shard.partition}")
        self._task = asyncio.create_task(self._run())

    @property
    def partition(self) -> int:
        """Of inputs and of state."""
        return self.shard.partition

    @property
    def next(self) -> int | None:
        """The offset that the shard wants next; None while it is opening. May be asked from any thread."""
        return self.shard.state.next if self.open else None

    async def put(self, record: InputRecord) -> None:
        """Queue an input; waits while there is no room. After `close` it is dropped."""
        await self._room.wait()
        if self._closed:
            return
        self._queue.append(record)
        self._queued_bytes += _size(record)
        self._changed.set()
        if len(self._queue) >= ROOM_RECORDS or self._queued_bytes >= ROOM_BYTES:
            self._room.clear()

    def adopt(self, rules: Rules) -> None:
        """Work under these rules from the next transaction on."""
        self._rules = rules
        self._changed.set()

    def sent(self, scope: str, number: int) -> None:
        """A hand-off of this scope is on its topic: it leaves the outbox with the next transaction."""
        self._sent.append((scope, number))
        self._changed.set()

    async def close(self) -> None:
        """Finish the transaction under way and let go. What is queued is dropped: the next owner reads it again."""
        self._closed = True
        self._queue.clear()
        self._changed.set()
        self._room.set()
        await asyncio.wait([self._task], timeout=CLOSE_SECONDS)

    async def _run(self) -> None:
        try:
            await self._work(self.shard.open)
            self.open = True
            if not self._closed:
                self._opened(self)
            while not self._closed:
                await self._turn()
            await self._work(self.shard.close)
        except Exception as error:
            if not self._closed:  # a closed shard may be fenced by the next owner at any time
                self._failed(error)
        finally:
            self._thread.shutdown(wait=False)

    async def _turn(self) -> None:
        await self._changed.wait()
        if self._rules is not None:
            await self._adopt(self._rules)
        records, sent = self._take(), self._sent
        if not records and not sent:
            self._changed.clear()
            return
        self._sent = []
        loop = asyncio.get_running_loop()
        applied = await loop.run_in_executor(self._thread, self.shard.apply, records, sent)
        if not self._closed:
            self._applied(self, applied)

    async def _adopt(self, rules: Rules) -> None:
        self._rules = None
        await asyncio.get_running_loop().run_in_executor(self._thread, self.shard.adopt, rules)
        if not self._closed:
            self._adopted(self)

    async def _work(self, call: Callable[[], None]) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, call)

    def _take(self) -> list[InputRecord]:
        taken: list[InputRecord] = []
        size = 0
        while self._queue and len(taken) < BATCH_RECORDS and size < BATCH_BYTES:
            taken.append(self._queue.popleft())
            size += _size(taken[-1])
        self._queued_bytes -= size
        if len(self._queue) < ROOM_RECORDS // 2 and self._queued_bytes < ROOM_BYTES // 2:
            self._room.set()
        return taken


def _size(record: InputRecord) -> int:
    return len(record.value or b"")
