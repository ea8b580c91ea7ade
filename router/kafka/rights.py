"""Does Kafka let this login do what its role needs? Asked at the start, so that nothing hangs for want of a right.

Brokers tell a login what it may do with a topic or a group (`include_authorized_operations`). They do not tell of
transactional ids: those show when they are refused, and `words_of` says then what to grant.
"""

import time
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka.admin import AdminClient

from router.config.runtime import KafkaSettings
from router.kafka.acls import (
    EVERYTHING,
    IDEMPOTENT_WRITE,
    OURS,
    Acl,
    Pattern,
    Resource,
    acls_of,
    principal_of,
    refusal,
)
from router.kafka.clients import ANSWER_SECONDS, admin
from router.kafka.ending import describe
from router.kafka.topics import TOPICS

SETTLE_SECONDS = 5.0
"""How long a group's coordinator may need to be found, and a right just granted to reach all brokers."""

AGAIN_SECONDS = 0.3

_REFUSED = {
    "topic authorization failed": Resource.TOPIC,
    "topicauthorizationfailed": Resource.TOPIC,
    "group authorization failed": Resource.GROUP,
    "groupauthorizationfailed": Resource.GROUP,
    "transactional id authorization failed": Resource.TRANSACTIONAL_ID,
    "cluster authorization failed": Resource.CLUSTER,
}
"""How librdkafka and aiokafka say it: some errors wrap the broker's, and only their text tells."""

_CODES = (KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError.GROUP_AUTHORIZATION_FAILED)


def lacking(
    kafka: KafkaSettings, acls: Iterable[Acl], patience_seconds: float = SETTLE_SECONDS
) -> tuple[Acl, ...]:
    """Those of these rights that we do not have, as the brokers say for so long.

    What they do not tell counts as given. Raises KafkaException when no broker answers.
    """
    acls = tuple(acls)
    if kafka.embedded or not acls:  # the embedded broker knows no rights
        return ()
    client = admin(kafka)
    deadline = time.monotonic() + patience_seconds
    while True:
        found, unsure = _look(client, acls)
        if not (found or unsure) or time.monotonic() > deadline:
            return found
        time.sleep(AGAIN_SECONDS)


def client_failure(error: BaseException) -> BaseException:
    """The client's fatal error, where Python made a SystemError of it: raised while the client called us back."""
    cause = error.__cause__
    return cause if isinstance(error, SystemError) and isinstance(cause, KafkaException) else error


def words_of(error: BaseException, kafka: KafkaSettings, role: str) -> str:
    """As `describe`; if Kafka refused us something, also which right this role lacks and how to grant it."""
    said = describe(client_failure(error))
    resource = next((kind for phrase, kind in _REFUSED.items() if phrase in said.lower()), None)
    if resource is None:
        return said
    acls = acls_of(role, kafka, ())
    same = tuple(acl for acl in acls if acl.resource is resource) or (IDEMPOTENT_WRITE,)
    missing: tuple[Acl, ...] = ()
    if resource is not Resource.TRANSACTIONAL_ID:
        with suppress(KafkaException):  # nobody answers
            # "Cluster" is what Kafka says to a writer that may write nothing at all.
            missing = lacking(kafka, acls if resource is Resource.CLUSTER else same, 0.0)
    told = refusal(principal_of(kafka), missing or same, sure=bool(missing))
    return f"{said}: {'; '.join(told)}"


def _look(client: AdminClient, acls: tuple[Acl, ...]) -> tuple[tuple[Acl, ...], bool]:
    """The rights that are not there, and whether some answer may change by itself."""
    topics, groups = defaultdict(list), defaultdict(list)
    for acl in acls:
        if acl.resource is Resource.GROUP:
            groups[acl.name].append(acl)
        elif acl.resource is Resource.TOPIC:
            for name in _topics_of(acl):
                topics[name].append(acl)
    found: dict[Acl, None] = {}
    unsure = False
    if topics:
        answers = client.describe_topics(
            TopicCollection(list(topics)), include_authorized_operations=True, request_timeout=ANSWER_SECONDS
        )
        for name, answer in answers.items():
            missing, _ = _missing(answer, topics[name])
            found |= dict.fromkeys(missing)
    for name, wanted in groups.items():
        answers = client.describe_consumer_groups(
            [name], include_authorized_operations=True, request_timeout=ANSWER_SECONDS
        )
        missing, passing = _missing(answers[name], wanted)
        found |= dict.fromkeys(missing)
        unsure = unsure or passing
    return tuple(acl for acl in acls if acl in found), unsure


def _missing(answer: Any, wanted: list[Acl]) -> tuple[list[Acl], bool]:
    """Which of the wanted rights a future of the admin client denies, and whether it may yet say otherwise."""
    try:
        # Longer than the request may take: the client's own answer says more than a time-out here.
        told = answer.result(ANSWER_SECONDS + 5).authorized_operations or ()
    except TimeoutError:
        raise KafkaException(KafkaError(KafkaError._TIMED_OUT)) from None  # noqa: SLF001 - its own code
    except KafkaException as failure:
        error = failure.args[0]
        if error.code() in _CODES:
            return wanted, False
        if error.code() < 0:  # the client's own codes: nobody answered
            raise
        return [], error.code() != KafkaError.UNKNOWN_TOPIC_OR_PART
    may = {operation.name for operation in told}
    return ([acl for acl in wanted if acl.operation.name not in may] if may else []), False


def _topics_of(acl: Acl) -> tuple[str, ...]:
    """The topics by which this right can be asked for: of a beginning, those that we know to begin so."""
    if acl.pattern is Pattern.PREFIXED:
        return TOPICS if acl.name == OURS else ()
    return () if acl.name == EVERYTHING else (acl.name,)
