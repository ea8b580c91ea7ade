"""JSON Schemas of what travels on our topics, made from the models: topics/schemas/*.json.

`python -m router.kafka.schemas` writes them, and topics/asyncapi.yaml. It refuses to write a schema that would break
readers of the one it replaces (`router.kafka.compatibility`), unless `--incompatible` is given: right before the
first release, wrong ever after. `--check` writes nothing and exits 1 when a file is not current.
"""

import json
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter

from router.config.shipped import shipped_dir
from router.kafka.asyncapi import asyncapi
from router.kafka.codec import Checkpoint
from router.kafka.compatibility import Schema, incompatibilities
from router.kafka.native import NativeAlert, NativeChange, NativeHeartbeat
from router.kafka.topics import topics
from router.model.decision import Decision
from router.model.incident import Incident
from router.model.input import INPUT
from router.model.ledger import LedgerEntry
from router.model.notice import Delivery, Notice
from router.model.record import RECORD

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def _model(kind: type[BaseModel]) -> Callable[[], Schema]:
    return lambda: kind.model_json_schema()


def _adapter(adapter: TypeAdapter[Any], title: str, description: str) -> Callable[[], Schema]:
    return lambda: {**adapter.json_schema(), "title": title, "description": description}


def _state_record() -> Schema:
    """A record of the state, or a shard's checkpoint."""
    schema = RECORD.json_schema()
    schema["$defs"]["Checkpoint"] = Checkpoint.model_json_schema()
    schema["oneOf"].append({"$ref": "#/$defs/Checkpoint"})
    text = "A record of a scope's state; under the key __checkpoint__, the shard's checkpoint."
    return {**schema, "title": "StateRecord", "description": text}


SCHEMAS: Mapping[str, Callable[[], Schema]] = {
    "input": _adapter(INPUT, "Input", "Everything that can change a scope, told apart by `type`."),
    "state-record": _state_record,
    "decision": _model(Decision),
    "notice": _model(Notice),
    "incident": _model(Incident),
    "delivery": _model(Delivery),
    "ledger-entry": _model(LedgerEntry),
    "native-alert": _model(NativeAlert),
    "native-change": _model(NativeChange),
    "native-heartbeat": _model(NativeHeartbeat),
}


def schema(name: str) -> Schema:
    """The JSON Schema of this name, draft 2020-12. Fields at their default may be absent from a record."""
    return {"$schema": DIALECT, **_tidy(SCHEMAS[name]())}


def _tidy(given: Schema) -> Schema:
    """Without what is only pydantic's (titles of properties, OpenAPI's discriminator), and open to new fields."""
    made = {
        key: value for key, value in given.items() if key not in ("discriminator", "additionalProperties")
    }
    for key in ("properties", "$defs"):
        if key in made:
            made[key] = {name: _tidy(item) for name, item in made[key].items()}
    for item in made.get("properties", {}).values():
        item.pop("title", None)
    for key in ("anyOf", "oneOf", "prefixItems"):
        if key in made:
            made[key] = [_tidy(item) for item in made[key]]
    if "items" in made:
        made["items"] = _tidy(made["items"])
    if isinstance(given.get("additionalProperties"), dict):
        made["additionalProperties"] = _tidy(given["additionalProperties"])
    if "description" in made:
        made["description"] = re.sub(r"(?<!\n)\n(?!\n)", " ", made["description"])
    return _tagged(made)


def _tagged(made: Schema) -> Schema:
    """A constant that tells values apart is always written, though it is a default."""
    tags = [name for name in ("type", "record") if "const" in made.get("properties", {}).get(name, {})]
    for name in tags:
        made["properties"][name].pop("default", None)
        if name not in made.get("required", ()):
            made["required"] = [name, *made.get("required", ())]
    return made


def files(folder: Path) -> dict[Path, str]:
    """Every generated file of a topics folder, and what it should hold."""
    wanted = {
        folder / "schemas" / f"{name}.json": json.dumps(schema(name), indent=2, ensure_ascii=False) + "\n"
        for name in SCHEMAS
    }
    return wanted | {folder / "asyncapi.yaml": asyncapi(topics())}


def stale(folder: Path) -> list[Path]:
    """The files that are missing or do not hold what they should."""
    return [path for path, text in files(folder).items() if not path.exists() or path.read_text() != text]


def broken(folder: Path) -> list[str]:
    """What the schemas of the models would break for readers of the schemas in the folder."""
    return [
        f"{name}: {problem}"
        for name in SCHEMAS
        if (path := folder / "schemas" / f"{name}.json").exists()
        for problem in incompatibilities(json.loads(path.read_text()), schema(name))
    ]


def main(arguments: list[str]) -> int:
    """Write the files, or with `--check` only look. 0 good, 1 stale or incompatible, 2 usage."""
    if not set(arguments) <= {"--check", "--incompatible"}:
        sys.stderr.write("usage: python -m router.kafka.schemas [--check | --incompatible]\n")
        return 2
    folder = shipped_dir("topics")
    problems = broken(folder)
    if problems and "--incompatible" not in arguments:
        sys.stderr.write(
            "\n".join([*problems, "readers would break: keep the old shape, or begin a .v2", ""])
        )
        return 1
    old = stale(folder)
    if "--check" in arguments:
        sys.stderr.writelines(f"{path} is not current: run python -m router.kafka.schemas\n" for path in old)
        return 1 if old else 0
    for path, text in files(folder).items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
