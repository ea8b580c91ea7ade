"""The harness keeps its promises: what other tests build on is tried here against the real thing."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer

from .broker import AclOperation, KafkaCluster, KafkaUnavailable, ResourceType, available
from .views import view

_reason = available(own=True)
pytestmark = [pytest.mark.kafka, pytest.mark.skipif(_reason is not None, reason=_reason or "")]

PATIENCE = 90.0
"""Seconds for whatever a broker does on a busy machine."""


@pytest.fixture(scope="module")
def single(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaCluster]:
    with KafkaCluster(data_dir=tmp_path_factory.mktemp("single")) as kafka:
        yield kafka


@pytest.fixture(scope="module")
def secure() -> Iterator[KafkaCluster]:
    with KafkaCluster(secure=True) as kafka:
        yield kafka


@pytest.fixture
def topic() -> str:
    return f"topic-{uuid.uuid4().hex[:8]}"


def produce(settings: dict[str, str], topic: str, *values: bytes) -> KafkaError | None:
    """Send all and wait; the last error that the broker answered, or None."""
    errors: list[KafkaError | None] = [None]

    def delivered(error: KafkaError | None, message: Message) -> None:
        if error is not None:
            errors.append(error)

    producer = Producer({"acks": "all", "message.timeout.ms": str(int(PATIENCE * 1000)), **settings})
    for value in values:
        producer.produce(topic, value, on_delivery=delivered)
    assert producer.flush(PATIENCE) == 0
    return errors[-1]


def consume(settings: dict[str, str], topic: str, count: int) -> list[bytes]:
    """The first `count` committed values of the topic; fewer if they do not come in time."""
    group = {"group.id": f"{topic}-{uuid.uuid4().hex[:8]}", "auto.offset.reset": "earliest"}
    consumer = Consumer({**settings, **group, "isolation.level": "read_committed"})
    values: list[bytes] = []
    try:
        consumer.subscribe([topic])
        end = time.monotonic() + PATIENCE
        while len(values) < count and time.monotonic() < end:
            message = consumer.poll(0.5)
            if message is None:
                continue
            if (error := message.error()) is not None:
                raise KafkaException(error)
            values.append(message.value() or b"")
    finally:
        consumer.close()
    return values


def refusal(settings: dict[str, str]) -> int | None:
    """Code of the first error that a client meets when it connects; None if there is none in time."""
    codes: list[int] = []
    client = Producer({**settings, "log_level": "0", "error_cb": lambda error: codes.append(error.code())})
    end = time.monotonic() + PATIENCE
    while not codes and time.monotonic() < end:
        client.poll(0.1)
    return codes[0] if codes else None


def plain(kafka: KafkaCluster) -> dict[str, str]:
    return {"bootstrap.servers": kafka.bootstrap}


def test_one_broker_produces_and_consumes(single: KafkaCluster, topic: str) -> None:
    single.create_topic(topic, partitions=2, config={"retention.ms": "-1"})
    assert produce(plain(single), topic, b"one", b"two") is None
    assert sorted(consume(plain(single), topic, 2)) == [b"one", b"two"]


def test_topics_are_not_made_by_using_them(single: KafkaCluster, topic: str) -> None:
    error = produce({**plain(single), "topic.metadata.propagation.max.ms": "1000"}, topic, b"lost")
    assert error is not None
    assert error.code() == KafkaError.UNKNOWN_TOPIC_OR_PART


def test_data_survives_a_kill(single: KafkaCluster, topic: str) -> None:
    single.create_topic(topic)
    assert produce(plain(single), topic, b"kept") is None
    before = single.pid()
    single.kill()
    assert view(plain(single)) is None
    single.start()
    assert single.pid() != before
    assert single.leader_of(topic) == 0
    assert produce(plain(single), topic, b"after") is None
    assert consume(plain(single), topic, 2) == [b"kept", b"after"]


def test_a_later_cluster_finds_the_data(tmp_path: Path, topic: str) -> None:
    with KafkaCluster(data_dir=tmp_path) as kafka:
        kafka.create_topic(topic)
        assert produce(plain(kafka), topic, b"kept") is None
    with KafkaCluster(data_dir=tmp_path) as kafka:
        assert consume(plain(kafka), topic, 1) == [b"kept"]


def test_only_committed_transactions_are_read(single: KafkaCluster, topic: str) -> None:
    single.create_topic(topic)
    producer = Producer({**plain(single), "transactional.id": topic})
    producer.init_transactions(PATIENCE)
    for value, committed in [(b"aborted", False), (b"committed", True)]:
        producer.begin_transaction()
        producer.produce(topic, value)
        producer.flush(PATIENCE)  # so that the aborted one is in the log, too
        if committed:
            producer.commit_transaction(PATIENCE)
        else:
            producer.abort_transaction(PATIENCE)
    assert consume(plain(single), topic, 1) == [b"committed"]


def test_a_password_is_checked(secure: KafkaCluster) -> None:
    secure.add_user("alice", "right")
    assert view(secure.client("alice", "right")) is not None
    assert view(secure.plain_client()) is not None
    for stranger in (
        secure.client("alice", "wrong"),
        secure.client("nobody", "right"),
        secure.client("plain", "wrong", "PLAIN"),
    ):
        assert refusal(stranger) == KafkaError._AUTHENTICATION
    assert refusal(plain(secure)) in (KafkaError._TRANSPORT, KafkaError._ALL_BROKERS_DOWN)


def test_a_changed_password_replaces_the_old_one(secure: KafkaCluster) -> None:
    secure.add_user("carol", "first")
    secure.add_user("carol", "second")
    assert view(secure.client("carol", "second")) is not None
    assert refusal(secure.client("carol", "first")) == KafkaError._AUTHENTICATION


def test_what_no_acl_allows_is_refused(secure: KafkaCluster, topic: str) -> None:
    secure.add_user("bob", "secret")
    bob = secure.client("bob", "secret")
    secure.create_topic(topic)
    error = produce(bob, topic, b"no")
    assert error is not None
    assert error.code() == KafkaError.TOPIC_AUTHORIZATION_FAILED

    secure.allow("bob", ResourceType.TOPIC, topic, AclOperation.WRITE, AclOperation.READ)
    assert produce(bob, topic, b"yes") is None
    with pytest.raises(KafkaException) as refused:
        consume(bob, topic, 1)
    assert refused.value.args[0].code() == KafkaError.GROUP_AUTHORIZATION_FAILED

    secure.allow("bob", ResourceType.GROUP, topic, AclOperation.READ, prefix=True)
    assert consume(bob, topic, 1) == [b"yes"]


def test_the_super_user_needs_no_acl(secure: KafkaCluster, topic: str) -> None:
    secure.create_topic(topic)
    assert produce(secure.admin_client(), topic, b"one") is None
    assert produce(secure.admin_client("PLAIN"), topic, b"two") is None
    assert consume(secure.admin_client(), topic, 2) == [b"one", b"two"]


def test_a_certificate_names_its_user(secure: KafkaCluster, topic: str) -> None:
    secure.create_topic(topic)
    secure.allow("service", ResourceType.TOPIC, topic, AclOperation.WRITE)
    assert produce(secure.certificate_client("service"), topic, b"yes") is None
    error = produce(secure.certificate_client("stranger"), topic, b"no")
    assert error is not None
    assert error.code() == KafkaError.TOPIC_AUTHORIZATION_FAILED
    without = {"security.protocol": "SSL", "ssl.ca.location": str(secure.security.ca_file)}
    assert refusal({"bootstrap.servers": secure.bootstrap_mtls, **without}) is not None


def test_three_nodes_lose_their_leader_and_nothing_else(topic: str) -> None:
    with KafkaCluster(nodes=3) as kafka:
        kafka.create_topic(topic, replication=3, config={"min.insync.replicas": "2"})
        assert produce(plain(kafka), topic, b"before") is None
        leader = kafka.leader_of(topic)
        kafka.kill(leader)
        assert produce(plain(kafka), topic, b"after") is None
        assert kafka.leader_of(topic) != leader
        kafka.start(leader)
        assert consume(plain(kafka), topic, 2) == [b"before", b"after"]


def test_a_named_broker_is_used_and_never_stopped(
    single: KafkaCluster, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROUTER_TEST_KAFKA", single.bootstrap)
    assert available() is None
    with KafkaCluster() as named:
        assert named.bootstrap == single.bootstrap
        named.create_topic(topic)
        assert named.leader_of(topic) == 0
        with pytest.raises(KafkaUnavailable):
            named.kill()
    assert single.pid() > 0
    assert view(plain(single)) is not None


def test_what_is_missing_is_said_in_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("ROUTER_TEST_KAFKA", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert available() == "Kafka needs Java, and there is no `java` on the PATH."
    with pytest.raises(KafkaUnavailable, match="no `java`"), KafkaCluster():
        pass


def test_a_broker_that_cannot_start_says_why(tmp_path: Path) -> None:
    broken = KafkaCluster(data_dir=tmp_path, properties={"num.io.threads": "none"})
    with pytest.raises(KafkaUnavailable, match=r"num\.io\.threads"), broken:
        pass
