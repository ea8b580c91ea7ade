"""topics/asyncapi.yaml: our topics as an AsyncAPI 3.0 document, made from topics/*.yaml.

For catalogues and generators. https://www.asyncapi.com/docs/reference/specification/v3.0.0, Kafka bindings 0.5.0.
"""

import io
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML

from router import __version__
from router.kafka.topics import Topic

SCHEMA_FORMAT = "application/schema+json;version=2020-12"
BINDING_VERSION = "0.5.0"

NATIVE = {
    "alert": "Something is wrong, or over",
    "change": "Something was changed",
    "heartbeat": "A sign of life of a component's monitoring",
}

HEADER = "# Made by `python -m router.kafka.schemas` from topics/*.yaml: edit those.\n"


def asyncapi(topics: Mapping[str, Topic]) -> str:
    """The document, YAML."""
    stream = io.StringIO()
    yaml = YAML()
    yaml.width = 110
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.dump(document(topics), stream)
    return HEADER + stream.getvalue()


def document(topics: Mapping[str, Topic]) -> dict[str, Any]:
    """The document as plain values: a channel a topic, plus one for the native events that senders send."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Incident and ownership router",
            "version": __version__,
            "license": {"name": "Apache-2.0"},
            "description": "What the router reads from existing systems, and what it writes for others to read.",
        },
        "defaultContentType": "application/json",
        "channels": {"sources": _sources(), **{_id(name): _channel(topic) for name, topic in topics.items()}},
        "operations": _operations(topics),
        "components": {
            "messages": {
                **{f"native-{kind}": _native(kind, summary) for kind, summary in NATIVE.items()},
                **{_id(name): _message(topic) for name, topic in topics.items()},
            }
        },
    }


def _id(topic: str) -> str:
    """`router.inputs.v1` -> `inputs-v1`."""
    return topic.removeprefix("router.").replace(".", "-")


def _sources() -> dict[str, Any]:
    return {
        "address": None,
        "title": "Any topic that sources.yaml names",
        "description": "Alerts, changes and heartbeats in the native format. Other formats are described in the docs.",
        "messages": {f"native-{kind}": {"$ref": f"#/components/messages/native-{kind}"} for kind in NATIVE},
    }


def _channel(topic: Topic) -> dict[str, Any]:
    config: dict[str, Any] = {
        name: value.split(",") if name == "cleanup.policy" else _number(value)
        for name, value in topic.config.items()
    }
    return {
        "address": topic.topic,
        "description": "\n".join([topic.why, *(f"- {note}" for note in topic.notes)]),
        "messages": {_id(topic.topic): {"$ref": f"#/components/messages/{_id(topic.topic)}"}},
        "bindings": {
            "kafka": {
                "topic": topic.topic,
                "partitions": topic.partitions,
                "replicas": topic.replication,
                "topicConfiguration": config,
                "bindingVersion": BINDING_VERSION,
            }
        },
    }


def _number(value: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(value)
        except ValueError:
            continue
    return value


def _message(topic: Topic) -> dict[str, Any]:
    made: dict[str, Any] = {"name": topic.topic, "summary": topic.why.partition(". ")[0].rstrip(".")}
    if topic.value:
        made |= {"contentType": "application/json", "payload": _payload(topic.value)}
    else:
        made |= {"contentType": "application/octet-stream", "description": topic.value_note}
    if topic.key:
        note = f": {topic.key_note}" if topic.key_note else ""
        key = {"type": "string", "description": f"{topic.key}{note}"}
        made["bindings"] = {"kafka": {"key": key, "bindingVersion": BINDING_VERSION}}
    return made


def _native(kind: str, summary: str) -> dict[str, Any]:
    return {
        "name": f"router.{kind}.v1",
        "summary": summary,
        "contentType": "application/cloudevents+json",
        "payload": _payload(f"native-{kind}"),
    }


def _payload(name: str) -> dict[str, Any]:
    return {"schemaFormat": SCHEMA_FORMAT, "schema": {"$ref": f"./schemas/{name}.json"}}


def _operations(topics: Mapping[str, Topic]) -> dict[str, Any]:
    """From the router's point of view: `send` is what it writes, `receive` what it reads."""
    made: dict[str, Any] = {
        "receive-sources": {
            "action": "receive",
            "channel": {"$ref": "#/channels/sources"},
            "summary": "Intake reads what existing systems emit.",
        }
    }
    for name, topic in topics.items():
        channel = {"$ref": f"#/channels/{_id(name)}"}
        for action, verb, roles in (("send", "Written", topic.writers), ("receive", "Read", topic.readers)):
            ours = [role for role in roles if role != "others"]
            if ours:
                summary = f"{verb} by {', '.join(ours)}."
                made[f"{action}-{_id(name)}"] = {"action": action, "channel": channel, "summary": summary}
    return made
