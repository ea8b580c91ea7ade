"""The embedded broker: there when the block begins, gone when it ends."""

import socket

import pytest

from router.kafka.clients import partitions_of, producer
from router.kafka.embedded import PARTITIONS, EmbeddedBroker
from router.kafka.topics import TOPICS


def test_our_topics_and_the_caller_s_exist_from_the_start() -> None:
    """No role has to wait for another one to create them."""
    with EmbeddedBroker(topics=("erp.alerts",)) as broker:
        client = producer(broker.settings)
        listed = client.list_topics(timeout=10).topics
        assert set(listed) == {*TOPICS, "erp.alerts"}
        assert {partitions_of(client, topic) for topic in listed} == {PARTITIONS}


def test_two_brokers_know_nothing_of_each_other() -> None:
    """Tests run in parallel."""
    with EmbeddedBroker() as one, EmbeddedBroker(topics=("only-here",)) as other:
        assert one.bootstrap != other.bootstrap
        assert "only-here" not in producer(one.settings).list_topics(timeout=10).topics


def test_it_listens_on_loopback_only_and_is_gone_after_the_block() -> None:
    """Nothing of a demo can be reached from outside, or stays."""
    with EmbeddedBroker() as broker:
        host, _, port = broker.bootstrap.partition(":")
        assert host == "127.0.0.1"
        socket.create_connection((host, int(port)), timeout=5).close()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((host, int(port)), timeout=5)
    with pytest.raises(RuntimeError, match="not started"):
        _ = broker.bootstrap
