"""One partition of `router.inputs.v1`: its state, its checkpoint, and the one producer that may write them.

Why nothing is lost or doubled: a micro-batch of inputs is one Kafka transaction, which holds everything the batch
led to, the checkpoint `next` and the group's offset. After a crash the state topic says what was applied, so
an input below `next` is a replay. Opening the shard fences whoever had it before.
Crash-only: any exception from here means that memory and log may differ; the process must end.
"""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from aiokafka.partitioner import murmur2  # type: ignore[import-untyped]  # aiokafka ships no types
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

from router import __version__
from router.config.runtime import KafkaSettings
from router.kafka.clients import ANSWER_SECONDS, consumer, partitions_of, producer, read_to_end
from router.kafka.codec import CHECKPOINT_KEY, encode, encode_checkpoint, notice_partition
from router.kafka.deadletter import DeadLetter
from router.kafka.shard_state import InputRecord, Refused, ShardState, Step, Turnover
from router.kafka.topics import DEADLETTER, DECISIONS, INCIDENTS, INPUTS, NOTICES, STATE
from router.model.rules import Rules

ROLE = "engine"
"""Last part of the consumer group's name and first of the transactional ids: `<group>-engine[-<partition>]`."""

TRANSACTION_SECONDS = 60
"""The broker aborts a transaction that is open for longer; a batch takes milliseconds."""

PATIENCE_SECONDS = 120.0
"""How long a call is repeated that failed for a reason that passes, as a broker that restarts."""

GAP_SECONDS = 8.0
"""How long inputs above `next` may keep coming. After a rebalance a few do, then Faust reads again from `next`."""


class Gap(RuntimeError):
    """Inputs above `next` keep coming and the one at `next` does not: reading must begin again."""


class Applied(NamedTuple):
    """What became of a micro-batch: `applied` of its records were at `next`, `replayed` below and `ahead` above it."""

    applied: int
    replayed: int
    ahead: int
    refused: tuple[Refused, ...]
    ticks: int
    seconds: float
    wake_at: datetime | None


