"""The compatibility of schemas: what breaks readers is named with its place, the rest passes."""

from typing import Any

import pytest

from router.kafka.compatibility import Schema, incompatibilities
from router.kafka.schemas import SCHEMAS, schema


def an_object(required: list[str] | None = None, **properties: Any) -> Schema:
    """A schema of an object."""
    return {"type": "object", "properties": properties, "required": required or []}


TEXT, NUMBER = {"type": "string"}, {"type": "integer"}
OLD = {
    **an_object(
        ["a"],
        a={"type": "string", "maxLength": 10},
        n={"type": "integer", "minimum": 0},
        e={"enum": ["x", "y"]},
        o={"anyOf": [{"type": "string"}, {"type": "null"}]},
        l={"type": "array", "items": {"$ref": "#/$defs/Part"}},
        m={"type": "object", "additionalProperties": {"type": "integer"}},
        t={"type": "array", "prefixItems": [TEXT, NUMBER]},
        f=TEXT,
    ),
    "$defs": {"Part": an_object(["p"], p=TEXT, again={"$ref": "#/$defs/Part"})},
}


def changed(name: str, to: Any) -> Schema:
    """OLD with one property changed; None removes it."""
    properties = {key: value for key, value in OLD["properties"].items() if key != name}
    return {**OLD, "properties": properties if to is None else properties | {name: to}}


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_may_follow_itself(name: str) -> None:
    """Ours, with all their references, branches and recursions."""
    assert incompatibilities(schema(name), schema(name)) == []


@pytest.mark.parametrize(
    "new",
    [
        changed("new", NUMBER),
        changed("a", {"type": "string", "maxLength": 20}),
        changed("a", {"type": "string"}),
        changed("a", {}),
        changed("a", {"type": ["string", "null"], "maxLength": 10}),
        changed("n", {"type": "number"}),
        changed("n", {"type": "integer", "minimum": -5}),
        changed("e", {"enum": ["z", "y", "x"]}),
        changed("e", {"type": "string", "enum": ["x", "y", "w"]} | {"type": []}),
        changed("o", {"anyOf": [{"type": "null"}, {"type": "integer"}, {"type": "string"}]}),
        changed("f", {"anyOf": [{"type": "null"}, {"type": "string"}]}),
        changed("m", {"type": "object"}),
        {**OLD, "required": []},
        {**OLD, "$defs": {"Part": an_object(["p"], p=TEXT, q=TEXT, again={"$ref": "#/$defs/Part"})}},
    ],
)
def test_what_old_readers_and_records_survive_passes(new: Schema) -> None:
    """More properties, more types, more values, wider bounds, fewer duties."""
    assert incompatibilities(OLD, new) == []


@pytest.mark.parametrize(
    ("new", "problem"),
    [
        (changed("a", None), "$.a: was removed"),
        ({**OLD, "required": ["a", "n"]}, "$.n: became required"),
        ({**changed("new", TEXT), "required": ["a", "new"]}, "$.new: became required"),
        (changed("a", NUMBER), "$.a: was string, is integer"),
        (changed("n", TEXT), "$.n: was integer, is string"),
        (changed("a", {"type": "string", "maxLength": 9}), "$.a: maxLength was 10, is 9"),
        (changed("f", {"type": "string", "minLength": 1}), "$.f: minLength was not given, is 1"),
        (changed("f", {"type": "string", "pattern": "^x"}), "$.f: pattern was not given, is ^x"),
        (changed("f", {"type": "string", "format": "uri"}), "$.f: format was not given, is uri"),
        (changed("f", {"type": "string", "const": "k"}), "$.f: no longer takes any value"),
        (changed("e", {"enum": ["x"]}), "$.e: no longer takes y"),
        (changed("o", TEXT), "$.o: null is no longer taken"),
        (
            changed("o", {"anyOf": [{"type": "string", "maxLength": 3}, {"type": "null"}]}),
            "$.o: maxLength was not given, is 3",
        ),
        (changed("m", {"type": "object", "additionalProperties": TEXT}), "$.m.*: was integer, is string"),
        (
            changed("m", {"type": "object", "additionalProperties": False}),
            "$.m.*: properties that are not listed were allowed",
        ),
        (changed("t", {"type": "array", "prefixItems": [TEXT, TEXT]}), "$.t[1]: was integer, is string"),
        (changed("t", {"type": "array", "prefixItems": [TEXT]}), "$.t[]: had 2 fixed items, has 1"),
        (changed("l", {"type": "array", "items": TEXT}), "$.l[]: was object, is string"),
        (
            {**OLD, "$defs": {"Part": an_object(["p"], p=NUMBER, again=TEXT)}},
            "$.l[].p: was string, is integer",
        ),
        ({**OLD, "additionalProperties": False}, "$.*: properties that are not listed were allowed"),
    ],
)
def test_what_would_break_them_is_told_with_its_place(new: Schema, problem: str) -> None:
    """A property removed, a duty added, a type narrowed, however deep."""
    assert problem in incompatibilities(OLD, new)


def test_a_kind_of_record_may_not_disappear() -> None:
    """A reader of the topic may be waiting for just that one; a new kind may come."""
    one, two = {"$ref": "#/$defs/One"}, {"$ref": "#/$defs/Two"}
    defs = {
        "One": an_object(["type"], type={"const": "one"}),
        "Two": an_object(["type"], type={"const": "two"}),
    }
    both = {"oneOf": [one, two], "$defs": defs}
    assert incompatibilities({"oneOf": [one], "$defs": defs}, both) == []
    assert incompatibilities(both, {"oneOf": [one], "$defs": defs}) == ["$: Two is no longer taken"]
