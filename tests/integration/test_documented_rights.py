"""docs/connect.md gives each role exactly the rights it needs: all roles and commands work with those and no others."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from router.kafka.topics import TOPICS, topics
from tests.kafka.broker import AclOperation, KafkaCluster, ResourceType, available
from tests.pages import ROOT, commands, read
from tests.test_docs import write_company

PASSWORD = "a-password"
ROLES = ("intake", "engine", "notifier", "web")
PATIENCE_SECONDS = 90.0
SOURCES = ("acme.erp.events.v1", "acme.alertmanager.v1", "acme.dbt.run-results.v1", "acme.lineage.airflow")
RESOURCES = {
    "--topic": ResourceType.TOPIC,
    "--group": ResourceType.GROUP,
    "--transactional-id": ResourceType.TRANSACTIONAL_ID,
}
OPERATIONS = {
    "Read": AclOperation.READ,
    "Write": AclOperation.WRITE,
    "Create": AclOperation.CREATE,
    "Alter": AclOperation.ALTER,
    "Describe": AclOperation.DESCRIBE,
    "DescribeConfigs": AclOperation.DESCRIBE_CONFIGS,
    "AlterConfigs": AclOperation.ALTER_CONFIGS,
}


class Right(NamedTuple):
    """What one line of the page allows."""

    user: str
    operations: tuple[str, ...]
    resources: tuple[tuple[str, str], ...]
    prefix: bool


def documented_rights() -> list[Right]:
    """The page's `allow` lines. Anything in them that this cannot read is an error."""
    rights = []
    for block in read("docs/connect.md").blocks_of("bash"):
        for command in commands(block):
            words = shlex.split(command.text, comments=True)
            if words[0] != "allow":
                continue
            options = list(zip(words[2::2], words[3::2], strict=True))
            assert {option for option, _ in options} <= {"--operation", "--resource-pattern-type", *RESOURCES}
            rights.append(
                Right(
                    words[1].removeprefix("User:"),
                    tuple(value for option, value in options if option == "--operation"),
                    tuple((option, value) for option, value in options if option in RESOURCES),
                    ("--resource-pattern-type", "prefixed") in options,
                )
            )
    return rights


def test_rights_fit_what_the_topics_say_about_their_writers() -> None:
    """Nobody may write to a topic that does not name it as a writer, so the audit trail has one author."""
    writers: dict[str, set[str]] = {name: set() for name in TOPICS}
    for right in documented_rights():
        for kind, name in right.resources:
            if kind == "--topic" and "Write" in right.operations and not name.startswith("acme"):
                assert not right.prefix
                writers[name].add(right.user.removeprefix("router-"))
    wanted = {name: {role.replace("cli", "operator") for role in topics()[name].writers} for name in TOPICS}
    assert writers == wanted