class Shard:
    """Not thread-safe: one thread at a time calls `open`, `apply` and `close`, in this order.

    `expired` counts inputs that retention deleted before they were applied: lost, and to be shouted about.
    """

    def __init__(
        self,
        kafka: KafkaSettings,
        partition: int,
        rules: Rules,
        step: Step,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`clock` counts seconds."""
        self.partition = partition
        self.state = ShardState(rules, step)
        self.expired = 0
        self._kafka = kafka
        self._clock = clock
        self._ahead_since: float | None = None
        self._producer: Producer
        self._group: Any
        self._notice_partitions = 0

    def open(self) -> None:
        """Fence the partition's last owner, then read its state back.

        Raises RuntimeError, saying what to do, when the topics do not fit each other; KafkaException.
        """
        name = f"{self._kafka.name(ROLE)}-{self.partition}"
        self._producer = producer(
            self._kafka,
            **{
                "transactional.id": name,
                "transaction.timeout.ms": TRANSACTION_SECONDS * 1_000,
                "delivery.report.only.error": True,
                "queue.buffering.max.messages": 1_000_000,
            },
        )
        # After this every transaction of an earlier owner is committed or aborted, and it can begin no other.
        self._persist(self._producer.init_transactions)
        records: dict[bytes, bytes] = {}
        for record in read_to_end(self._kafka, STATE, [self.partition]):
            key, value = record.key(), record.value()
            if isinstance(key, bytes) and isinstance(value, bytes):
                records[key] = value
            elif isinstance(key, bytes):
                records.pop(key, None)
        self.state.restore(records)
        self._check_topics(fresh=CHECKPOINT_KEY not in records)

    def apply(self, records: Sequence[InputRecord]) -> Applied:
        """Apply a micro-batch, in order, as one transaction. When it returns, all of it is committed.

        Raises Gap; KafkaException when the transaction fails, as when a new owner fenced us.
        """
        began = self._clock()
        turnover = Turnover()
        first = self.state.next
        replayed = ahead = 0
        for record in records:
            if record.offset < self.state.next:
                replayed += 1
            elif record.offset > self.state.next:
                ahead += 1
            else:
                self.state.apply(record, turnover)
        applied = self.state.next - first
        if applied:
            self._ahead_since = None
            self._commit(turnover)
        elif ahead:
            self._check_gap(records[-1].offset)
        refused, ticks = tuple(turnover.refused), turnover.ticks
        return Applied(applied, replayed, ahead, refused, ticks, self._clock() - began, self.state.wake_at())

    def close(self) -> None:
        """Leave the partition. There is nothing to save."""
        del self._producer

    def _commit(self, turnover: Turnover) -> None:
        self._producer.begin_transaction()
        for key, record in self.state.take_changes(turnover.touched):
            self._produce(STATE, key, None if record is None else encode(record), self.partition)
        for decision in turnover.decisions:
            self._produce(DECISIONS, decision.scope.encode(), encode(decision))
        for notice in turnover.notices.values():
            place = notice_partition(notice.destination, self._notice_partitions)
            self._produce(NOTICES, notice.key.encode(), encode(notice), place)
        for incident in turnover.incidents.values():
            self._produce(INCIDENTS, incident.id.encode(), encode(incident))
        for refused in turnover.refused:
            self._bury(refused)
        self._produce(STATE, CHECKPOINT_KEY, encode_checkpoint(self.state.next), self.partition)
        position = TopicPartition(INPUTS, self.partition, self.state.next)
        self._persist(lambda wait: self._producer.send_offsets_to_transaction([position], self._group, wait))
        self._persist(self._producer.commit_transaction)

    def _produce(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        partition: int = -1,
        headers: list[tuple[str, str | bytes | None]] | None = None,
    ) -> None:
        """Hand a record to the producer; the key chooses the partition unless one is given."""
        while True:
            try:
                self._producer.produce(topic, value, key, partition, headers=headers)
                return
            except BufferError:  # full; room comes as the broker acknowledges, or the transaction times out
                self._producer.poll(0.05)

    def _bury(self, refused: Refused) -> None:
        record = refused.record
        letter = DeadLetter(
            topic=INPUTS,
            partition=self.partition,
            offset=record.offset,
            timestamp_ms=record.timestamp_ms,
            code=refused.code,
            message=refused.message,
            source=self._kafka.name(ROLE),
            build=__version__,
            attempt=1,
            first_failed_at=datetime.now(UTC),
        )
        self._produce(DEADLETTER, record.key, record.value, headers=[*letter.headers()])

    def _persist(self, call: Callable[[float], object]) -> None:
        """Repeat a transactional call while its failure is of the kind that passes."""
        deadline = self._clock() + PATIENCE_SECONDS
        while True:
            try:
                call(ANSWER_SECONDS)
                return
            except KafkaException as error:
                if not error.args[0].retriable() or self._clock() > deadline:
                    raise

    def _check_gap(self, offset: int) -> None:
        if self._ahead_since is None:
            self._ahead_since = self._clock()
        elif self._clock() - self._ahead_since > GAP_SECONDS:
            raise Gap(f"{INPUTS}[{self.partition}]: wants offset {self.state.next}, gets {offset} and above")

    def _check_topics(self, fresh: bool) -> None:
        """Find out what an operator may have done to the topics since, while nothing is written yet."""
        group = consumer(self._kafka, self._kafka.name(ROLE))
        try:
            self._group = group.consumer_group_metadata()
            self._notice_partitions = partitions_of(group, NOTICES)
            self._check_partitions(group)
            place = TopicPartition(INPUTS, self.partition)
            low, end = group.get_watermark_offsets(place, timeout=ANSWER_SECONDS)
            committed = group.committed([place], timeout=ANSWER_SECONDS)[0].offset
        finally:
            group.close()
        if fresh:
            self.state.next = low
        if self.state.next < low:  # nobody can bring them back; going on tells what still can be told
            self.expired = low - self.state.next
            self.state.next = low
        problem = _offsets_problem(self.state.next, end, committed)
        if problem:
            raise RuntimeError(f"{INPUTS}[{self.partition}]: {problem}")

    def _check_partitions(self, client: Consumer) -> None:
        inputs, states = partitions_of(client, INPUTS), partitions_of(client, STATE)
        if inputs != states:
            raise RuntimeError(
                f"{INPUTS} has {inputs} partitions and {STATE} has {states}: they must have equally many, "
                "because a scope's state lies beside its inputs. Run `router topics plan`"
            )
        moved = [scope for scope in self.state.scopes if place_of(scope, inputs) != self.partition]
        if moved:
            raise RuntimeError(
                f"{INPUTS} was given more partitions: scope {moved[0]!r} now belongs to partition "
                f"{place_of(moved[0], inputs)} and its state is in {self.partition}. Partitions cannot be added "
                f"in place: stop all roles, delete {INPUTS} and {STATE}, run `router topics apply`; open "
                "incidents begin again"
            )


def place_of(scope: str, partitions: int) -> int:
    """The partition of inputs that a scope's records go to: Kafka's own hash of the key."""
    return int(murmur2(scope.encode()) & 0x7FFF_FFFF) % partitions


def _offsets_problem(wanted: int, end: int, committed: int) -> str:
    """Why reading cannot go on at `wanted`, and what to do; "" if it can. Negative `committed`: none yet."""
    if wanted > end:
        return (
            f"ends at {end}, but {wanted - 1} was applied: the topic was made anew or lost records. "
            f"Delete and make {STATE} anew as well; open incidents begin again"
        )
    if committed > wanted:
        return (
            f"the group has committed {committed}, but {STATE} says {wanted} comes next: {STATE} was deleted. "
            "Delete the consumer group too, so that its inputs are read again"
        )
    return ""
