"""The settings of a cluster's nodes, and their data folders."""

from __future__ import annotations

import re
import shutil
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from pathlib import Path

from .node import Node, free_ports
from .security import MTLS, SASL

INTERNAL = "INTERNAL"
"""Plaintext listener between the nodes and for the harness; for clients too if the cluster is not secure."""

CONTROLLER = "CONTROLLER"

_PROTOCOLS = {INTERNAL: "PLAINTEXT", CONTROLLER: "PLAINTEXT", SASL: "SASL_SSL", MTLS: "SSL"}
_CLEANER_BUFFER = 16 * 1024 * 1024  # bytes; the default of 128 MB would be most of the heap


def prepare(folder: Path, count: int, secure: bool, extra: Mapping[str, str], libs: Path) -> list[Node]:
    """Nodes on free ports, configured and formatted but not started. Data that is there already is kept."""
    names = [INTERNAL, CONTROLLER, *([SASL, MTLS] if secure else [])]
    ports = free_ports(count * len(names))
    nodes = [
        Node(number, folder.resolve() / f"node-{number}", dict(zip(names, own, strict=True)), libs)
        for number, own in enumerate(zip(*[iter(ports)] * len(names), strict=True))
    ]
    for node in nodes:
        node.configure({**_common(nodes, names), **extra})
    if not nodes[0].formatted:
        nodes[0].format(_random_id())
    for node in nodes[1:]:
        if not node.formatted:
            _copy_format(nodes[0], node)
    return nodes


def _common(nodes: list[Node], names: list[str]) -> dict[str, str]:
    copies, in_sync = str(min(3, len(nodes))), str(min(2, len(nodes)))
    return {
        "process.roles": "broker,controller",
        "controller.quorum.voters": ",".join(f"{node.number}@{node.address(CONTROLLER)}" for node in nodes),
        "controller.listener.names": CONTROLLER,
        "inter.broker.listener.name": INTERNAL,
        "listener.security.protocol.map": ",".join(f"{name}:{_PROTOCOLS[name]}" for name in names),
        "auto.create.topics.enable": "false",
        "default.replication.factor": copies,
        "min.insync.replicas": in_sync,
        "offsets.topic.replication.factor": copies,
        "offsets.topic.num.partitions": "4",
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": in_sync,
        "transaction.state.log.num.partitions": "4",
        "share.coordinator.state.topic.replication.factor": copies,
        "share.coordinator.state.topic.min.isr": in_sync,
        "share.coordinator.state.topic.num.partitions": "4",
        # Less than the nine seconds of Kafka: a killed node may come back only when its old session is over.
        "broker.session.timeout.ms": "4000",
        "broker.heartbeat.interval.ms": "500",
        "group.initial.rebalance.delay.ms": "0",
        "log.cleaner.dedupe.buffer.size": str(_CLEANER_BUFFER),
        "num.network.threads": "2",
        "num.io.threads": "4",
    }


def _copy_format(done: Node, node: Node) -> None:
    """Format a node as another one was: the same but for its ids, and without one more Java process."""
    shutil.copytree(done.data, node.data)
    meta = node.data / "meta.properties"
    text = re.sub(r"(?m)^node\.id=.*$", f"node.id={node.number}", meta.read_text())
    meta.write_text(re.sub(r"(?m)^directory\.id=.*$", f"directory.id={_random_id()}", text))


def _random_id() -> str:
    """A UUID as Kafka writes it. A first `-` would be taken for an option."""
    while (text := urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")).startswith("-"):
        pass
    return text
