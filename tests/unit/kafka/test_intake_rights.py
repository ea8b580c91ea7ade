"""Source topics that may not be read: said once, asked for again, forgotten when they may."""

import logging

import pytest
from confluent_kafka import KafkaError, KafkaException

from router.config.runtime import KafkaSettings
from router.kafka import intake_rights
from router.kafka.acls import Acl
from router.kafka.intake_rights import AGAIN_SECONDS, SourceRights


class Brokers:
    """What brokers deny; `silent` ones do not answer."""

    def __init__(self) -> None:
        self.denied: set[str] = set()
        self.silent = False
        self.asked = 0

    def lacking(self, _kafka: KafkaSettings, acls: object, _patience: float) -> tuple[Acl, ...]:
        """As `router.kafka.rights.lacking`."""
        self.asked += 1
        if self.silent:
            raise KafkaException(KafkaError(KafkaError._ALL_BROKERS_DOWN))
        return tuple(acl for acl in acls if acl.name in self.denied)  # type: ignore[attr-defined]


@pytest.fixture
def brokers(monkeypatch: pytest.MonkeyPatch) -> Brokers:
    """Brokers that the module asks."""
    made = Brokers()
    monkeypatch.setattr(intake_rights, "lacking", made.lacking)
    return made


def test_a_refused_topic_is_told_once_and_is_a_problem(
    brokers: Brokers, caplog: pytest.LogCaptureFixture
) -> None:
    """The client reports it again and again; the log need not."""
    known = SourceRights(KafkaSettings())
    assert known.problem() == ""
    with caplog.at_level(logging.INFO, "router"):
        known.refuse("a")
        known.refuse("a")
        known.refuse("b")
    assert len(caplog.records) == 2
    assert "Read on topic a" in known.problem()
    assert "Read on topic b" in known.problem()


def test_it_is_asked_for_again_and_forgotten_once_granted(brokers: Brokers) -> None:
    """Not more often than needed, and what brokers do not answer changes nothing."""
    now = 0.0
    known = SourceRights(KafkaSettings(), lambda: now)
    known.ask()
    known.refuse("a")
    known.refuse("b")
    known.ask()
    assert brokers.asked == 0
    now, brokers.silent = AGAIN_SECONDS, True
    known.ask()
    assert "topic a" in known.problem()
    now, brokers.silent, brokers.denied = 2 * AGAIN_SECONDS, False, {"b"}
    known.ask()
    known.ask()
    assert brokers.asked == 2
    assert "topic a" not in known.problem()
    assert "topic b" in known.problem()
