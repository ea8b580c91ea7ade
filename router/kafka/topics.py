"""Our topics: their names, and what topics/*.yaml says about each; nothing about them stands anywhere else.

`router.kafka.topics_plan` makes a cluster agree with them.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from ruamel.yaml import YAML

from router.config.shipped import shipped_dir

INPUTS = "router.inputs.v1"
STATE = "router.state.v1"
DECISIONS = "router.decisions.v1"
NOTICES = "router.notices.v1"
INCIDENTS = "router.incidents.v1"
DELIVERIES = "router.deliveries.v1"
LEDGER = "router.ledger.v1"
DEADLETTER = "router.deadletter.v1"
TOPICS = (INPUTS, STATE, DECISIONS, NOTICES, INCIDENTS, DELIVERIES, LEDGER, DEADLETTER)

ROLES = frozenset({"intake", "engine", "notifier", "web", "cli", "others"})
"""Who may write or read; `others` are a company's own consumers."""


class Topic(BaseModel):
    """One of our topics.

    key: what the record key is, "" for none. keyed: whether the key decides the partition, so that partitions
    cannot be added once there is data. value: the JSON Schema of the values in topics/schemas, "" for none.
    same_partitions_as: a topic whose partition n belongs to ours. config: Kafka's topic configs; those in
    optional_config are left out where a broker does not know them. transactional: written in transactions.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    topic: str = Field(pattern=r"^[a-z0-9._-]{1,249}$")
    why: str = Field(min_length=1)
    key: str
    key_note: str = ""
    keyed: bool = True
    value: str
    value_note: str = ""
    partitions: int = Field(ge=1, le=10_000)
    same_partitions_as: str = ""
    replication: int = Field(ge=1, le=10)
    transactional: bool
    writers: tuple[str, ...] = Field(min_length=1)
    readers: tuple[str, ...] = Field(min_length=1)
    config: dict[str, Annotated[str, BeforeValidator(str)]]
    optional_config: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _roles_are_ours(self) -> Self:
        unknown = {*self.writers, *self.readers} - ROLES
        if unknown:
            raise ValueError(f"writers and readers are roles; {', '.join(sorted(unknown))} is none")
        return self

    @property
    def spread_by_key(self) -> bool:
        """Whether a record's partition follows from its key, so that the number of partitions must stay."""
        return bool(self.key) and self.keyed

    def with_replication(self, copies: int) -> "Topic":
        """The same on a cluster with fewer brokers: so many copies, and one of them may be missing."""
        insync = min(int(self.config.get("min.insync.replicas", "1")), max(1, copies - 1))
        config = self.config | {"min.insync.replicas": str(insync)}
        return self.model_copy(update={"replication": copies, "config": config})


def read_topics(folder: Path) -> dict[str, Topic]:
    """The topics of a folder by name, in our order. Raises ValueError or pydantic's ValidationError."""
    yaml = YAML(typ="safe", pure=True)
    found = {}
    for file in sorted(folder.glob("router.*.yaml")):
        topic = Topic.model_validate(yaml.load(file.read_text(encoding="utf-8")))
        if file.name != f"{topic.topic}.yaml":
            raise ValueError(f"{file.name} describes {topic.topic}; a file is named after its topic")
        found[topic.topic] = topic
    if set(found) != set(TOPICS):
        raise ValueError(
            f"{folder}: expected exactly the topics {', '.join(TOPICS)}; found {', '.join(found)}"
        )
    for topic in found.values():
        other = found.get(topic.same_partitions_as)
        if topic.same_partitions_as and (other is None or other.partitions != topic.partitions):
            raise ValueError(f"{topic.topic} needs as many partitions as {topic.same_partitions_as}")
    return {name: found[name] for name in TOPICS}


@cache
def topics() -> Mapping[str, Topic]:
    """The topics that this version of the router uses."""
    return read_topics(shipped_dir("topics"))


def adjusted(
    wanted: Mapping[str, Topic],
    *,
    partitions: int | None = None,
    replication: int | None = None,
    config: Mapping[str, Mapping[str, str]] | None = None,
) -> dict[str, Topic]:
    """The same topics for another size of cluster: `config` gives configs by topic. None leaves a value."""
    given = config or {}
    made = {}
    for name, topic in wanted.items():
        resized = topic if replication is None else topic.with_replication(replication)
        made[name] = resized.model_copy(
            update={
                "partitions": partitions or topic.partitions,
                "config": resized.config | dict(given.get(name, {})),
            }
        )
    return made
