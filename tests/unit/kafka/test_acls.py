"""The table of rights: as documented, as the topics say, and no wider than asked for."""

import re
import shlex
from pathlib import Path

import pytest

from router.config.runtime import ROLES, KafkaSettings
from router.kafka.acls import (
    LOGINS,
    Acl,
    Operation,
    Pattern,
    Resource,
    acls_of,
    kafka_acls_commands,
    literal_prefix,
    principal_of,
    refusal,
)
from router.kafka.topics import TOPICS, topics

DOCUMENT = Path(__file__).parents[3] / "docs" / "connect.md"
KAFKA = KafkaSettings()
SOURCES = ["^acme\\..*"]
CANARY_TOPIC = "acme.erp.events.v1"


def documented(login: str) -> set[Acl]:
    """The rights that docs/connect.md grants a login."""
    found: set[Acl] = set()
    for line in re.findall(rf"^allow User:router-{login} (.*)$", DOCUMENT.read_text(), re.MULTILINE):
        words = shlex.split(line)
        flags = list(zip(words[::2], words[1::2], strict=True))
        pattern = dict(flags).get("--resource-pattern-type", "literal")
        operations = [Operation(value) for flag, value in flags if flag == "--operation"]
        for flag, name in flags:
            if flag.removeprefix("--") in set(Resource):
                found |= {Acl(Resource(flag[2:]), name, Pattern(pattern), one) for one in operations}
    return found


@pytest.mark.parametrize("login", sorted(set(LOGINS) - {"auditor"}))
def test_the_documented_commands_grant_exactly_the_rights_of_the_table(login: str) -> None:
    """Whoever copies docs/connect.md gives no right too many, and misses none."""
    assert documented(login) == set(acls_of(login, KAFKA, SOURCES, CANARY_TOPIC))


@pytest.mark.parametrize("login", LOGINS)
def test_who_reads_and_writes_a_topic_is_who_its_description_names(login: str) -> None:
    """Writers and readers of topics/*.yaml; people go by the name of their tool there."""
    name = login if login in ROLES else "cli"
    for acl in acls_of(login, KAFKA, ()):
        if acl.name in TOPICS and acl.operation is Operation.READ:
            assert {name, "others"} & set(topics()[acl.name].readers), acl
        if acl.name in TOPICS and acl.operation is Operation.WRITE:
            assert name in topics()[acl.name].writers, acl


def test_nobody_may_delete_and_only_the_admin_may_change_topics() -> None:
    """Of the roles that run, none has more than Read, Write and Describe."""
    for role in ROLES:
        used = {acl.operation for acl in acls_of(role, KAFKA, SOURCES)}
        assert used <= {Operation.READ, Operation.WRITE, Operation.DESCRIBE}
    assert "Delete" not in set(Operation)


def test_the_group_setting_names_groups_and_transactional_ids() -> None:
    """Two routers on one cluster have rights of their own."""
    names = {acl.name for acl in acls_of("engine", KafkaSettings(group="eu"), ())}
    assert {"eu-engine", "eu-engine-", "eu-reader"} <= names


def test_a_canary_needs_one_right_more() -> None:
    """Intake may write to a source topic only where it sends canaries to."""
    more = set(acls_of("intake", KAFKA, ["a", "b"], "b")) - set(acls_of("intake", KAFKA, ["a", "b"]))
    assert more == {Acl(Resource.TOPIC, "b", Pattern.LITERAL, Operation.WRITE)}


@pytest.mark.parametrize(
    ("pattern", "begins"),
    [
        (r"^acme\.ai\.[a-z]+\.v1$", "acme.ai."),
        ("^acme-events_1$", "acme-events_1"),
        (r"^acme\.x?\.y", "acme."),
        ("^acme*", "acm"),
        ("^ab{0,2}", "a"),
        ("^acme.x", "acme"),
        ("^acme|^other", ""),
        ("^(acme|other)", ""),
        (r"^\w+", ""),
    ],
)
def test_a_pattern_of_topics_becomes_the_longest_beginning_that_all_have(pattern: str, begins: str) -> None:
    """ACLs know beginnings and no patterns."""
    assert literal_prefix(pattern) == begins


def test_a_pattern_without_a_beginning_needs_the_right_on_all_topics() -> None:
    """The operator sees the star and thinks again."""
    acl = acls_of("intake", KAFKA, ["^.*-events"])[-1]
    assert acl == Acl(Resource.TOPIC, "*", Pattern.LITERAL, Operation.READ)
    assert kafka_acls_commands("User:x", [acl]) == [
        "kafka-acls.sh --add --allow-principal User:x --operation Read --topic '*'"
    ]


def test_commands_say_where_and_share_a_line_a_resource() -> None:
    """Ready to paste: with the way to the brokers, and all operations on one topic together."""
    acls = [
        Acl(Resource.TOPIC, "t", Pattern.PREFIXED, Operation.READ),
        Acl(Resource.TOPIC, "t", Pattern.PREFIXED, Operation.WRITE),
        Acl(Resource.CLUSTER, "kafka-cluster", Pattern.LITERAL, Operation.IDEMPOTENT_WRITE),
    ]
    begin = "kafka-acls.sh --bootstrap-server k:9092 --add --allow-principal User:x"
    assert kafka_acls_commands("User:x", acls, "--bootstrap-server k:9092") == [
        f"{begin} --operation Read --operation Write --topic t --resource-pattern-type prefixed",
        f"{begin} --operation IdempotentWrite --cluster",
    ]


def test_a_login_that_nobody_has_is_refused() -> None:
    """A typo must not look like a role without rights."""
    with pytest.raises(ValueError, match="intak"):
        acls_of("intak", KAFKA, ())


@pytest.mark.parametrize(
    ("settings", "principal"),
    [
        ({}, "User:ANONYMOUS"),
        (
            {"security_protocol": "SASL_SSL", "sasl_username": "ada", "sasl_password": "never-shown"},
            "User:ada",
        ),
        (
            {"security_protocol": "SSL", "cert_file": "/c.pem", "key_file": "/k.pem"},
            "the user of /c.pem",
        ),
    ],
)
def test_a_refusal_names_who_what_and_the_command(settings: dict[str, str], principal: str) -> None:
    """In one line, and never with the password."""
    who = principal_of(KafkaSettings.model_validate(settings))
    what, do = refusal(who, [Acl(Resource.GROUP, "router-web", Pattern.LITERAL, Operation.DESCRIBE)])
    assert what == f"{principal} lacks a right: Describe on group router-web"
    assert "--operation Describe --group router-web" in do
    assert "never-shown" not in what + do
