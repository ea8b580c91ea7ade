"""One partition of `router.inputs.v1`: its state, its checkpoint, and the one producer that may write them.

Why nothing is lost or doubled: a micro-batch of inputs is one Kafka transaction, which holds everything the batch
led to, the checkpoint `next` and the group's offset. After a crash the state topic says what was applied, so
an input below `next` is a replay. Opening the shard fences whoever had it before.
Crash-only: any exception from here means that memory and log may differ; the process must end.
"""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from confluent_kafka import KafkaException, Producer, TopicPartition

from router import __version__
from router.config.runtime import KafkaSettings
from router.kafka.clients import ANSWER_SECONDS, producer, read_to_end
from router.kafka.codec import CHECKPOINT_KEY, encode, encode_checkpoint, notice_partition
from router.kafka.deadletter import DeadLetter
from router.kafka.shard_footing import ROLE, Footing, find_footing
from router.kafka.shard_state import InputRecord, Refused, ShardState, Step, Turnover
from router.kafka.topics import DEADLETTER, DECISIONS, INCIDENTS, INPUTS, NOTICES, STATE
from router.model.record import Moved, Moving
from router.model.rules import Rules

TRANSACTION_SECONDS = 180
"""The broker aborts a transaction that is open for longer. A batch takes milliseconds; this is for outages."""

PATIENCE_SECONDS = 180.0
"""How long a call is repeated that failed for a reason that passes, as a broker that restarts."""

HUNG_SECONDS = ANSWER_SECONDS + 5.0
"""A call that takes longer has forgotten its own timeout. librdkafka's `send_offsets_to_transaction` may wait for ever
for a group coordinator that has left the cluster (its issues 5456 and 5511); only a new client finds the new one."""

GAP_SECONDS = 8.0
"""How long inputs above `next` may keep coming. After a rebalance a few do, then Faust reads again from `next`."""


class Gap(RuntimeError):
    """Inputs above `next` keep coming and the one at `next` does not: reading must begin again."""


class Applied(NamedTuple):
    """What became of a micro-batch.

    `applied` of its records were at `next` and `replayed` below it; `ahead` are the offsets above. `outcomes` counts
    source positions, `live` the live incidents of each scope touched, `muted` those of them that are told to nobody.
    `wake_at` is when the next timer is due.
    `moving` are hand-offs that the batch put into the outboxes of its scopes, to be sent now.
    """

    applied: int
    replayed: int
    ahead: tuple[int, ...]
    refused: tuple[Refused, ...]
    ticks: int
    seconds: float
    wake_at: datetime | None
    outcomes: dict[str, int]
    live: dict[str, int]
    muted: dict[str, int]
    moving: tuple[Moved, ...] = ()


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
        self._calling_since: float | None = None
        self._producer: Producer
        self._footing: Footing

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
        wanted = self.state.next if CHECKPOINT_KEY in records else None
        self._footing = find_footing(self._kafka, self.partition, wanted, self.state.scopes)
        self.state.next, self.expired = self._footing.next, self._footing.expired

    @property
    def hung(self) -> bool:
        """Whether a call to the brokers is lost: see HUNG_SECONDS. May be asked from any thread."""
        since = self._calling_since
        return since is not None and self._clock() - since > HUNG_SECONDS

    def adopt(self, rules: Rules) -> None:
        """Work under these rules from the next micro-batch on."""
        self.state.adopt(rules)

    def apply(self, records: Sequence[InputRecord], sent: Sequence[tuple[str, int]] = ()) -> Applied:
        """Apply a micro-batch, in order, as one transaction. When it returns, all of it is committed.

        `sent` names hand-offs, by scope and number, that are known to be on the topic and leave their outbox.
        Raises Gap; KafkaException when the transaction fails, as when a new owner fenced us.
        """
        began = self._clock()
        turnover = Turnover()
        first = self.state.next
        replayed = 0
        ahead: list[int] = []
        for record in records:
            if record.offset < self.state.next:
                replayed += 1
            elif record.offset > self.state.next:
                ahead.append(record.offset)
            else:
                self.state.apply(record, turnover)
        for scope, number in sent:
            self.state.sent(scope, number, turnover)
        applied = self.state.next - first
        moving: tuple[Moved, ...] = ()
        if applied or turnover.touched:
            moving = self._commit(turnover)
        if applied:
            self._ahead_since = None
        elif ahead:
            self._check_gap(ahead[-1])
        return Applied(
            applied=applied,
            replayed=replayed,
            ahead=tuple(ahead),
            refused=tuple(turnover.refused),
            ticks=turnover.ticks,
            seconds=self._clock() - began,
            wake_at=self.state.wake_at(),
            outcomes=turnover.outcomes(),
            live={scope: self.state.scopes[scope].live for scope in turnover.touched},
            muted={scope: self.state.scopes[scope].mutes.live for scope in turnover.touched},
            moving=moving,
        )

    def close(self) -> None:
        """Leave the partition. There is nothing to save."""
        del self._producer

    def _commit(self, turnover: Turnover) -> tuple[Moved, ...]:
        """Write everything that a micro-batch led to; answers the hand-offs among it, as they are to be sent."""
        self._producer.begin_transaction()
        moving: list[Moved] = []
        for key, record in self.state.take_changes(turnover.touched):
            if isinstance(record, Moving):
                moving.append(record.moved)
            self._produce(STATE, key, None if record is None else encode(record), self.partition)
        for decision in turnover.decisions:
            self._produce(DECISIONS, decision.scope.encode(), encode(decision))
        for notice in turnover.notices.values():
            partition = notice_partition(notice.destination, self._footing.notice_partitions)
            self._produce(NOTICES, notice.key.encode(), encode(notice), partition)
        for incident in turnover.incidents.values():
            self._produce(INCIDENTS, incident.id.encode(), encode(incident))
        for refused in turnover.refused:
            self._bury(refused)
        self._produce(STATE, CHECKPOINT_KEY, encode_checkpoint(self.state.next), self.partition)
        place = TopicPartition(INPUTS, self.partition, self.state.next)
        group = self._footing.group
        self._persist(lambda wait: self._producer.send_offsets_to_transaction([place], group, wait))
        self._persist(self._producer.commit_transaction)
        return tuple(sorted(moving, key=lambda moved: (moved.from_scope, moved.number)))

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
            except BufferError:  # full; room comes as the broker acknowledges, or the transaction times out
                self._producer.poll(0.05)
            else:
                return

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
            self._calling_since = self._clock()
            try:
                call(ANSWER_SECONDS)
            except KafkaException as error:
                if not error.args[0].retriable() or self._clock() > deadline:
                    raise
            else:
                return
            finally:
                self._calling_since = None

    def _check_gap(self, offset: int) -> None:
        if self._ahead_since is None:
            self._ahead_since = self._clock()
        elif self._clock() - self._ahead_since > GAP_SECONDS:
            raise Gap(f"{INPUTS}[{self.partition}]: wants offset {self.state.next}, gets {offset} and above")
