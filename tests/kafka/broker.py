"""Real Apache Kafka for tests.

with KafkaCluster() as kafka:
    kafka.create_topic("orders", partitions=4)
    producer = Producer({"bootstrap.servers": kafka.bootstrap})
"""

from __future__ import annotations

import atexit
import shutil
import signal
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from .admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    NewTopic,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)
from .jars import KafkaUnavailable, available, named_broker, resolve
from .node import Node, until
from .security import ADMIN, MTLS, PLAIN_USER, SASL, Mechanism, Security
from .storage import INTERNAL, prepare
from .views import admin_client, leaders, view

__all__ = ["AclOperation", "KafkaCluster", "KafkaUnavailable", "ResourceType", "available"]

READY_DEADLINE = 120.0
"""Seconds that a start, or a change that the nodes must learn of, may take. Three on an idle machine."""


class KafkaCluster:
    """Apache Kafka in KRaft mode on 127.0.0.1, one Java process a node; ready when the `with` block begins.

    nodes       each is broker and controller; node numbers count from 0
    secure      clients need a password (SASL_SSL) or a certificate (mTLS), and an ACL for whatever they do
    data_dir    where data and logs stay after `stop`, for a later cluster of as many nodes; default:
                a temporary folder
    properties  further lines of server.properties, which win over ours

    When ROUTER_TEST_KAFKA names a running broker and nothing of the above is asked, that one is used; it
    cannot be killed or stopped. Whoever means to kill gives a `data_dir`.
    Every method raises KafkaUnavailable if a deadline passes, and KafkaException if Kafka refuses.
    """

    def __init__(
        self,
        nodes: int = 1,
        secure: bool = False,
        data_dir: Path | None = None,
        properties: Mapping[str, str] | None = None,
    ) -> None:
        if nodes < 1:
            raise ValueError("A cluster has at least one node.")
        self._count = nodes
        self._secure = secure
        self._data_dir = data_dir
        self._properties = dict(properties or {})
        self._own = nodes > 1 or secure or data_dir is not None or bool(properties) or not named_broker()
        self._nodes: list[Node] = []
        self._security: Security | None = None
        self._scratch: Path | None = None
        self._admin: AdminClient | None = None

    def __enter__(self) -> Self:
        if not self._own:
            return self
        if reason := available(own=True):
            raise KafkaUnavailable(reason)
        atexit.register(self.stop)
        try:
            folder = self._data_dir or self._temporary()
            self._security = Security(folder / "security") if self._secure else None
            extra = (self._security.properties() if self._security else {}) | self._properties
            self._nodes = prepare(folder, self._count, self._secure, extra, resolve())
            for node in self._nodes:
                node.start()
            for node in self._nodes:
                self._await_ready(node, self._count)
            if self._security:
                self.add_user(ADMIN, self._security.passwords[ADMIN])
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # ---- addresses and logins -------------------------------------------------------------------------

    @property
    def bootstrap(self) -> str:
        """`host:port,...` for clients; of a secure cluster, the SASL_SSL listener."""
        return self._addresses(SASL if self._secure else INTERNAL)

    @property
    def bootstrap_mtls(self) -> str:
        """`host:port,...` of a secure cluster's listener for clients with a certificate."""
        return self._addresses(MTLS)

    @property
    def security(self) -> Security:
        """Certificates, and the passwords of `admin` and `plain`. Raises RuntimeError if not secure."""
        if self._security is None:
            raise RuntimeError("This cluster is not secure, or not started.")
        return self._security

    def client(self, user: str, password: str, mechanism: Mechanism = "SCRAM-SHA-512") -> dict[str, str]:
        """Settings of a confluent-kafka client of a secure cluster that logs in with a password."""
        login = self.security.password_login(user, password, mechanism)
        return {"bootstrap.servers": self.bootstrap, **login}

    def admin_client(self, mechanism: Mechanism = "SCRAM-SHA-512") -> dict[str, str]:
        """The same for the super user."""
        return self.client(ADMIN, self.security.passwords[ADMIN], mechanism)

    def plain_client(self) -> dict[str, str]:
        """The same for User:plain, who logs in by PLAIN and has no rights until `allow` gives some."""
        return self.client(PLAIN_USER, self.security.passwords[PLAIN_USER], "PLAIN")

    def certificate_client(self, common_name: str) -> dict[str, str]:
        """The same for User:<common_name>, who logs in with a new certificate."""
        return {"bootstrap.servers": self.bootstrap_mtls, **self.security.certificate_login(common_name)}

    @property
    def admin(self) -> AdminClient:
        """An admin client with every right."""
        if self._admin is None:
            self._admin = admin_client({"bootstrap.servers": self._addresses(INTERNAL)})
        return self._admin

    # ---- life and death -------------------------------------------------------------------------------

    def kill(self, node: int = 0, how: signal.Signals = signal.SIGKILL) -> None:
        """End a node's process and wait for its end: SIGKILL as a crash, SIGTERM as a shutdown in order."""
        self._node(node).kill(how)

    def start(self, node: int = 0) -> None:
        """Start a killed node on its data and ports; returns when it serves."""
        self._node(node).start()
        self._await_ready(self._node(node), 1)

    def pid(self, node: int = 0) -> int:
        """Process id of a node, for other signals. Raises KafkaUnavailable if it is not running."""
        return self._node(node).pid

    def stop(self) -> None:
        """End every node, and remove the data if its folder is temporary. May be repeated."""
        atexit.unregister(self.stop)
        # Of several, the last ones could not end in order: no controllers are left to ask. Killing loses
        # nothing that a broker has acknowledged.
        how = signal.SIGKILL if self._scratch or self._count > 1 else signal.SIGTERM
        for node in self._nodes:
            node.kill(how)
        self._nodes, self._admin, self._security = [], None, None
        if self._scratch:
            shutil.rmtree(self._scratch, ignore_errors=True)
            self._scratch = None

    # ---- topics ---------------------------------------------------------------------------------------

    def create_topic(
        self,
        name: str,
        partitions: int = 1,
        replication: int | None = None,
        config: Mapping[str, str] | None = None,
    ) -> None:
        """Create a topic; returns when every running node knows a leader of each partition.

        `replication` is three, or the number of nodes if that is less.
        """
        copies = replication or min(3, self._count)
        topic = NewTopic(name, partitions, copies, config=dict(config or {}))
        self.admin.create_topics([topic])[name].result(READY_DEADLINE)
        until(
            lambda: all(len(leaders(address, name)) == partitions for address in self._live()),
            READY_DEADLINE,
            lambda: f"a leader for each partition of {name}.",
        )

    def leader_of(self, topic: str, partition: int = 0) -> int:
        """The node that leads this partition; waits for an election if the last leader does not run."""
        found: set[int] = set()

        def elected() -> bool:
            found.clear()
            found.update(leaders(address, topic).get(partition, -1) for address in self._live())
            return len(found) == 1 and all(self._serves(node) for node in found)

        until(elected, READY_DEADLINE, lambda: f"a leader of {topic}-{partition} that runs.")
        return found.pop()

    # ---- users and rights -----------------------------------------------------------------------------

    def add_user(self, name: str, password: str) -> None:
        """Make a SCRAM-SHA-512 user, or change the password; returns when every running node accepts it."""
        settings = self.security.password_login(name, password, "SCRAM-SHA-512")
        how = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096)
        change = UserScramCredentialUpsertion(name, how, password.encode())
        self.admin.alter_user_scram_credentials([change])[name].result(READY_DEADLINE)
        until(
            lambda: all(
                view({"bootstrap.servers": address, **settings}) is not None for address in self._live(SASL)
            ),
            READY_DEADLINE,
            lambda: f"a login of {name}.",
        )

    def allow(
        self,
        principal: str,
        resource: ResourceType,
        name: str,
        *operations: AclOperation,
        prefix: bool = False,
    ) -> None:
        """Give `principal` (a user's name, or `User:name`) the operations on a topic, a group ...

        `prefix` means every resource whose name begins with `name`; `*` as a name means all. Kafka confirms
        before the other nodes of a cluster have learned of it, some milliseconds later.
        """
        who = principal if ":" in principal else f"User:{principal}"
        pattern = ResourcePatternType.PREFIXED if prefix else ResourcePatternType.LITERAL
        rules = [
            AclBinding(resource, name, pattern, who, "*", operation, AclPermissionType.ALLOW)
            for operation in operations
        ]
        for done in self.admin.create_acls(rules).values():
            done.result(READY_DEADLINE)

    # ---- inside ---------------------------------------------------------------------------------------

    def _temporary(self) -> Path:
        self._scratch = Path(tempfile.mkdtemp(prefix="router-kafka-"))
        return self._scratch

    def _node(self, number: int) -> Node:
        if not self._own:
            raise KafkaUnavailable("ROUTER_TEST_KAFKA names this broker: it is not ours to stop.")
        return self._nodes[number]

    def _addresses(self, listener: str) -> str:
        if not self._own:
            return named_broker() or ""
        if not self._nodes:
            raise RuntimeError("The cluster is not started.")
        return ",".join(node.address(listener) for node in self._nodes)

    def _live(self, listener: str = INTERNAL) -> list[str]:
        """Addresses of what runs, each to be asked alone."""
        if not self._own:
            return [self._addresses(listener)]
        return [node.address(listener) for node in self._nodes if node.running]

    def _serves(self, number: int) -> bool:
        return number >= 0 and (not self._own or self._nodes[number].running)

    def _await_ready(self, node: Node, brokers: int) -> None:
        """Wait until the node sees itself in the cluster, among at least `brokers`."""

        def ready() -> bool:
            if not node.running:
                raise KafkaUnavailable(f"Node {node.number} has ended.{node.tail()}")
            seen = view({"bootstrap.servers": node.address(INTERNAL)})
            return seen is not None and node.number in seen.brokers and len(seen.brokers) >= brokers

        until(ready, READY_DEADLINE, lambda: f"node {node.number} ready.{node.tail()}")
