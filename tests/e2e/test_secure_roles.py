"""Every role with a login of its own and only the rights of `router.kafka.acls`, on a Kafka that refuses all else.

What works with them, and what is said when one is missing: never a silent wait.
"""

import json
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from confluent_kafka import KafkaException, TopicPartition
from confluent_kafka.admin import AclBindingFilter, OffsetSpec

from router.config.runtime import KafkaSettings
from router.kafka.acls import Acl, Operation, Pattern, Resource, acls_of
from router.kafka.clients import producer, read_to_end
from router.kafka.topics import DECISIONS, INPUTS, NOTICES
from router.web.sender import CommandSender
from tests.e2e.roles import RoleProcess, Roles, apply_topics, environment_of, router, until
from tests.fake_slack import FakeSlack
from tests.fake_slack.store import Json
from tests.kafka.admin import AclOperation, AclPermissionType, ResourcePatternType
from tests.kafka.broker import KafkaCluster, ResourceType, available
from tests.kafka.node import free_ports

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.slow,
    pytest.mark.skipif(available(own=True) is not None, reason=available(own=True) or ""),
]

SOURCE = "acme.events"
SECRETS = {
    name: f"{name}-pass-4711"
    for name in ("admin", "intake", "engine", "notifier", "web", "auditor", "sender", "poor", "wrong")
}
KINDS = {
    Resource.TOPIC: ResourceType.TOPIC,
    Resource.GROUP: ResourceType.GROUP,
    Resource.TRANSACTIONAL_ID: ResourceType.TRANSACTIONAL_ID,
}
PATTERNS = {Pattern.LITERAL: ResourcePatternType.LITERAL, Pattern.PREFIXED: ResourcePatternType.PREFIXED}


def login(cluster: KafkaCluster, user: str, password: str, group: str = "router") -> KafkaSettings:
    """Settings of a login by SCRAM over TLS."""
    return KafkaSettings.model_validate(
        {
            "bootstrap": cluster.bootstrap,
            "security_protocol": "SASL_SSL",
            "ca_file": cluster.security.ca_file,
            "sasl_username": user,
            "sasl_password": password,
            "group": group,
        }
    )


def grant(cluster: KafkaCluster, user: str, acls: Sequence[Acl]) -> None:
    """Give a user exactly these rights."""
    for acl in acls:
        operation = AclOperation[acl.operation.name]
        cluster.allow(user, KINDS[acl.resource], acl.name, operation, prefix=acl.pattern is Pattern.PREFIXED)


def revoke(cluster: KafkaCluster, user: str, acl: Acl) -> None:
    """Take a right away again."""
    which = AclBindingFilter(
        KINDS[acl.resource],
        acl.name,
        PATTERNS[acl.pattern],
        f"User:{user}",
        "*",
        AclOperation[acl.operation.name],
        AclPermissionType.ALLOW,
    )
    (done,) = cluster.admin.delete_acls([which]).values()
    assert len(done.result(30)) == 1


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company of one component, told at once, and only its team may acknowledge."""
    folder = tmp_path_factory.mktemp("rules")
    (folder / "workflows").mkdir()
    everything = dict.fromkeys(("it", "data", "business", "risk", "partner"), "ops")
    orders = {"erp.orders": {"kind": "erp", "owners": {"it": "ops"}}}
    documents: dict[str, object] = {
        "router.yaml": {"company": "acme", "triage": "ops", "settle": 0, "default_owners": everything},
        "teams.yaml": {"teams": {"ops": {"kind": "it", "channel": "#ops", "members": ["U0ALICE001"]}}},
        "sources.yaml": {"sources": {"events": {"topics": [SOURCE], "format": "native"}}},
        "workflows/orders.yaml": {"workflow": "orders", "business_owner": "ops", "components": orders},
    }
    for name, document in documents.items():
        (folder / name).write_text(json.dumps(document))
    return folder


@pytest.fixture(scope="module")
def cluster() -> Iterator[KafkaCluster]:
    """A secure cluster with our topics, made by a login that may do no more than that, and a source topic."""
    with KafkaCluster(secure=True) as started:
        kafka = KafkaSettings()
        for name in ("admin", "intake", "engine", "notifier", "web", "auditor"):
            grant(started, f"router-{name}", acls_of(name, kafka, [SOURCE]))
            started.add_user(f"router-{name}", SECRETS[name])
        started.add_user("sender", SECRETS["sender"])
        started.allow("sender", ResourceType.TOPIC, SOURCE, AclOperation.WRITE)
        started.create_topic(SOURCE, partitions=2)
        admin = environment_of(login(started, "router-admin", SECRETS["admin"]))
        apply_topics(admin, "--partitions", "2", "--replication", "1")
        yield started


def send(cluster: KafkaCluster, *ids: str) -> None:
    """Send firing alerts of one failure, as the source system's own login."""
    writer = producer(login(cluster, "sender", SECRETS["sender"]))
    errors: list[str] = []
    for name in ids:
        event = {
            "specversion": "1.0",
            "type": "router.alert.v1",
            "id": name,
            "source": "sap",
            "subject": "erp.orders",
            "time": datetime.now(UTC).isoformat(),
            "data": {"fault": "erp.idoc_stuck", "status": "firing", "severity": "major", "summary": "stuck"},
        }
        headers = [("content-type", b"application/cloudevents+json")]
        writer.produce(
            SOURCE,
            json.dumps(event),
            "orders",
            headers=headers,
            on_delivery=lambda error, _: errors.extend([str(error)] if error else []),
        )
    assert (writer.flush(30), errors) == (0, [])


