"""Making a cluster agree with topics/*.yaml: `plan` says what differs, `apply` does what is safe.

Nothing is ever deleted or made smaller: no topic, no partition, no retention. What would move keys to other
partitions, or delete records, is refused with the reason and what to do instead.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from confluent_kafka import KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    ResourceType,
)

from router.config.runtime import KafkaSettings
from router.kafka.clients import ANSWER_SECONDS, admin, consumer
from router.kafka.topics import Topic, topics

SETTLE_SECONDS = 30.0
"""How long it may take until the brokers show what they have acknowledged."""


class Kind(StrEnum):
    """What kind of difference it is."""

    CREATE = "create"
    PARTITIONS = "partitions"
    CONFIG = "config"
    REPLICATION = "replication"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing in which the cluster differs from the definition; `name` is the config's, where it is one.

    `refused` says why `apply` leaves it alone and what to do; it is empty for what `apply` does.
    """

    topic: str
    kind: Kind
    wanted: str
    found: str = ""
    name: str = ""
    refused: str = ""

    def __str__(self) -> str:
        what = f"{self.kind}{f' {self.name}' if self.name else ''}"
        change = f"{self.found} -> {self.wanted}" if self.found else self.wanted
        return f"{self.topic}: {what}: {change}{f'; refused: {self.refused}' if self.refused else ''}"


@dataclass(frozen=True, slots=True)
class _Found:
    """What the cluster has: copies a partition (the fewest), first and end offsets, configs."""

    partitions: int
    replication: int
    written: bool
    config: Mapping[str, str]


def plan(kafka: KafkaSettings, wanted: Mapping[str, Topic] | None = None) -> tuple[Difference, ...]:
    """Every difference, topics in our order. Raises KafkaException if no broker answers or it refuses."""
    wanted = topics() if wanted is None else wanted
    client = admin(kafka)
    listed = client.list_topics(timeout=ANSWER_SECONDS)
    there = {name: wanted[name] for name in wanted if name in listed.topics and not listed.topics[name].error}
    found = {} if kafka.embedded else _look(kafka, client, there)
    differences: list[Difference] = []
    for name, topic in wanted.items():
        if name not in there:
            differences.append(_creation(topic, len(listed.brokers)))
        elif name in found:
            differences += _compare(topic, found, wanted)
    return tuple(differences)


def apply(kafka: KafkaSettings, wanted: Mapping[str, Topic] | None = None) -> tuple[Difference, ...]:
    """Do what `plan` finds and does not refuse; answers all of it. May be repeated: then nothing is left to do.

    Returns when the brokers show the result. Raises KafkaException when one refuses, and TimeoutError when the
    result does not show.
    """
    wanted = topics() if wanted is None else wanted
    differences = plan(kafka, wanted)
    client = admin(kafka)
    todo = [difference for difference in differences if not difference.refused]
    for difference in todo:
        topic = wanted[difference.topic]
        match difference.kind:
            case Kind.CREATE:
                _create(client, kafka, topic)
            case Kind.PARTITIONS:
                grown = [NewPartitions(topic.topic, topic.partitions)]
                _done(client.create_partitions(grown, request_timeout=ANSWER_SECONDS))
            case Kind.CONFIG:
                _alter(client, topic.topic, difference.name, difference.wanted)
            case Kind.REPLICATION:
                pass  # always refused
    if todo:
        _await(kafka, client, wanted)
    return differences


# ---- looking -------------------------------------------------------------------------------------------


def _look(kafka: KafkaSettings, client: AdminClient, there: Mapping[str, Topic]) -> dict[str, _Found]:
    if not there:
        return {}
    listed = client.list_topics(timeout=ANSWER_SECONDS).topics
    asked = [ConfigResource(ResourceType.TOPIC, name) for name in there]
    configs = {
        resource.name: {entry.name: str(entry.value) for entry in answer.result(ANSWER_SECONDS).values()}
        for resource, answer in client.describe_configs(asked, request_timeout=ANSWER_SECONDS).items()
    }
    reader = consumer(kafka, kafka.name("reader"))
    try:
        return {
            name: _Found(
                partitions=len(listed[name].partitions),
                replication=min(len(part.replicas) for part in listed[name].partitions.values()),
                # The end, not the span: a topic whose records have expired was keyed all the same.
                written=any(
                    reader.get_watermark_offsets(TopicPartition(name, number), timeout=ANSWER_SECONDS)[1] > 0
                    for number in listed[name].partitions
                ),
                config=configs[name],
            )
            for name in there
        }
    finally:
        reader.close()


def _creation(topic: Topic, brokers: int) -> Difference:
    wanted = f"{topic.partitions} partitions, {topic.replication} copies"
    refused = ""
    if topic.replication > brokers:
        refused = (
            f"the cluster has {brokers} broker(s); give --replication {brokers} where losing data is fine"
        )
    return Difference(topic.topic, Kind.CREATE, wanted, refused=refused)


