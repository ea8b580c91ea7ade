"""One KafkaSettings, two libraries: TLS with a password and TLS with a certificate, on a cluster that asks for them."""

import asyncio
from collections.abc import Iterator

import faust
import pytest
from aiokafka import AIOKafkaConsumer
from confluent_kafka import KafkaException
from faust.transport.drivers.aiokafka import credentials_to_aiokafka_auth, server_list

from router.config.runtime import KafkaSettings
from router.kafka import clients
from router.kafka.clients import producer
from tests.kafka.broker import AclOperation, KafkaCluster, ResourceType, available

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.skipif(available(own=True) is not None, reason=available(own=True) or ""),
]
PASSWORD = "a-password"


@pytest.fixture(scope="module")
def cluster() -> Iterator[KafkaCluster]:
    """A cluster that lets nobody in without a login, and nobody do what no ACL allows."""
    with KafkaCluster(secure=True) as started:
        started.create_topic("secured", partitions=1)
        started.add_user("router", PASSWORD)
        for user in ("router", "router-cert"):
            started.allow(user, ResourceType.TOPIC, "secured", AclOperation.READ, AclOperation.WRITE)
        yield started


@pytest.fixture(params=["SCRAM-SHA-512", "certificate"])
def kafka(request: pytest.FixtureRequest, cluster: KafkaCluster) -> KafkaSettings:
    """Settings of both ways to log in."""
    if request.param == "certificate":
        certificate, key = cluster.security.issue("router-cert")
        return KafkaSettings.model_validate(
            {
                "bootstrap": cluster.bootstrap_mtls,
                "security_protocol": "SSL",
                "ca_file": cluster.security.ca_file,
                "cert_file": certificate,
                "key_file": key,
            }
        )
    return login(cluster, PASSWORD)


def login(cluster: KafkaCluster, password: str) -> KafkaSettings:
    """Settings of a login by SCRAM."""
    return KafkaSettings.model_validate(
        {
            "bootstrap": cluster.bootstrap,
            "security_protocol": "SASL_SSL",
            "ca_file": cluster.security.ca_file,
            "sasl_username": "router",
            "sasl_password": password,
        }
    )


def write(kafka: KafkaSettings, value: bytes) -> list[str]:
    """Write one record by librdkafka; answers the errors."""
    errors: list[str] = []
    writer = producer(kafka, **{"message.timeout.ms": 20_000})
    writer.produce(
        "secured", value, on_delivery=lambda error, _: errors.extend([str(error)] if error else [])
    )
    writer.flush(30)
    return errors


async def arrives(kafka: KafkaSettings, wanted: bytes) -> bool:
    """Read by aiokafka, with what Faust would give it, until the value comes; TimeoutError if it does not."""
    conf = faust.App("test", **kafka.faust()).conf
    reader = AIOKafkaConsumer(
        "secured",
        bootstrap_servers=server_list(conf.broker, 9092),
        auto_offset_reset="earliest",
        **credentials_to_aiokafka_auth(conf.broker_credentials, None),
    )
    async with asyncio.timeout(60):
        try:
            await reader.start()
            while (await reader.getone()).value != wanted:
                pass
            return True
        finally:
            await reader.stop()


def test_both_libraries_log_in_with_the_same_settings(
    kafka: KafkaSettings, request: pytest.FixtureRequest
) -> None:
    """What librdkafka writes, aiokafka reads: over TLS, as a user that ACLs know."""
    value = request.node.name.encode()
    assert write(kafka, value) == []
    assert asyncio.run(arrives(kafka, value))


def test_a_wrong_password_is_refused_and_not_shown(
    cluster: KafkaCluster, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither in what is raised nor in what is logged; but the log says that it was the login."""
    monkeypatch.setattr(clients, "ANSWER_SECONDS", 6.0)
    kafka = login(cluster, "canary-wrong-password")
    with pytest.raises(KafkaException):
        clients.partitions_of(producer(kafka), "secured")
    assert "canary-wrong-password" not in caplog.text
    assert "SASL" in caplog.text


def test_a_broker_whose_certificate_we_do_not_trust_is_refused(cluster: KafkaCluster) -> None:
    """Without our own authority, the system's decide, and they do not know this one."""
    kafka = login(cluster, PASSWORD).model_copy(update={"ca_file": None})
    with pytest.raises(KafkaException):
        producer(kafka).list_topics(timeout=3)
    with pytest.raises(Exception, match=r"(?i)certificate|connect"):
        asyncio.run(arrives(kafka, b"never"))