def roots(slack: FakeSlack, deleted: bool = False) -> list[Json]:
    """Messages in the channel, without the replies in their threads."""
    return [message for message in slack.messages("ops", deleted=deleted) if not message["thread_ts"]]


def test_every_role_works_with_its_own_login_and_no_more_rights_than_it_needs(
    cluster: KafkaCluster, rules: Path, tmp_path: Path
) -> None:
    """From an event to Slack and back: told once, balanced, acknowledged. The notifier logs in by certificate."""
    port = free_ports(1)[0]
    ends = {TopicPartition(SOURCE, number): OffsetSpec.latest() for number in range(2)}
    # Other tests send to it too, and tests run in any order.
    earlier = sum(found.result(30).offset for found in cluster.admin.list_offsets(ends).values())
    with FakeSlack(channels=("ops",)) as slack:
        common = {
            "ROUTER_SLACK__TOKEN": slack.token,
            "ROUTER_SLACK__BASE_URL": slack.api_url,
            "ROUTER_SLACK__SIGNING_SECRET": slack.signing_secret,
            "ROUTER_WEB__PORT": str(port),
        }
        with Roles(rules, tmp_path, common) as roles:
            for role in ("intake", "engine", "web"):
                settings = environment_of(login(cluster, f"router-{role}", SECRETS[role]))
                if role == "engine":
                    del settings["ROUTER_KAFKA__SASL_PASSWORD"]
                    (tmp_path / "password").write_text(f"{SECRETS[role]}\n")
                    settings["ROUTER_KAFKA__SASL_PASSWORD_FILE"] = str(tmp_path / "password")
                roles.start(role, settings)
            roles.start("notifier", environment_of(certificate(cluster, "router-notifier")))
            roles.wait_until_ready()

            send(cluster, "one", "two", "three")
            (message,) = until(lambda: roots(slack), "the incident in Slack")
            auditor = environment_of(login(cluster, "router-auditor", SECRETS["auditor"]))
            code, document, errors = router(auditor, "reconcile", "--wait", "30")
            assert (code, document["balanced"], errors) == (0, True, "")
            assert document["topics"][SOURCE]["consumed"] == earlier + 3

            click = slack.click(f"http://127.0.0.1:{port}/slack/interactions", "router.acknowledge", message)
            assert (click.status, click.body) == (200, "")
            until(lambda: "acknowledged" in roots(slack)[0]["text"], "the message says so")
            assert len(roots(slack, deleted=True)) == 1
            output = roles.output()
    assert "kafka.troubled" not in output
    assert not [
        secret for secret in (*SECRETS.values(), slack.token, slack.signing_secret) if secret in output
    ]


def certificate(cluster: KafkaCluster, name: str) -> KafkaSettings:
    """Settings of a login by certificate."""
    file, key = cluster.security.issue(name)
    return KafkaSettings.model_validate(
        {
            "bootstrap": cluster.bootstrap_mtls,
            "security_protocol": "SSL",
            "ca_file": cluster.security.ca_file,
            "cert_file": file,
            "key_file": key,
        }
    )


def test_an_auditor_may_look_and_not_touch(cluster: KafkaCluster) -> None:
    """The login that balances the books can neither write nor read what it does not need."""
    auditor = login(cluster, "router-auditor", SECRETS["auditor"])
    errors: list[str] = []
    writer = producer(auditor, **{"enable.idempotence": False})
    writer.produce(DECISIONS, b"forged", on_delivery=lambda error, _: errors.append(error.name()))
    assert (writer.flush(30), errors) == (0, ["TOPIC_AUTHORIZATION_FAILED"])
    with pytest.raises(KafkaException, match="TOPIC_AUTHORIZATION_FAILED"):
        list(read_to_end(auditor, NOTICES))


class Poor(NamedTuple):
    """A role that lacks one right; `code` is how it ends, None if it stays and is not ready."""

    role: str
    lacks: Acl
    code: int | None


