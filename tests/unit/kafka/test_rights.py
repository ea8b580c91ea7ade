"""What is said when Kafka refuses something, whatever wraps the refusal; asking brokers is tested in tests/e2e."""

import pytest
from confluent_kafka import KafkaError, KafkaException

from router.config.runtime import KafkaSettings
from router.kafka import rights
from router.kafka.acls import Acl, Operation, Pattern, Resource
from router.kafka.embedded import EmbeddedBroker
from router.kafka.rights import client_failure, lacking, words_of

KAFKA = KafkaSettings()
WRITE = Acl(Resource.TOPIC, "router.inputs.v1", Pattern.LITERAL, Operation.WRITE)


@pytest.fixture(autouse=True)
def brokers_that_deny_writing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Brokers that say, when asked, that we may not write inputs."""

    def denied(_kafka: KafkaSettings, acls: tuple[Acl, ...], _patience: float) -> tuple[Acl, ...]:
        return tuple(acl for acl in acls if acl == WRITE)

    monkeypatch.setattr(rights, "lacking", denied)


@pytest.mark.parametrize(
    "error",
    [
        KafkaException(KafkaError(KafkaError.TOPIC_AUTHORIZATION_FAILED)),
        KafkaException(KafkaError(KafkaError.CLUSTER_AUTHORIZATION_FAILED)),
        RuntimeError("a record was not delivered: Broker: Topic authorization failed"),
        RuntimeError("[Error 29] TopicAuthorizationFailedError: router.inputs.v1"),
    ],
)
def test_a_refused_write_names_the_right_that_the_brokers_say_is_missing(error: Exception) -> None:
    """By code or only by text; a writer that may write nothing is told that the cluster refuses it."""
    words = words_of(error, KAFKA, "intake")
    assert f"User:ANONYMOUS lacks a right: {WRITE}; grant it" in words


def test_a_refused_transactional_id_names_how_they_begin() -> None:
    """Brokers cannot be asked for it, and there is only one that it can be."""
    error = KafkaException(KafkaError(KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED))
    assert "Write on transactional ids that begin with router-engine-" in words_of(error, KAFKA, "engine")


def test_a_refused_group_that_the_brokers_do_not_explain_names_the_role_s_groups() -> None:
    """Better two to choose from than none."""
    words = words_of(KafkaException(KafkaError(KafkaError.GROUP_AUTHORIZATION_FAILED)), KAFKA, "engine")
    assert "lacks one of these rights: Read on group router-engine; Describe on group router-reader" in words


def test_other_errors_are_described_as_they_are() -> None:
    """Nothing is said of rights where they are not the matter."""
    error = KafkaException(KafkaError(KafkaError.REQUEST_TIMED_OUT))
    assert "lacks" not in words_of(error, KAFKA, "engine")


def test_the_client_s_fatal_error_is_found_inside_what_python_made_of_it() -> None:
    """A fatal error that is raised while the client calls us back shows as a SystemError."""
    fatal = KafkaException(KafkaError(KafkaError._FATAL))
    wrapped = SystemError("returned a result with an exception set")
    wrapped.__cause__ = fatal
    assert client_failure(wrapped) is fatal
    assert client_failure(fatal) is fatal
    bug = SystemError("no cause")
    assert client_failure(bug) is bug


def test_the_embedded_broker_knows_no_rights() -> None:
    """It cannot be asked, and refuses nothing."""
    with EmbeddedBroker() as broker:
        assert lacking(broker.settings, [WRITE]) == ()
