"""The log of deliveries of one partition, and the one producer that may write to it.

An intent must be durable, and still ours to have, before we act on it: every write is a Kafka transaction, and
opening the log fences whoever wrote to this partition before. So a notifier that lost the partition without
noticing (it was frozen, or cut off) fails at its next intent instead of telling what another one tells.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from confluent_kafka import KafkaException, Producer
from pydantic import ValidationError

from router.config.runtime import KafkaSettings
from router.kafka.clients import ANSWER_SECONDS, producer, read_to_end
from router.kafka.codec import decode_delivery, encode
from router.kafka.notifier_events import RecordUnreadable
from router.kafka.notifier_plan import Memory, remember
from router.kafka.topics import DELIVERIES
from router.model.notice import Delivery
from router.telemetry.events import emit

ROLE = "notifier"
"""`<group>-notifier` is the consumer group; with `-<partition>`, the transactional id of a partition's log."""

TRANSACTION_SECONDS = 60
"""The broker aborts a transaction that is open for longer; a write takes milliseconds."""

PATIENCE_SECONDS = 120.0
"""How long a call is repeated that failed for a reason that passes, as a broker that restarts."""


class Subject(NamedTuple):
    """An incident as one destination sees it."""

    destination: str
    incident: str


class _Write(NamedTuple):
    records: tuple[Delivery, ...]
    done: asyncio.Future[None]


class DeliveryLog:
    """Used from one event loop; the Kafka calls, which block, run in a thread of the log's own.

    Errors are KafkaException and mean that the partition may not be ours any more: the process must end.
    """

    def __init__(self, kafka: KafkaSettings, partition: int) -> None:
        self.partition = partition
        self._kafka = kafka
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"deliveries-{partition}")
        self._waiting: list[_Write] = []
        self._writing: asyncio.Task[None] | None = None
        self._closed = False
        self._producer: Producer

    async def open(self) -> Mapping[Subject, Memory]:
        """Fence earlier writers, then read back what every destination of this partition was told."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._open)

    async def write(self, *records: Delivery) -> None:
        """Returns when the records are durable. Writes that wait at the same time share a transaction."""
        done = asyncio.get_running_loop().create_future()
        self._waiting.append(_Write(records, done))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_waiting())
        await done

    async def close(self) -> None:
        """Finish what the thread is at. What waits behind it is cancelled: its intent was never logged."""
        self._closed = True
        for write in self._waiting:
            write.done.cancel()
        self._waiting.clear()
        idle = asyncio.get_running_loop().run_in_executor(self._thread, int)
        await asyncio.wait([idle], timeout=ANSWER_SECONDS)
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _write_waiting(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            writes, self._waiting = self._waiting, []
            records = [record for write in writes for record in write.records if not write.done.cancelled()]
            try:
                await loop.run_in_executor(self._thread, self._commit, records)
            except Exception as error:  # goes to whoever waits for this write, and ends the process there
                for write in writes:
                    if not write.done.done():
                        write.done.set_exception(error)
            else:
                for write in writes:
                    if not write.done.done():
                        write.done.set_result(None)

    # ---- in the log's own thread ----------------------------------------------------------------------

    def _open(self) -> Mapping[Subject, Memory]:
        name = f"{self._kafka.name(ROLE)}-{self.partition}"
        settings = {"transactional.id": name, "transaction.timeout.ms": TRANSACTION_SECONDS * 1_000}
        self._producer = producer(self._kafka, **settings, **{"linger.ms": 0})
        self._persist(self._producer.init_transactions)
        newest: dict[bytes, bytes] = {}
        for record in read_to_end(self._kafka, DELIVERIES, [self.partition]):
            key, value = record.key(), record.value()
            if isinstance(key, bytes) and isinstance(value, bytes):
                newest[key] = value
            elif isinstance(key, bytes):
                newest.pop(key, None)
            if self._closed:
                break
        return _memories(newest)

    def _commit(self, records: list[Delivery]) -> None:
        if not records:
            return
        self._producer.begin_transaction()
        for record in records:
            self._producer.produce(DELIVERIES, encode(record), record.key.encode(), self.partition)
        self._persist(self._producer.commit_transaction)

    def _persist(self, call: Callable[[float], object]) -> None:
        """Repeat a transactional call while its failure is of the kind that passes."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                call(ANSWER_SECONDS)
            except KafkaException as error:
                if not error.args[0].retriable() or self._closed or time.monotonic() > deadline:
                    raise
            else:
                return


def _memories(newest: Mapping[bytes, bytes]) -> dict[Subject, Memory]:
    records: dict[Subject, list[Delivery]] = defaultdict(list)
    for key, value in newest.items():
        try:
            record = decode_delivery(value)
        except ValidationError as error:
            emit(RecordUnreadable(DELIVERIES, key.decode(errors="replace"), error.error_count()))
        else:
            records[Subject(record.destination, record.incident)].append(record)
    return {subject: remember(parts) for subject, parts in records.items()}
