"""Where a shard may begin, and whether the topics still fit each other: operators delete, re-make and grow topics.

Asked once, when a shard opens and before it writes anything. What cannot be right raises RuntimeError with what to do.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from aiokafka.partitioner import murmur2
from confluent_kafka import TopicPartition

from router.config.runtime import KafkaSettings
from router.kafka.clients import ANSWER_SECONDS, consumer, partitions_of
from router.kafka.topics import INPUTS, NOTICES, STATE

ROLE = "engine"
"""`<group>-engine` is the consumer group; with `-<partition>`, the transactional id of a shard."""


class Footing(NamedTuple):
    """What a shard needs to begin.

    next: the offset to apply first. expired: how many inputs retention deleted before they were applied. group: the
    consumer group's metadata for `send_offsets_to_transaction`. notice_partitions: of `router.notices.v1`.
    """

    next: int
    expired: int
    group: Any
    notice_partitions: int


def find_footing(kafka: KafkaSettings, partition: int, wanted: int | None, scopes: Iterable[str]) -> Footing:
    """`wanted` is the checkpoint read back (None: there is none), `scopes` those whose state was read back.

    Raises RuntimeError as above, TopicMissing, and KafkaException if no broker answers.
    """
    # Metadata of a member that never joined: the transactional id fences zombies, not the group's generation.
    client = consumer(kafka, kafka.name(ROLE))
    try:
        _check_partitions(partition, partitions_of(client, INPUTS), partitions_of(client, STATE), scopes)
        place = TopicPartition(INPUTS, partition)
        low, end = client.get_watermark_offsets(place, timeout=ANSWER_SECONDS)
        committed = client.committed([place], timeout=ANSWER_SECONDS)[0].offset
        begin = low if wanted is None else wanted
        problem = _offsets_problem(begin, end, committed)
        if problem:
            raise RuntimeError(f"{INPUTS}[{partition}] {problem}")
        # What retention deleted nobody can bring back; going on tells at least what can still be told.
        group, notices = client.consumer_group_metadata(), partitions_of(client, NOTICES)
        return Footing(max(begin, low), max(0, low - begin), group, notices)
    finally:
        client.close()


def place_of(scope: str, partitions: int) -> int:
    """The partition of inputs that a scope's records go to: Kafka's own hash of the key."""
    return int(murmur2(scope.encode()) & 0x7FFF_FFFF) % partitions


def _check_partitions(partition: int, inputs: int, states: int, scopes: Iterable[str]) -> None:
    if inputs != states:
        raise RuntimeError(
            f"{INPUTS} has {inputs} partitions and {STATE} has {states}: they must have equally many, "
            "because a scope's state lies beside its inputs. Run `router topics plan`"
        )
    for scope in scopes:
        if place_of(scope, inputs) != partition:
            raise RuntimeError(
                f"{INPUTS} was given more partitions: the state of scope {scope!r} is in {partition} and its inputs "
                f"go to {place_of(scope, inputs)} now. They cannot be added in place: stop all roles, delete "
                f"{INPUTS} and {STATE}, run `router topics apply`; open incidents begin again"
            )


def _offsets_problem(begin: int, end: int, committed: int) -> str:
    """Why reading cannot begin there, and what to do; "" if it can. `committed` is negative if nothing is."""
    if begin > end:
        return (
            f"ends at {end}, but {begin - 1} was applied: the topic was made anew or lost records. "
            f"Delete {STATE} too and run `router topics apply`; open incidents begin again"
        )
    if committed > begin:
        return (
            f"was applied up to {committed}, as the consumer group says, but {STATE} says {begin} comes next: its "
            "records were deleted. Delete the consumer group too, so that the inputs are read again"
        )
    return ""
