"""What one broker, asked alone, knows of the cluster."""

from __future__ import annotations

import logging

from confluent_kafka import KafkaException

from .admin import AdminClient, ClusterMetadata

ANSWER_DEADLINE = 5.0
"""Seconds to wait for one answer; who asks, asks again."""

QUIET = {"log_level": "0", "log.connection.close": "false", "reconnect.backoff.max.ms": "500"}
"""A broker that is not up yet is no news to a client of the harness."""

_silent = logging.getLogger("tests.kafka.silent")
_silent.setLevel(logging.CRITICAL + 1)


def admin_client(settings: dict[str, str]) -> AdminClient:
    """An admin client that does not write about lost connections."""
    return AdminClient({**QUIET, **settings}, logger=_silent)


def view(settings: dict[str, str]) -> ClusterMetadata | None:
    """The metadata that the broker at `bootstrap.servers` holds; None if it does not serve, or refuses us.

    Each call makes a new client: an older one has learned of the other brokers and may ask any of them.
    """
    try:
        return admin_client(settings).list_topics(timeout=ANSWER_DEADLINE)
    except KafkaException:
        return None


def leaders(address: str, topic: str) -> dict[int, int]:
    """Leader of each partition of the topic as this broker knows it; a partition without one is left out."""
    seen = view({"bootstrap.servers": address})
    if seen is None or topic not in seen.topics:
        return {}
    partitions = seen.topics[topic].partitions
    return {number: partition.leader for number, partition in partitions.items() if partition.leader >= 0}
