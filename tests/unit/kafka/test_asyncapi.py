"""The AsyncAPI document: whole, and the same as the topics' definitions."""

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from router.kafka.topics import DEADLETTER, INPUTS, topics

FOLDER = Path(__file__).parents[3] / "topics"
DOCUMENT: dict[str, Any] = YAML(typ="safe").load((FOLDER / "asyncapi.yaml").read_text())


def references(value: Any) -> list[str]:
    """Every `$ref` in the document."""
    if isinstance(value, dict):
        own = [value["$ref"]] if "$ref" in value else []
        return own + [found for item in value.values() for found in references(item)]
    if isinstance(value, list):
        return [found for item in value for found in references(item)]
    return []


def test_it_has_what_asyncapi_3_requires() -> None:
    """The version, a title, and in every object the fields that the specification calls REQUIRED."""
    assert DOCUMENT["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= set(DOCUMENT["info"])
    for operation in DOCUMENT["operations"].values():
        assert operation["action"] in ("send", "receive")
        assert operation["channel"]["$ref"].startswith("#/channels/")
    for message in DOCUMENT["components"]["messages"].values():
        assert "payload" not in message or {"schemaFormat", "schema"} == set(message["payload"])
    allowed = {"asyncapi", "info", "defaultContentType", "channels", "operations", "components"}
    assert set(DOCUMENT) <= allowed


def test_every_reference_leads_somewhere() -> None:
    """Inside the document, or to a schema beside it."""
    found = references(DOCUMENT)
    assert found
    for reference in found:
        if reference.startswith("./"):
            assert (FOLDER / reference).is_file()
            continue
        target: Any = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            target = target[step]
        assert target


def test_every_topic_is_a_channel_with_its_facts() -> None:
    """Address, partitions, copies, configs; and who writes and reads it is an operation."""
    by_address = {channel["address"]: channel for channel in DOCUMENT["channels"].values()}
    assert set(by_address) == {None, *topics()}
    for name, topic in topics().items():
        kafka = by_address[name]["bindings"]["kafka"]
        assert (kafka["topic"], kafka["partitions"], kafka["replicas"]) == (
            name,
            topic.partitions,
            topic.replication,
        )
        assert set(kafka["topicConfiguration"]) == set(topic.config)
        assert kafka["topicConfiguration"]["cleanup.policy"] == topic.config["cleanup.policy"].split(",")
    operations = {name for name, operation in DOCUMENT["operations"].items() if "inputs-v1" in name}
    assert operations == {"send-inputs-v1", "receive-inputs-v1"}


def test_messages_say_their_key_and_their_payload() -> None:
    """A dead letter's payload is whatever came; every other one has a schema."""
    messages = DOCUMENT["components"]["messages"]
    assert messages["inputs-v1"]["bindings"]["kafka"]["key"]["description"].startswith("scope")
    without = {message["name"] for message in messages.values() if "payload" not in message}
    assert without == {DEADLETTER}
    assert {message["name"] for message in messages.values()} >= {INPUTS, "router.alert.v1"}
