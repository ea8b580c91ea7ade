"""Which rights on Kafka each role needs, and no more: what an operator grants, docs/connect.md lists, and tests use.

One login (principal) a role. A right is an ACL of Kafka's: an operation on a topic, a consumer group or a
transactional id, by its name or by how its name begins. Read and Write include Describe.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from itertools import groupby
from shlex import quote
from typing import NamedTuple

from router.config.runtime import KafkaSettings
from router.kafka.topics import (
    DEADLETTER,
    DECISIONS,
    DELIVERIES,
    INCIDENTS,
    INPUTS,
    LEDGER,
    NOTICES,
    STATE,
)

OURS = "router."
"""All topics of ours begin so."""

READERS = "reader"
"""`<group>-reader` is the group of whoever reads a topic to its end and commits nothing."""

EVERYTHING = "*"
"""The name by which Kafka means every resource of a kind."""


class Resource(StrEnum):
    """What a right is about; the value is the flag of kafka-acls.sh."""

    TOPIC = "topic"
    GROUP = "group"
    TRANSACTIONAL_ID = "transactional-id"
    CLUSTER = "cluster"


class Pattern(StrEnum):
    """Whether a name is the whole of it or its beginning."""

    LITERAL = "literal"
    PREFIXED = "prefixed"


class Operation(StrEnum):
    """What may be done, as Kafka calls it."""

    READ = "Read"
    WRITE = "Write"
    CREATE = "Create"
    ALTER = "Alter"
    DESCRIBE = "Describe"
    DESCRIBE_CONFIGS = "DescribeConfigs"
    ALTER_CONFIGS = "AlterConfigs"
    IDEMPOTENT_WRITE = "IdempotentWrite"


class Acl(NamedTuple):
    """One right."""

    resource: Resource
    name: str
    pattern: Pattern
    operation: Operation

    def __str__(self) -> str:
        """In words."""
        if self.resource is Resource.CLUSTER:
            return f"{self.operation} on the cluster"
        kind = self.resource.value.replace("-", " ")
        which = f"{kind}s that begin with" if self.pattern is Pattern.PREFIXED else kind
        return f"{self.operation} on {which} {self.name}"


_READS = {
    "engine": (INPUTS, STATE),
    "notifier": (NOTICES, DELIVERIES),
    "web": (INCIDENTS,),
    "operator": (STATE, DECISIONS, INCIDENTS, DELIVERIES, LEDGER, DEADLETTER),
    "auditor": (DECISIONS, LEDGER),
}
_WRITES = {
    "intake": (INPUTS, LEDGER, DEADLETTER),
    "engine": (INPUTS, STATE, DECISIONS, NOTICES, INCIDENTS, DEADLETTER),
    "notifier": (DELIVERIES,),
    "web": (INPUTS,),
    "operator": (INPUTS,),
}
_GROUPS = {
    "intake": {"intake": Operation.READ},
    "engine": {"engine": Operation.READ, READERS: Operation.DESCRIBE},
    "notifier": {"notifier": Operation.READ, READERS: Operation.DESCRIBE},
    "web": {"web": Operation.DESCRIBE},
    "admin": {READERS: Operation.DESCRIBE},
    "operator": {READERS: Operation.DESCRIBE},
    "auditor": {READERS: Operation.DESCRIBE},
}
_SOURCES = {"intake": (Operation.READ,), "operator": (Operation.READ, Operation.WRITE)}
IDEMPOTENT_WRITE = Acl(Resource.CLUSTER, "kafka-cluster", Pattern.LITERAL, Operation.IDEMPOTENT_WRITE)
"""What brokers older than Kafka 2.8 want of every login that writes; newer ones do not, so no login here has it."""

_TRANSACTIONAL = ("engine", "notifier")
_LOOKS_AT_ALL = ("intake", "engine", "notifier", "web", "admin")
"""At its start every role looks whether our topics are there: their names, not their contents."""
_ADMIN = (Operation.CREATE, Operation.ALTER, Operation.ALTER_CONFIGS, Operation.DESCRIBE_CONFIGS)

LOGINS = ("admin", "intake", "engine", "notifier", "web", "operator", "auditor")
"""The roles that run, and three kinds of people: who makes the topics, who operates, who only balances the books."""


def acls_of(
    role: str, kafka: KafkaSettings, source_topics: Iterable[str], canary_topic: str = ""
) -> tuple[Acl, ...]:
    """The rights of one of LOGINS. Raises ValueError for any other.

    `source_topics` are those of sources.yaml, names and `^patterns`; a pattern needs the rights on all names that
    begin like it. `canary_topic` is the one that intake sends its canaries to, "" while it sends none.
    """
    if role not in LOGINS:
        raise ValueError(f"no login {role!r}; there are {', '.join(LOGINS)}")
    acls: list[Acl] = []
    if role == "admin":
        acls += [Acl(Resource.TOPIC, OURS, Pattern.PREFIXED, operation) for operation in _ADMIN]
    if role in _LOOKS_AT_ALL:
        acls.append(Acl(Resource.TOPIC, OURS, Pattern.PREFIXED, Operation.DESCRIBE))
    acls += [_on_topic(topic, Operation.READ) for topic in _READS.get(role, ())]
    acls += [_on_topic(topic, Operation.WRITE) for topic in _WRITES.get(role, ())]
    acls += [
        Acl(Resource.GROUP, kafka.name(group), Pattern.LITERAL, operation)
        for group, operation in _GROUPS.get(role, {}).items()
    ]
    if role in _TRANSACTIONAL:
        name = f"{kafka.name(role)}-"
        acls.append(Acl(Resource.TRANSACTIONAL_ID, name, Pattern.PREFIXED, Operation.WRITE))
    if role == "intake" and canary_topic:
        acls.append(_on_topic(canary_topic, Operation.WRITE))
    acls += [
        _on_topic(topic, operation)
        for topic in sorted(set(source_topics))
        for operation in _SOURCES.get(role, ())
    ]
    return tuple(dict.fromkeys(acls))


def kafka_acls_commands(principal: str, acls: Iterable[Acl], connection: str = "") -> list[str]:
    """The command lines that grant these rights to a principal (`User:router-intake`), one a resource.

    `connection` is what kafka-acls.sh needs to reach the brokers, as `--bootstrap-server kafka:9092`.
    """
    begin = " ".join(filter(None, ("kafka-acls.sh", connection, "--add --allow-principal", principal)))
    lines = []
    for (resource, name, pattern), same in groupby(acls, key=lambda acl: acl[:3]):
        operations = " ".join(f"--operation {acl.operation}" for acl in same)
        suffix = " --resource-pattern-type prefixed" if pattern is Pattern.PREFIXED else ""
        which = "" if resource is Resource.CLUSTER else f" {quote(name)}"
        lines.append(f"{begin} {operations} --{resource}{which}{suffix}")
    return lines


def principal_of(kafka: KafkaSettings) -> str:
    """Who we are to the brokers, as far as we know."""
    if kafka.login:
        return f"User:{kafka.sasl_username}"
    return f"the user of {kafka.cert_file}" if kafka.cert_file else "User:ANONYMOUS"


def refusal(principal: str, acls: Sequence[Acl], sure: bool = True) -> tuple[str, str]:
    """What these brokers do not let us do, and what to do about it; not `sure`: it is one of these."""
    number = "a right" if len(acls) == 1 else f"{len(acls)} rights" if sure else "one of these rights"
    who = principal if principal.startswith("User:") else "User:NAME"
    which = "it" if len(acls) == 1 else "them" if sure else "what is missing"
    do = f"grant {which}, as in docs/connect.md under Rights: {'; '.join(kafka_acls_commands(who, acls))}"
    return f"{principal} lacks {number}: {'; '.join(map(str, acls))}", do


def _on_topic(topic: str, operation: Operation) -> Acl:
    if not topic.startswith("^"):
        return Acl(Resource.TOPIC, topic, Pattern.LITERAL, operation)
    begins = literal_prefix(topic)
    if not begins:
        return Acl(Resource.TOPIC, EVERYTHING, Pattern.LITERAL, operation)
    return Acl(Resource.TOPIC, begins, Pattern.PREFIXED, operation)


def literal_prefix(pattern: str) -> str:
    """How every name begins that a `^pattern` matches; "" if nothing can be said, as of `^(a|b).*`."""
    rest, found = pattern.removeprefix("^"), ""
    if "|" in rest:  # an alternative might begin in any other way
        return ""
    while rest:
        size = 2 if rest[0] == "\\" else 1
        letter, rest = rest[:size], rest[size:]
        plain = letter[-1] in ".-_" if size == 2 else letter.isalnum() or letter in "-_"
        if not plain or rest[:1] in ("?", "*", "{"):
            break
        found += letter[-1]
    return found
