"""What may stand at a place of a rules file: lists, mappings by name, and records with known keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from router.config.codes import Lint
from router.config.node import Home, Node, Place
from router.config.report import Report
from router.config.shapes import INVALID, NAME, Json, Shape, wrong_type
from router.config.suggest import did_you_mean


@dataclass(frozen=True, slots=True)
class ListOf(Shape):
    """A list of items, read as a tuple; with `or_one`, a single item may stand without brackets."""

    item: Shape
    or_one: bool = False

    def _read(self, node: Node, what: str, report: Report) -> Any:
        nodes = node.value if isinstance(node.value, tuple) else None
        if nodes is None and self.or_one and node.value is not None and not isinstance(node.value, Mapping):
            nodes = (node,)
        if nodes is None:
            return wrong_type(node, what, "a list", report)
        items = (self.item.read(each, f"{what} item", report) for each in nodes)
        return tuple(item for item in items if item is not INVALID)

    def _schema(self) -> Json:
        several: Json = {"type": "array", "items": self.item.schema()}
        return {"anyOf": [self.item.schema(), several]} if self.or_one else several


@dataclass(frozen=True, slots=True)
class MapOf(Shape):
    """A mapping by names of one shape to values of one shape; entries that are wrong are left out."""

    key: Shape
    value: Shape
    noun: str

    def _read(self, node: Node, what: str, report: Report) -> Any:
        if not isinstance(node.value, Mapping):
            return wrong_type(node, what, f"a mapping by {self.noun}", report)
        found: dict[str, Any] = {}
        for key, entry in node.value.items():
            name = self.key.read(Node(entry.place, key), self.noun, report)
            value = self.value.read(entry.node, key, report)
            if name is not INVALID and value is not INVALID:
                found[name] = value
        return found

    def _schema(self) -> Json:
        return {
            "type": "object",
            "propertyNames": self.key.schema(),
            "additionalProperties": self.value.schema(),
        }


@dataclass(frozen=True, slots=True)
class Field:
    """One key of a record: what stands under it, whether it must be there, and a line for editors."""

    shape: Shape
    note: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Record(Shape):
    """A mapping with known keys; read as a dict of what is there and right."""

    title: str
    fields: Mapping[str, Field]

    def _read(self, node: Node, what: str, report: Report) -> Any:
        if not isinstance(node.value, Mapping):
            return wrong_type(node, what, "a mapping", report)
        found: dict[str, Any] = {}
        for key, entry in node.value.items():
            if key not in self.fields:
                hint = did_you_mean(key, self.fields) or f"known are {', '.join(self.fields)}"
                report.add(Lint.UNKNOWN_KEY, entry.place, f'unknown key "{key}" in {self.title}', hint)
                continue
            value = self.fields[key].shape.read(entry.node, key, report)
            if value is not INVALID:
                found[key] = value
        for key, field in self.fields.items():
            if field.required and key not in node.value:
                report.add(Lint.MISSING_KEY, node.place, f'{self.title} needs the key "{key}"')
        return found

    def _schema(self) -> Json:
        properties = {
            key: {**field.shape.schema(), "description": field.note} for key, field in self.fields.items()
        }
        required = [key for key, field in self.fields.items() if field.required]
        schema: Json = {"type": "object", "properties": properties, "additionalProperties": False}
        return {**schema, "required": required} if required else schema


@dataclass(frozen=True, slots=True)
class Either(Shape):
    """A mapping of one shape, or else a short form of another; nothing at all where `empty` is given."""

    short: Shape
    long: Record
    empty: Any = INVALID

    def _read(self, node: Node, what: str, report: Report) -> Any:
        if node.value is None and self.empty is not INVALID:
            return self.empty
        shape = self.long if isinstance(node.value, Mapping) else self.short
        return shape.read(node, what, report)

    def _schema(self) -> Json:
        empty: list[Json] = [] if self.empty is INVALID else [{"type": "null"}]
        return {"anyOf": [self.short.schema(), self.long.schema(), *empty]}


class Declared(NamedTuple):
    """One thing declared in a file: its name (empty where it has none), what was read, where it stands."""

    name: str
    values: dict[str, Any]
    home: Home


@dataclass(frozen=True, slots=True)
class Declarations(Shape):
    """A mapping by name of records, read as a tuple of `Declared`; a damaged one's name stays known."""

    record: Record
    noun: str
    name: Shape = NAME

    def _read(self, node: Node, what: str, report: Report) -> Any:
        if not isinstance(node.value, Mapping):
            return wrong_type(node, what, f"a mapping by {self.noun}", report)
        found = []
        for key, entry in node.value.items():
            name = self.name.read(Node(entry.place, key), self.noun, report)
            declared = _declared(name, entry.place, entry.node, self.record, report)
            found += [] if name is INVALID else [declared]
        return tuple(found)

    def _schema(self) -> Json:
        return MapOf(self.name, self.record, self.noun).schema()


@dataclass(frozen=True, slots=True)
class Items(Shape):
    """A list of records, read as a tuple of `Declared` under their `name`."""

    record: Record

    def _read(self, node: Node, what: str, report: Report) -> Any:
        if not isinstance(node.value, tuple):
            return wrong_type(node, what, "a list", report)
        return tuple(_declared("", each.place, each, self.record, report) for each in node.value)

    def _schema(self) -> Json:
        return ListOf(self.record).schema()


def _declared(name: str, place: Place, node: Node, record: Record, report: Report) -> Declared:
    before = report.errors
    read = record.read(node, name or "item", report)
    values = {} if read is INVALID else read
    return Declared(name or values.get("name", ""), values, Home(place, node, report.errors > before))