def _compare(topic: Topic, found: Mapping[str, _Found], wanted: Mapping[str, Topic]) -> list[Difference]:
    here = found[topic.topic]
    differences = []
    if here.partitions != topic.partitions:
        kin = [name for name, other in wanted.items() if _belong_together(topic, other)]
        written = [name for name in kin if name in found and found[name].written]
        differences.append(
            Difference(
                topic.topic,
                Kind.PARTITIONS,
                str(topic.partitions),
                str(here.partitions),
                refused=_partitions_refused(topic, here, written),
            )
        )
    if here.replication != topic.replication:
        advice = "copies are moved with kafka-reassign-partitions.sh"
        differences.append(
            Difference(
                topic.topic, Kind.REPLICATION, str(topic.replication), str(here.replication), refused=advice
            )
        )
    return differences + _compare_config(topic, here)


def _belong_together(topic: Topic, other: Topic) -> bool:
    root = topic.same_partitions_as or topic.topic
    return root in (other.topic, other.same_partitions_as)


def _partitions_refused(topic: Topic, here: _Found, written: list[str]) -> str:
    if here.partitions > topic.partitions:
        return (
            f"Kafka cannot take partitions away; keep {here.partitions} with --partitions {here.partitions}"
        )
    if topic.spread_by_key and written:
        return (
            f"{', '.join(written)} has data, and more partitions would send its keys elsewhere; "
            f"keep {here.partitions} with --partitions {here.partitions}"
        )
    return ""


def _compare_config(topic: Topic, here: _Found) -> list[Difference]:
    differences = []
    for name, value in topic.config.items():
        found = here.config.get(name)
        if found is None and name in topic.optional_config:
            continue
        if found is None or not _same(name, value, found):
            refused = _config_refused(name, value, found or "")
            differences.append(Difference(topic.topic, Kind.CONFIG, value, found or "", name, refused))
    return differences


def _same(name: str, wanted: str, found: str) -> bool:
    if name == "cleanup.policy":
        return set(wanted.split(",")) == set(found.replace(" ", "").split(","))
    try:
        if name == "max.message.bytes":  # more room than we need is no difference
            return int(wanted) <= int(found)
        return float(wanted) == float(found)
    except ValueError:
        return wanted == found


def _config_refused(name: str, wanted: str, found: str) -> str:
    """Why this change might delete records, or an empty string."""
    advice = "would delete records; if you mean it, use kafka-configs.sh --alter"
    if name == "cleanup.policy" and not set(wanted.split(",")) <= set(found.replace(" ", "").split(",")):
        return advice
    if name in ("retention.ms", "retention.bytes", "delete.retention.ms") and found:
        unlimited = int(found) < 0
        if int(wanted) >= 0 and (unlimited or int(wanted) < int(found)):
            return advice
    return ""


# ---- doing ---------------------------------------------------------------------------------------------


def _create(client: AdminClient, kafka: KafkaSettings, topic: Topic) -> None:
    if kafka.embedded:  # it knows no request to create: asking about a topic is enough
        client.list_topics(topic.topic, timeout=ANSWER_SECONDS)
        return
    try:
        _done(client.create_topics([_new(topic, topic.config)], request_timeout=ANSWER_SECONDS))
    except KafkaException as refusal:
        code = refusal.args[0].code()
        if code == KafkaError.TOPIC_ALREADY_EXISTS:  # somebody applied at the same time
            return
        if code not in (KafkaError.INVALID_CONFIG, KafkaError.POLICY_VIOLATION) or not topic.optional_config:
            raise
        plain = {name: value for name, value in topic.config.items() if name not in topic.optional_config}
        _done(client.create_topics([_new(topic, plain)], request_timeout=ANSWER_SECONDS))


def _new(topic: Topic, config: Mapping[str, str]) -> NewTopic:
    return NewTopic(topic.topic, topic.partitions, topic.replication, config=dict(config))


def _alter(client: AdminClient, topic: str, name: str, value: str) -> None:
    entry = ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry])
    _done(client.incremental_alter_configs([resource], request_timeout=ANSWER_SECONDS))


def _done(answers: Mapping[Any, Any]) -> None:
    for answer in answers.values():
        answer.result(ANSWER_SECONDS)


def _await(kafka: KafkaSettings, client: AdminClient, wanted: Mapping[str, Topic]) -> None:
    """Until a new plan finds nothing to do, and clients can find the leaders: a broker acknowledges before that."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while True:
        try:
            open_ends = [str(difference) for difference in plan(kafka, wanted) if not difference.refused]
        except KafkaException as error:
            # A topic made a moment ago may have no leader yet; anything else lasts, and is raised at the deadline.
            if time.monotonic() > deadline or not error.args[0].retriable():
                raise
            open_ends = [error.args[0].str()]
        listed = client.list_topics(timeout=ANSWER_SECONDS).topics
        open_ends += [f"{name}: no leader" for name in wanted if name in listed and not _led(listed[name])]
        if not open_ends:
            return
        if time.monotonic() > deadline:
            raise TimeoutError(
                f"acknowledged, but not done after {SETTLE_SECONDS:.0f} s: {'; '.join(open_ends)}"
            )
        time.sleep(0.1)


def _led(topic: Any) -> bool:
    return bool(topic.partitions) and all(part.leader >= 0 for part in topic.partitions.values())