GROUP = "poor"
CASES = {
    "intake-group": Poor("intake", Acl(Resource.GROUP, "poor-intake", Pattern.LITERAL, Operation.READ), 2),
    "intake-source": Poor("intake", Acl(Resource.TOPIC, SOURCE, Pattern.LITERAL, Operation.READ), None),
    "intake-topics": Poor("intake", Acl(Resource.TOPIC, "router.", Pattern.PREFIXED, Operation.DESCRIBE), 2),
    "engine-id": Poor(
        "engine", Acl(Resource.TRANSACTIONAL_ID, "poor-engine-", Pattern.PREFIXED, Operation.WRITE), 70
    ),
    "engine-decisions": Poor("engine", Acl(Resource.TOPIC, DECISIONS, Pattern.LITERAL, Operation.WRITE), 2),
    "engine-group": Poor("engine", Acl(Resource.GROUP, "poor-engine", Pattern.LITERAL, Operation.READ), 2),
    "notifier-notices": Poor("notifier", Acl(Resource.TOPIC, NOTICES, Pattern.LITERAL, Operation.READ), 2),
    "notifier-id": Poor(
        "notifier", Acl(Resource.TRANSACTIONAL_ID, "poor-notifier-", Pattern.PREFIXED, Operation.WRITE), 70
    ),
    "web-inputs": Poor("web", Acl(Resource.TOPIC, INPUTS, Pattern.LITERAL, Operation.WRITE), 2),
    "web-group": Poor("web", Acl(Resource.GROUP, "poor-web", Pattern.LITERAL, Operation.DESCRIBE), 2),
}


def test_a_role_that_lacks_one_right_says_which_and_what_to_do(
    cluster: KafkaCluster, rules: Path, tmp_path: Path
) -> None:
    """Who may not do what, and the command that grants it; the role ends, or it is not ready and says why there too.

    All cases at once: starting is what takes time.
    """
    with Roles(rules, tmp_path, {"ROUTER_WEB__PORT": "0"}) as roles:
        for name, case in CASES.items():
            needed = acls_of(case.role, KafkaSettings(group=GROUP), [SOURCE])
            assert case.lacks in needed
            grant(cluster, name, [acl for acl in needed if acl != case.lacks])
            cluster.add_user(name, SECRETS["poor"])
            roles.start(case.role, environment_of(login(cluster, name, SECRETS["poor"], GROUP)), name)
        for name, case in CASES.items():
            process = roles[name]
            if case.code is None:
                problem = until(lambda: refused_sources(process), f"{name} is not ready, and says why")  # noqa: B023
                assert str(case.lacks) in problem
                assert process.running, name
            else:
                assert process.wait() == case.code, name
            output = process.output()
            assert f"User:{name} lacks a right: {case.lacks}" in output
            grants = (
                f"--allow-principal User:{name} --operation {case.lacks.operation} --{case.lacks.resource} "
            )
            assert grants in output
            assert "docs/connect.md" in output
            assert "Traceback" not in output
            assert SECRETS["poor"] not in output


def refused_sources(process: RoleProcess) -> str:
    """Why intake is not ready, once that is for want of a source."""
    readiness = process.readiness()
    return readiness.problems.get("sources", "") if readiness.status == 503 else ""


def test_a_wrong_password_ends_the_role_with_a_word_about_it_and_not_with_the_password(
    cluster: KafkaCluster, rules: Path, tmp_path: Path
) -> None:
    """It says that the login was refused and which settings to correct; waiting would not mend it."""
    wrong = login(cluster, "router-intake", SECRETS["wrong"])
    with Roles(rules, tmp_path, environment_of(wrong)) as roles:
        intake = roles.start("intake")
        assert intake.wait() == 2
        assert intake.says("the login is refused")
        assert intake.says("ROUTER_KAFKA__SASL_PASSWORD")
        assert not intake.says(SECRETS["wrong"])


def test_a_right_that_is_taken_away_ends_the_role_with_a_word_about_it(
    cluster: KafkaCluster, rules: Path, tmp_path: Path
) -> None:
    """Intake may not write any more: it says so and ends before it commits; later it goes on from there."""
    kafka = login(cluster, "taken", SECRETS["poor"], "taken")
    lost = Acl(Resource.TOPIC, INPUTS, Pattern.LITERAL, Operation.WRITE)
    grant(cluster, "taken", acls_of("intake", kafka, [SOURCE]))
    cluster.add_user("taken", SECRETS["poor"])
    with Roles(rules, tmp_path, environment_of(kafka)) as roles:
        intake = roles.start("intake")
        roles.wait_until_ready()
        revoke(cluster, "taken", lost)
        send(cluster, "lost-or-not")
        assert intake.wait() == 70
        assert intake.says(f"User:taken lacks a right: {lost}")
        assert not intake.says("Traceback")
        grant(cluster, "taken", [lost])
        before = time.time()
        intake.restart()
        until(lambda: wrote_inputs(cluster, before), "what was not written then is written now")


def wrote_inputs(cluster: KafkaCluster, since: float) -> bool:
    """Whether any input was written since then."""
    engine = login(cluster, "router-engine", SECRETS["engine"])
    return any(record.timestamp()[1] / 1_000 >= since for record in read_to_end(engine, INPUTS))


def test_a_command_sender_that_may_write_nothing_says_so_and_is_broken(cluster: KafkaCluster) -> None:
    """The client fails for ever then; the web role must start anew instead of refusing every click."""
    kafka = login(cluster, "mute", SECRETS["poor"])
    cluster.add_user("mute", SECRETS["poor"])
    sender = CommandSender(kafka)
    sender.start()
    try:
        assert "Write on topic router.inputs.v1" in until(lambda: sender.broken, "the client has failed")
    finally:
        sender.close()