class Site:
    """A secured cluster with the documented rights, the page's rules, and a router on it."""

    def __init__(self, cluster: KafkaCluster, folder: Path) -> None:
        self.cluster = cluster
        self.folder = folder
        self.rules = folder / "rules"
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def environment(self, user: str) -> dict[str, str]:
        """Settings of a login."""
        return {
            **os.environ,
            "ROUTER_KAFKA__BOOTSTRAP": self.cluster.bootstrap,
            "ROUTER_KAFKA__SECURITY_PROTOCOL": "SASL_SSL",
            "ROUTER_KAFKA__CA_FILE": str(self.cluster.security.ca_file),
            "ROUTER_KAFKA__SASL_USERNAME": f"router-{user}",
            "ROUTER_KAFKA__SASL_PASSWORD": PASSWORD,
            "ROUTER_WEB__PORT": "0",
            "ROUTER_DATA_DIR": str(self.folder / "data"),
            "USER": "tester",
        }

    def router(self, user: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command as this login."""
        command = [sys.executable, "-m", "router.cli.main", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment(user), capture_output=True, text=True, check=False
        )

    def start(self, role: str, **variables: str) -> None:
        """Start a role as its own login, with these variables besides."""
        log = (self.folder / f"{role}.log").open("ab")
        command = [sys.executable, "-m", "router.cli.main", "run", role, "--rules", str(self.rules)]
        self.processes[role] = subprocess.Popen(
            command, cwd=ROOT, env=self.environment(role) | variables, stdout=log, stderr=subprocess.STDOUT
        )
        log.close()

    def stop(self, role: str) -> int:
        """Ask a role to end, and wait until it has."""
        process = self.processes.pop(role)
        process.send_signal(signal.SIGTERM)
        try:
            return process.wait(60)
        finally:
            process.kill()

    def log(self) -> str:
        """What the roles wrote."""
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log")))

    def until(self, what: str, true: Callable[[], Any]) -> Any:
        """Poll until it is true; what it answered."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (found := true()):
            dead = {
                role: process.poll() for role, process in self.processes.items() if process.poll() is not None
            }
            assert not dead, f"{dead}\n{self.log()}"
            assert time.monotonic() < deadline, f"{what}\n{self.log()}"
            time.sleep(0.2)
        return found


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A cluster where nobody may do what the page does not allow; ended with all that runs on it."""
    with KafkaCluster(secure=True) as cluster:
        for topic in SOURCES:
            cluster.create_topic(topic, partitions=2)
        for right in documented_rights():
            for option, name in right.resources:
                kinds = [OPERATIONS[operation] for operation in right.operations]
                cluster.allow(right.user, RESOURCES[option], name, *kinds, prefix=right.prefix)
        for user in {right.user for right in documented_rights()}:
            cluster.add_user(user, PASSWORD)
        made = Site(cluster, tmp_path)
        write_company(read("docs/connect.md"), made.rules)
        (made.rules / "router.yaml").write_text("triage: triage-desk\nsettle: 0s\ncritical_settle: 0s\n")
        try:
            yield made
        finally:
            for process in made.processes.values():
                process.kill()


@pytest.mark.kafka
@pytest.mark.slow
@pytest.mark.skipif(available(own=True) is not None, reason=available(own=True) or "")
def test_every_role_and_command_works_with_the_documented_rights_alone(site: Site) -> None:
    """An event goes in and is told, a bad one is buried and sent again, people's commands work, restarts read back."""
    small = ("--partitions", "2", "--replication", "1")
    assert site.router("admin", "topics", "plan", *small).returncode == 1
    applied = site.router("admin", "topics", "apply", *small)
    assert applied.returncode == 0, applied.stderr
    assert site.router("admin", "topics", "plan", *small).returncode == 0
    for role in ROLES:
        site.start(role, ROUTER_CANARY_INTERVAL_SECONDS="2", ROUTER_LOG_LEVEL="debug")
    site.until("a canary", lambda: "canary.returned" in site.log())

    bad = site.folder / "bad.jsonl"
    bad.write_text(json.dumps({"topic": SOURCES[0], "timestamp_ms": 0, "value": "not JSON"}) + "\n")
    assert site.router("operator", "send", str(bad)).returncode == 0
    alert = ("--component", "ORDERS05", "--fault", "erp.idoc_stuck", "--severity", "critical")
    assert site.router("operator", "send", "--topic", SOURCES[0], *alert).returncode == 0
    [incident] = site.until("an incident that was told", lambda: told(site))
    for role in ROLES:
        assert site.stop(role) == 0
        site.start(role)

    flown = site.router("operator", "canary", "--rules", str(site.rules), "--wait", "60")
    assert flown.returncode == 0, flown.stdout + flown.stderr + site.log()
    for verb in ("ack", "resolve"):
        done = site.router("operator", verb, incident["id"], "--wait", "--timeout", "60")
        assert done.returncode == 0, done.stdout + done.stderr
    again = site.router("operator", "deadletter", "replay", "--code", "not_json")
    assert "1 dead letter" in again.stdout, again.stdout + again.stderr
    recording = ("record", "--topics", SOURCES[0], "--from", "earliest", "--until-end")
    assert site.router("operator", *recording, "--out", str(site.folder / "day.jsonl")).returncode == 0
    for user in ("operator", "auditor"):
        balanced = site.router(user, "reconcile", "--wait", "60")
        assert balanced.returncode == 0, balanced.stdout + balanced.stderr

    for role in ROLES:
        assert site.stop(role) == 0
    assert not re.search(r"(?i)authoriz|TOPIC_AUTH|GROUP_AUTH", site.log())


def told(site: Site) -> list[dict[str, Any]]:
    """Incidents that people were told of."""
    answered = site.router("operator", "incidents", "--json")
    assert answered.returncode == 0, answered.stdout
    return [
        one for one in json.loads(answered.stdout)["incidents"] if one["told"] and one["scope"] != "canary"
    ]
